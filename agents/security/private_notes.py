"""Which notes never leave: `private: true`, the folders the handbook names, and what cannot be read. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.security.domain_table import BUSINESS, PERSONAL
from agents.vault.layout import HEALTH, LOGS, QUARANTINE
from agents.vault.note import Note
from agents.vault.outline import Problem
from agents.vault.tables import tables_under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.vault.tables import Table, TableRow

HEADING = "privacy"
NEVER = "never"
PROOF = "code"  # the property into which an owner writes a proof
ALWAYS = (LOGS, HEALTH, QUARANTINE)
_NO = frozenset({"", "false", "no", "off", "0", "null", "~", "none", "nein"})
_SAID = {
    BUSINESS: frozenset({BUSINESS, "geschäftlich"}),
    PERSONAL: frozenset({PERSONAL, "private", "privat", "persönlich"}),
}
_SAYS_NOTHING = Note({}, "", "")
_LINK = re.compile(r"\[\[(.+?)(?:\|.*)?\]\]")


@dataclass(frozen=True, slots=True)
class PrivacyRules:
    """What the owner keeps back: the folders of which nothing leaves, and the domains that are kept apart."""

    folders: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()


def reason_to_withhold(path: str, note: Note | Problem, rules: PrivacyRules) -> str | None:
    """Why a note may not leave, in words that quote nothing of it; None when it may.

    `path` is posix and relative to our root. In doubt it stays.
    """
    parts = _parts(path)
    if path.startswith("/") or any(each in {"", ".."} or each.startswith(".") for each in parts):
        return "it is no note of the vault"
    for folder in (*ALWAYS, *rules.folders):
        if parts[: len(_parts(folder))] == _parts(folder):
            return f"nothing in {folder} leaves"
    if isinstance(note, Problem):
        return f"it cannot be read: {note.message}"
    if domain := next((each for each in _domains(note) if each in rules.domains), ""):
        return f"what is {domain} is kept apart"
    if _holds_proof(note):
        return "a proof of the owner stands in it"
    return "it is private" if _says_private(note) else None


def _domains(note: Note) -> Iterator[str]:
    """The domains a note names, as the handbook calls them."""
    for name, value in note.properties.items():
        if name.casefold() == "domain":
            said = {each.strip().casefold() for each in ((value,) if isinstance(value, str) else value)}
            yield from (domain for domain, words in _SAID.items() if words & said)


def is_private_folder(folder: str, rules: PrivacyRules) -> bool:
    """Whether no note directly in this folder may leave, whatever it says; the root is `""`."""
    return bool(folder) and reason_to_withhold(f"{folder}/x.md", _SAYS_NOTHING, rules) is not None


def _holds_proof(note: Note) -> bool:
    """Whether the owner wrote a code and it was not taken out yet: into a proposal, or where rules are confirmed."""
    return any(name.casefold() == PROOF and value for name, value in note.properties.items())


def _says_private(note: Note) -> bool:
    """`private` with anything but a plain no, and the tag `private`."""
    for name, value in note.properties.items():
        if name.casefold() == "private" and not _is_no(value):
            return True
        if name.casefold() in {"tags", "tag"} and "private" in _tags(value):
            return True
    return False


def _is_no(value: str | tuple[str, ...]) -> bool:
    return isinstance(value, str) and value.strip().casefold() in _NO


def _tags(value: str | tuple[str, ...]) -> set[str]:
    words = re.split(r"[\s,]+", value) if isinstance(value, str) else value
    return {each.strip().removeprefix("#").casefold() for each in words}


def read_private_folders(handbook: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The folders of the table under `Privacy`, and every row of that part that cannot be read.

    While a row is wrong nobody knows what it was to protect, so nothing may leave.
    """
    found, stray = tables_under(handbook, HEADING)
    rows = [row for each in found for row in ((each,) if isinstance(each, Problem) else _rows(each))]
    problems = (*(row for row in rows if isinstance(row, Problem)), *stray)
    return tuple(row for row in rows if isinstance(row, str)), problems


def _rows(table: Table) -> Iterator[str | Problem]:
    if set(table.columns) != {"folder", "leaves"}:
        yield Problem(table.line, "the table under Privacy has the columns `folder` and `leaves`")
    else:
        yield from map(_folder, table.rows)


def _folder(row: TableRow) -> str | Problem:
    written = row.cells["folder"]
    link = _LINK.fullmatch(written)
    folder = (link[1] if link else written).strip("`/ ")
    if row.cells["leaves"].strip().casefold() != NEVER:
        return Problem(row.line, f"behind a folder stands `{NEVER}`; take the row out if its notes may leave")
    if not folder or any(each in {"", ".", ".."} for each in folder.split("/")):
        return Problem(row.line, f"{written[:40]!r} is no folder of the vault")
    return folder


def _parts(path: str) -> tuple[str, ...]:
    return tuple(unicodedata.normalize("NFC", each).strip().casefold() for each in path.split("/"))
