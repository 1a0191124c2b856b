"""Reading notes: flat frontmatter and a body, or the line that is wrong. Pure, and raises on no text.

Values are strings: what a YAML library would turn into numbers, dates and truth values (`NO`, `12:30`, `01234`)
stays what the owner wrote. The reader walks libyaml's events, so an alias bomb or deep nesting is refused at its
first event and never built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from yaml import CBaseLoader, MarkedYAMLError
from yaml.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from agents.vault.outline import Problem, find_header, lines_outside_fences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yaml.events import Event

__all__ = ["MAX_NOTE_BYTES", "Note", "Problem", "decode_note", "property_span", "read_note"]

MAX_NOTE_BYTES = 1_000_000
# what some YAML readers take for a line break or a blank and others do not, and what no UTF-8 file can hold
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_MERGE_MARKS = ("<<<<<<< ", ">>>>>>> ")


@dataclass(frozen=True, slots=True)
class Note:
    """A note. `properties` hold text or lists of text; `text` is the whole note as it was read."""

    properties: Mapping[str, str | tuple[str, ...]]
    body: str
    text: str


class _Mark(Protocol):
    """Where libyaml is: offset and line, from 0."""

    index: int
    line: int


class _Refused(Exception):  # it becomes a Problem and never leaves this module
    """Something the strict subset does not know."""

    def __init__(self, event: Event, message: str) -> None:
        super().__init__(message)
        self.line = _start(event).line


def decode_note(content: bytes, max_bytes: int = MAX_NOTE_BYTES) -> str | Problem:
    """The bytes of a file as text."""
    if len(content) > max_bytes:
        return Problem(0, f"the file has {len(content):,} bytes; {max_bytes:,} are read at most")
    try:
        text = content.decode()
    except UnicodeDecodeError as err:
        return Problem(content.count(b"\n", 0, err.start) + 1, "this is not UTF-8 text")
    nul = text.find("\0")
    return text if nul < 0 else Problem(text.count("\n", 0, nul) + 1, "this is not text: it holds a NUL")


def read_note(text: str) -> Note | Problem:
    """Properties and body. A note without frontmatter has no properties."""
    header = find_header(text)
    if isinstance(header, Problem):
        return header
    problem = _merge_mark(text)
    if problem:
        return problem
    if header is None:
        return Note({}, text.removeprefix("\ufeff"), text)
    properties = _read_properties(text[header.start : header.end].replace("\r\n", "\n"))
    if isinstance(properties, Problem):
        return properties
    return Note(properties, text[header.body :], text)


def _merge_mark(text: str) -> Problem | None:
    if all(mark in text for mark in _MERGE_MARKS):
        for line in lines_outside_fences(text):
            if line.text.startswith(_MERGE_MARKS):
                return Problem(line.number, "two versions were merged here: keep one and delete the marks")
    return None


def _read_properties(yaml: str) -> dict[str, str | tuple[str, ...]] | Problem:
    """The events of libyaml as a flat mapping. Line 1 of the note is the opening `---`."""
    unreadable = _UNREADABLE.search(yaml)
    if unreadable:
        line = yaml.count("\n", 0, unreadable.start())
        return Problem(line + 2, f"the invisible character U+{ord(unreadable.group()):04X} may not stand here")
    try:
        return _read_mapping(_events(yaml))
    except _Refused as err:
        return Problem(err.line + 2, str(err))
    except MarkedYAMLError as err:
        line = err.problem_mark.line if err.problem_mark else 0
        return Problem(line + 2, f"this is not a property: {err.problem}")


def _events(yaml: str) -> Iterator[Event]:
    loader = CBaseLoader(yaml)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _read_mapping(events: Iterator[Event]) -> dict[str, str | tuple[str, ...]]:
    next(events)  # the stream starts
    document = next(events)
    if not isinstance(document, DocumentStartEvent):
        return {}
    mapping = next(events)
    if document.explicit or not isinstance(mapping, MappingStartEvent):
        raise _Refused(document, "properties are lines of `name: value`")
    _refuse_marks(mapping)
    found: dict[str, str | tuple[str, ...]] = {}
    seen: set[str] = set()
    while not isinstance(event := next(events), MappingEndEvent):
        name = _text(event)
        if name == "<<" or name.casefold() in seen:  # Obsidian's names do not differ by case
            raise _Refused(event, f"the property {name[:40]!r} stands here twice")
        seen.add(name.casefold())
        found[name] = _value(events)
    next(events)  # the document ends
    if isinstance(more := next(events), DocumentStartEvent):
        raise _Refused(more, "a second document begins here")
    return found


def _value(events: Iterator[Event]) -> str | tuple[str, ...]:
    event = next(events)
    if not isinstance(event, SequenceStartEvent):
        return _text(event)
    _refuse_marks(event)
    items: list[str] = []
    while not isinstance(item := next(events), SequenceEndEvent):
        items.append(_text(item))
    return tuple(items)


def _text(event: Event) -> str:
    _refuse_marks(event)
    if not isinstance(event, ScalarEvent):
        raise _Refused(event, "a property is text or a list of texts, nothing nested")
    return event.value


def _refuse_marks(event: Event) -> None:
    plain = isinstance(event, ScalarEvent | CollectionStartEvent) and event.anchor is None and event.tag is None
    if not plain:
        raise _Refused(event, "anchors, aliases and tags of YAML are not read")


def property_span(header: str, name: str) -> tuple[int, int] | None:
    """Offsets of a property in frontmatter that `read_note` could read: its name's first and its value's last + 1."""
    events = _events(header)
    for event in events:
        if isinstance(event, ScalarEvent):
            end = _value_end(events)
            if event.value == name:
                return _start(event).index, end
    return None


def _value_end(events: Iterator[Event]) -> int:
    """A block list ends with its last item; libyaml says it ends where the next property begins."""
    first = event = next(events)
    end = _end(event).index
    if not isinstance(first, SequenceStartEvent):
        return end
    while not isinstance(event := next(events), SequenceEndEvent):
        end = _end(event).index
    return _end(event).index if first.flow_style else end


def _start(event: Event) -> _Mark:
    return cast("_Mark", event.start_mark)


def _end(event: Event) -> _Mark:
    return cast("_Mark", event.end_mark)
