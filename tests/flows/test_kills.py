"""Killed at any moment of the walk: nothing is lost, nothing happens twice, and the record stays whole."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.mail_room import answers_for
from tests.flows.employee import Employee, mail, request
from tests.flows.killed import run_until, steps_of
from tests.flows.programs import command_line, started
from tests.flows.steps import BOOKED, only, proposed_invoice, proposed_mail
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer
from tests.stock_git import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAMPLES = 5  # kills in each part of the walk, evenly spread
RUNNER_NOTE = "Health/runner.md"
ID = re.compile(r"\d{4}-\d\d-\d\d-([a-z-]+)-[0-9a-f]{10}")


def mail_dropped(employee: Employee) -> None:
    employee.drop("request.eml", mail(request()))


def invoice_approved(employee: Employee) -> None:
    employee.approve(proposed_invoice(employee))


def mail_approved(employee: Employee) -> None:
    employee.approve(proposed_mail(employee))


def copy_of(employee: Employee, room: Path) -> Employee:
    """The same vault and state folder elsewhere."""
    shutil.copytree(employee.room, room, symlinks=True)
    return Employee(room)


def files_in(employee: Employee) -> dict[str, bytes]:
    """What every file of the vault holds, but the one that says who runs."""
    found = {each.relative_to(employee.vault).as_posix(): each for each in employee.vault.rglob("*")}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file() and name != RUNNER_NOTE}


def kinds_in(employee: Employee) -> list[str]:
    """The files of the vault by folder and kind, whatever the day; ids are derived from the day too."""
    names = (ID.sub(r"\1", name) for name in files_in(employee))
    return sorted(re.sub(r"\d{4}-\d\d(-\d\d)?", "DAY", name) for name in names)


def ids_in(employee: Employee) -> set[str]:
    """The ids of all tasks, plans, proposals, questions and alerts that have a note."""
    return {found[0] for name in files_in(employee) if (found := ID.search(name))}


def assert_whole(employee: Employee) -> None:
    """Recovering again changes nothing, and every record holds."""
    files, head = files_in(employee), git(employee.vault, "rev-parse", "HEAD")
    employee.once()
    assert files_in(employee) == files
    assert git(employee.vault, "rev-parse", "HEAD") == head
    assert "All holds" in employee.said("verify")
    assert git(employee.vault, "status", "--porcelain") == ""
    assert git(employee.vault, "fsck", "--strict", "--no-dangling") == ""
    assert not list(employee.vault.rglob(".ai-employee-*"))
    assert not list((employee.state / "history.git").rglob("*.lock"))


def spread(steps: int) -> list[int]:
    """Where to kill: the first and the last step, and some between."""
    return sorted({round(each * (steps - 1) / (SAMPLES - 1)) for each in range(SAMPLES)})


@pytest.mark.parametrize("part", [mail_dropped, invoice_approved, mail_approved])
def test_a_run_killed_anywhere_ends_as_if_it_had_not_been(tmp_path: Path, part: Callable[[Employee], None]) -> None:
    (tmp_path / "before").mkdir()
    before = Employee(tmp_path / "before").init()
    part(before)
    undisturbed = copy_of(before, tmp_path / "undisturbed")
    steps = len(steps_of(undisturbed))
    assert steps > 50
    assert_whole(undisturbed)
    for last in spread(steps):
        employee = copy_of(before, tmp_path / f"killed-{last}")
        assert run_until(employee, last), last
        employee.once()
        assert kinds_in(employee) == kinds_in(undisturbed), last
        assert ids_in(before) <= ids_in(employee), last
        assert effects(employee) == effects(undisturbed), last
        assert_whole(employee)


def effects(employee: Employee) -> dict[str, int]:
    """How often the invoice is booked, and how often its mail lies in the Outbox."""
    return {"booked": len(re.findall(BOOKED, employee.ledger())), "sent": len(employee.outbox())}


def test_a_walk_killed_again_and_again_even_while_it_recovers_comes_to_its_end(employee: Employee) -> None:
    kills = 0
    mail_dropped(employee)
    for action in ("invoice.create", "email.send", ""):
        last = 0
        while run_until(employee, last):
            last += 17
            kills += 1
        if action:
            employee.approve(only(employee.pending(action)))
    assert kills > 10
    assert effects(employee) == {"booked": 1, "sent": 1}
    assert employee.status()["done"] == 1
    assert not [each for folder in ("In_Progress", "Approved", "Plans") for each in employee.notes(folder)]
    assert employee.ids("needs_action") == []
    assert_whole(employee)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(make_certificate(tmp_path)) as running:
        yield running


def test_a_run_killed_while_it_sends_never_sends_twice_and_asks_when_it_cannot_know(
    tmp_path: Path, server: SmtpServer
) -> None:
    (tmp_path / "before").mkdir()
    before = Employee(tmp_path / "before").init()
    before.said("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
    mail_approved(before)
    steps = steps_of(copy_of(before, tmp_path / "undisturbed"))
    assert len(server.received) == 1
    *_, data, content, farewell = [at for at, step in enumerate(steps) if step == "smtplib.send"]
    taken = content + 1  # the server has the mail, and nothing here says so yet
    for last, sent, in_doubt in ((data, 0, True), (content, 0, True), (taken, 1, True), (farewell, 1, False)):
        server.received.clear()
        employee = copy_of(before, tmp_path / f"killed-{last}")
        assert run_until(employee, last), last
        employee.once()
        assert len(server.received) == sent, last
        assert len(employee.questions()) == in_doubt, last
        for question in employee.questions():
            employee.said("answer", question.stem, "it happened" if sent else "it did not happen: do it now")
            employee.once()
        assert len(server.received) == 1, last
        assert employee.status()["done"] == 1, last
        assert employee.ids("approved") == employee.ids("questions") == []
        assert employee.outbox() == []
        assert_whole(employee)


def test_the_real_command_killed_from_outside_goes_on_where_it_was(employee: Employee) -> None:
    mail_dropped(employee)
    for folder, action in (("In_Progress", ""), ("Pending_Approval", "invoice.create"), ("Done", "email.send")):
        with started(employee, *command_line(employee, "run", "--once")) as program:
            program.until(lambda at=folder: employee.notes(at))  # type: ignore[misc]
            program.process.kill()
            program.ends()
        employee.once()
        if action:
            employee.approve(only(employee.pending(action)))
    employee.once()
    assert effects(employee) == {"booked": 1, "sent": 1}
    assert employee.status()["done"] == 1
    assert_whole(employee)


def test_two_runs_at_once_leave_the_work_to_one_of_them(employee: Employee) -> None:
    mail_dropped(employee)
    line = command_line(employee, "run", "--once")
    with started(employee, *line) as first, started(employee, *line) as second:
        codes = {first.ends(), second.ends()}
    assert codes in ({0}, {0, 1})
    assert only(employee.pending("invoice.create"))
    assert_whole(employee)
