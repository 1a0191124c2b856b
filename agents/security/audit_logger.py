"""The event chain: every transition is one line that carries the SHA-256 of the line before.

The journal keeps the chain; `Logs/*.jsonl` shows it, one canonical JSON object a line, and is completed from the
journal at start. Lines carry ids and digests, never content. A file closes at 500 lines: the day's log is in a
commit now and then, and long files make commits expensive (ADR 0011).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    """The next link after `previous` (None = the first). `local_day` (YYYY-MM-DD, perhaps with a mark) names the file.

    `commit_parent` is the newest commit of the history at that time, empty before the first.
    """
    seq = previous.seq + 1 if previous else 1
    fields = {
        **{name: getattr(fact, name) for name in fact.__slots__},
        "seq": seq,
        "prev": previous.sha256 if previous else GENESIS,
        "timestamp": moment.timestamp,
        "monotonic_s": round(moment.monotonic_s, 3),
        "commit_parent": commit_parent,
    }
    line = json.dumps(fields, sort_keys=True, separators=(",", ":"))  # ASCII: one line for every reader
    return Link(seq, line, _sha256(line), _file_name(seq, local_day))


def fields_of(link: Link) -> Mapping[str, Any]:
    """What a line says; nothing when it is not the JSON object it was."""
    try:
        fields = json.loads(link.line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def log_bytes(links: Iterable[Link]) -> bytes:
    """The links as a log file holds them."""
    return b"".join(f"{link.line}\n".encode() for link in links)


def check_links(links: Iterable[Link]) -> Iterator[Breach]:
    """Every place where the journal's own chain does not hold; `line` counts from the first link."""
    previous = GENESIS
    for number, link in enumerate(links, 1):
        fields = fields_of(link)
        if _sha256(link.line) != link.sha256:
            yield Breach(link.file, number, f"event {link.seq} in the journal does not have its digest")
        if (fields.get("prev"), fields.get("seq"), link.seq) != (previous, number, number):
            yield Breach(link.file, number, f"event {link.seq} does not follow the one before")
        previous = link.sha256


def check_log(name: str, content: bytes, expected: Sequence[Link]) -> Breach | None:
    """Compare one log file, byte by byte, with the links that belong in it; the first line that differs."""
    found = content.split(b"\n")
    for number, (link, line) in enumerate(zip(expected, found, strict=False), 1):
        if line != link.line.encode():
            where = "is missing at the end" if number == len(found) and not line else "is not here as it was recorded"
            return Breach(name, number, f"event {link.seq} {where}")
    last = len(expected)
    if len(found) <= last:
        return Breach(name, len(found), f"event {expected[len(found) - 1].seq} is cut")
    if content != log_bytes(expected):
        return Breach(name, last + 1, "a line that was never recorded")
    return None


def _sha256(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _file_name(seq: int, local_day: str) -> str:
    """One file a day and a block of 500 sequence numbers, so that the name depends on nothing but the link."""
    return f"{local_day}-{(seq - 1) // LINES_PER_FILE + 1:04d}.jsonl"
