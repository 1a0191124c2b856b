"""Carries out changes of contacts that the owner said yes to: new notes, values added to some, one note made of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.contact_notes import HISTORY, Since, additions, contact_path, render_contact
from agents.autonomy.shelving import done_folder
from agents.clock import as_local
from agents.connectors.contacts.actions import ImportContacts, MergeContacts
from agents.connectors.contacts.contacts_connector import REQUEST
from agents.connectors.contacts.reader import Contact, contact_of
from agents.connectors.contacts.values import Values
from agents.durability.task_persistence import settle_request
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.security.domain_table import BUSINESS
from agents.vault.files import read_regular
from agents.vault.layout import note_id
from agents.vault.note import MAX_NOTE_BYTES, Note, Problem, read_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.contacts.actions import Change
    from agents.durability.task_persistence import RequestRow
    from agents.durability.transitions import Recorder

__all__ = ["REQUEST", "ContactChanges"]
GONE = "its note is gone, or cannot be read, or is a link"


class ContactChanges:
    """Changes the notes in `Contacts/` of one vault."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._clock = recorder.clock

    def by_request(self, row: RequestRow) -> str:
        """One order that the owner approved; why it cannot be carried out, or empty."""
        try:
            if '"action":"contacts.merge"' in row.text:
                return self._merge(row, MergeContacts.model_validate_json(row.text))
            return self._import(row, ImportContacts.model_validate_json(row.text))
        except ValueError:
            return "it is no order about contacts"

    def _import(self, row: RequestRow, action: ImportContacts) -> str:
        notes = {each.note: self._note(each.note) for each in action.changes if each.note}
        if missing := [name for name, note in notes.items() if isinstance(note, Problem)]:
            return f"{missing[0]}: {GONE}"
        with self._recorder.begin() as writing:
            for number, change in enumerate(action.changes):
                name, operation = self._change(row, number, change)
                kind = "contact.changed" if change.note else "contact.added"
                fact = Fact("runner", kind, name, parameters={"request": str(row.number)})
                writing.record(Transition(fact, f"{kind} {name}", (operation,)))
            settle_request(writing.sql, row.number, "done", "")
        return ""

    def _change(self, row: RequestRow, number: int, change: Change) -> tuple[str, Operation]:
        """The name of a note and what makes or changes it."""
        now = as_local(self._clock.now())
        line = f"- {now:%Y-%m-%d %H:%M} from a card you took in"
        if change.note:
            edits = (*additions(change.values), EditText("line", line, HISTORY))
            return change.note, Operation("edit", contact_path(change.note), edits=edits)
        name = note_id(now.date(), "contact", "card", f"{row.target}\0{number}")
        since = Since(now.date(), (), BUSINESS, line)
        return name, Operation("create", contact_path(name), text=render_contact(name, change.values, since))

    def _merge(self, row: RequestRow, action: MergeContacts) -> str:
        keep, other = self._note(action.keep), self._note(action.other)
        if isinstance(keep, Problem) or isinstance(other, Problem):
            return f"{action.keep if isinstance(keep, Problem) else action.other}: {GONE}"
        stays, goes = (
            contact_of(contact_path(name), note) for name, note in ((action.keep, keep), (action.other, other))
        )
        now = as_local(self._clock.now())
        line = f"- {now:%Y-%m-%d %H:%M} made one of two notes with [[{action.other}]]"
        edits = (*_taken_over(stays, goes), EditText("line", line, HISTORY), _history(action.other, other))
        gone = EditText("property", f"[[{action.keep}]]", "merged_into")
        away = Operation("move", contact_path(action.other), self._free(action.other), edits=(gone,))
        with self._recorder.begin() as writing:
            parameters = {"request": str(row.number), "by": action.other}
            fact = Fact("runner", "contact.merged", action.keep, parameters=parameters)
            operations = (Operation("edit", contact_path(action.keep), edits=edits), away)
            writing.record(Transition(fact, f"Merge {action.other} into {action.keep}", operations))
            settle_request(writing.sql, row.number, "done", "")
        return ""

    def _note(self, name: str) -> Note | Problem:
        content = read_regular(self._recorder.store.path(contact_path(name)), MAX_NOTE_BYTES)
        return content if isinstance(content, Problem) else read_note(content.decode(errors="replace"))

    def _free(self, name: str) -> str:
        """A place in Done that no note has yet: owners name their notes as they like."""
        folder, number = done_folder(self._clock.now()), 1
        path = f"{folder}/{name}.md"
        while self._recorder.store.path(path).exists():
            number += 1
            path = f"{folder}/{name}-{number}.md"
        return path


def _taken_over(stays: Contact, goes: Contact) -> Iterator[EditText]:
    """What one note gets of the other: all that it has not, the earlier first day, the later last one."""
    names = (goes.values.title, *goes.values.aliases)
    aliases = tuple(dict.fromkeys(each for each in names if each and each != stays.values.name))
    yield from additions(Values(**{**goes.values.model_dump(), "aliases": aliases[:20]}))
    yield from (EditText("item", each, "channels") for each in goes.channels)
    if goes.first_seen and goes.first_seen < (stays.first_seen or "9"):
        yield EditText("property", goes.first_seen, "first_seen")
    if goes.last_seen > stays.last_seen:
        yield EditText("property", goes.last_seen, "last_seen")


def _history(name: str, note: Note) -> EditText:
    """What stood in the other note, at the end of the one that stays."""
    return EditText("append", f"## From [[{name}]]\n\n{note.body.strip()}\n")
