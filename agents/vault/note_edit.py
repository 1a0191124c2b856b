"""Writing and editing notes as text, so that every byte we did not mean to change stays as it is. Pure.

No YAML library rewrites a note faithfully (order, comments, CRLF, `12:30`, emoji); one line changed as text does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.errors import BadNote
from agents.vault.note import Note, Problem, property_span, read_note
from agents.vault.outline import MAX_FRONTMATTER_CHARS, Header, find_header, heading, outline
from agents.vault.yaml_text import PropertyValue, yaml_property, yaml_scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.vault.outline import Fence, Line

__all__ = [
    "Block",
    "add_item",
    "append_line",
    "emit_note",
    "fenced_blocks",
    "fill_property",
    "owner_region",
    "replace_region",
    "set_property",
    "yaml_scalar",
]

NEWLINE = "\n"
SECTION_LEVEL = 2
REGION_BEGIN = "%% yours: begin %%"
REGION_END = "%% yours: end %%"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_REGION = re.compile(
    rf"^{re.escape(REGION_BEGIN)}[ \t]*\r?\n(.*?)(?:^{re.escape(REGION_END)}[ \t]*(?:\r?\n|\Z)|\Z)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. The lines are those of its two fences, from 1; `content` has no final line ending."""

    start_line: int
    end_line: int
    content: str


def emit_note(properties: Mapping[str, PropertyValue], body: str) -> str:
    """A new note.

    Raises:
        ValueError: a name is no property name, a value cannot be shown, or it is more than a reader reads.
    """
    for name in properties:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no property name")
    header = "".join(yaml_property(name, value) for name, value in properties.items())
    if len(header) > MAX_FRONTMATTER_CHARS - len("---\n"):
        raise ValueError(f"{len(header):,} characters of frontmatter are too many")
    return f"---\n{header}---\n{body}{'' if body.endswith(NEWLINE) or not body else NEWLINE}"


def set_property(text: str, name: str, value: str) -> str:
    """The note with one property set; `value` is one line of YAML (`yaml_scalar`), "" empties it.

    Only that property's value changes; a comment behind it stays. In frontmatter nobody can read, the line that
    begins with the name is set, so that the owner still sees it.

    Raises:
        BadNote: the frontmatter is written so that one line cannot set it (JSON, for example).
    """
    header = find_header(text)
    written = f"{name}: {value}".rstrip(" ")
    if not isinstance(header, Header):
        bom = text[: text.startswith("\ufeff")]
        newline = _newline(text)
        return f"{bom}---{newline}{written}{newline}---{newline}{text[len(bom) :]}"
    before = read_note(text)
    lines = text[header.start : header.end]
    span = _line_span(lines, name) if isinstance(before, Problem) else property_span(lines, name)
    edited = text[: header.start] + _with_value(lines, span, written, _newline(text)) + text[header.end :]
    if isinstance(before, Note):
        after = read_note(edited)
        if not isinstance(after, Note) or _without(after, name) != _without(before, name):
            raise BadNote(
                f"the property {name} could not be set", hint="Write the properties as lines of `name: value`."
            )
    return edited


def fill_property(text: str, name: str, value: str) -> str:
    """The note with one property set where it says nothing yet; `value` is one line of YAML.

    Raises:
        BadNote: nobody can read the properties, so nobody knows what they say.
    """
    return text if any(_items_of(text, name)) else set_property(text, name, value)


def add_item(text: str, name: str, item: str) -> str:
    """The note with one more item in the list `name`, unless it is there already in whatever letters.

    Raises:
        BadNote: nobody can read the properties, so nobody knows what they say.
    """
    items = [each for each in _items_of(text, name) if each]
    if item.casefold() in {each.strip().casefold() for each in items}:
        return text
    return set_property(text, name, f"[{', '.join(map(yaml_scalar, [*items, item]))}]")


def _items_of(text: str, name: str) -> tuple[str, ...]:
    note = read_note(text)
    if isinstance(note, Problem):
        raise BadNote(f"line {note.line} cannot be read: {note.message}", hint="Mend the properties of the note.")
    value = note.properties.get(name, ())
    return (value,) if isinstance(value, str) else value


def append_line(text: str, heading_words: str, line: str) -> str:
    """The note with `line` at the end of section `## heading_words`, made at the end when missing.

    Nothing changes when that very line is in the section already; what stands in a code fence is neither a heading
    nor that line.
    """
    newline, seen = _newline(text), outline(text)
    inside, at = False, 0
    for each in seen.lines:
        found = heading(each.text) if each.fence is None else None
        if inside and found and found[0] <= SECTION_LEVEL:
            break
        if not inside:
            inside = found == (SECTION_LEVEL, heading_words)
        elif each.fence is None and each.text.rstrip() == line.rstrip():
            return text
        if inside and each.text.strip() and (seen.unclosed is None or each.fence != seen.unclosed.start):
            at = each.end
    if inside:
        return f"{_ended(text[:at], newline)}{line}{newline}{text[at:]}"
    closing = f"{seen.unclosed.mark}{newline}" if seen.unclosed else ""
    blank = newline if text else ""
    return f"{_ended(text, newline)}{closing}{blank}## {heading_words}{newline}{line}{newline}"


def fenced_blocks(text: str, info: str) -> tuple[Block, ...]:
    """The closed top-level blocks with exactly this info string (`yaml action`), in order."""
    seen = outline(text)
    wanted = " ".join(info.split())
    return tuple(
        Block(fence.number, last.number, _content(seen.lines, fence, last.number))
        for fence, last in seen.fences
        if fence.info == wanted
    )


def owner_region(text: str) -> str:
    """What the owner wrote between the marks; to the end when the closing mark is lost; "" without marks."""
    found = _REGION.search(text)
    return found[1] if found else ""


def replace_region(text: str, new: str) -> str:
    """The note with `new` between the owner's marks, which are added at the end when missing."""
    region = f"{REGION_BEGIN}\n{_ended(new, NEWLINE) if new else new}{REGION_END}\n"
    found = _REGION.search(text)
    if found is None:
        return _ended(text, NEWLINE) + region
    return text[: found.start()] + region + text[found.end() :]


def _with_value(lines: str, span: tuple[int, int] | None, written: str, newline: str) -> str:
    if span is None:
        return f"{lines}{written}{newline}"
    start, end = span
    end = start + len(lines[start:end].rstrip("\r\n"))  # literal blocks end on the next line
    return lines[:start] + written + lines[end:]


def _line_span(lines: str, name: str) -> tuple[int, int] | None:
    found = re.search(rf"^{re.escape(name)}[ \t]*:[^\r\n]*", lines, re.MULTILINE)
    return found.span() if found else None


def _without(note: Note, name: str) -> dict[str, str | tuple[str, ...]]:
    return {key: value for key, value in note.properties.items() if key != name}


def _content(lines: tuple[Line, ...], fence: Fence, last: int) -> str:
    first = fence.number - lines[0].number + 1
    inner = (line.text for line in lines[first : last - lines[0].number])
    return NEWLINE.join(text[min(fence.indent, len(text) - len(text.lstrip(" "))) :] for text in inner)


def _newline(text: str) -> str:
    end = text.find(NEWLINE)
    return "\r\n" if end > 0 and text[end - 1] == "\r" else NEWLINE


def _ended(text: str, newline: str) -> str:
    return text if not text or text.endswith(("\n", "\r")) else text + newline
