"""`verify`: does everything still say what was recorded? Reads only; names the first bad record of each kind.

What one machine cannot see - a history and a state folder both rolled back - needs a witness elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from agents.durability.journal import Journal, links, read_meta, uncommitted
from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.security.audit_logger import Link, check_links, check_log
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, DONE, LOGS, PENDING
from agents.vault.note import Note, Problem, read_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from agents.vault.history import CommitRecord, History

MAX_LOG_BYTES = 10_000_000
SEALED = tuple(f"{folder}/" for folder in (LOGS, APPROVED, PENDING, DONE))
RECEIPT = "## Receipt"


@dataclass(slots=True)
class Report:
    """What was found: broken promises, things worth knowing, and what could not be checked."""

    broken: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 all holds, 1 something is broken, 3 something could not be checked."""
        return 1 if self.broken else 3 if self.unchecked else 0


class Verification:
    """All checks of one vault."""

    def __init__(self, root: Path, journal: Journal, history: History, is_ours: Callable[[CommitRecord], bool]) -> None:
        self._root = root
        self._journal = journal
        self._history = history
        self._is_ours = is_ours

    def run(self) -> Report:
        """Every check, in the order of what the others stand on."""
        report = Report()
        with self._journal.begin() as sql:
            chain = links(sql)
            unlogged = {link.seq for link in links(sql, unlogged=True)}
            head = read_meta(sql, "head")
            done = proposals_in(sql, "done")
        report.broken += [f"journal: {each.message}" for each in check_links(chain)][:1]
        report.broken += self._logs([link for link in chain if link.seq not in unlogged])
        self._commits(chain, head, report)
        types = _types_by_target(chain)
        report.broken += [problem for row in done for problem in self._receipt(row, types.get(row.id, set()))]
        report.broken += [f"git: {each}" for each in self._history.config_problems()]
        if unlogged:
            report.warnings.append(f"{len(unlogged)} events are not in the log yet; the next run writes them")
        return report

    def _logs(self, chain: list[Link]) -> Iterator[str]:
        known = set()
        for file, group in groupby(chain, key=lambda link: link.file):
            known.add(file)
            found = read_regular(self._root / LOGS / file, MAX_LOG_BYTES)
            if isinstance(found, Problem):
                yield f"{LOGS}/{file}: {found.message}"
                continue
            for breach in check_log(file, found, list(group)):
                yield f"{LOGS}/{breach.file}, line {breach.line}: {breach.message}"
        for path in sorted((self._root / LOGS).glob("*.jsonl")):
            if path.name not in known:
                yield f"{LOGS}/{path.name}: a log file that was never written by the runner"

    def _commits(self, chain: tuple[Link, ...], head: str, report: Report) -> None:
        current = self._history.head()
        if current is None:
            report.broken.append("git: the history is gone")
            return
        if head and current != head and not self._history.is_ancestor(head, current):
            report.broken.append(f"git: the history was cut; commit {head[:10]} is not in it any more")
        told: dict[int, str] = {}
        for commit in self._history.walk_back(None):
            if not self._is_ours(commit):
                self._foreign(commit, report)
                continue
            for name, value in commit.trailers:
                if name == "Event":
                    seq, _, digest = value.partition(" ")
                    told[int(seq)] = digest
        report.broken += self._coverage(chain, told)

    def _foreign(self, commit: CommitRecord, report: Report) -> None:
        touched = [path for path in commit.changed_paths() if path.startswith(SEALED)]
        words = f"git: commit {commit.id[:10]} is not ours"
        if touched:
            report.broken.append(f"{words} and touches {touched[0]}")
        else:
            report.warnings.append(f"{words}; it touches nothing that is sealed")

    def _coverage(self, chain: tuple[Link, ...], told: dict[int, str]) -> Iterator[str]:
        with self._journal.begin() as sql:
            waiting = uncommitted(sql)
        for link in chain:
            if link.seq in waiting:
                continue
            if link.seq not in told:
                yield f"git: event {link.seq} is in no commit"
                return
            if told[link.seq] != link.sha256:
                yield f"git: the commit of event {link.seq} names another event"
                return

    def _receipt(self, row: ProposalRow, types: set[str]) -> Iterator[str]:
        for needed in ("proposal.filed", "proposal.approved", "effect.intended"):
            if needed not in types:
                yield f"{row.id}: done without the event {needed}"
        for document in json.loads(row.receipt)["documents"]:
            found = read_regular(self._root / document["path"], MAX_LOG_BYTES * 10)
            if not isinstance(found, bytes) or hashlib.sha256(found).hexdigest() != document["sha256"]:
                yield f"{row.id}: the document {document['path']} is not the one of the receipt"
        yield from self._note(row)

    def _note(self, row: ProposalRow) -> Iterator[str]:
        """The note of a done proposal still shows what was sealed."""
        for folder in sorted((self._root / DONE).glob("*")):
            found = read_regular(folder / f"{row.id}.md", MAX_LOG_BYTES)
            if isinstance(found, bytes) and not _shows(found.decode(errors="replace"), row.note):
                yield f"{DONE}/{folder.name}/{row.id}.md: the note was changed after it was approved"


def _types_by_target(chain: tuple[Link, ...]) -> dict[str, set[str]]:
    types: dict[str, set[str]] = {}
    for link in chain:
        fields = json.loads(link.line)
        types.setdefault(fields["target"], set()).add(fields["action_type"])
    return types


def _shows(text: str, sealed: str) -> bool:
    note, ours = read_note(text), read_note(sealed)
    if not isinstance(note, Note) or not isinstance(ours, Note):
        return False
    return _lines(note.body.split(f"\n{RECEIPT}")[0]).startswith(_lines(ours.body))


def _lines(body: str) -> str:
    return "\n".join(line.rstrip() for line in body.splitlines()).strip()
