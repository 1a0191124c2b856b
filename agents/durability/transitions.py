"""Every change of the vault: written in the journal, applied to files, told in the log, committed - in this order.

A crash after the journal is repaired by `recover`: what is written there is applied again (ADR 0012). What cannot be
applied as the vault is now - another file has the name, a note cannot be edited - is told in an alert and tried again
at every start, and stops nothing else.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from agents.clock import as_local
from agents.durability.alerts import ALERT_SUBJECT, raise_alert
from agents.durability.commits import BURST, GROUP, Commits
from agents.durability.log_files import LogFiles
from agents.durability.schema import TRANSITIONS
from agents.durability.writing import Author, Transition, Writing, operations_from
from agents.errors import BadNote, NotAllowed
from agents.security.secret_gate import SecretGate
from agents.vault.files import free_temp_files
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from agents.clock import Clock
    from agents.durability.commits import Trust
    from agents.durability.journal import Journal
    from agents.vault.history import History
    from agents.vault.store import Operation, Store

Numbered = tuple[int, Transition]  # a transition with its number in the journal
__all__ = ["Recorder", "Transition", "Writing", "local_text"]


class Recorder:
    """The one writer of vault, event chain and history. Only the runner has one. `told` hears of every transition.

    `gate` is the one that the history asks as well, so that what is written is looked at once.
    """

    def __init__(
        self,
        journal: Journal,
        store: Store,
        history: History,
        clock: Clock,
        trust: Trust,
        gate: SecretGate | None = None,
    ) -> None:
        self.journal = journal
        self.store = store
        self.history = history
        self.clock = clock
        self.gate = gate or SecretGate()
        self.told: Callable[[Transition], None] = lambda _transition: None
        self._log = LogFiles(journal, store)
        self._commits = Commits(journal, history, clock, trust)
        self._author: Author | None = None
        self._waiting = 0
        self._behind = False  # the disk refused in the middle of a transition
        self._stale_index: set[str] = set()

    @contextmanager
    def begin(self) -> Iterator[Writing]:
        """One transaction; when it is durable its operations are applied to the files.

        Raises:
            Transient: journal, disk or history refused. What is in the journal by then is done later.
        """
        if self._behind:
            free_temp_files(self.store.root)
            self._catch_up()
        with self.journal.begin() as sql:
            writing = Writing(sql, self.clock, self.history.head() or "", self.gate.masked_all)
            yield writing
        self._behind = True
        held = [words for group in self._groups(writing.recorded) for words in self._carry_out(group)]
        self._behind = False
        self._tell(held)

    def _groups(self, recorded: Iterable[Numbered]) -> Iterator[list[Numbered]]:
        """Transitions in order, as they may lie in one commit: of one author, and not too many."""
        for author, some in groupby(recorded, key=lambda each: each[1].author):
            if self._waiting and author != self._author:
                self.flush()
            self._author = author
            rest = list(some)
            while rest:
                if self._waiting >= GROUP:
                    self.flush()
                most = GROUP - self._waiting if self._waiting else BURST
                group, rest = rest[:most], rest[most:]
                yield group

    def _carry_out(self, group: Sequence[Numbered]) -> Iterator[str]:
        """Apply transitions of one author; why some are held, if they are."""
        applied = []
        with self.store.together([each for _, transition in group for each in transition.operations]):
            for number, transition in group:
                if held := self._apply(transition.subject, transition.operations, again=False):
                    yield held
                else:
                    applied.append((number, transition))
        self._note(number for number, transition in applied if transition.operations)
        self._waiting += len(applied)
        for _, transition in applied:
            self.told(transition)

    def _apply(self, subject: str, operations: Sequence[Operation], *, again: bool) -> str:
        """Apply the operations; why they cannot be done as the vault is, or empty."""
        try:
            for operation in operations:
                self.store.apply(operation, again=again)
        except (NotAllowed, BadNote) as err:
            return f"{subject}: {err}. {err.hint}"
        return ""

    def _note(self, numbers: Iterable[int]) -> None:
        """Note in the journal that these transitions are applied."""
        if some := list(numbers):
            with self.journal.begin() as sql:
                sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.number.in_(some)).values(applied=True))

    def _tell(self, held: Iterable[str]) -> None:
        """Alerts about transitions that are held; one that is about an alert itself is only told at the next start."""
        words = [each for each in held if not each.startswith(ALERT_SUBJECT)]
        if words:
            with self.begin() as writing:
                for each in words:
                    raise_alert(
                        writing,
                        "vault",
                        f"Not finished, tried again at the next start: {plain(each)}",
                        self.clock.now(),
                    )

    def _catch_up(self) -> tuple[str, ...]:
        """Apply what is in the journal and not in the files; what is held, in words."""
        with self.journal.begin() as sql:
            wanted = select(TRANSITIONS).where(TRANSITIONS.c.applied.is_(False)).order_by(TRANSITIONS.c.number)
            rows = sql.execute(wanted).all()
        for row in rows:
            self.store.end_moves(operations_from(row.operations))
        held = tuple(self._apply_again(rows))
        self._behind = False
        self._tell(held)
        return held

    def _apply_again(self, rows: Iterable[Row[Any]]) -> Iterator[str]:
        for row in rows:
            if held := self._apply(row.subject, operations_from(row.operations), again=True):
                yield held
            else:
                self._note([row.number])

    def flush(self) -> str:
        """Complete the log and commit what is applied; the newest commit's id.

        Raises:
            Transient: disk or history refused; the next flush does the rest.
        """
        self._log.complete()
        self._stale_index |= self._commits.make()
        self._waiting = 0
        return self.history.head() or ""

    def housekeeping(self, paths: Iterable[str]) -> None:
        """Commit generated files and the log; no event, and no commit when nothing of it changed."""
        self.flush()
        self._stale_index.update(self._commits.housekeeping(paths))

    def refresh_index(self) -> None:
        """Make plain `git status` clean; only what was committed since the last time costs anything."""
        self.history.refresh_index(sorted(self._stale_index))
        self._stale_index.clear()

    def overtaken(self) -> str:
        """Why the journal must be one from a backup: what history or log tell beyond it; empty when they do not."""
        if unknown := self._commits.unknown():
            return f"the history tells of event {unknown}, which the journal does not know"
        if file := self._log.go_on():
            return f"{file} goes on where the journal ends"
        return ""

    def recover(self) -> tuple[str, ...]:
        """Finish what a crash interrupted; what the owner must know, in words."""
        says = [*self._commits.adopt(), *self._log.restore(), *self._log.complete()]
        self.flush()  # first what was applied: the owner's own text, before it is shown again as it was sealed
        says += self._catch_up()
        self.flush()
        return tuple(says)


def local_text(moment: datetime) -> str:
    """`HH:MM`, local: the time as notes show it in a line."""
    return as_local(moment).strftime("%H:%M")
