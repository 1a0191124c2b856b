"""Transitions in the history: which commit holds which events, also after a crash between a commit and its note of it.

Journal and history confirm each other: every commit names its events with their digests (`Event:` trailers). Only
commits with our signature are believed.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, update

from agents.durability.journal import digests, first_link, read_meta, write_meta
from agents.durability.log_files import Uncommitted, log_is_committed, uncommitted_log
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.security.audit_logger import Link, fields_of
from agents.vault.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from agents.clock import Clock
    from agents.durability.journal import Journal
    from agents.durability.writing import Author
    from agents.vault.history import CommitRecord, History

    Trust = Callable[[CommitRecord], bool]  # whether a commit bears our signature

GROUP = 100  # transitions that wait for one commit at most, and events until the log itself is committed
BURST = 500  # transitions in one commit at most, when one transaction has so many: each commit writes whole folders
MAX_GENERATED_BYTES = 10_000_000
# not `applied` as well: the database would look at every transition there ever was
_UNCOMMITTED = select(TRANSITIONS).where(TRANSITIONS.c.commit_id == "").order_by(TRANSITIONS.c.number)
NO_LOG = Uncommitted((), 0, 0)
_HEAD = "head"  # our newest commit


class Commits:
    """Commits transitions, and knows which are committed."""

    def __init__(self, journal: Journal, history: History, clock: Clock, trust: Trust) -> None:
        self._journal = journal
        self._history = history
        self._clock = clock
        self._trust = trust
        self._in_doubt = True  # the history may hold a commit of ours that the journal does not know

    def make(self) -> frozenset[str]:
        """Commit every transition that is applied and in no commit yet; the paths that were committed."""
        if self._in_doubt:
            self.adopt()
        return frozenset(path for author, rows in self._waiting() for path in self._commit(author, rows))

    def _waiting(self) -> Iterator[tuple[Author, Sequence[Row[Any]]]]:
        with self._journal.begin() as sql:
            rows = [row for row in sql.execute(_UNCOMMITTED) if row.applied]
        for author, group in groupby(rows, key=lambda row: str(row.author)):
            together = list(group)
            for start in range(0, len(together), BURST):
                yield "owner" if author == "owner" else "ai-employee", together[start : start + BURST]

    def _commit(self, author: Author, rows: Sequence[Row[Any]]) -> tuple[str, ...]:
        numbers = [row.number for row in rows]
        with self._journal.begin() as sql:
            told = sql.execute(select(CHAIN).where(CHAIN.c.transition.in_(numbers)).order_by(CHAIN.c.seq)).all()
            log = uncommitted_log(sql)
        if log.events < GROUP:
            log = NO_LOG
        message = commit_message(
            [str(row.subject) for row in rows], [Link(r.seq, r.line, r.sha256, r.file) for r in told]
        )
        paths = (*dict.fromkeys(path for row in rows for path in json.loads(row.paths)), *log.paths)
        self._save(paths, author, message, numbers, log)
        return paths

    def _save(
        self, paths: Iterable[str], author: Author, message: str, numbers: Sequence[int], log: Uncommitted
    ) -> None:
        self._in_doubt = True
        commit = self._history.commit(paths, author=author, message=message, when=self._clock.now())
        with self._journal.begin() as sql:
            sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.number.in_(numbers)).values(commit_id=commit))
            write_meta(sql, _HEAD, commit)
            if log.newest:
                log_is_committed(sql, log.newest)
        self._in_doubt = False

    def housekeeping(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Commit generated files and the log, as far as they differ from the newest commit; what was committed."""
        with self._journal.begin() as sql:
            log = uncommitted_log(sql)
        changed = tuple(path for path in dict.fromkeys([*paths, *log.paths]) if self._differs(path))
        if changed:
            self._save(changed, "ai-employee", "Write the dashboard and the log", (), log)
        return changed

    def _differs(self, path: str) -> bool:
        if self._history.withholds(path):
            return False
        found = read_regular(self._history.work_tree / path, MAX_GENERATED_BYTES)
        here = found if isinstance(found, bytes) else None
        return self._history.blob_at(self._history.head() or "", path) != here

    def adopt(self) -> tuple[str, ...]:
        """Take commits as made that a crash left unnoted, and put a history right that is behind the journal.

        What the owner must know, in words.
        """
        with self._journal.begin() as sql:
            recorded, first = read_meta(sql, _HEAD), first_link(sql)
        head = self._history.head() or ""
        if recorded and not self._history.is_ancestor(recorded, head):
            says = self._bring_up(recorded)
        else:
            says = self._take(self._since(recorded, first, head), head)
        self._in_doubt = False
        return says

    def unknown(self) -> int:
        """An event that commits of ours tell of and the journal does not know; 0 when there is none."""
        with self._journal.begin() as sql:
            recorded, first = read_meta(sql, _HEAD), first_link(sql)
        head = self._history.head() or ""
        if recorded and (recorded == head or not self._history.is_ancestor(recorded, head)):
            return 0
        with self._journal.begin() as sql:
            known = digests(sql)
        ours = filter(self._trust, self._since(recorded, first, head))
        return next((seq for each in ours for seq, sha256 in events_of(each) if known.get(seq) != sha256), 0)

    def _since(self, recorded: str, first: Link | None, head: str) -> Iterator[CommitRecord]:
        """The commits the journal may not know; a journal without events knows nothing of what lies before it."""
        until = recorded or str(fields_of(first).get("commit_parent", "")) if first else head
        return self._history.walk_back(until or None)

    def _take(self, commits: Iterator[CommitRecord], head: str) -> tuple[str, ...]:
        unknown = 0
        with self._journal.begin() as sql:
            for commit in filter(self._trust, commits):
                for seq, digest in events_of(commit):
                    if not _note(sql, seq, digest, commit.id):
                        unknown = seq
            write_meta(sql, _HEAD, head)
        if not unknown:
            return ()
        return (f"The history tells of event {unknown}, which the journal does not know: the journal is an old one.",)

    def _bring_up(self, recorded: str) -> tuple[str, ...]:
        if self._history.exists(recorded):
            self._history.set_head(recorded)
            return ("The history was behind the journal and was brought up again.",)
        kept = {commit.id for commit in self._history.walk_back()}
        with self._journal.begin() as sql:
            known = sql.execute(select(TRANSITIONS.c.commit_id).distinct()).scalars()
            for lost in sorted(set(known) - kept - {""}):
                sql.execute(update(TRANSITIONS).where(TRANSITIONS.c.commit_id == lost).values(commit_id=""))
            log_is_committed(sql, 0)
            write_meta(sql, _HEAD, self._history.head() or "")
        return ("The history was lost and is written again from the journal.",)


def _note(sql: Connection, seq: int, digest: str, commit: str) -> bool:
    """Note that this commit holds the event; False when the journal has no such event."""
    found = select(CHAIN.c.transition).where(CHAIN.c.seq == seq, CHAIN.c.sha256 == digest)
    number = sql.execute(found).scalar()
    here = update(TRANSITIONS).where(TRANSITIONS.c.number == number, TRANSITIONS.c.commit_id == "")
    sql.execute(here.values(commit_id=commit))
    return number is not None


def events_of(commit: CommitRecord) -> Iterator[tuple[int, str]]:
    """The events a commit of ours holds: sequence number and digest."""
    for name, value in commit.trailers:
        seq, _, digest = value.partition(" ")
        if name == "Event" and seq.isdecimal():
            yield int(seq), digest


def commit_message(subjects: Sequence[str], told: Sequence[Link]) -> str:
    """The message of one commit over one or more transitions, with a trailer per event."""
    subjects = [" ".join(each.split()) for each in subjects]
    first = subjects[0] if len(subjects) == 1 else f"{len(subjects)} transitions, from: {subjects[0]}"
    body = [*(f"- {each}" for each in subjects), ""] if len(subjects) > 1 else []
    trailers = dict.fromkeys(line for link in told for line in _trailers(link))
    return "\n".join([first, "", *body, *trailers]) + "\n"


def _trailers(link: Link) -> Iterator[str]:
    fields = fields_of(link)
    for name, key in (("Task", "task"), ("Actor", "actor"), ("Action", "action_type")):
        if fields[key]:
            yield f"{name}: {fields[key]}"
    yield f"Event: {link.seq} {link.sha256}"
    if "digest" in fields["parameters"]:
        yield f"Digest: {fields['parameters']['digest']}"
