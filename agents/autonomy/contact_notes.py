"""The note of a contact as we write it first; from then on it is the owner's, and we only add lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.vault.layout import CONTACTS
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain
from agents.vault.store import EditText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from agents.connectors.contacts.values import Values
    from agents.vault.yaml_text import PropertyValue

HISTORY = "History"


@dataclass(frozen=True, slots=True)
class Since:
    """How we come to know a contact: when, by which channels, in which domain, and the first line of its history."""

    day: date
    channels: tuple[str, ...]
    domain: str
    line: str


def contact_path(name: str) -> str:
    """Where the note of this name lies."""
    return f"{CONTACTS}/{name}.md"


def render_contact(name: str, values: Values, since: Since) -> str:
    """The whole note of a new contact. What others say of themselves stands in properties, never in the file's name."""
    properties: dict[str, PropertyValue] = {
        "id": name,
        "type": "contact",
        "name": values.name or None,
        "company": values.company or None,
        "emails": values.emails,
        "phones": values.phones,
        "address": values.address,
        "channels": since.channels,
        "first_seen": since.day,
        "last_seen": since.day,
        "domain": since.domain,
        "aliases": tuple(dict.fromkeys(filter(None, (values.title, *values.aliases)))),
        "tags": ["contact"],
    }
    return emit_note(properties, f"# {plain(values.title)}\n\n## {HISTORY}\n{since.line}\n")


def additions(values: Values) -> Iterator[EditText]:
    """What adds these values to a note, each in its own line; what stands there stays."""
    if values.company:
        yield EditText("default", values.company, "company")
    for name in ("emails", "phones", "aliases"):
        yield from (EditText("item", each, name) for each in getattr(values, name))
    yield from (EditText("item", each, "address") for each in values.address)
