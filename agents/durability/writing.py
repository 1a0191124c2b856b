"""A transition, and the open transaction of the journal that collects them.

What is recorded here is the truth; `transitions` carries it out on the files and in the history.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, insert

from agents.clock import as_local
from agents.durability.journal import LOG_MARK, last_link, read_meta
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.security.audit_logger import Fact, Link, Moment, chain
from agents.vault.layout import Mover
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from agents.clock import Clock

Author = Literal["owner", "ai-employee"]
_ADD_LINK, _ADD_TRANSITION = insert(CHAIN), insert(TRANSITIONS).returning(TRANSITIONS.c.number)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change: the event line, the first line of the commit, and the operations on files.

    `paths` are further files that changed (posix, relative), such as those the owner moved or a connector wrote.
    """

    fact: Fact
    subject: str
    operations: tuple[Operation, ...] = ()
    author: Author = "ai-employee"
    paths: tuple[str, ...] = ()

    def all_paths(self) -> tuple[str, ...]:
        """Every file the commit must look at."""
        return tuple(dict.fromkeys([*self.paths, *(p for each in self.operations for p in each.paths())]))


class Writing:
    """An open transaction of the journal that collects transitions. `parent` is the history's newest commit."""

    def __init__(self, sql: Connection, clock: Clock, parent: str) -> None:
        self.sql = sql
        self._clock = clock
        self._parent = parent
        self._newest: Link | None = None
        self.recorded: list[tuple[int, Transition]] = []

    def record(self, transition: Transition) -> int:
        """Write it down; the sequence number of its event."""
        number = self._insert_transition(transition)
        now = self._clock.now()
        moment = Moment(now.isoformat(timespec="milliseconds"), self._clock.monotonic_s())
        day = as_local(now).date().isoformat() + read_meta(self.sql, LOG_MARK)
        previous = self._newest or last_link(self.sql)  # nobody else adds one while this transaction is open
        link = chain(previous, transition.fact, moment, self._parent, day)
        self._newest = link
        self.sql.execute(
            _ADD_LINK,
            {
                "seq": link.seq,
                "line": link.line,
                "sha256": link.sha256,
                "file": link.file,
                "logged": False,
                "target": transition.fact.target,
                "task": transition.fact.task,
                "transition": number,
            },
        )
        self.recorded.append((number, transition))
        return link.seq

    def _insert_transition(self, transition: Transition) -> int:
        row = self.sql.execute(
            _ADD_TRANSITION,
            {
                "author": transition.author,
                "subject": transition.subject,
                "operations": json.dumps([asdict(each) for each in transition.operations]),
                "paths": json.dumps(transition.all_paths()),
                "applied": not transition.operations,
                "commit_id": "",
            },
        )
        return int(row.scalar_one())


def operations_from(text: str) -> tuple[Operation, ...]:
    """The operations of a transition as the journal keeps them."""
    return tuple(
        Operation(
            **{
                **row,
                "edits": tuple(EditText(**each) for each in row["edits"]),
                "mover": Mover(row["mover"]),
            }
        )
        for row in json.loads(text)
    )
