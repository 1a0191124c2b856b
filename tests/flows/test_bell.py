"""Promises about the bell: whoever asks the runner for something rings; a ring that is lost costs no request."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from agents.console.wiring import open_house
from agents.console.workshop import build_runner
from agents.durability.bell import BELL, bell_folder, ring
from agents.servers.email_mcp_server import MailDoor
from agents.settings import Settings
from tests.flows.employee import mail, request
from tests.flows.programs import PROJECT, command_line, started
from tests.flows.steps import only, proposed_invoice
from watchers.hints import FOLDERS, Hints

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.flows.employee import Employee

PATIENCE_S = 30.0
RING = "import sys; from pathlib import Path; from agents.durability.bell import ring; ring(Path(sys.argv[1]))"


def rung(employee: Employee) -> bool:
    """Whether somebody rang since this was last asked."""
    bell = employee.state / BELL / BELL
    there = bell.exists()
    bell.unlink(missing_ok=True)
    return there


def test_a_ring_of_another_process_wakes_each_time(employee: Employee) -> None:
    wake = threading.Event()
    hints = Hints(employee.vault, wake, bell=bell_folder(employee.state))
    hints.start()
    hints.news()
    assert not wake.is_set()
    for _ in range(3):
        with started(employee, sys.executable, "-c", RING, str(employee.state), here=PROJECT) as other:
            assert wake.wait(PATIENCE_S)
            assert other.ends() == 0
        wake.clear()
    assert hints.says == ""
    hints.stop()


def test_every_command_that_asks_for_something_rings_after_it_is_written(employee: Employee) -> None:
    proposal = proposed_invoice(employee).stem
    asked = [
        ("ask", "send", "something"),
        ("reject", proposal),
        ("approve", proposal),
        ("proof", "enrol"),
        ("pause",),
        ("resume",),
    ]
    for words in asked:
        assert not rung(employee)
        employee.said(*words)
        assert rung(employee), words
    employee.call("proof", "revoke", "--code", "wrong")
    assert rung(employee)


def test_what_only_looks_does_not_ring(employee: Employee) -> None:
    proposal = proposed_invoice(employee).stem
    for words in (("status",), ("why", proposal), ("log",), ("approve", "unknown")):
        employee.call(*words)
        assert not rung(employee), words


def test_a_connected_assistant_rings_too(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed_invoice(employee)
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.state))
    door = MailDoor.open(employee.vault)
    door.propose_reply(only(door.list_tasks().tasks).id, "Hello", "Thank you.")
    assert rung(employee)


def test_nothing_is_written_into_the_vault(employee: Employee) -> None:
    before = sorted(employee.vault.rglob("*"))
    ring(employee.state)
    assert sorted(employee.vault.rglob("*")) == before
    assert rung(employee)


def test_where_nobody_can_ring_nothing_fails(tmp_path: Path) -> None:
    ring(tmp_path / "gone")
    (tmp_path / BELL).write_text("a file in its place", encoding="utf-8")
    ring(tmp_path)
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    hints = Hints(tmp_path, threading.Event(), bell=tmp_path / "gone" / BELL)
    hints.start()
    assert "bell (no such file or directory)" in hints.says
    hints.stop()


def test_a_watching_run_carries_out_a_command_although_it_would_look_only_in_ten_minutes(
    employee: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = proposed_invoice(employee)
    monkeypatch.setenv("AI_EMPLOYEE_SCAN_EVERY_S", "600")
    with started(employee, *command_line(employee, "run")) as runner:
        runner.until(lambda: "Watching" in runner.said())
        employee.said("reject", proposal.stem)
        runner.until((employee.vault / "Rejected" / proposal.name).exists)


def test_a_ring_while_turns_are_thought_is_not_taken_for_their_end(employee: Employee) -> None:
    employee.drop("request.eml", mail(request()))
    house = open_house(employee.vault, Settings(state=employee.state, quiet_s=0))
    wake = threading.Event()
    runner = build_runner(house, wake, Hints(employee.vault, wake), lambda _words: None)
    runner.start()
    while not employee.pending("invoice.create"):  # taken in, thought, filed; a busy machine takes longer
        wake.set()
        runner.tick()
        assert wake.is_set()
    runner.leave()
    house.close()
    assert only(employee.pending("invoice.create"))
