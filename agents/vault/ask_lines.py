"""The owner's requests in the text of `Ask.md`. Pure.

A request is a line below the heading `Ask` (any level, any case; in a file without headings: any line) that is neither
empty, a heading, a quote or callout, a table, a comment nor fenced. A filed request reads `- [x] words → [[task id]]`.

The property `asked` counts the requests ever filed here. Together with those still in the file it tells how many the
owner has tidied away: without it, a sentence written again after tidying up would look like the old one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import BadNote
from agents.vault.note import Note, read_note
from agents.vault.note_edit import set_property
from agents.vault.outline import heading, lines_outside_fences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.vault.outline import Line

ASKED = "asked"
HEADING = "ask"
ARROW = " → [["
_WHOLE_NOTE = 7  # deeper than any heading
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_BOX = re.compile(r"\[(.)\](?:[ \t]+|$)")
_TASK = re.compile(r"[a-z0-9-]{1,120}")
_NO_REQUEST = re.compile(r"[>|]|%%|<!--|([-*_])\1{2,}$")


@dataclass(frozen=True, slots=True)
class AskLine:
    """One request. `start` and `end` are offsets of its line in the text, without the line break.

    `words` is what was asked, `task` the task it became or empty; `occurrence` counts equal requests from the top,
    filed ones included (1 = the first); `closed` says that a line break follows.
    """

    start: int
    end: int
    words: str
    occurrence: int
    ticked: bool
    task: str
    closed: bool


def ask_lines(text: str) -> tuple[AskLine, ...]:
    """All requests in the text, filed (`ticked`) or not, from the top."""
    seen: dict[str, int] = {}
    found: list[AskLine] = []
    for line in _in_section(text):
        ticked, words, task = _parts(line.text)
        if words:
            key = _same(words)
            seen[key] = seen.get(key, 0) + 1
            end = line.start + len(line.text)
            found.append(AskLine(line.start, end, words, seen[key], ticked, task, closed=end < line.end))
    return tuple(found)


def has_section(text: str) -> bool:
    """Whether there is a place for requests: the heading, or no heading at all."""
    titles = [title for line in _markdown(text) if (title := _title(line)) is not None]
    return HEADING in titles or not titles


def source_ids(text: str) -> dict[int, str]:
    """For each request, by its `start`, an id of its own for ever and the same until it is filed (64 hex digits)."""
    lines = ask_lines(text)
    tidied = _asked(text) - sum(1 for line in lines if line.task)
    return {
        line.start: hashlib.sha256(f"{_same(line.words)}\0{line.occurrence}\0{tidied}".encode()).hexdigest()
        for line in lines
    }


def consumed(text: str, line: str, task_id: str) -> str:
    """The text with the first open request of the words `line` marked as filed; all other lines as they were.

    Doing it twice for one task changes nothing more; a request that is gone changes nothing.
    """
    wanted = [each for each in ask_lines(text) if _same(each.words) == _same(line)]
    if any(each.ticked and each.task == task_id for each in wanted):
        return text
    first = next((each for each in wanted if not each.ticked), None)
    if first is None:
        return text
    before = text[first.start : first.end]
    indent = before[: len(before) - len(before.lstrip())]
    marked = f"{text[: first.start]}{indent}- [x] {first.words}{ARROW}{task_id}]]{text[first.end :]}"
    if first.task:  # ticked again; it is counted already
        return marked
    try:
        return set_property(marked, ASKED, str(_asked(text) + 1))
    except BadNote:  # properties as JSON: better uncounted than asked twice
        return marked


def _same(words: str) -> str:
    return " ".join(unicodedata.normalize("NFC", words).split())


def _asked(text: str) -> int:
    note = read_note(text)
    value = note.properties.get(ASKED) if isinstance(note, Note) else None
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else 0


def _parts(line: str) -> tuple[bool, str, str]:
    """Whether it is ticked, the words, and the task it became."""
    rest = line.strip()
    ticked = False
    if marker := _MARKER.match(rest):
        rest = rest[marker.end() :]
        if box := _BOX.match(rest):
            ticked = box[1] != " "
            rest = rest[box.end() :]
    words, arrow, link = rest.rpartition(ARROW)
    if arrow and link.endswith("]]") and _TASK.fullmatch(link[:-2]):
        return ticked, words.strip(), link[:-2]
    return ticked, rest.strip(), ""


def _title(line: Line) -> str | None:
    """The heading's words, lower case without decoration; None = no heading."""
    found = heading(line.text)
    return None if found is None else re.sub(r"[\W_]+", " ", found[1]).strip().casefold()


def _in_section(text: str) -> Iterator[Line]:
    """The lines that may be requests."""
    candidates = tuple(_markdown(text))
    inside = 0 if any(heading(line.text) for line in candidates) else _WHOLE_NOTE
    for line in candidates:
        found = heading(line.text)
        if found:
            if not inside or found[0] <= inside:
                inside = found[0] if _title(line) == HEADING else 0
        elif inside and not _NO_REQUEST.match(line.text.strip()):
            yield line


def _markdown(text: str) -> Iterator[Line]:
    """The lines outside properties, fences and Obsidian's comments."""
    comment = False
    for line in lines_outside_fences(text):
        toggles = line.text.count("%%") % 2 == 1
        if not (comment or toggles):
            yield line
        comment ^= toggles
