"""The event chain: every transition is one line that carries the SHA-256 of the line before.

The journal keeps the chain; `Logs/*.jsonl` shows it, one canonical JSON object a line, and is completed from the
journal at start. Lines carry ids and digests, never content. A file closes at 500 lines: the day's log is in a
commit now and then, and long files make commits expensive (ADR 0011).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GENESIS = "0" * 64
LINES_PER_FILE = 500


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, before it is chained. `parameters` are ids and digests, no content."""

    actor: str
    action_type: str
    target: str
    task: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    approval_status: str = ""
    approved_by: str = ""
    result: str = "ok"


@dataclass(frozen=True, slots=True)
class Moment:
    """When it happened: ISO 8601 in UTC, and a clock that never jumps."""

    timestamp: str
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the chain. `line` is canonical JSON without the newline; `file` is its name below Logs/."""

    seq: int
    line: str
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a log does not say what the chain says."""

    file: str
    line: int
    message: str


def chain(previous: Link | None, fact: Fact, moment: Moment, commit_parent: str, local_day: str) -> Link:
    """The next link after `previous` (None = the first). `local_day` (YYYY-MM-DD) names the file."""
    seq = previous.seq + 1 if previous else 1
    fields = {
        **asdict(fact),
        "seq": seq,
        "prev": previous.sha256 if previous else GENESIS,
        "timestamp": moment.timestamp,
        "monotonic_s": round(moment.monotonic_s, 3),
        "commit_parent": commit_parent,
    }
    line = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Link(seq, line, hashlib.sha256(line.encode()).hexdigest(), _file_name(seq, local_day))


def _file_name(seq: int, local_day: str) -> str:
    """One file a day and a block of 500 sequence numbers, so that the name depends on nothing but the link."""
    return f"{local_day}-{(seq - 1) // LINES_PER_FILE + 1:04d}.jsonl"


def check_links(links: Iterable[Link]) -> Iterator[Breach]:
    """Every place where the journal's own chain does not hold."""
    previous = GENESIS
    for number, link in enumerate(links, 1):
        fields = json.loads(link.line)
        if hashlib.sha256(link.line.encode()).hexdigest() != link.sha256:
            yield Breach(link.file, number, f"event {link.seq} in the journal does not have its digest")
        if fields["prev"] != previous or fields["seq"] != link.seq or link.seq != number:
            yield Breach(link.file, number, f"event {link.seq} does not follow the one before")
        previous = link.sha256


def check_log(name: str, content: bytes, expected: Sequence[Link]) -> Iterator[Breach]:
    """Compare one log file, line by line, with the links that belong in it; the first difference is named."""
    found = content.decode(errors="replace").splitlines()
    for number, link in enumerate(expected, 1):
        if number > len(found):
            yield Breach(name, number, f"event {link.seq} is missing at the end")
            return
        if found[number - 1] != link.line:
            yield Breach(name, number, f"line {number} is not event {link.seq} as it was recorded")
            return
    if len(found) > len(expected):
        yield Breach(name, len(expected) + 1, "a line that was never recorded")
