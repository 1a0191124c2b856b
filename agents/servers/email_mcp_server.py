"""Lets another assistant read the tasks and propose a reply, over MCP: `python -m agents.servers.email_mcp_server`.

A door, not a desk (ADR 0007): it reads the journal and inserts rows into it; the runner makes a proposal of such a row,
and the owner decides. It holds no lock between two calls. Standard output belongs to the protocol.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.autonomy.assistant_replies import ACTION, BY_ASSISTANTS, OPEN_TASKS, PROPOSE, drafted
from agents.autonomy.overview import look
from agents.connectors.email.actions import EmailSend
from agents.durability.bell import ring
from agents.durability.proposal_rows import proposals_of
from agents.durability.task_persistence import add_request, requests_pending, tasks_in
from agents.errors import NotAllowed
from agents.security.secret_patterns import kinds_in
from agents.servers.door import Door, known_task, open_to_assistants, serve
from agents.servers.mail_view import Recorded, TaskList, TaskText, task_list, task_text
from agents.servers.waiting_view import NOTICE, Waiting, waiting

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.durability.task_persistence import TaskRow
    from agents.servers.door import Tool

MAX_WAITING = 3  # proposals of assistants for one task; more would bury what the owner has to decide


class MailDoor(Door):
    """What the tools do, for one vault."""

    name = "email"
    instructions = (
        "The tasks of a small business, and replies that its owner decides about. These tools read, or record a "
        f"proposal; only the owner's yes makes anything happen. {NOTICE}"
    )

    def reads(self) -> tuple[Tool, ...]:
        """Tasks, and what waits for the owner."""
        return (self.list_tasks, self.read_task, self.list_waiting)

    def proposes(self) -> tuple[Tool, ...]:
        """A reply."""
        return (self.propose_reply,)

    def list_tasks(self) -> TaskList:
        """List the open tasks: mails, files and the owner's requests. Read one with read_task."""
        with self.journal() as journal, journal.begin() as sql:
            rows = tuple(reversed(tasks_in(sql, *OPEN_TASKS)))
        return task_list(rows, self.privacy())

    def read_task(self, task_id: str) -> TaskText:
        """Read one task, open or done: what came, from whom, and what is odd about it."""
        with self.journal() as journal, journal.begin() as sql:
            row = known_task(sql, task_id, listed_by="list_tasks")
        open_to_assistants(row.id, self.privacy())
        return task_text(row)

    def list_waiting(self) -> Waiting:
        """List what waits for the owner: proposals to decide about, and questions to answer."""
        with self.journal() as journal:
            overview = look(self.place.root, journal, self.clock.now())
        return waiting(overview.pending, overview.questions, overview.requests, self.privacy())

    def propose_reply(self, task_id: str, subject: str, body: str) -> Recorded:
        """Record a reply to the one who wrote a task's mail. The owner reads it and decides; nothing leaves before."""
        recorded = self._recorded(task_id, subject, body)
        ring(self.state)
        return recorded

    def _recorded(self, task_id: str, subject: str, body: str) -> Recorded:
        with self.journal() as journal, journal.begin() as sql:
            row = known_task(sql, task_id, listed_by="list_tasks")
            open_to_assistants(row.id, self.privacy())
            text = _reply(row, subject, body).canonical().decode()
            if kinds := kinds_in(text):
                raise NotAllowed(f"This was not recorded: it holds a secret ({kinds}).", hint="Leave the secret out.")
            asked = [each for each in requests_pending(sql) if each.kind == PROPOSE and each.target == row.id]
            for each in asked:
                if each.text == text:
                    return Recorded(request=each.number)
            draft = drafted(sql, row.id, text, "", {ACTION: EmailSend})
            if isinstance(draft, str):
                raise NotAllowed(f"This was not recorded: {draft}.", hint="See list_waiting for what waits already.")
            _no_flood(len(asked) + _proposed_by_assistants(sql, row.id))
            at = self.clock.now().isoformat()
            request = {"at": at, "kind": PROPOSE, "target": row.id, "text": text, "actor": "mcp"}
            return Recorded(request=add_request(sql, request))


def _reply(row: TaskRow, subject: str, body: str) -> EmailSend:
    """The mail to the one who wrote; the recipient is the task's, whatever the caller thinks."""
    if not row.sender:
        raise NotAllowed("This task names no address to reply to.", hint="Choose a task that can_be_answered.")
    if not subject.strip() or not body.strip():
        raise NotAllowed("A reply needs a subject and a body.", hint="Write both.")
    try:
        message_id = json.loads(row.view)["message_id"]
        return EmailSend(to=row.sender, subject=subject, body=body, in_reply_to=message_id)
    except ValidationError as err:
        reasons = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in err.errors())
        raise NotAllowed(f"This is no mail that could go out: {reasons}.", hint="Change it.") from err


def _proposed_by_assistants(sql: Connection, task: str) -> int:
    mine = (each for each in proposals_of(sql, task) if each.move_key.startswith(BY_ASSISTANTS))
    return sum(each.state == "waiting" for each in mine)


def _no_flood(replies: int) -> None:
    if replies >= MAX_WAITING:
        raise NotAllowed(
            f"{replies} replies to this task wait for the owner already.", hint="Wait until the owner has decided."
        )


if __name__ == "__main__":
    sys.exit(serve(MailDoor))
