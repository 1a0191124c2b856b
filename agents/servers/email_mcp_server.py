"""Lets another assistant read the tasks and propose a reply, over MCP: `python -m agents.servers.email_mcp_server`.

A door, not a desk (ADR 0007): it reads the journal and inserts rows into it; the runner makes a proposal of such a row,
and the owner decides. It holds no lock between two calls. Standard output belongs to the protocol.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pydantic import ValidationError

from agents.autonomy.assistant_replies import ACTION, BY_ASSISTANTS, OPEN_TASKS, PROPOSE, drafted
from agents.autonomy.founding import Place, locate
from agents.autonomy.overview import look
from agents.autonomy.whereabouts import look_around, recognise
from agents.clock import Clock, SystemClock
from agents.connectors.email.actions import EmailSend
from agents.durability.bell import ring
from agents.durability.journal import Journal
from agents.durability.proposal_rows import proposals_of
from agents.durability.task_persistence import TaskRow, add_request, find_task, requests_pending, tasks_in
from agents.errors import EmployeeError, NeedsOwner, NotAllowed
from agents.servers.mail_view import NOTICE, Recorded, TaskList, TaskText, Waiting, task_list, task_text, waiting
from agents.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcp.server import MCPServer
    from sqlalchemy import Connection

MAX_WAITING = 3  # proposals of assistants for one task; more would bury what the owner has to decide
INSTRUCTIONS = (
    "The tasks of a small business, and replies that its owner decides about. These tools read, or record a proposal; "
    f"only the owner's yes makes anything happen. {NOTICE}"
)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class MailDoor:
    """What the tools do, for one vault. The journal is opened for each call and given back."""

    place: Place
    state: Path
    clock: Clock = field(default_factory=SystemClock)

    def list_tasks(self) -> TaskList:
        """List the open tasks: mails, files and the owner's requests. Read one with read_task."""
        with self.journal() as journal, journal.begin() as sql:
            rows = tuple(reversed(tasks_in(sql, *OPEN_TASKS)))
        return task_list(rows)

    def read_task(self, task_id: str) -> TaskText:
        """Read one task, open or done: what came, from whom, and what is odd about it."""
        with self.journal() as journal, journal.begin() as sql:
            return task_text(_known(sql, task_id))

    def list_waiting(self) -> Waiting:
        """List what waits for the owner: proposals to decide about, and questions to answer."""
        with self.journal() as journal:
            overview = look(self.place.root, journal)
        return waiting(overview.pending, overview.questions, overview.requests)

    def propose_reply(self, task_id: str, subject: str, body: str) -> Recorded:
        """Record a reply to the one who wrote a task's mail. The owner reads it and decides; nothing leaves before."""
        recorded = self._recorded(task_id, subject, body)
        ring(self.state)
        return recorded

    def _recorded(self, task_id: str, subject: str, body: str) -> Recorded:
        with self.journal() as journal, journal.begin() as sql:
            row = _known(sql, task_id)
            text = _reply(row, subject, body).canonical().decode()
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

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The vault's journal.

        Raises:
            NeedsOwner: there is none in the state folder; a door makes none.
            NotAllowed: it is another vault's.
            CopiedVault: the vault is a copy, and nobody has said yet what it is.
        """
        if not (self.state / "journal.sqlite").is_file():
            raise NeedsOwner(
                "This vault has no journal on this machine.",
                hint="Run the employee here once, and start this server with the same AI_EMPLOYEE_STATE.",
            )
        journal = Journal.open(self.state)
        try:
            with journal.begin() as sql:
                recognise(sql, self.place, look_around(self.place, self.state))
            yield journal
        finally:
            journal.close()


def _known(sql: Connection, task_id: str) -> TaskRow:
    row = find_task(sql, task_id)
    if row is None:
        raise NotAllowed("No task has this id.", hint="Call list_tasks for the ids there are.")
    return row


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


def open_door(vault: Path | None) -> MailDoor:
    """The door of a vault that is there. Makes nothing, neither in the vault nor in the state folder.

    Raises:
        NeedsOwner: there is no vault.
        NotAllowed: its state folder lies inside it, where reading the journal would write.
    """
    place = locate(vault, Path.cwd())
    state = Settings().state_folder(place.vault_id)
    if state.resolve().is_relative_to(place.root.resolve()):
        raise NotAllowed("The state folder lies inside the vault.", hint="Set AI_EMPLOYEE_STATE to a folder outside.")
    return MailDoor(place, state)


def build_server(door: MailDoor) -> MCPServer:
    """The MCP server whose tools are the door's methods, described by their docstrings.

    Raises:
        NeedsOwner: the package `mcp` is not installed.
    """
    try:
        from mcp.server import MCPServer  # noqa: PLC0415 - heavy, and an extra that may be missing
        from mcp_types import ToolAnnotations  # noqa: PLC0415 - the same
    except ModuleNotFoundError as err:
        raise NeedsOwner(
            "The package for the Model Context Protocol is not installed.",
            hint="Install it: `.venv/bin/pip install -r requirements-mcp.txt`.",
        ) from err
    # a refusal is logged at INFO with its words, which may quote a mail
    server = MCPServer("ai-employee-email", instructions=INSTRUCTIONS, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for read in (door.list_tasks, door.read_task, door.list_waiting):
        server.add_tool(_told_plainly(read), annotations=reads)
    proposes = ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    server.add_tool(_told_plainly(door.propose_reply), annotations=proposes)
    return server


def _told_plainly(work: Callable[P, R]) -> Callable[P, R]:
    """The same, but one of our errors reaches the assistant as a sentence and a hint; any other stays hidden."""
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - heavy

    @wraps(work)
    def tool(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except EmployeeError as err:
            raise ToolError(f"{err} {err.hint}") from err

    return tool


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve one vault over standard input and output until the assistant hangs up."""
    parser = argparse.ArgumentParser(prog="python -m agents.servers.email_mcp_server", description=main.__doc__)
    vault_help = "The vault; default: the one of the current folder, else ./MyVault."
    parser.add_argument("--vault", type=Path, default=None, help=vault_help)
    chosen = parser.parse_args(arguments)
    try:
        server = build_server(open_door(chosen.vault))
    except EmployeeError as err:
        sys.stderr.write(f"{err}\n{err.hint}\n")
        return 1
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
