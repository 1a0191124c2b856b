"""An assistant may have an invoice reminded of by the letter that is due, and by no other; the owner decides."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.assistant_proposals import Wish, drafted
from agents.durability.journal import looking
from agents.durability.proposal_rows import find_proposal
from agents.durability.task_persistence import tasks_in
from agents.errors import NotAllowed
from agents.servers.books_mcp_server import BooksDoor
from agents.servers.odoo_mcp_server import OdooDoor
from agents.servers.recording import MODELS
from tests.clock import NOON
from tests.connectors.odoo.odoo_room import story_odoo
from tests.flows.employee import ADDRESS, mail, request
from tests.flows.steps import only
from tests.flows.test_bank import camt, know_the_account, yes
from tests.flows.test_odoo import connect
from tests.flows.test_thirty_days import PAYMENT, REMINDERS, START, Dated
from tests.servers.replies import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DUE = START + timedelta(days=14)
NUMBER = "INV-2026-0001"


def dawn(employee: Dated, day: date) -> None:
    employee.clock.write_text(f"{datetime(day.year, day.month, day.day, 9, tzinfo=UTC).isoformat()}\n", "utf-8")


def invoiced(place: Path, days: str) -> Dated:
    """A vault with an invoice that was sent on the first day; `days` are those of the handbook for reminders."""
    place.mkdir()
    employee = Dated(place)
    dawn(employee, START)
    employee.init()
    handbook = employee.vault / "Company_Handbook.md"
    text = handbook.read_text(encoding="utf-8")
    handbook.write_text(text.replace(REMINDERS, f"| payment reminders | {days} |"), encoding="utf-8")
    employee.drop("request.eml", mail(request()))
    for _ in range(3):
        employee.once()
        for note in (employee.vault / "Pending_Approval").glob("*.md"):
            employee.approve(note)
    assert len(employee.outbox()) == 1
    return employee


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Dated:
    """Made once; each test has a copy."""
    return invoiced(tmp_path_factory.mktemp("sent") / "room", "3, 14")


@pytest.fixture
def employee(sent: Dated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dated:
    shutil.copytree(sent.room, tmp_path / "room", symlinks=True)
    employee = Dated(tmp_path / "room")
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.state))
    monkeypatch.setenv("AI_EMPLOYEE_CLOCK", str(employee.clock))
    employee.said("run", "--once", "--moved")
    return employee


def door(employee: Dated, day: date) -> BooksDoor:
    """The door as it opens on a day on which the employee did not run yet."""
    dawn(employee, day)
    return BooksDoor.open(employee.vault)


def test_the_letter_that_is_due_waits_for_the_owner_and_counts_as_the_stage_it_is(employee: Dated) -> None:
    books = door(employee, DUE + timedelta(days=3))
    told = books.propose_reminder(f" {NUMBER.lower()} ")
    assert told.status == "recorded"
    assert books.propose_reminder(NUMBER).request == told.request
    employee.once()
    note = only(employee.pending("email.send"))
    text = note.read_text(encoding="utf-8")
    assert note.stem == told.proposal
    for words in (f"Reminder: invoice {NUMBER}", "⚠ a connected assistant", ADDRESS, ".pdf"):
        assert words in text
    with looking(employee.state) as sql:
        row = find_proposal(sql, told.proposal)
    assert row
    assert row.move_key == "reminder-1"
    assert books.look_up_request(told.request).status == "waiting"
    with pytest.raises(NotAllowed, match="waits for the owner already"):
        books.propose_reminder(NUMBER)
    employee.approve(note)
    employee.once()
    assert [len([*each.iter_attachments()]) for each in employee.outbox()] == [1, 1]
    assert employee.pending("email.send") == []
    assert books.look_up_request(told.request).status == "done"
    with pytest.raises(NotAllowed, match="its next letter is still to come"):
        books.propose_reminder(NUMBER)
    dawn(employee, DUE + timedelta(days=14))
    employee.once()
    assert "Second reminder" in only(employee.pending("email.send")).read_text(encoding="utf-8")


def test_a_payment_takes_the_letter_back_that_an_assistant_wanted(employee: Dated) -> None:
    day = DUE + timedelta(days=3)
    door(employee, day).propose_reminder(NUMBER)
    employee.once()
    assert len(employee.pending("email.send")) == 1
    manual = employee.vault / "Accounting" / "manual.beancount"
    manual.write_text(manual.read_text(encoding="utf-8") + PAYMENT.format(day=day), encoding="utf-8")
    employee.once()
    assert employee.pending("email.send") == []
    with pytest.raises(NotAllowed, match="is done"):
        door(employee, day).propose_reminder(NUMBER)


def old_bank_data(employee: Dated) -> None:
    know_the_account(employee)
    employee.drop("old.xml", camt([("r1", "1.00", "Somebody", "hello")]))
    employee.once()
    yes(employee)
    employee.once()


def credit_waits(employee: Dated) -> None:
    employee.said("books", "credit", NUMBER)
    employee.once()
    assert len(employee.pending("invoice.credit")) == 1


def answered(employee: Dated) -> None:
    first = str(employee.outbox()[0]["Message-ID"])
    text = mail("We will pay soon.", number=2, subject="Re: Invoice")
    employee.drop("answer.eml", text.replace("MIME-Version", f"In-Reply-To: {first}\nMIME-Version"))
    employee.once()
    employee.once()


def asked(employee: Dated) -> str:
    """The question of the invoice's task; the answer is a task of its own, with one as well."""
    texts = {each.stem: each.read_text(encoding="utf-8") for each in employee.questions()}
    return only([name for name, text in texts.items() if "go on reminding" in text])


def silenced(employee: Dated) -> None:
    answered(employee)
    employee.said("answer", asked(employee), "no more reminders, wait for the payment")
    employee.once()


def promised(employee: Dated) -> None:
    answered(employee)
    employee.said("answer", asked(employee), "until 2027-01-31")
    employee.once()


def broken(employee: Dated) -> None:
    manual = employee.vault / "Accounting" / "manual.beancount"
    manual.write_text(manual.read_text(encoding="utf-8") + "\n2026-11-24 * nonsense\n", encoding="utf-8")


def paused(employee: Dated) -> None:
    employee.said("pause", only(employee.ids("in_progress")))
    employee.once()


@pytest.mark.parametrize(
    ("change", "days", "words"),
    [
        (lambda _: None, 2, "its next letter is still to come"),
        (old_bank_data, 3, "too old to tell"),
        (credit_waits, 3, "a credit note over it waits"),
        (answered, 3, "only the owner knows what that means"),
        (silenced, 3, "wants no more reminders"),
        (promised, 3, "promised to pay"),
        (broken, 3, "do not say plainly"),
        (paused, 3, "rest"),
    ],
)
def test_what_holds_the_employees_own_letters_holds_those_of_an_assistant(
    employee: Dated, change: Callable[[Dated], None], days: int, words: str
) -> None:
    change(employee)
    with pytest.raises(NotAllowed, match=words) as refused:
        door(employee, DUE + timedelta(days=days)).propose_reminder(NUMBER)
    assert refused.value.hint
    assert recorded(employee) == 0


def test_nobody_is_reminded_of_what_the_employee_did_not_issue(employee: Dated) -> None:
    with pytest.raises(NotAllowed, match="issued no invoice"):
        door(employee, DUE + timedelta(days=3)).propose_reminder("INV-2026-0009")


def test_without_days_in_the_handbook_nobody_is_reminded_until_the_owner_names_some_and_puts_the_task_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = invoiced(tmp_path / "without", "")
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(without.state))
    monkeypatch.setenv("AI_EMPLOYEE_CLOCK", str(without.clock))
    with pytest.raises(NotAllowed, match="is done") as refused:
        door(without, DUE + timedelta(days=3)).propose_reminder(NUMBER)
    assert "`payment reminders`" in refused.value.hint
    assert "put the task's note back" in refused.value.hint
    handbook = without.vault / "Company_Handbook.md"
    text = handbook.read_text(encoding="utf-8")
    handbook.write_text(text.replace("| payment reminders |  |", "| payment reminders | 30 |"), encoding="utf-8")
    with looking(without.state) as sql:
        (row,) = tasks_in(sql, "done")
    only([*(without.vault / "Done").rglob(f"{row.id}.md")]).rename(without.vault / "Needs_Action" / f"{row.id}.md")
    without.once()
    with pytest.raises(NotAllowed) as asked_first:
        door(without, DUE + timedelta(days=30)).propose_reminder(NUMBER)
    assert "has a question about it" in asked_first.value.hint
    without.said("answer", only(without.questions()).stem, "go on where we stopped")
    dawn(without, DUE + timedelta(days=4))
    without.once()
    assert door(without, DUE + timedelta(days=30)).propose_reminder(NUMBER).status == "recorded"


def test_the_door_to_odoo_reminds_only_while_odoo_keeps_the_books(employee: Dated) -> None:
    with story_odoo() as odoo:
        assert connect(employee, odoo).exit_code == 0
        dawn(employee, DUE + timedelta(days=3))
        with pytest.raises(NotAllowed, match="does not keep the owner's books"):
            OdooDoor.open(employee.vault).propose_reminder(NUMBER)
    assert recorded(employee) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"stage": "send"}, "it is no reminder"),
        ({"stage": "reminder-1", "action": "invoice.create"}, "it is no valid invoice.create"),
        ({"attachments": [{"name": "books.pdf", "sha256": "0" * 64}]}, "it carries files that were never sent there"),
        ({"to": "thief@evil.example"}, "it does not go to the one who wrote"),
    ],
)
def test_a_row_of_another_program_is_a_reminder_only_with_the_files_that_went_there(
    employee: Dated, change: dict[str, object], words: str
) -> None:
    (first,) = employee.outbox()
    with looking(employee.state) as sql:
        (task,) = employee.ids("in_progress")
        fields = {"action": "email.send", "to": ADDRESS, "subject": "x", "body": "y", "stage": "reminder-1"}
        wish = Wish(task, json.dumps(fields | change), NOON, "mcp:1")
        found = drafted(sql, wish, MODELS)
    assert first
    assert (found if isinstance(found, str) else "") == words
