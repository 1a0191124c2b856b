"""What an assistant asked for becomes a proposal only as an answer to the one who wrote; the rest is told the owner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.assistant_proposals import Wish, drafted
from agents.connectors.email.actions import EmailSend
from agents.durability.journal import Journal
from agents.durability.schema import REQUESTS
from agents.durability.task_persistence import add_request
from tests.clock import NOON
from tests.flows.employee import ADDRESS, Employee, mail, request

if TYPE_CHECKING:
    from pathlib import Path

REPLY = {"action": "email.send", "to": ADDRESS, "subject": "Re: Invoice", "body": "Thank you."}
FILE = {"name": "books.pdf", "sha256": "0" * 64}
INVOICE = {
    "action": "invoice.create",
    "customer": "Thief",
    "email": ADDRESS,
    "lines": [{"text": "x", "quantity": "1", "unit": "h", "price": "1", "tax": "0"}],
    "currency": "EUR",
    "due_days": 14,
}


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """A vault in which one mail waits as a task, with an invoice proposed."""
    made = Employee(tmp_path).init()
    made.drop("request.eml", mail(request()))
    made.once()
    return made


def task_of(employee: Employee) -> str:
    (task,) = employee.ids("in_progress")
    return task


def ask(employee: Employee, text: str, task: str = "") -> None:
    """Add the row that a server would add, and let the runner take it up."""
    row = {"at": NOON.isoformat(), "kind": "propose", "target": task or task_of(employee), "text": text, "actor": "mcp"}
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        add_request(sql, row)
    journal.close()
    employee.once()


def alerts(employee: Employee) -> str:
    notes = [each for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    return "\n".join(each.read_text(encoding="utf-8") for each in notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": "thief@evil.example"}, "it does not go to the one who wrote"),
        ({"to": ADDRESS.upper()}, "it does not go to the one who wrote"),
        ({"attachments": [FILE]}, "it carries attachments"),
        ({"in_reply_to": "<another@client.example>"}, "it names another mail as the one it answers"),
        ({"bcc": "thief@evil.example"}, "it is no valid email.send"),
        ({"subject": "Hello\nBcc: thief@evil.example"}, "it is no valid email.send"),
        ({"action": "bank.book"}, "an assistant may not propose this"),
    ],
)
def test_what_is_no_plain_answer_is_refused_and_told(employee: Employee, change: dict[str, object], words: str) -> None:
    ask(employee, json.dumps(REPLY | change))
    assert employee.pending("email.send") == []
    assert words in alerts(employee)
    assert "thief" not in alerts(employee).casefold()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"action": "contacts.merge"}', "an assistant may not propose this"),
        ('{"action": "payment.prepare"}', "it is no valid payment.prepare"),
        ('{"action": "employee.cancel"}', "nothing here knows employee.cancel"),
        *((each, "it names no action") for each in ("", "{", "[]", "null")),
    ],
)
def test_what_an_assistant_may_not_propose_is_refused(employee: Employee, text: str, words: str) -> None:
    before = employee.ids("pending_approval")
    ask(employee, text)
    assert employee.ids("pending_approval") == before
    assert words in alerts(employee)


def test_a_task_nobody_knows_is_told_without_acting_markdown(employee: Employee) -> None:
    ask(employee, json.dumps(REPLY), task="[[STOP]]")
    assert "no task has this id" in alerts(employee)
    assert "[[STOP]]" not in alerts(employee)


def test_an_answer_becomes_one_proposal_and_no_alert(employee: Employee) -> None:
    ask(employee, json.dumps(REPLY | {"in_reply_to": "<flow-1@client.example>"}))
    assert len(employee.pending("email.send")) == 1
    assert alerts(employee) == ""


def test_a_runner_killed_before_it_settled_the_request_files_no_second_proposal(employee: Employee) -> None:
    ask(employee, json.dumps(REPLY))
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        sql.execute(REQUESTS.update().values(state="pending"))
    journal.close()
    employee.once()
    assert len(employee.pending("email.send")) == 1
    assert alerts(employee) == ""


def test_the_same_words_again_are_told_and_not_filed(employee: Employee) -> None:
    ask(employee, json.dumps(REPLY))
    ask(employee, json.dumps(REPLY))
    assert len(employee.pending("email.send")) == 1
    assert "just this was proposed before" in alerts(employee)


def test_where_no_mail_can_be_written_nothing_is_proposed(employee: Employee) -> None:
    task = task_of(employee)
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        wish = Wish(task, json.dumps(REPLY), NOON, "mcp:1")
        assert drafted(sql, wish, {}) == "nothing here knows email.send"
    journal.close()


def test_the_warnings_about_the_mail_stand_in_the_proposal(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init()
    odd = mail(request()).replace("Subject:", "Reply-To: other@elsewhere.example\nSubject:", 1)
    employee.drop("odd.eml", odd)
    employee.once()
    ask(employee, json.dumps(REPLY))
    (note,) = employee.pending("email.send")
    assert "> [!warning] ⚠ about this mail:" in note.read_text(encoding="utf-8")


def test_the_action_is_sealed_as_it_was_recorded(employee: Employee) -> None:
    action = EmailSend.model_validate(REPLY)
    ask(employee, action.canonical().decode())
    (note,) = employee.pending("email.send")
    assert 'subject: "Re: Invoice"' in note.read_text(encoding="utf-8")
