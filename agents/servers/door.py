"""What every door for other assistants is made of: the vault behind it, and what may be shown of it.

A door reads the journal and inserts requests into it; it never performs (ADR 0007), and holds nothing between two
calls.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from agents.autonomy.founding import Place, locate
from agents.autonomy.leaving import task_note
from agents.autonomy.whereabouts import look_around, whence
from agents.clock import Clock, SystemClock, chosen_clock
from agents.connectors.contract import ConnectorContext
from agents.durability.journal import JOURNAL_FILE, Journal
from agents.durability.task_persistence import TaskRow, find_task
from agents.errors import NeedsOwner, NotAllowed
from agents.security.privacy_rules import privacy_rules
from agents.security.private_notes import reason_to_withhold
from agents.security.secrets import SecretsOnUse
from agents.servers.note_text import note_text
from agents.settings import Settings
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    Tool = Callable[..., object]
    Prompt = Callable[..., str]
    IsPrivate = Callable[[str], bool]

PAUSE_S, PAUSES = 0.02, 50


@dataclass(frozen=True)
class Door(ABC):
    """The door of one vault; a server adds what its tools do. The journal is opened for each call and given back.

    `name` is that of the module, `<name>_mcp_server`; `instructions` are what an assistant is told of all the tools.
    `runs_now`: whether the employee runs, so that a call may wait a moment for it.
    """

    name: ClassVar[str]
    instructions: ClassVar[str]

    place: Place
    state: Path
    clock: Clock = field(default_factory=SystemClock)
    runs_now: Callable[[], bool] = lambda: False

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

    def prompts(self) -> tuple[Prompt, ...]:
        """Words for common jobs, which an assistant's user picks from a menu."""
        return ()

    @cached_property
    def context(self) -> ConnectorContext:
        """What reads a service here; passwords are opened when one is asked, and their use is not recorded."""
        return ConnectorContext(self.place.root, self.state, self.clock, SecretsOnUse(self.state))

    def note(self, path: str) -> str:
        """Read a note of the vault by its path; private ones are not shown."""
        return note_text(self.place.root, path, self.privacy())

    def privacy(self) -> IsPrivate:
        """Tells of a task whether nothing of it may be shown, as its note and the handbook say now.

        Raises:
            NeedsOwner: the handbook cannot be read, so nobody knows what is private.
        """
        root = self.place.root.resolve()
        rules = privacy_rules(root)
        pauses = repeat(PAUSE_S, PAUSES)  # for all notes together: one that stays unreadable is no reason to wait

        @cache
        def is_private(task: str) -> bool:
            found = task_note(root, task)
            while isinstance(found.note, Problem) and (pause_s := next(pauses, 0.0)):
                threading.Event().wait(pause_s)  # a run may be moving it just now
                found = task_note(root, task)
            return reason_to_withhold(found.path, found.note, rules) is not None

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
