"""Reminders over the command line: the owner's own stages, and nobody reminded on what an old statement says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.durability.mortal import in_memory
from tests.flows.steps import only
from tests.flows.test_bank import camt, know_the_account, yes
from tests.flows.test_books import today
from tests.flows.test_thirty_days import A_MONTH_S, REMINDERS, START, Dated, Month
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(A_MONTH_S)
DUE = START + timedelta(days=14)
TABLE = """

## Payment reminders

| days | letter | customer |
| --- | --- | --- |
| -3 | notice | |
| 3 | friendly | |
| 40 | ask me | |
| none | none | Somebody Else |
"""


@pytest.fixture
def month() -> Iterator[Month]:
    """A month whose handbook has a table of reminders; the invoice is sent."""
    with in_memory() as place, SmtpServer(make_certificate(place)) as server:
        month = Month(Dated(place), server)
        month.begin()
        handbook = month.employee.vault / "Company_Handbook.md"
        text = handbook.read_text(encoding="utf-8")
        short = REMINDERS.replace("| |", "| 3, 14 days after the due date |")
        assert short in text
        handbook.write_text(text.replace(short, REMINDERS) + TABLE, encoding="utf-8")
        know_the_account(month.employee)
        for _ in range(3):
            month.employee.once()
            for note in (month.employee.vault / "Pending_Approval").glob("*.md"):
                month.employee.approve(note)
        assert len(server.received) == 1
        yield month


def statement_to(day: date, number: int, text: str = "hello") -> str:
    """A statement with one movement of this day."""
    made = camt([(f"r{number}", "1.00", "Somebody", text)], opening=f"{number - 1}.00")
    shown = today()
    return made.replace(str(shown - timedelta(days=2)), str(day - timedelta(days=1))).replace(
        str(shown - timedelta(days=1)), str(day)
    )


def on(month: Month, day: date) -> None:
    month.dawn((day - START).days)
    month.employee.once()


def test_a_notice_a_reminder_that_waits_for_the_bank_and_a_question(month: Month) -> None:
    employee = month.employee
    on(month, DUE - timedelta(days=4))
    assert employee.pending("email.send") == []
    on(month, DUE - timedelta(days=3))
    notice = only(employee.pending("email.send"))
    text = notice.read_text(encoding="utf-8")
    assert "Due soon: invoice INV-2026-0001" in text
    employee.approve(notice)
    employee.once()
    assert len(month.server.received) == 2
    employee.drop("old.xml", statement_to(DUE - timedelta(days=3), 1))
    on(month, DUE - timedelta(days=2))
    yes(employee)

    on(month, DUE + timedelta(days=3))  # a Thursday; Monday's and Tuesday's movements are not known, nor Wednesday's
    assert employee.pending("email.send") == []
    assert employee.questions() == []
    task = "".join(each.read_text(encoding="utf-8") for each in employee.notes("In_Progress"))
    assert "a newer statement of your bank, before anybody is reminded" in task
    employee.drop("new.xml", statement_to(DUE + timedelta(days=2), 2))
    employee.once()
    yes(employee)
    employee.once()
    reminder = only(employee.pending("email.send"))
    assert "Reminder: invoice INV-2026-0001" in reminder.read_text(encoding="utf-8")
    employee.approve(reminder)
    employee.once()
    assert len(month.server.received) == 3

    on(month, DUE + timedelta(days=40))
    assert "is not paid 40 days after it was due" in only(employee.questions()).read_text(encoding="utf-8")


def test_a_payment_in_the_newer_statement_means_no_reminder_at_all(month: Month) -> None:
    employee = month.employee
    employee.drop("old.xml", statement_to(START + timedelta(days=1), 1))
    on(month, START + timedelta(days=2))
    yes(employee)
    on(month, DUE + timedelta(days=3))
    assert all("Due soon" in each.read_text(encoding="utf-8") for each in employee.pending("email.send"))
    paid = statement_to(DUE + timedelta(days=2), 2, "INV-2026-0001")
    employee.drop(
        "new.xml",
        paid.replace("1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>", "1130.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>")
        .replace("2.00", "1131.50")
        .replace("Somebody", "Acme Ltd"),
    )
    employee.once()
    assert "INV-2026-0001" in yes(employee)
    employee.once()
    assert employee.pending("email.send") == []
    assert employee.ids("in_progress") == []
    assert len(month.server.received) == 1
