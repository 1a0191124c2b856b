"""Queues over the command line: ten mails an hour, whatever is killed, and the urgent ones first."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from tests.flows.employee import Employee, mail
from tests.flows.programs import command_line, started
from tests.flows.steps import only

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAILS = 25
TEN_AN_HOUR = "| email.* | 10 | hour |"
COMPLAINT = "I am disappointed. The business cards are violet and not blue. This is broken, please refund us."


@dataclass
class Ahead:
    """The machine's clock, and how far the employee's is ahead of it."""

    machine: Callable[[SystemClock], datetime]
    by: timedelta = timedelta()

    def now(self) -> datetime:
        return self.machine(SystemClock()) + self.by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ahead:
    """The employee's clock, which the test moves ahead."""
    ahead = Ahead(SystemClock.now)
    monkeypatch.setattr(SystemClock, "now", lambda _self: ahead.now())
    return ahead


def limit(employee: Employee, row: str = TEN_AN_HOUR) -> None:
    """The owner changes a row of the table of limits."""
    handbook = employee.vault / "Company_Handbook.md"
    text = handbook.read_text(encoding="utf-8")
    handbook.write_text(re.sub(r"(?m)^\| email\.\*.*$", row, text), encoding="utf-8")


def approved_mails(employee: Employee) -> None:
    """Twenty-five complaints, each with an answer that has its yes."""
    for number in range(MAILS):
        sender = f"Customer {number:02} <c{number:02}@client.example>"
        employee.drop(f"{number:02}.eml", mail(COMPLAINT, number=number, sender=sender, subject=f"Cards {number:02}"))
    employee.once()
    notes = employee.pending("email.send")
    assert len(notes) == MAILS
    for note in notes:
        employee.approve(note)


def held(employee: Employee) -> list[dict[str, str]]:
    listed = employee.status()["held_by_limits"]
    assert isinstance(listed, list)
    return listed


def sent(employee: Employee) -> list[str]:
    return [str(each["To"]) for each in employee.outbox()]


def task_of(employee: Employee, proposal: str) -> Path:
    """The note of the task a proposal belongs to."""
    text = only([each for each in employee.notes("Approved") if each.stem == proposal]).read_text(encoding="utf-8")
    found = re.search(r'(?m)^task: "\[\[(.+)\]\]"', text)
    assert found
    return employee.vault / "In_Progress" / "runner" / f"{found[1]}.md"


def test_of_twenty_five_approved_mails_ten_leave_an_hour_and_urgent_ones_first(
    employee: Employee, clock: Ahead
) -> None:
    limit(employee)
    approved_mails(employee)
    employee.once()
    assert len(sent(employee)) == 10
    waiting = held(employee)
    assert len(waiting) == 15
    until = [datetime.fromisoformat(each["until"]).astimezone(UTC) for each in waiting]
    now = clock.now()
    assert all(now + timedelta(minutes=50) < each <= now + timedelta(hours=1) for each in until[:10])
    assert all(now + timedelta(minutes=110) < each <= now + timedelta(hours=2) for each in until[10:])
    said = employee.said("status")
    assert said.count("your limit of 10 email.* per hour is reached; there is room again at") == 10
    assert "and 5 more" in said
    dashboard = (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    assert dashboard.count("your limit of 10 email.\\* per hour is reached") == 15

    urgent = waiting[-1]["id"]
    note = task_of(employee, urgent)
    note.write_text(note.read_text(encoding="utf-8").replace("priority: normal", "priority: urgent"), encoding="utf-8")
    employee.once()
    assert (len(sent(employee)), held(employee)[0]["id"]) == (10, urgent)
    assert f"you made {note.stem} urgent" in employee.said("log", note.stem)

    clock.by = min(until) - now + timedelta(seconds=1.1)  # told in whole seconds
    employee.once()
    assert urgent in {each.stem for each in employee.notes("Done")}
    assert 10 < len(sent(employee)) <= 20
    clock.by = timedelta(hours=1, minutes=1)
    employee.once()
    assert len(sent(employee)) == 20
    clock.by = timedelta(hours=2, minutes=2)
    employee.once()
    assert (len(sent(employee)), len(set(sent(employee))), held(employee)) == (MAILS, MAILS, [])
    assert "All holds" in employee.said("verify")


def test_killed_in_the_middle_never_more_than_ten_leave_within_an_hour(employee: Employee) -> None:
    limit(employee)
    approved_mails(employee)
    for seen in (1, 5):
        with started(employee, *command_line(employee, "run", "--once")) as program:
            program.until(partial(lambda enough: len(employee.outbox()) >= enough, seen))
            program.signal(signal.SIGKILL)
    employee.once()
    employee.once()
    assert (len(sent(employee)), len(held(employee))) == (10, 15)
    assert len(set(sent(employee))) == 10


def test_a_limit_that_cannot_be_read_is_named_with_its_line_and_holds(employee: Employee) -> None:
    limit(employee, "| email.* | ten | hour |")
    employee.drop("1.eml", mail(COMPLAINT, subject="Cards"))
    employee.once()
    employee.approve(only(employee.pending("email.send")))
    employee.once()
    lines = (employee.vault / "Company_Handbook.md").read_text(encoding="utf-8").splitlines()
    line = lines.index("| email.* | ten | hour |") + 1
    alert = only([each for each in employee.notes("Needs_Action") if "-alert-" in each.name])
    assert f"line {line}: 'ten' is no whole number" in alert.read_text(encoding="utf-8").replace("\\", "")
    assert f"line {line} of Company_Handbook.md cannot be read" in employee.said("status")
    limit(employee)
    employee.once()
    assert len(sent(employee)) == 1


def test_what_the_owner_asks_urgently_is_begun_before_what_waits(employee: Employee) -> None:
    for number in range(5):
        employee.drop(f"{number}.eml", mail("Thank you.", number=number, subject="News"))
    employee.said("ask", "--urgent", "Send Acme an invoice for 3 hours")
    employee.once()
    log = employee.said("log")
    begun = re.findall(r"claimed (\S+)", log)
    assert "-ask-" in begun[0]
    assert len(begun) == len(re.findall(r"planned (\S+) by", log)) == 6
    note = only(list((employee.vault / "In_Progress").rglob("*-ask-*.md")))
    assert "priority: urgent" in note.read_text(encoding="utf-8")
