"""`verify`: does everything still say what was recorded? Reads only; names the first bad record of each kind.

Chain, log files, commits and proposals confirm each other. What one machine cannot see is said each time, with the
newest event and commit: whoever wrote an earlier one down elsewhere can look whether it is still there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from agents.durability.commits import events_of
from agents.durability.foreign_commits import ForeignCommits
from agents.durability.journal import Journal, digests, links, read_meta, uncommitted
from agents.durability.log_files import MAX_LOG_BYTES
from agents.durability.sealed_records import SealedRecords
from agents.errors import Broken
from agents.security.audit_logger import Link, check_links, check_log, fields_of
from agents.vault.files import MISSING, read_regular
from agents.vault.layout import LOGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from agents.vault.history import CommitRecord, History


_SET_BACK = (
    "whether all of it was set back to an earlier moment, or rewritten with this computer's key "
    "(an event or commit that was written down elsewhere shows it)"
)
_BESIDES = "an effect that was made without this employee (the provider's own list shows it)"
CANNOT_SEE = (_SET_BACK, _BESIDES)


@dataclass(slots=True)
class Report:
    """What was found: broken promises, things worth knowing, and what could not be checked.

    `newest` is the newest event and commit, for a witness elsewhere; empty when there is none.
    """

    broken: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    newest: str = field(default="", compare=False)

    @property
    def exit_code(self) -> int:
        """0 all holds, 1 something is broken, 3 something could not be checked."""
        return 1 if self.broken else 3 if self.unchecked else 0


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the journal says: the chain, which events are in no log or commit yet, and our newest commit."""

    chain: tuple[Link, ...]
    unlogged: frozenset[int]
    uncommitted: frozenset[int]
    head: str

    @property
    def began(self) -> str:
        """The newest commit before this journal; empty when there was none. What lies before belongs to another."""
        return str(fields_of(self.chain[0]).get("commit_parent", "")) if self.chain else ""


@dataclass(slots=True)
class _Walked:
    """What the history says: each event's digest and commit, every commit, and those that are not ours."""

    told: dict[int, tuple[str, str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    foreign: list[CommitRecord] = field(default_factory=list)
    newest: str = ""


class Verification:
    """All checks of one vault."""

    def __init__(self, root: Path, journal: Journal, history: History, is_ours: Callable[[CommitRecord], bool]) -> None:
        self._root = root
        self._journal = journal
        self._history = history
        self._is_ours = is_ours

    def run(self) -> Report:
        """Every check, in the order of what the others stand on.

        Raises:
            EmployeeError: the journal cannot be read.
        """
        report = Report()
        with self._journal.begin() as sql:  # a runner waits meanwhile, so that log and journal are of one moment
            unlogged = frozenset(link.seq for link in links(sql, unlogged=True))
            recorded = _Recorded(links(sql), unlogged, uncommitted(sql), read_meta(sql, "head"))
            report.broken += (f"journal: {each.message}" for each in islice(check_links(recorded.chain), 1))
            self._logs(recorded, report)
            sealed = SealedRecords(self._root, sql, recorded.chain)
            report.broken += sealed.broken()
            report.warnings += sealed.missing_notes()
        try:
            self._commits(recorded, sealed, report)
            report.broken += (f"git: {each}" for each in islice(self._history.fsck_problems(), 1))
        except Broken as err:
            report.broken.append(f"git: {err}")
        report.broken += (f"git: {each}" for each in self._history.config_problems())
        if recorded.chain:
            newest = recorded.chain[-1]
            report.newest = f"event {newest.seq} {newest.sha256[:16]}, commit {recorded.head[:16] or 'none yet'}"
        return report

    def _logs(self, recorded: _Recorded, report: Report) -> None:
        expected: dict[str, list[Link]] = {}
        for link in recorded.chain:
            if link.seq not in recorded.unlogged:
                expected.setdefault(link.file, []).append(link)
        for file, told in expected.items():
            found = read_regular(self._root / LOGS / file, MAX_LOG_BYTES)
            if found == MISSING:
                report.broken.append(f"{LOGS}/{file}: the file is gone")
            elif not isinstance(found, bytes):
                report.unchecked.append(f"{LOGS}/{file}: {found.message}")
            elif breach := check_log(file, found, told):
                report.broken.append(f"{LOGS}/{breach.file}, line {breach.line}: {breach.message}")
        written = {link.file for link in recorded.chain}
        strange = (path.name for path in sorted((self._root / LOGS).glob("*.jsonl")) if path.name not in written)
        report.broken += (f"{LOGS}/{name}: a log file that was never written by the runner" for name in strange)
        if recorded.unlogged:
            report.warnings.append(f"{len(recorded.unlogged)} events are not in the log yet; the next run writes them")

    def _commits(self, recorded: _Recorded, sealed: SealedRecords, report: Report) -> None:
        walked = self._walk(recorded, report)
        with self._journal.begin() as sql:
            foreign = ForeignCommits(self._history, sql, walked.newest)
            for commit in walked.foreign:
                words = f"git: commit {commit.id[:10]} is not ours"
                if changed := foreign.changed(commit):
                    report.broken.append(f"{words} and touches {changed}")
                else:
                    report.warnings.append(f"{words}; it touches nothing that is sealed")
            since = digests(sql)  # a runner may have gone on meanwhile
            filed_in = {seq: commit for seq, (_, commit) in walked.told.items()}
            differing = tuple(sealed.differing_from(sql, self._history, filed_in))
        if recorded.head not in walked.known:
            report.broken.append(f"git: the history was cut; commit {recorded.head[:10]} is not in it any more")
        report.broken += islice(_differences(recorded, walked.told, since), 1)
        report.broken += differing
        if recorded.began:
            report.warnings.append(f"git: what lies before commit {recorded.began[:10]} belongs to an earlier journal")
        if recorded.uncommitted:
            waiting = len(recorded.uncommitted)
            report.warnings.append(f"{waiting} events are in no commit yet; the next run commits them")

    def _walk(self, recorded: _Recorded, report: Report) -> _Walked:
        walked = _Walked(known={recorded.began, ""})
        for commit in self._history.walk_back(recorded.began or None):
            walked.known.add(commit.id)
            if not self._is_ours(commit):
                walked.foreign.append(commit)
                continue
            walked.newest = walked.newest or commit.id
            for seq, digest in events_of(commit):
                if walked.told.setdefault(seq, (digest, commit.id))[0] != digest:
                    report.broken.append(f"git: two commits tell event {seq} in different words")
        return walked


def _differences(recorded: _Recorded, told: Mapping[int, tuple[str, str]], now: Mapping[int, str]) -> Iterator[str]:
    """Where the events in commits are not those of the chain."""
    for link in recorded.chain:
        if link.seq not in told and link.seq not in recorded.uncommitted:
            yield f"git: event {link.seq} is in no commit"
    for seq, (digest, commit) in sorted(told.items()):
        if seq not in now:
            yield f"git: commit {commit[:10]} tells event {seq}, which the journal does not know"
        elif now[seq] != digest:
            yield f"git: commit {commit[:10]} tells another event {seq} than the journal"
