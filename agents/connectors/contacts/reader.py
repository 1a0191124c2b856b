"""Reads the notes in `Contacts/`: who is known, by which ways, and which two notes are one person. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.connectors.contacts.values import (
    MAX_LINE_CHARS,
    MAX_VALUES,
    Values,
    is_mail,
    is_phone,
    name_form,
    one_line,
    ways,
)
from agents.vault.layout import CONTACTS, is_conflict_copy
from agents.vault.note import Note
from agents.vault.note_files import note_at
from agents.vault.note_walk import walk_notes
from agents.vault.outline import heading, lines_outside_fences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

MAX_CONTACTS = 10_000
MAX_SHARED = 10  # a number that more notes share is the switchboard of a company
MAX_NAMESAKES = 3  # a name that more notes have is that of a company
_MAILS = ("emails", "email", "mail", "e-mail", "mails")
_PHONES = ("phones", "phone", "mobile", "tel", "telefon")
_LINES = ("address", "street", "city")


@dataclass(frozen=True, slots=True)
class Contact:
    """One note of a contact. `path` is relative to our root; the days are ISO, empty when it does not say."""

    path: str
    values: Values
    first_seen: str = ""
    last_seen: str = ""
    channels: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name of the note, as links have it."""
        return PurePosixPath(self.path).stem


@dataclass(frozen=True, slots=True)
class Twins:
    """Two notes that look like one person, by path in order, and what they share in words."""

    first: Contact
    second: Contact
    shared: str


class ContactBook:
    """The contacts of one vault; a note is read again only when it changed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._known: dict[str, tuple[str, Contact | None]] = {}
        self.changes = 0  # counts up with each look that found something new

    def look(self) -> tuple[Contact, ...]:
        """Every contact that can be read, by path."""
        lying = sorted(walk_notes(self._root / CONTACTS, lambda _folder: False))[:MAX_CONTACTS]
        known = {path: self._read(path, mark) for path, mark in lying if not is_conflict_copy(path.rpartition("/")[2])}
        if known != self._known:
            self.changes += 1
        self._known = known
        return tuple(contact for _, contact in known.values() if contact)

    def _read(self, path: str, mark: str) -> tuple[str, Contact | None]:
        if (known := self._known.get(path)) and known[0] == mark:
            return known
        note = note_at(self._root, f"{CONTACTS}/{path}")
        return mark, contact_of(f"{CONTACTS}/{path}", note) if isinstance(note, Note) else None


def contact_of(path: str, note: Note) -> Contact:
    """What a note says, ours or one the owner wrote in their own way: name of the file, heading, usual properties."""
    said = {name.casefold(): value for name, value in note.properties.items()}
    titles = (heading(line.text) for line in lines_outside_fences(note.body))
    title = next((each[1] for each in titles if each and each[0] == 1), "")
    stem = PurePosixPath(path).stem
    named = _first(said, "name", "full name") or title.strip().replace("\\", "") or stem
    values = Values(
        name=_cut(named),
        company=_cut(_first(said, "company", "organisation", "organization")),
        emails=_some(each for each in _all(said, _MAILS) if is_mail(each)),
        phones=_some(each for each in _all(said, _PHONES) if is_phone(each)),
        aliases=_some(map(_cut, _all(said, ("aliases", "alias", "nickname")))),
        address=_some(_cut(line) for each in _all(said, _LINES) for line in each.splitlines())[:6],
    )
    first, last = (_first(said, each)[:10] for each in ("first_seen", "last_seen"))
    return Contact(path, values, first, last, tuple(_all(said, ("channels",))))


def _all(said: Mapping[str, str | tuple[str, ...]], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = said.get(name, ())
        yield from (each.strip() for each in ((value,) if isinstance(value, str) else value))


def _first(said: Mapping[str, str | tuple[str, ...]], *names: str) -> str:
    return next(filter(None, _all(said, names)), "")


def _cut(text: str) -> str:
    return one_line(text, MAX_LINE_CHARS)


def _some(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_VALUES]


def by_way(contacts: Iterable[Contact]) -> dict[str, list[Contact]]:
    """The contacts by each way that leads to them: mail addresses in small letters, phone numbers as E.164."""
    found: dict[str, list[Contact]] = {}
    for each in contacts:
        for way in dict.fromkeys(ways(each.values)):
            found.setdefault(way, []).append(each)
    return found


def twins(contacts: Iterable[Contact]) -> tuple[Twins, ...]:
    """The pairs of notes that look like one person: they share a way, or a whole name and no company speaks against.

    Of several alike each is paired with the first: six notes are five questions, not fifteen.
    """
    contacts = tuple(contacts)
    found: dict[tuple[str, str], Twins] = {}
    for way, sharing in sorted(by_way(contacts).items()):
        _pair(found, sharing, way)
    names: dict[str, list[Contact]] = {}
    for each in contacts:
        for form in {name_form(name) for name in (each.values.name, *each.values.aliases)} - {""}:
            names.setdefault(form, []).append(each)
    for _, sharing in sorted(names.items()):
        companies = {each.values.company.casefold() for each in sharing} - {""}
        if len(companies) <= 1 and len(sharing) <= MAX_NAMESAKES:
            _pair(found, sharing, "the name")
    return tuple(found[each] for each in sorted(found))


def _pair(found: dict[tuple[str, str], Twins], sharing: list[Contact], shared: str) -> None:
    if len(sharing) <= MAX_SHARED:
        first, *others = sorted(sharing, key=lambda each: each.path)
        for second in others:
            found.setdefault((first.path, second.path), Twins(first, second, shared))
