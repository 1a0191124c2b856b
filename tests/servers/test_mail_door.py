"""The mail door within this process: what it refuses, and with which words."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from agents.console.commands import cli
from agents.errors import NeedsOwner, NotAllowed
from agents.servers.email_mcp_server import MailDoor
from agents.servers.mail_view import MAX_TASKS
from agents.servers.recording import MAX_IN_TASK
from agents.servers.serving import build_server, without_secrets
from tests.clock import NOON
from tests.connectors.email.notices import report
from tests.flows.employee import Employee, mail
from tests.servers.replies import PLEASE, recorded, task_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_reply_twice_is_one_request(door: MailDoor, employee: Employee) -> None:
    task = task_of(employee)
    assert door.propose_reply(task, **PLEASE) == door.propose_reply(task, **PLEASE)
    assert recorded(employee) == 1


def test_a_reply_with_a_secret_is_not_recorded_and_the_secret_not_repeated(door: MailDoor, employee: Employee) -> None:
    with pytest.raises(NotAllowed, match=r"it holds a secret \(password\)") as refused:
        door.propose_reply(task_of(employee), "Re: Invoice", "The password: hunter2")
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"
    assert recorded(employee) == 0


class Answer(BaseModel):
    """An answer of a door."""

    words: str
    parts: tuple[str, ...] = ()
    inner: Answer | None = None
    count: int = 1


def test_an_answer_leaves_without_its_secrets() -> None:
    answer = Answer(words="password: hunter2", parts=("fine", "PIN: 48213"), inner=Answer(words="password: hunter2"))
    shown = without_secrets(answer)
    assert shown.words == "password: ⟨secret: password, 7 characters⟩"
    assert shown.parts == ("fine", "PIN: ⟨secret: PIN, 5 characters⟩")
    assert shown.inner is not None
    assert shown.inner.words == shown.words
    assert without_secrets(clean := Answer(words="fine")) is clean
    assert without_secrets("as it is") == "as it is"


def test_an_assistant_cannot_bury_the_owner_in_replies(door: MailDoor, employee: Employee) -> None:
    task = task_of(employee)
    for number in range(MAX_IN_TASK):
        door.propose_reply(task, "Re: Invoice", f"Version {number}")
        employee.once()
    with pytest.raises(NotAllowed, match=f"{MAX_IN_TASK} proposals of assistants wait in this task"):
        door.propose_reply(task, "Re: Invoice", "One more")
    assert len(employee.pending("email.send")) == MAX_IN_TASK


@pytest.mark.parametrize(
    ("subject", "body", "words"),
    [
        ("Hello\nBcc: thief@evil.example", "Text", "subject: Value error, control characters"),
        ("Hello", "Text \x1b[2J", "body: Value error, control characters"),
        (" ", "Text", "needs a subject and a body"),
        ("Hello", "\n", "needs a subject and a body"),
        ("x" * 300, "Text", "subject: String should have at most"),
    ],
)
def test_what_is_no_mail_is_not_recorded(
    door: MailDoor, employee: Employee, subject: str, body: str, words: str
) -> None:
    with pytest.raises(NotAllowed, match=words):
        door.propose_reply(task_of(employee), subject, body)
    assert recorded(employee) == 0


def test_a_task_without_a_sender_cannot_be_answered(door: MailDoor, employee: Employee) -> None:
    employee.drop("table.csv", "a,b\n1,2\n")
    employee.once()
    (task,) = [each.id for each in door.list_tasks().tasks if each.kind == "file"]
    with pytest.raises(NotAllowed, match="names no address"):
        door.propose_reply(task, **PLEASE)


def test_a_finished_task_can_be_read_and_not_answered(door: MailDoor, employee: Employee) -> None:
    employee.drop("unclear.eml", mail("Zorgle frim blat.", number=2, subject="Hm"))
    employee.once()
    (question,) = door.list_waiting().questions
    task = question.task
    employee.said("answer", question.id, "file it")
    employee.once()
    assert task not in {each.id for each in door.list_tasks().tasks}
    assert (door.read_task(task).state, door.read_task(task).can_be_answered) == ("done", False)
    with pytest.raises(NotAllowed, match="its task is done already"):
        door.propose_reply(task, **PLEASE)


def test_a_long_list_says_how_much_it_leaves_out(door: MailDoor, employee: Employee) -> None:
    for number in range(MAX_TASKS + 2):
        employee.said("ask", f"Remember thing {number}")
    employee.once()
    listed = door.list_tasks()
    assert len(listed.tasks) == MAX_TASKS
    assert listed.left_out == 3


def test_a_journal_of_another_vault_is_refused(door: MailDoor) -> None:
    other = replace(door, place=replace(door.place, vault_id="0123456789abcdef"))
    with pytest.raises(NotAllowed, match="belongs to another vault"):
        other.list_tasks()


def test_a_lost_state_folder_is_told_and_not_made_anew(door: MailDoor, tmp_path: Path) -> None:
    lost = replace(door, state=tmp_path / "nowhere")
    with pytest.raises(NeedsOwner, match="no journal") as told:
        lost.list_tasks()
    assert "AI_EMPLOYEE_STATE" in told.value.hint
    assert not (tmp_path / "nowhere").exists()


def test_a_state_folder_inside_the_vault_is_refused(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.vault / "state"))
    with pytest.raises(NotAllowed, match="inside the vault"):
        MailDoor.open(employee.vault)


def test_a_door_keeps_the_time_of_the_vault_on_practice_time_too(
    employee: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    (employee.room / "clock").write_text(NOON.isoformat(), encoding="utf-8")
    monkeypatch.setenv("AI_EMPLOYEE_CLOCK", str(employee.room / "clock"))
    assert MailDoor.open(employee.vault).clock.now() == NOON


def test_without_a_vault_the_server_ends_with_the_next_step(tmp_path: Path) -> None:
    told = CliRunner().invoke(cli, ["mcp", "email", "--vault", str(tmp_path / "none")])
    assert told.exit_code == 1
    assert "There is no vault" in told.stderr
    assert told.stdout == ""


def test_without_the_package_the_server_says_what_to_install(door: MailDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(NeedsOwner) as told:
        build_server(door)
    assert "requirements-mcp.txt" in told.value.hint


def test_a_thread_says_which_mail_came_back_and_why(door: MailDoor, employee: Employee) -> None:
    task = task_of(employee)
    door.propose_reply(task, **PLEASE)
    employee.once()
    employee.approve(employee.pending("email.send")[0])
    employee.once()
    (sent,) = employee.outbox()
    late = report(sent["Message-ID"], action="delayed", status="4.4.1", said="")
    words = ("late: the server of the recipient did not answer", "came back: the address does not exist there")
    for number, notice in enumerate((late, report(sent["Message-ID"], number=2))):
        employee.drop(f"notice-{number}.eml", notice)
        employee.once()
        became = {each.became for each in door.read_thread(task).mails}
        assert became == {"", words[number]}


def test_a_reply_goes_where_the_mail_wants_it_and_its_thread_with_it(door: MailDoor, employee: Employee) -> None:
    first = task_of(employee)
    wanted = "Reply-To: desk@other.example\nReferences: <first@client.example>\nMIME-Version"
    employee.drop("other.eml", mail("Are you open?", number=7).replace("MIME-Version", wanted, 1))
    employee.once()
    task = next(each.id for each in door.list_tasks().tasks if each.id != first)
    assert door.draft_reply(task, "Yes.").from_outside.to == "desk@other.example"
    door.propose_reply(task, "Re: Hello", "Yes.")
    employee.once()
    (note,) = employee.pending("email.send")
    text = note.read_text(encoding="utf-8")
    assert "risk: high" in text
    assert "references: [" in text
