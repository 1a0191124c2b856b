"""Several assistants at once beside a running employee: nothing is lost, nothing twice; and the owner is not buried."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from agents.durability.journal import Journal
from agents.durability.task_persistence import add_request, settle_request
from agents.errors import NotAllowed
from agents.servers.autonomy_mcp_server import AutonomyDoor
from agents.servers.email_mcp_server import MailDoor
from agents.servers.recording import MAX_A_DAY, MAX_WAITING
from tests.flows.employee import Employee, mail, request
from tests.flows.programs import command_line, started
from tests.servers.conversation import AUTONOMY, MAIL, conversation
from tests.servers.replies import PLEASE, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.conversation import Conversation

MAILS = 3


def with_mails(room: Path, mails: int) -> Employee:
    made = Employee(room).init()
    for number in range(mails):
        made.drop(f"{number}.eml", mail(request(f"{number + 2} hours"), number=number))
    made.once()
    return made


def test_several_assistants_and_a_running_employee_work_at_once(tmp_path: Path) -> None:
    employee = with_mails(tmp_path, MAILS)
    tasks = employee.ids("in_progress")

    def replies(assistant: Conversation) -> list[dict[str, Any]]:
        return [assistant.call("propose_reply", task_id=task, **PLEASE) for task in tasks]

    def pauses(assistant: Conversation) -> list[dict[str, Any]]:
        return [assistant.call("propose_pause", task_id=task) for task in tasks]

    with started(employee, *command_line(employee, "run")) as runner, ExitStack() as stack:
        runner.until((employee.state / "runner.json").exists)
        one, other = (stack.enter_context(conversation(employee, MAIL)) for _ in range(2))
        third = stack.enter_context(conversation(employee, AUTONOMY))
        with ThreadPoolExecutor(3) as pool:
            jobs = [pool.submit(replies, one), pool.submit(pauses, third)]
            told = [answer for job in jobs for answer in job.result()]
            looks = [pool.submit(each.call, "list_waiting") for each in (one, other)]
            seen = [look.result() for look in looks]
        runner.until(lambda: recorded(employee) == 0)
        assert "just this was proposed before" in other.refused("propose_reply", task_id=tasks[0], **PLEASE)
        promised = {answer["proposal"] for answer in told}
        assert len(promised) == 2 * MAILS
        assert {answer["status"] for answer in told} <= {"waiting", "recorded"}
        assert "waiting" in {answer["status"] for answer in told}, "while it runs, it takes up at once"
        assert all(len(each["proposals"]) >= MAILS for each in seen)
        pause = next(each for each in employee.pending("employee.pause") if tasks[0] in each.read_text("utf-8"))
        employee.approve(pause)
        runner.until(lambda: employee.status()["paused"] == [tasks[0]])
        assert runner.signal(signal.SIGTERM) == 0
    assert len(employee.pending("email.send")) == MAILS
    assert len(employee.pending("employee.pause")) == MAILS - 1
    assert promised - {pause.stem} <= {each.stem for each in employee.notes("Pending_Approval")}
    assert employee.outbox() == []
    assert employee.call("verify").exit_code == 0


@pytest.fixture
def employee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Employee:
    made = with_mails(tmp_path, 1)
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(made.state))
    return made


def asked_before(employee: Employee, times: int, task: str, *, pending: bool) -> None:
    """So many requests that assistants made, of this minute, as the journal keeps them."""
    at = MailDoor.open(employee.vault).clock.now().isoformat()
    with (journal := Journal.open(employee.state)).begin() as sql:
        for number in range(times):
            values = {"at": at, "kind": "propose", "target": task, "text": json.dumps(number), "actor": "mcp"}
            row = add_request(sql, values)
            if not pending:
                settle_request(sql, row, "refused", "")
    journal.close()


def test_assistants_cannot_fill_the_vault_with_proposals(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    asked_before(employee, MAX_WAITING, "another", pending=True)
    with pytest.raises(NotAllowed, match=f"{MAX_WAITING} proposals of assistants wait for the owner"):
        AutonomyDoor.open(employee.vault).propose_pause(task)


def test_assistants_cannot_wear_the_owner_down_within_a_day(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    asked_before(employee, MAX_A_DAY - 1, task, pending=False)
    door = AutonomyDoor.open(employee.vault)
    assert door.propose_pause(task).status == "recorded"
    with pytest.raises(NotAllowed, match=f"asked for {MAX_A_DAY} proposals within a day"):
        door.propose_retry(task)


def test_what_is_next_is_listed_in_its_order(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    door = AutonomyDoor.open(employee.vault)
    (employee.vault / "STOP.md").write_text("", encoding="utf-8")
    employee.approve(employee.pending("invoice.create")[0])
    employee.said("pause", task)
    employee.once()
    seen = door.queue()
    assert (seen.stands_still, seen.paused, seen.left_out) == ("STOP.md is in the vault", (task,), 0)
    assert [(each.task, each.action, each.held) for each in seen.to_do] == [(task, "invoice.create", True)]
    employee.said("pause")
    employee.drop("new.eml", mail(request("9 hours"), number=9))
    employee.once()
    seen = door.queue()
    assert (seen.everything_is_paused, [each.priority for each in seen.to_begin]) == (True, ["normal"])


def test_a_thread_shows_what_came_and_what_was_sent(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    door = MailDoor.open(employee.vault)
    door.propose_reply(task, **PLEASE)
    employee.once()
    employee.approve(employee.pending("email.send")[0])
    employee.once()
    (sent,) = employee.outbox()
    answer = mail("Thanks, got it.", number=5, subject="Re: Invoice please")
    answer = answer.replace("MIME-Version", f"In-Reply-To: {sent['Message-ID']}\nMIME-Version", 1)
    employee.drop("answer.eml", answer)
    employee.once()
    mails = door.read_thread(task).mails
    assert sorted((each.task == task, each.sent) for each in mails) == [(False, False), (True, False), (True, True)]
    reply = next(each.task for each in mails if each.task != task)
    assert door.read_thread(reply).mails == mails
    note = next(each for each in employee.vault.rglob(f"{reply}.md") if "Plans" not in each.parts)
    text = note.read_text(encoding="utf-8")
    note.write_text(text.replace(f"id: {reply}", f"id: {reply}\nprivate: true"), encoding="utf-8")
    seen = door.read_thread(task)
    assert ({each.task for each in seen.mails}, seen.left_out) == ({task}, 1)


def test_a_draft_says_what_speaks_against_it_and_files_nothing(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    door = MailDoor.open(employee.vault)
    draft = door.draft_reply(task, "It is coming.")
    assert (draft.can_be_proposed, draft.objections) == (True, ())
    assert draft.from_outside.subject == "Re: Invoice please"
    assert "holds a secret" in " ".join(door.draft_reply(task, "The password: hunter2").objections)
    door.propose_reply(task, "Re: Invoice please", "It is coming.")
    employee.once()
    assert door.draft_reply(task, "It is coming.").objections == ("just this was proposed before",)
    assert len(employee.pending("email.send")) == 1


def test_a_number_nobody_was_told_leads_nowhere(employee: Employee) -> None:
    employee.said("ask", "Remember this")
    for number in (1, 99):
        with pytest.raises(NotAllowed, match="No proposal was asked for under this number"):
            MailDoor.open(employee.vault).look_up_request(number)
