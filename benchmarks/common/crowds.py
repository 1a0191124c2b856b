"""So many tasks that each wait for the owner's yes, made through the shipped recorder and the shipped proposals.

Each is one mail with its original, its task note, its plan and one proposal: four files, four events. What takes the
time in a real run, a transaction and a commit for each step and every note moved and edited, is left out: a hundred are
made at once, each note where it lies in the end. What lies there is the same.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from agents.approval.decisions import Decisions, Policy
from agents.approval.proposals import Draft
from agents.autonomy.founding import open_place
from agents.clock import as_local
from agents.connectors.contract import Money
from agents.connectors.email.actions import EmailSend
from agents.console.wiring import House, house_at
from agents.durability.task_persistence import TaskRow, add_events, add_task
from agents.durability.transitions import Transition
from agents.reasoning.brain import Decision, ProposeAction, Step
from agents.reasoning.planner import render_plan
from agents.security.audit_logger import Fact
from agents.settings import Settings
from agents.vault.layout import CLAIMED, FILES, PLANS, month_folder, note_id
from agents.vault.store import EditText, Operation, edited
from benchmarks.common.drops import BODY
from watchers.contract import Event, OriginKind, StoredFile
from watchers.task_note import TaskContent, render_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.durability.transitions import Writing
    from benchmarks.common.rooms import Room

IN_ONE_TRANSACTION = 100
MOVE = "answer"
POLICY = Policy(days=30, limit=Money(Decimal(500), "EUR"))


@dataclass(frozen=True)
class Crowd:
    """One vault and those who wait in it."""

    house: House

    @cached_property
    def _decisions(self) -> Decisions:
        return Decisions(self.house.recorder, self.house.clock)

    def gather(self, number: int) -> None:
        """So many more, all of them in the history."""
        recorder = self.house.recorder
        for start in range(0, number, IN_ONE_TRANSACTION):
            now = self.house.clock.now()
            mails = [_mail(each, now) for each in range(start, min(number, start + IN_ONE_TRANSACTION))]
            contents = [mail.original.content for mail in mails if mail.original]
            with self.house.blobs.ahead(contents), recorder.begin() as writing:
                for mail in mails:
                    self._one(writing, mail)
            recorder.flush()
        recorder.housekeeping(())
        recorder.refresh_index()

    def _one(self, writing: Writing, mail: Event) -> None:
        """One task from its mail to its proposal."""
        now = self.house.clock.now().replace(microsecond=0)
        row = self._filed(writing, mail, now)
        answer = EmailSend(to=row.sender, subject="Your order", body="Hello,\n\nyour order is on its way.\n" * 4)
        move = ProposeAction(MOVE, answer, {"to": f"mail:{row.id}", "subject": "computed", "body": "computed"}, "")
        steps = (Step("Propose the answer", move_key=MOVE),)
        decision = Decision(row.rule, row.category, "Answer the order", steps, "mail sent", (move,))
        draft = Draft(row.id, MOVE, answer, move.provenance, "", row.rule, row.brain)
        proposal = self._decisions.propose(writing, draft, POLICY)
        plan = render_plan(row.id, decision, {MOVE: proposal.id}, ("turn 1",))
        made = Operation("create", f"{PLANS}/plan-{row.id}.md", text=plan)
        writing.record(Transition(Fact("runner", "task.planned", row.id, row.id), f"Plan {row.id}", (made,)))

    def _filed(self, writing: Writing, mail: Event, now: datetime) -> TaskRow:
        """The row of a task that was claimed and planned, its note and its original."""
        day = as_local(now).date()
        task = note_id(day, mail.kind, mail.source, mail.source_id)
        blob = self.house.blobs.put(mail.original.content) if mail.original else ""
        name = f"sha-{blob[:16]}.eml"
        content = TaskContent(task, mail, as_local(now), False, ((name, "order.eml"),), "- filed by inbox watcher", ())  # noqa: FBT003
        edits = (EditText("property", "order", "category"), EditText("property", f"[[plan-{task}]]", "plan"))
        note = edited(render_task(content).encode(), edits).decode()
        view = {
            "id": task,
            "kind": mail.kind,
            "sender_name": mail.sender_name,
            "sender_address": mail.sender_address,
            "subject": mail.subject,
            "text": mail.text,
            "received": mail.occurred_at.isoformat(),
            "message_id": "",
            "flags": [],
            "attachments": [],
        }
        event = {"source": mail.source, "source_id": mail.source_id, "content_sha256": mail.content_sha256}
        add_events(writing.sql, [{**event, "task": task, "seen_at": now.isoformat()}])
        row = TaskRow(
            task,
            now.isoformat(),
            state="waiting",
            turn=1,
            sender=mail.sender_address,
            view=json.dumps(view),
            note=note,
            category="order",
            rule="owner-request",
            brain="playbook",
        )
        add_task(writing.sql, row)
        operations = (
            Operation("file", f"{month_folder(FILES, day)}/{name}", blob=blob),
            Operation("create", f"{CLAIMED}/{task}.md", text=note),
        )
        writing.record(Transition(Fact("watcher", "task.filed", task, task), f"File {task}", operations))
        writing.record(Transition(Fact("runner", "task.claimed", task, task), f"Claim {task}"))
        return row


def _mail(number: int, now: datetime) -> Event:
    text = f"{BODY}Number {number}\n"
    content = f"Subject: About order {number}\n\n{text}".encode()
    return Event(
        source="inbox",
        source_id=f"crowd {number}",
        occurred_at=now,
        content_sha256=hashlib.sha256(content).hexdigest(),
        kind="email",
        origin="",
        origin_kind=OriginKind.OTHER,
        sender_name=f"Somebody {number}",
        sender_address=f"somebody-{number}@example.org",
        subject=f"About order {number}",
        text=text,
        original=StoredFile(content, "eml", f"order-{number}.eml", "message/rfc822"),
    )


@contextmanager
def house_of(room: Room) -> Iterator[House]:
    """The house of a room's vault, in this process; nobody else may run there meanwhile."""
    house = house_at(open_place(room.inbox.parent), Settings(state=room.git_dir.parent))
    with house.lock():
        yield house
    house.close()


def gather(room: Room, number: int) -> None:
    """So many who wait, in a room where nothing runs."""
    with house_of(room) as house:
        Crowd(house).gather(number)
