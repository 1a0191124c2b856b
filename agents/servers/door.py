"""What every door for other assistants is made of: the vault behind it, and a server whose tools are its methods.

A door reads the journal and inserts requests into it; it never performs (ADR 0007), and holds nothing between two
calls. Standard output belongs to the protocol.
"""

from __future__ import annotations

import argparse
import sys
import threading
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, ParamSpec, Self, TypeVar

from pydantic import BaseModel

from agents.autonomy.founding import Place, locate
from agents.autonomy.leaving import private_folders, task_note
from agents.autonomy.whereabouts import look_around, whence
from agents.clock import Clock, SystemClock, chosen_clock
from agents.durability.journal import JOURNAL_FILE, Journal
from agents.durability.task_persistence import TaskRow, find_task
from agents.errors import EmployeeError, NeedsOwner, NotAllowed
from agents.security.private_notes import reason_to_withhold
from agents.security.secret_patterns import masked
from agents.settings import Settings
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcp.server import MCPServer
    from sqlalchemy import Connection

    Tool = Callable[..., object]
    IsPrivate = Callable[[str], bool]

PAUSE_S, PAUSES = 0.02, 50
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Door(ABC):
    """The door of one vault; a server adds what its tools do. The journal is opened for each call and given back.

    `name` is that of the module, `<name>_mcp_server`; `instructions` are what an assistant is told of all the tools.
    """

    name: ClassVar[str]
    instructions: ClassVar[str]

    place: Place
    state: Path
    clock: Clock = field(default_factory=SystemClock)

    @classmethod
    def open(cls, vault: Path | None) -> Self:
        """The door of a vault that is there. Makes nothing, neither in the vault nor in the state folder.

        Raises:
            NeedsOwner: there is no vault, or a clock file that cannot be used.
            NotAllowed: its state folder lies inside it, where reading the journal would write.
        """
        place = locate(vault, Path.cwd())
        settings = Settings()
        state = settings.state_folder(place.vault_id)
        if state.resolve().is_relative_to(place.root.resolve()):
            hint = "Set AI_EMPLOYEE_STATE to a folder outside."
            raise NotAllowed("The state folder lies inside the vault.", hint=hint)
        return cls(place, state, chosen_clock(settings.clock))

    @abstractmethod
    def reads(self) -> tuple[Tool, ...]:
        """The tools that change nothing at all."""

    def proposes(self) -> tuple[Tool, ...]:
        """The tools that record a request; the runner makes a proposal of it, and the owner decides."""
        return ()

    def privacy(self) -> IsPrivate:
        """Tells of a task whether nothing of it may be shown, as its note and the handbook say now.

        Raises:
            NeedsOwner: the handbook cannot be read, so nobody knows what is private.
        """
        root = self.place.root.resolve()
        folders = private_folders(root)
        pauses = repeat(PAUSE_S, PAUSES)  # for all notes together: one that stays unreadable is no reason to wait

        @cache
        def is_private(task: str) -> bool:
            found = task_note(root, task)
            while isinstance(found.note, Problem) and (pause_s := next(pauses, 0.0)):
                threading.Event().wait(pause_s)  # a run may be moving it just now
                found = task_note(root, task)
            return reason_to_withhold(found.path, found.note, folders) is not None

        return is_private

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The vault's journal.

        Raises:
            NeedsOwner: there is none in the state folder; a door makes none.
            NotAllowed: it is another vault's.
            CopiedVault: the vault is a copy, and nobody has said yet what it is.
        """
        if not (self.state / JOURNAL_FILE).is_file():
            raise NeedsOwner(
                "This vault has no journal on this machine.",
                hint="Run the employee here once, and start this server with the same AI_EMPLOYEE_STATE.",
            )
        journal = Journal.open(self.state)
        try:
            with journal.begin() as sql:
                whence(sql, self.place, look_around(self.place, self.state))  # a move is the runner's to record
            yield journal
        finally:
            journal.close()


def known_task(sql: Connection, task_id: str, *, listed_by: str) -> TaskRow:
    """The task an assistant names; `listed_by` is the tool that lists the ids.

    Raises:
        NotAllowed: there is no such task.
    """
    row = find_task(sql, task_id)
    if row is None:
        raise NotAllowed("No task has this id.", hint=f"Call {listed_by} for the ids there are.")
    return row


def open_to_assistants(task: str, is_private: IsPrivate) -> None:
    """Refuse what would show something of a private task.

    Raises:
        NotAllowed: its note is private, or cannot be read.
    """
    if is_private(task):
        raise NotAllowed("The owner keeps this task private.", hint="Choose another task.")


def build_server(door: Door) -> MCPServer:
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
    server = MCPServer(f"ai-employee-{door.name}", instructions=door.instructions, log_level="WARNING")
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for tool in door.reads():
        server.add_tool(_told_plainly(tool), annotations=reads)
    proposes = ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    for tool in door.proposes():
        server.add_tool(_told_plainly(tool), annotations=proposes)
    return server


def _told_plainly(work: Callable[P, R]) -> Callable[P, R]:
    """The same without secrets; one of our errors reaches the assistant as a sentence and a hint, others do not."""
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - heavy

    @wraps(work)
    def tool(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return without_secrets(work(*args, **kwargs))
        except EmployeeError as err:
            raise ToolError(masked(f"{err} {err.hint}")) from err

    return tool


def without_secrets(answer: R) -> R:
    """An answer with words in place of every secret in it."""
    if not isinstance(answer, BaseModel):
        return answer
    before = answer.model_dump(mode="json")
    shown = _masked(before)
    return answer if shown == before else type(answer).model_validate(shown)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def serve(kind: type[Door], arguments: Sequence[str] | None = None) -> int:
    """Serve one vault over standard input and output until the assistant hangs up."""
    program = f"python -m agents.servers.{kind.name}_mcp_server"
    parser = argparse.ArgumentParser(prog=program, description=serve.__doc__)
    vault_help = "The vault; default: the one of the current folder, else ./MyVault."
    parser.add_argument("--vault", type=Path, default=None, help=vault_help)
    chosen = parser.parse_args(arguments)
    try:
        server = build_server(kind.open(chosen.vault))
    except EmployeeError as err:
        sys.stderr.write(masked(f"{err}\n{err.hint}\n"))
        return 1
    server.run()
    return 0
