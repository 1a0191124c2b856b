"""Gathers what a task brings with it for a model, and who is to be protected: read from the vault and the journal.

Nothing is decided here: what may leave is `security/private_notes.py`, what the bytes are is `reasoning/outgoing.py`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.views import outcomes, task_view
from agents.reasoning.outgoing import Material
from agents.reasoning.outgoing_text import NamedNote
from agents.security.data_protection import Person, Redactor
from agents.security.personal_numbers import REGIONS
from agents.security.privacy_rules import privacy_rules
from agents.vault.files import MISSING
from agents.vault.layout import CLAIMED, CONTACTS, DONE, HANDBOOK_NOTE, NEEDS_ACTION, RATES_NOTE
from agents.vault.note import Note, Problem
from agents.vault.note_files import note_at
from agents.vault.outline import heading, lines_outside_fences
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from agents.durability.task_persistence import TaskRow
    from agents.reasoning.brain import TaskView
    from agents.security.data_protection import SecretFinder

_NAMES = ("name", "full name", "names", "company", "organisation", "organization", "nickname", "alias", "aliases")
_TOWN = (("zip", "city"), ("postcode", "city"), ("postal code", "city"), ("plz", "ort"))
_LINES = ("street", "address", "strasse", "straße", "adresse", "city", "ort")
_FIRST_AND_LAST = (("first name", "last name"), ("firstname", "lastname"), ("vorname", "nachname"))
_IBAN_COUNTRY = re.compile("([A-Z]{2})[0-9]{2}")


class Leaving:
    """Reads one vault. `secrets` finds secrets in a text."""

    def __init__(self, root: Path, models: Mapping[str, type[Action]], secrets: SecretFinder) -> None:
        self._root = root.resolve()
        self._models = models
        self._secrets = secrets

    def material(self, sql: Connection, row: TaskRow, names: Iterable[str] = ()) -> Material:
        """What a task brings with it; `names` are further notes, by their path.

        Raises:
            NeedsOwner: the handbook cannot be read, so nobody knows which folders are private.
        """
        paths = dict.fromkeys([RATES_NOTE, *names])
        return Material(
            task=task_view(sql, row, ""),
            place=task_note(self._root, row.id),
            outcomes=outcomes(sql, row.id, self._models),
            handbook=NamedNote(HANDBOOK_NOTE, note_at(self._root, HANDBOOK_NOTE)),
            notes=tuple(NamedNote(path, note_at(self._root, path)) for path in paths),
            rules=privacy_rules(self._root),
        )

    def redactor(self, task: TaskView) -> Redactor:
        """What replaces personal data in the texts of a task: the contacts, whoever wrote, and the owner."""
        about_owner = _who_we_are(note_at(self._root, HANDBOOK_NOTE))
        people = [
            *contacts(self._root),
            Person((task.sender_name,) if task.kind == "email" and "@" not in task.sender_name else ()),
            *(Person((each,)) for each in _customers(note_at(self._root, RATES_NOTE))),
            Person((about_owner.get("owner", ""),), (about_owner.get("street", ""), about_owner.get("city", ""))),
        ]
        return Redactor(people, self._secrets, regions=_regions(about_owner))


def task_note(root: Path, task: str) -> NamedNote:
    """The note of a task, wherever tasks lie. One that is not there cannot be read, so nothing of it leaves."""
    archives = sorted(each.name for each in (root / DONE).glob("[0-9]*-[0-9]*") if each.is_dir())
    for folder in (NEEDS_ACTION, CLAIMED, *(f"{DONE}/{month}" for month in reversed(archives)), DONE):
        path = f"{folder}/{task}.md"
        note = note_at(root, path)
        if note != MISSING:
            return NamedNote(path, note)
    return NamedNote(f"{NEEDS_ACTION}/{task}.md", Problem(0, "its note is not where tasks lie"))


def contacts(root: Path) -> Iterator[Person]:
    """Everybody in `Contacts/`. A contact that cannot be read is still protected by the name of its file."""
    for place in sorted((root / CONTACTS).rglob("*.md")):
        path = place.relative_to(root).as_posix()
        note = note_at(root, path)
        stem = PurePosixPath(path).stem
        yield Person((stem,)) if isinstance(note, Problem) else _contact(stem, note)


def _contact(stem: str, note: Note) -> Person:
    found = {name.casefold(): value for name, value in note.properties.items()}
    titles = (heading(line.text) for line in lines_outside_fences(note.text))
    names = [stem, *(title[1] for title in titles if title and title[0] == 1)]
    names += [each for name in _NAMES for each in _texts(found.get(name, ""))]
    names += _joined(found, _FIRST_AND_LAST)
    lines = [each for name in _LINES for text in _texts(found.get(name, "")) for each in text.splitlines()]
    return Person(tuple(filter(None, names)), tuple(filter(None, [*lines, *_joined(found, _TOWN)])))


def _joined(found: Mapping[str, str | tuple[str, ...]], pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for first, second in pairs:
        if found.get(first) and found.get(second):
            yield " ".join([*_texts(found[first]), *_texts(found[second])])


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _who_we_are(handbook: Note | Problem) -> dict[str, str]:
    """The owner's table about themselves."""
    tables = read_tables(handbook.text) if isinstance(handbook, Note) else ()
    return {
        row.cells["what"].strip().casefold(): row.cells["value"].strip()
        for table in tables
        if isinstance(table, Table) and {"what", "value"} <= set(table.columns)
        for row in table.rows
    }


def _customers(rates: Note | Problem) -> Iterator[str]:
    """Whom the owner has prices for."""
    tables = read_tables(rates.text) if isinstance(rates, Note) else ()
    for table in tables:
        if isinstance(table, Table):
            yield from filter(None, (row.cells.get("customer", "") for row in table.rows))


def _regions(about_owner: Mapping[str, str]) -> tuple[str, ...]:
    """Where phone numbers are at home: the owner's country, by its code or by their bank's, then the usual ones."""
    country = about_owner.get("country", "").upper()
    bank = _IBAN_COUNTRY.match(about_owner.get("iban", "").upper())
    own = country if re.fullmatch("[A-Z]{2}", country) else bank[1] if bank else REGIONS[0]
    return tuple(dict.fromkeys([own, *REGIONS]))
