"""A transition, and the open transaction of the journal that collects them.

What is recorded here is the truth; `transitions` carries it out on the files and in the history.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, func, insert, select

from agents.clock import as_local
from agents.durability.journal import LOG_MARK, last_link, read_meta
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.unsecret import without_secrets
from agents.security.audit_logger import Fact, Link, Moment, chain
from agents.vault.layout import Mover
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.clock import Clock
    from agents.durability.unsecret import Mask

Author = Literal["owner", "ai-employee"]
_ADD_LINKS, _ADD_TRANSITIONS = insert(CHAIN), insert(TRANSITIONS)
_LAST_NUMBER = select(func.coalesce(func.max(TRANSITIONS.c.number), 0))


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
    """An open transaction of the journal that collects transitions. `parent` is the history's newest commit.

    `mask` takes the secrets out of what is recorded.
    """

    def __init__(self, sql: Connection, clock: Clock, parent: str, mask: Mask) -> None:
        self.sql = sql
        self._clock = clock
        self._parent = parent
        self._mask = mask
        self._newest: Link | None = None
        self.recorded: list[tuple[int, Transition]] = []

    def record(self, transition: Transition) -> int:
        """Write it down; the sequence number of its event."""
        return self.record_all([transition])[0]

    def record_all(self, transitions: Sequence[Transition]) -> tuple[int, ...]:
        """Write several down, in order, at a fraction of the cost of each alone; the numbers of their events."""
        if not transitions:
            return ()
        transitions = without_secrets(transitions, self._mask)
        # numbers of ours: nobody else adds one while this transaction is open, and a database gives them one by one
        numbered = list(enumerate(transitions, int(self.sql.execute(_LAST_NUMBER).scalar_one()) + 1))
        self.sql.execute(_ADD_TRANSITIONS, [_transition_row(number, each) for number, each in numbered])
        self._newest = self._newest or last_link(self.sql)
        mark = read_meta(self.sql, LOG_MARK)
        links = [self._next_link(each.fact, mark) for each in transitions]
        told = zip(links, numbered, strict=True)
        self.sql.execute(_ADD_LINKS, [_link_row(link, each.fact, number) for link, (number, each) in told])
        self.recorded += numbered
        return tuple(link.seq for link in links)

    def _next_link(self, fact: Fact, mark: str) -> Link:
        now = self._clock.now()
        moment = Moment(now.isoformat(timespec="milliseconds"), self._clock.monotonic_s())
        day = as_local(now).date().isoformat() + mark
        self._newest = chain(self._newest, fact, moment, self._parent, day)
        return self._newest


def _transition_row(number: int, transition: Transition) -> dict[str, object]:
    return {
        "number": number,
        "author": transition.author,
        "subject": transition.subject,
        "operations": json.dumps([_operation_row(each) for each in transition.operations]),
        "paths": json.dumps(transition.all_paths()),
        "applied": not transition.operations,
        "commit_id": "",
    }


def _operation_row(operation: Operation) -> dict[str, object]:
    """As `asdict` has it, which takes ten times as long."""
    row = {name: getattr(operation, name) for name in operation.__slots__}
    return row | {"edits": [asdict(each) for each in operation.edits]}


def _link_row(link: Link, fact: Fact, transition: int) -> dict[str, object]:
    return {
        "seq": link.seq,
        "line": link.line,
        "sha256": link.sha256,
        "file": link.file,
        "logged": False,
        "target": fact.target,
        "task": fact.task,
        "transition": transition,
    }


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
