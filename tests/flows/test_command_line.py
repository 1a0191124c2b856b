"""The command line as a stranger uses it: help, ids that lead nowhere, exit codes, output for machines."""

from __future__ import annotations

import json

from click.testing import CliRunner

from agents.console.commands import cli
from tests.flows.employee import Employee, mail, request


def test_help_names_every_command_with_a_sentence() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).output
    for name, command in cli.commands.items():
        assert name in shown
        assert (command.help or "").strip().endswith((".", ".)")), name


def test_an_id_that_leads_nowhere_ends_with_2_and_says_where_to_look(employee: Employee) -> None:
    for words in (
        ("approve", "2026-11-23-nothing-0000"),
        ("reject", "2026-11-23-nothing-0000", "--reason", "no"),
        ("answer", "2026-11-23-nothing-0000", "yes"),
        ("undo", "2026-11-23-nothing-0000"),
        ("why", "2026-11-23-nothing-0000"),
        ("log", "2026-11-23-nothing-0000"),
    ):
        result = employee.call(*words)
        assert result.exit_code == 2, words
        assert "status --all" in result.output


def test_a_vault_that_is_not_there_is_said_with_the_next_step(employee: Employee) -> None:
    result = CliRunner().invoke(cli, ["status", "--vault", str(employee.room / "Nowhere")])
    assert result.exit_code == 1
    assert "init" in result.output


def test_status_tells_a_machine_what_waits(employee: Employee) -> None:
    employee.drop("r.eml", mail(request()))
    employee.once()
    status = employee.status()
    pending = status["pending_approval"]
    assert isinstance(pending, list)
    (waiting,) = pending
    assert set(waiting) == {"id", "action", "risk", "expires"}
    assert waiting["action"] == "invoice.create"
    assert status["history"] == str(employee.state / "history.git")
    for key in ("needs_action", "questions", "quarantine"):
        assert isinstance(status[key], list)
    assert status["done"] == 0


def test_status_all_shows_what_is_in_progress_and_done(employee: Employee) -> None:
    employee.drop("r.eml", mail(request()))
    employee.once()
    assert "In progress" in employee.said("status", "--all")


def test_init_twice_says_that_the_vault_is_there(employee: Employee) -> None:
    assert "nothing was changed" in employee.said("init", str(employee.vault))


def test_verify_that_cannot_check_ends_with_3(employee: Employee) -> None:
    (employee.state / "journal.sqlite").rename(employee.room / "kept.sqlite")
    result = employee.call("verify")
    assert result.exit_code == 3
    assert "no journal" in result.output


def test_verify_and_doctor_speak_json(employee: Employee) -> None:
    assert json.loads(employee.said("verify", "--json"))["broken"] == []
    rows = json.loads(employee.said("doctor", "--json"))
    assert {row["name"] for row in rows} >= {"brain", "inbox", "passwords", "books", "mail"}
    assert next(row for row in rows if row["name"] == "mail")["state"] == "outbox"


def test_doctor_names_the_one_next_step(employee: Employee) -> None:
    assert "connect mail" in employee.said("doctor")


def test_doctor_speaks_where_the_state_folder_is_new(employee: Employee) -> None:
    employee.state.rename(employee.room / "lost")
    assert "connect mail" in employee.said("doctor")


def test_a_service_nobody_knows_is_refused_with_the_known_ones(employee: Employee) -> None:
    for command in ("connect", "disconnect"):
        result = employee.call(command, "pigeon")
        assert result.exit_code == 1
        assert "mail" in result.output


def test_a_state_folder_of_another_vault_is_refused(employee: Employee) -> None:
    other = Employee(employee.room / "other")
    other.room.mkdir()
    other.init()
    result = CliRunner(env=employee.settings).invoke(cli, ["status", "--vault", str(other.vault)])
    assert result.exit_code == 1
    assert "another vault" in result.output


def test_a_state_folder_inside_the_vault_is_refused(employee: Employee) -> None:
    inside = {**employee.settings, "AI_EMPLOYEE_STATE": str(employee.vault / "state")}
    result = CliRunner(env=inside).invoke(cli, ["status", "--vault", str(employee.vault)])
    assert result.exit_code == 1
    assert "inside the vault" in result.output


def test_a_second_run_on_this_machine_is_refused_and_says_why(employee: Employee) -> None:
    import filelock  # noqa: PLC0415 (only here)

    with filelock.FileLock(employee.state / "runner.lock"):
        result = employee.call("run", "--once")
        assert result.exit_code == 1
        assert "Another `run`" in result.output
        assert employee.status()["running"] is True


def test_ask_becomes_a_task(employee: Employee) -> None:
    assert "Recorded" in employee.said("ask", "please", "remind", "me", "of", "the", "tax", "return")
    employee.once()
    assert len(employee.questions()) + len(employee.pending("invoice.create")) >= 1
    assert "filed" in employee.said("log")


def test_decisions_by_command_are_carried_out_at_the_next_run(employee: Employee) -> None:
    employee.drop("r.eml", mail(request()))
    employee.once()
    (proposal,) = employee.pending("invoice.create")
    assert "next `run`" in employee.said("approve", proposal.stem)
    assert "Assets:AR" not in employee.ledger()
    employee.once()
    assert "Assets:AR" in employee.ledger()
    assert employee.call("approve", proposal.stem).exit_code == 2
