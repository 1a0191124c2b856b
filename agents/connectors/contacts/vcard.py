"""vCards in and out; the only file that imports vobject.

In: 3.0 and 4.0, and 2.1 with quoted-printable as older phones write it; several cards in one file, each read by itself,
so that a broken one costs nothing but itself. Out: 4.0, of which nothing but text is written. Photos, keys, birthdays
and notes of a card are left where they are, in the file. Source: RFC 6350; RFC 2426; vCard 2.1 (versit, 1996).
"""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING

from agents.connectors.contacts.values import (
    MAX_LINE_CHARS,
    MAX_PHONE_CHARS,
    MAX_VALUES,
    Values,
    is_mail,
    is_phone,
    one_line,
)
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CARDS, MAX_CARD_CHARS, MAX_VALUE_CHARS = 5_000, 2_000_000, 2_000
MAX_OCTETS = 75  # of a line, RFC 6350 3.2
_BEGIN, _END = "BEGIN:VCARD", "END:VCARD"
_WANTED = frozenset({"fn", "n", "org", "email", "tel", "nickname", "adr"})
_PROPERTY = re.compile(r"(?:[A-Za-z0-9-]{1,40}\.)?([A-Za-z0-9-]{1,40})[;:]")
_SEPARATED = re.compile(r"(?<!\\);")
_LISTED = re.compile(r"(?<!\\),")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r"[\\,;]")


def read_cards(content: bytes) -> tuple[Values | Problem, ...]:
    """The cards of a file, in order, and a Problem with its line for each that cannot be read."""
    text = _text(content)
    if isinstance(text, Problem):
        return (text,)
    found = [*_cards(text)]
    return tuple(found) or (Problem(1, "there is no card in it"),)


def _text(content: bytes) -> str | Problem:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\0" not in text else Problem(1, "this is no text")
    return Problem(1, "this is neither UTF-8 nor Windows-1252")


def _cards(text: str) -> Iterator[Values | Problem]:
    begun, lines, number = 0, [""], 0
    for at, line in enumerate(text.split("\n"), 1):
        word = line.strip().upper()
        if word == _BEGIN:
            if begun:
                yield Problem(begun, "this card never ends")
            begun, lines = at, []
            number += 1
            if number > MAX_CARDS:
                yield Problem(at, f"only the first {MAX_CARDS:,} cards are read")
                return
        elif word == _END and begun:
            yield _card(begun, lines)
            begun = 0
        elif begun:
            lines.append(line)
    if begun:
        yield Problem(begun, "this card never ends")


def _card(line: int, lines: list[str]) -> Values | Problem:
    """One card. Only the properties we want reach the library: what is binary need not be read."""
    kept = "\n".join([*_kept(lines), ""])
    if len(kept) > MAX_CARD_CHARS:
        return Problem(line, "this card is too large")
    said = [each for each in map(_property, _logical(kept)) if each]
    values = _values(said)
    return values if values.title else Problem(line, "this card names nobody")


def _logical(text: str) -> list[str]:
    """The lines of a card with those that continue them, also where quoted-printable is continued."""
    from vobject.base import getLogicalLines  # noqa: PLC0415 - heavy, used rarely

    return [line for line, _number in getLogicalLines(StringIO(text), allowQP=True)]


def _property(line: str) -> tuple[str, str] | None:
    """Name and value of a line, its escapes as they are; None for a line that is not written as cards have them."""
    from vobject.base import VObjectError, textLineToContentLine  # noqa: PLC0415 - heavy, used rarely

    try:
        found = textLineToContentLine(line)
    except (VObjectError, LookupError, ValueError):
        return None
    return found.name.lower(), str(found.value)[:MAX_VALUE_CHARS]


def _kept(lines: list[str]) -> Iterator[str]:
    """The lines of the properties we want, with those that continue them."""
    keeps, soft = False, False
    for line in lines:
        if not soft and not line.startswith((" ", "\t")):
            name = _PROPERTY.match(line)
            keeps = name is not None and name[1].lower() in _WANTED
            quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
        soft = keeps and quoted and line.endswith("=")
        if keeps:
            yield line


def _values(said: list[tuple[str, str]]) -> Values:
    of = {name: [value for each, value in said if each == name] for name in _WANTED}
    names = [*map(_plain, of["fn"]), *(_name(each) for each in of["n"])]
    organisations = [_plain(_SEPARATED.split(each)[0]) for each in of["org"]]
    phones = (_plain(each.partition(";")[0].removeprefix("tel:"), MAX_PHONE_CHARS) for each in of["tel"])
    emails = (_plain(each.removeprefix("mailto:"), MAX_VALUE_CHARS) for each in of["email"])
    return Values(
        name=next(filter(None, names), ""),
        company=next(filter(None, organisations), ""),
        emails=_some(each for each in emails if is_mail(each)),
        phones=_some(each for each in phones if is_phone(each)),
        aliases=_some(_plain(part) for each in of["nickname"] for part in _LISTED.split(each)),
        address=_some(_address(of["adr"][0]))[:6] if of["adr"] else (),
    )


def _name(structured: str) -> str:
    """'Anna Example' of 'Example;Anna;;Dr.;'."""
    parts = [_plain(each) for each in _SEPARATED.split(structured)]
    family, given = (*parts, "", "")[:2]
    return " ".join(filter(None, (given, family)))


def _address(structured: str) -> Iterator[str]:
    """The lines of 'box;extra;street;town;region;code;country'."""
    box, extra, street, town, region, code, country = (*map(_plain, _SEPARATED.split(structured)), *[""] * 7)[:7]
    yield from (box, extra, street, " ".join(filter(None, (code, town))), region, country)


def _plain(value: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """The text of a value, its escapes undone, on one line."""
    return one_line(_ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], value), max_chars)


def _some(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_VALUES]


def write_cards(contacts: Iterable[Values]) -> str:
    """These contacts as one file of vCards 4.0, lines ending with CRLF."""
    return "".join(f"{part}\r\n" for each in contacts for line in _lines(each) for part in _folded(line))


def _lines(values: Values) -> Iterator[str]:
    yield from (_BEGIN, "VERSION:4.0", f"FN:{_escaped(values.title)}")
    if values.company:
        if not values.name:
            yield "KIND:org"
        yield f"ORG:{_escaped(values.company)}"
    if values.aliases:
        yield f"NICKNAME:{','.join(map(_escaped, values.aliases))}"
    yield from (f"EMAIL:{_escaped(each)}" for each in values.emails)
    yield from (f"TEL:{_escaped(each)}" for each in values.phones)
    if values.address:
        yield f"ADR:;;{','.join(map(_escaped, values.address))};;;;"
    yield _END


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: f"\\{found[0]}", text)


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, each but the first after a blank; no letter is cut."""
    part, octets = "", 0
    for char in line:
        size = len(char.encode(errors="replace"))
        if octets + size > MAX_OCTETS:
            yield part
            part, octets = " ", 1
        part, octets = part + char, octets + size
    yield part
