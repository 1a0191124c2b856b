"""Every change of the vault: written in the journal, applied to files, told in the log, committed - in this order.

A crash after the journal is repaired by `recover`: what is written there is applied again (ADR 0012).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Row, insert, select, update

from agents.clock import as_local
from agents.durability.journal import Journal, last_link, links, read_meta, write_meta
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.security.audit_logger import Fact, Moment, chain
from agents.vault.files import append, read_regular
from agents.vault.layout import LOGS, Mover
from agents.vault.note import Problem
from agents.vault.store import EditText, Operation, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from agents.clock import Clock
    from agents.vault.history import CommitRecord, History

Author = Literal["owner", "ai-employee"]
GROUP = 100  # transitions in one commit at most
MAX_LOG_BYTES = 10_000_000


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
    """An open transaction of the journal that collects transitions."""

    def __init__(self, sql: Connection, clock: Clock, parent: str) -> None:
        self.sql = sql
        self._clock = clock
        self._parent = parent
        self.recorded: list[tuple[int, Transition]] = []

    def record(self, transition: Transition) -> int:
        """Write it down; the sequence number of its event."""
        number = self._insert_transition(transition)
        now = self._clock.now()
        moment = Moment(now.isoformat(timespec="milliseconds"), self._clock.monotonic_s())
        link = chain(last_link(self.sql), transition.fact, moment, self._parent, as_local(now).date().isoformat())
        self.sql.execute(
            insert(CHAIN).values(
                seq=link.seq,
                line=link.line,
                sha256=link.sha256,
                file=link.file,
                logged=False,
                target=transition.fact.target,
                task=transition.fact.task,
                transition=number,
            )
        )
        self.recorded.append((number, transition))
        return link.seq

    def _insert_transition(self, transition: Transition) -> int:
        row = self.sql.execute(
            insert(TRANSITIONS)
            .values(
                author=transition.author,
                subject=transition.subject,
                operations=json.dumps([asdict(each) for each in transition.operations]),
                paths=json.dumps(transition.all_paths()),
                applied=not transition.operations,
                commit_id="",
            )
            .returning(TRANSITIONS.c.number)
        )
        return int(row.scalar_one())


Trust = Callable[["CommitRecord"], bool]  # whether a commit bears our signature


class Recorder:
    """The one writer of vault, event chain and history. Only the runner has one. `told` hears of every transition."""

    def __init__(self, journal: Journal, store: Store, history: History, clock: Clock, trust: Trust) -> None:
        self.journal = journal
        self.store = store
        self.history = history
        self.clock = clock
        self.told: Callable[[Transition], None] = lambda _transition: None
        self._trust = trust
        self._author: Author | None = None
        self._waiting = 0
        self._unlogged = 0
        self._stale_index: set[str] = set()
        self._stale_logs: set[str] = set()

    @contextmanager
    def begin(self) -> Iterator[Writing]:
        """One transaction; when it is durable its operations are applied to the files."""
        with self.journal.begin() as sql:
            writing = Writing(sql, self.clock, self.history.head() or "")
            yield writing
        for number, transition in writing.recorded:
            self._carry_out(number, transition)

    def _carry_out(self, number: int, transition: Transition) -> None:
        if self._waiting and (transition.author != self._author or self._waiting >= GROUP):
            self.flush()
        for operation in transition.operations:
            self.store.apply(operation)
        if transition.operations:
            self._mark_applied([number])
        self.told(transition)
        self._author = transition.author
        self._waiting += 1
        self._unlogged += 1

    def _mark_applied(self, numbers: Sequence[int]) -> None:
        with self.journal.begin() as sql:
            sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.number.in_(numbers)).values(applied=True))

    def flush(self) -> str:
        """Complete the log and commit what is applied; the newest commit's id."""
        self._complete_log()
        with self.journal.begin() as sql:
            wanted = select(TRANSITIONS).where(TRANSITIONS.c.applied.is_(True), TRANSITIONS.c.commit_id == "")
            rows = sql.execute(wanted.order_by(TRANSITIONS.c.number)).all()
        for author, group in groupby(rows, key=lambda row: str(row.author)):
            together = list(group)
            for start in range(0, len(together), GROUP):
                self._commit(author, together[start : start + GROUP])
        self._waiting = 0
        return self.history.head() or ""

    def _commit(self, author: str, rows: Sequence[Row[tuple[object, ...]]]) -> None:
        numbers = [row.number for row in rows]
        with self.journal.begin() as sql:
            told = sql.execute(
                select(CHAIN.c.seq, CHAIN.c.sha256, CHAIN.c.line)
                .where(CHAIN.c.transition.in_(numbers))
                .order_by(CHAIN.c.seq)
            ).all()
        paths = list(dict.fromkeys(p for row in rows for p in json.loads(row.paths)))
        if self._unlogged >= GROUP:
            paths += self._take_stale_logs()
        events = [(row.seq, row.sha256, json.loads(row.line)) for row in told]
        message = commit_message([str(row.subject) for row in rows], events)
        commit = self.history.commit(
            paths, author="owner" if author == "owner" else "ai-employee", message=message, when=self.clock.now()
        )
        self._stale_index.update(paths)
        with self.journal.begin() as sql:
            sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.number.in_(numbers)).values(commit_id=commit))
            write_meta(sql, "head", commit)

    def _take_stale_logs(self) -> list[str]:
        taken = sorted(self._stale_logs)
        self._stale_logs.clear()
        self._unlogged = 0
        return taken

    def _complete_log(self) -> None:
        with self.journal.begin() as sql:
            missing = links(sql, unlogged=True)
            for file, group in groupby(missing, key=lambda link: link.file):
                lines = [*group]
                append(self.store.path(f"{LOGS}/{file}"), b"".join(each.line.encode() + b"\n" for each in lines))
                self._stale_logs.add(f"{LOGS}/{file}")
            if missing:
                sql.execute(update(CHAIN).where(CHAIN.c.seq.in_([each.seq for each in missing])).values(logged=True))

    def housekeeping(self, paths: Iterable[str]) -> None:
        """Commit generated files and the log; no event, and no commit when nothing of it changed."""
        self.flush()
        changed = [*paths, *self._take_stale_logs()]
        if not changed:
            return
        commit = self.history.commit(
            changed, author="ai-employee", message="Write the dashboard and the log", when=self.clock.now()
        )
        self._stale_index.update(changed)
        with self.journal.begin() as sql:
            write_meta(sql, "head", commit)

    def refresh_index(self) -> None:
        """Make plain `git status` clean; only what was committed since the last time costs anything."""
        self.history.refresh_index(sorted(self._stale_index))
        self._stale_index.clear()

    def recover(self) -> tuple[str, ...]:
        """Finish what a crash interrupted; what the owner must know, in words."""
        with self.journal.begin() as sql:
            rows = sql.execute(
                select(TRANSITIONS).where(TRANSITIONS.c.applied.is_(False)).order_by(TRANSITIONS.c.number)
            ).all()
        for row in rows:
            for operation in operations_from(row.operations):
                self.store.apply(operation)
            self._mark_applied([row.number])
        says = [*self._repair_log(), *self._adopt_commits()]
        self.flush()
        return tuple(says)

    def _repair_log(self) -> Iterator[str]:
        """Bring log files to what the journal says; a file that says otherwise is left for `verify`."""
        with self.journal.begin() as sql:
            files = sorted({link.file for link in links(sql, unlogged=True)})
            for file in files:
                whole = links(sql, file=file)
                expected = b"".join(each.line.encode() + b"\n" for each in whole)
                path = self.store.path(f"{LOGS}/{file}")
                found = read_regular(path, MAX_LOG_BYTES)
                there = b"" if isinstance(found, Problem) else found
                if expected.startswith(there):
                    append(path, expected[len(there) :])
                else:
                    yield f"The log {file} does not say what was recorded; run `verify`."
                self._stale_logs.add(f"{LOGS}/{file}")
                sql.execute(update(CHAIN).where(CHAIN.c.file == file).values(logged=True))

    def _adopt_commits(self) -> Iterator[str]:
        """Commits made just before a crash are taken as made; a history that is behind is put right."""
        with self.journal.begin() as sql:
            recorded = read_meta(sql, "head")
        head = self.history.head() or ""
        if recorded and head != recorded and not (head and self.history.is_ancestor(recorded, head)):
            yield "The history was behind the journal and was brought up again."
            if self.history.exists(recorded):
                self.history.set_head(recorded)
            else:
                self._forget_lost_commits()
            return
        found = list(self.history.walk_back(recorded or None))
        with self.journal.begin() as sql:
            for commit in found:
                if self._trust(commit):
                    _adopt(sql, commit)
            write_meta(sql, "head", head)

    def _forget_lost_commits(self) -> None:
        with self.journal.begin() as sql:
            known = sql.execute(select(TRANSITIONS.c.commit_id).distinct()).scalars().all()
            lost = [commit for commit in known if commit and not self.history.exists(commit)]
            for start in range(0, len(lost), GROUP):
                gone = TRANSITIONS.c.commit_id.in_(lost[start : start + GROUP])
                sql.execute(update(TRANSITIONS).where(gone).values(commit_id=""))
            write_meta(sql, "head", self.history.head() or "")


def _adopt(sql: Connection, commit: CommitRecord) -> None:
    for name, value in commit.trailers:
        if name == "Event":
            seq = int(value.split()[0])
            number = select(CHAIN.c.transition).where(CHAIN.c.seq == seq).scalar_subquery()
            sql.execute(
                update(TRANSITIONS)
                .where(TRANSITIONS.c.number == number, TRANSITIONS.c.commit_id == "")
                .values(commit_id=commit.id)
            )


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


def commit_message(subjects: Sequence[str], events: Sequence[tuple[int, str, dict[str, object]]]) -> str:
    """The message of one commit over one or more transitions, with a trailer per event."""
    first = subjects[0] if len(subjects) == 1 else f"{len(subjects)} transitions, from: {subjects[0]}"
    lines = [first, ""]
    if len(subjects) > 1:
        lines += [*(f"- {each}" for each in subjects), ""]
    trailers: list[str] = []
    for seq, digest, fields in events:
        parameters = fields["parameters"]
        trailers += [
            f"Task: {fields['task']}",
            f"Actor: {fields['actor']}",
            f"Action: {fields['action_type']}",
            f"Event: {seq} {digest}",
        ]
        if isinstance(parameters, dict) and "digest" in parameters:
            trailers.append(f"Digest: {parameters['digest']}")
    return "\n".join([*lines, *dict.fromkeys(line for line in trailers if not line.endswith(": "))]) + "\n"


def local_text(moment: datetime) -> str:
    """`HH:MM`, local: the time as notes show it in a line."""
    return as_local(moment).strftime("%H:%M")
