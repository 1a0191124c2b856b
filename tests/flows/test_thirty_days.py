"""A month of one invoice through the command line, a day at a time, with a SIGKILL a day: exactly the right effects.

The day comes from a clock file, what was sent from the log of a real mail server, what is paid from the owner's books.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.mail_room import answers_for
from tests.durability.mortal import in_memory
from tests.faults.failpoints import mortal
from tests.faults.forked import Run
from tests.faults.promises import DOUBT, assert_each_in_one_place, assert_whole
from tests.flows.employee import ADDRESS, Employee, mail, request
from tests.flows.steps import BOOKED, only
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path

A_MONTH_S = 1800
START = date(2026, 11, 23)
INVOICED, FIRST, SECOND, PAID = 0, 17, 28, 29  # due after 14 days: reminders on the 3rd and 14th day after that
REMINDERS = "| payment reminders | |"
PAYMENT = """
{day} * "Acme Ltd" "Payment of INV-2026-0001" #payment ^inv-2026-0001
  Assets:Bank:Checking      1130.50 EUR
  Assets:AR:Acme-Ltd       -1130.50 EUR
"""


@dataclass(frozen=True)
class Dated(Employee):
    """An employee whose days a file counts."""

    @property
    def clock(self) -> Path:
        return self.room / "clock"

    @property
    def settings(self) -> dict[str, str | None]:
        return super().settings | {"AI_EMPLOYEE_CLOCK": str(self.clock)}

    def killed_before(self, last: int) -> bool:
        """Run; whether it was killed before that lasting step, or ended by itself."""
        ended = Run(self, partial(_mortal_on_its_day, last)).to_its_end()
        assert ended.killed or ended.code == 0, ended.said
        return ended.killed


def _mortal_on_its_day(last: int, room: Path) -> Callable[[], None]:
    os.environ["AI_EMPLOYEE_CLOCK"] = str(room / "clock")
    return mortal(last, room)


@dataclass
class Month:
    """The days, and what the owner does on them: says yes to everything, and books the payment when it comes."""

    employee: Dated
    server: SmtpServer
    today: int = INVOICED
    kills: int = 0
    sent: dict[int, list[EmailMessage]] = field(default_factory=dict)

    def begin(self) -> None:
        """A vault with reminders on, a mail account, and a customer's request in the inbox."""
        self.dawn(INVOICED)
        self.employee.init()
        handbook = self.employee.vault / "Company_Handbook.md"
        text = handbook.read_text(encoding="utf-8")
        assert REMINDERS in text
        handbook.write_text(text.replace(REMINDERS, "| payment reminders | 3, 14 days after the due date |"), "utf-8")
        self.employee.said(
            "connect", "mail", answers="".join(f"{each}\n" for each in answers_for(self.server).values())
        )
        self.employee.drop("request.eml", mail(request()))

    def day(self, number: int) -> None:
        """One day: a run that is killed, one that is not, and the owner's yes to whatever waits."""
        before = len(self.server.received)
        self.dawn(number)
        if number in {INVOICED, FIRST, SECOND}:  # the kill hits an effect
            self.employee.once()
            assert self._says_yes(), number
        self._killed_once()
        self._runs()
        while self._says_yes():
            self._runs()
        taken = self.server.received[before:]
        if taken:
            self.sent[number] = [message_from_bytes(each.content, policy=policy.default) for each in taken]

    def pays(self, number: int) -> None:
        """The owner books the payment by hand."""
        manual = self.employee.vault / "Accounting" / "manual.beancount"
        text = manual.read_text(encoding="utf-8")
        manual.write_text(text + PAYMENT.format(day=START + timedelta(days=number)), encoding="utf-8")

    def dawn(self, number: int) -> None:
        """From now on it is nine in the morning of this day."""
        self.today = number
        moment = datetime(START.year, START.month, START.day, 9, tzinfo=UTC) + timedelta(days=number)
        self.employee.clock.write_text(f"{moment.isoformat()}\n", encoding="utf-8")

    def _killed_once(self) -> None:
        """Each day somewhere else; a run that has nothing to do takes few steps, so an earlier one is taken then."""
        last = 7 + self.today * 37 % 120
        while not self.employee.killed_before(last):
            last //= 2
        self.kills += 1

    def _runs(self) -> None:
        """Run; the owner looks into the provider's log for what nobody else can know."""
        self.employee.once()
        doubts = [each for each in self.employee.questions() if DOUBT in each.read_text(encoding="utf-8")]
        for question in doubts:
            self.employee.said("answer", question.stem, self._what_became_of(question))
        if doubts:
            self.employee.once()

    def _what_became_of(self, question: Path) -> str:
        found = re.search(r"\d{4}-\d\d-\d\d-email-send-[0-9a-f]{10}", question.read_text(encoding="utf-8"))
        assert found
        about = self.employee.said("why", found[0])
        subjects = [
            str(message_from_bytes(each.content, policy=policy.default)["Subject"]) for each in self.server.received
        ]
        return "it happened" if any(each in about for each in subjects) else "it did not happen: do it now"

    def _says_yes(self) -> bool:
        waiting = list((self.employee.vault / "Pending_Approval").glob("*.md"))
        for note in waiting:
            self.employee.approve(note)
        return bool(waiting)


@pytest.fixture
def month() -> Iterator[Month]:
    """A month in memory, with a mail server of its own."""
    with in_memory() as place, SmtpServer(make_certificate(place)) as server:
        month = Month(Dated(place), server)
        month.begin()
        yield month


@pytest.mark.timeout(A_MONTH_S)
def test_an_invoice_is_sent_reminded_of_twice_paid_and_closed_with_a_kill_a_day(month: Month) -> None:
    employee = month.employee
    for number in range(31):
        if number == PAID:
            month.pays(number)
        month.day(number)
        open_tasks = employee.ids("in_progress")
        assert len(open_tasks) == (0 if number >= PAID else 1), number
        assert employee.questions() == [], number
    assert month.kills == 31
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert {number: [str(each["Subject"]) for each in mails] for number, mails in month.sent.items()} == {
        INVOICED: ["Invoice INV-2026-0001"],
        FIRST: ["Reminder: invoice INV-2026-0001"],
        SECOND: ["Second reminder: invoice INV-2026-0001"],
    }
    for number, mails in month.sent.items():
        (message,) = mails
        assert message["Date"].datetime.date() == START + timedelta(days=number)
        assert message["To"] == ADDRESS
        assert [each.get_filename() for each in message.iter_attachments()] == ["inv-2026-0001.pdf"]
    assert employee.status()["done"] == 1
    task = only([each for each in employee.notes("Done") if re.fullmatch(r"[0-9-]+-email-[0-9a-f]{10}\.md", each.name)])
    assert "invoice INV-2026-0001 posted, sent and paid" in task.read_text(encoding="utf-8")
    assert_each_in_one_place(employee)
    assert_whole(employee)


@pytest.mark.timeout(A_MONTH_S)
def test_a_payment_while_a_reminder_waits_takes_the_reminder_back(month: Month) -> None:
    employee = month.employee
    for number in (INVOICED, 1):
        month.day(number)
    month.dawn(FIRST)
    employee.once()
    only(employee.pending("email.send"))
    month.pays(FIRST)
    employee.once()
    assert employee.pending("email.send") == []
    assert employee.ids("in_progress") == []
    assert len(month.server.received) == 1
    assert_each_in_one_place(employee)
    assert_whole(employee)
