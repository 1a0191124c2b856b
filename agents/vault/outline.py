"""Where the parts of a note's text are: frontmatter, lines, code fences. Pure.

Only fences at the top level of the note count; our own notes have no others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FRONTMATTER_CHARS = 16_384
MAX_LINE_CHARS = 10_000
_OPENING = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\n|\Z)")
_CLOSING = re.compile(r"^---[ \t]*(?:\r\n|\n|\Z)", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]++")
_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})(.*)", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?", re.DOTALL)
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text the owner may mend. `line` counts from 1; 0 means the file as a whole."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Header:
    """Offsets of the frontmatter: its first line, its closing `---`, and the body after it."""

    start: int
    end: int
    body: int


class Line(NamedTuple):
    """One line. `number` counts from 1; `start` and `end` are offsets, `end` with the line ending, `text` without.

    `fence` is None outside; else the offset of the line that opened the fence (the two fence lines belong to it).
    """

    number: int
    start: int
    end: int
    text: str
    fence: int | None


class Fence(NamedTuple):
    """An open code fence: where it began, how it is indented, its mark and its info string."""

    start: int
    number: int
    indent: int
    mark: str
    info: str

    def closed_by(self, text: str) -> bool:
        """Whether this line ends the fence (CommonMark 0.31, section 4.5)."""
        found = _fence_marks(text)
        return (
            found is not None
            and found[2][0] == self.mark[0]
            and len(found[2]) >= len(self.mark)
            and not found[3].strip(" \t")
        )


class Outline(NamedTuple):
    """The lines of a note's body, its closed fences with their last line, and the fence that never closes."""

    lines: tuple[Line, ...]
    fences: tuple[tuple[Fence, Line], ...]
    unclosed: Fence | None


def find_header(text: str) -> Header | Problem | None:
    """The frontmatter; None without one. Obsidian: it starts at the very first byte (a BOM is tolerated)."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    start = opening.end()
    limit = start + MAX_FRONTMATTER_CHARS
    closing = _CLOSING.search(text, start, limit)
    if closing is None or closing.end() == limit < len(text):
        longer = len(text) > limit
        return Problem(1, "the frontmatter is too long" if longer else "the frontmatter has no closing `---`")
    return Header(start, closing.start(), closing.end())


def outline(text: str) -> Outline:
    """The body's lines with the fences they stand in; frontmatter that cannot be found counts as body."""
    header = find_header(text)
    offset = header.body if isinstance(header, Header) else int(text.startswith("\ufeff"))
    number = text.count("\n", 0, offset)
    lines: list[Line] = []
    fences: list[tuple[Fence, Line]] = []
    fence: Fence | None = None
    for found in _LINE.finditer(text, offset):
        number += 1
        line = found.group().rstrip("\r\n")
        closes = fence is not None and fence.closed_by(line)
        if fence is None:
            fence = opened_fence(line, found.start(), number)
        lines.append(Line(number, found.start(), found.end(), line, None if fence is None else fence.start))
        if fence is not None and closes:
            fences.append((fence, lines[-1]))
            fence = None
    return Outline(tuple(lines), tuple(fences), fence)


def lines_outside_fences(text: str) -> Iterator[Line]:
    """The body's lines that markdown reads as markdown."""
    return (line for line in outline(text).lines if line.fence is None)


def opened_fence(text: str, start: int, number: int) -> Fence | None:
    """The fence this line opens (CommonMark 0.31, section 4.5)."""
    found = _fence_marks(text)
    if found is None or (found[2][0] == "`" and "`" in found[3]):
        return None
    return Fence(start, number, len(found[1]), found[2], " ".join(found[3].split()))


def heading(text: str) -> tuple[int, str] | None:
    """Level and words of an ATX heading (CommonMark 0.31, section 4.2)."""
    found = _HEADING.fullmatch(text[:MAX_LINE_CHARS]) if "#" in text[:4] else None
    if found is None:
        return None
    return len(found[1]), _CLOSING_HASHES.sub("", (found[2] or "").rstrip(" \t")).rstrip(" \t")


def _fence_marks(text: str) -> re.Match[str] | None:
    return _FENCE.fullmatch(text) if text.lstrip(" ")[:3] in {"```", "~~~"} else None
