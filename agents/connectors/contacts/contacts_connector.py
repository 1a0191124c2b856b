"""Orders a change of contacts: one request in the journal, which the runner carries out, found by its key.

The runner is the only writer of the vault, so that what changes is recorded, committed and done again after a crash.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agents.connectors.contacts.actions import ImportContacts, MergeContacts
from agents.connectors.contract import Absent, CannotUndo, Found, Receipt
from agents.durability.bell import ring
from agents.durability.journal import looking, noting
from agents.durability.said_words import SaidWord, find_word, say_word
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.contract import Action, Attachments, Lookup

NAME = "contacts"
REQUEST = "contacts"  # the kind of the request in the journal; its text is the action


class ContactsConnector:
    """Orders changes in one vault's journal."""

    name = NAME

    def __init__(self, state: Path, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def __repr__(self) -> str:
        return f"ContactsConnector({str(self._state)!r})"

    def find(self, key: str, action: Action) -> Lookup:
        """Whether it was ordered."""
        with looking(self._state) as sql:
            ordered = find_word(sql, key)
        return Found(_receipt(ordered, action)) if ordered else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:  # noqa: ARG002 - it has none
        """Order it, once.

        Raises:
            NotAllowed: it is no change of contacts.
        """
        if not isinstance(action, ImportContacts | MergeContacts):
            raise NotAllowed(f"{action.action} is no change of contacts", hint="Let it be proposed again.")
        with noting(self._state) as sql:
            ordered = find_word(sql, key)
            if ordered is None:
                now, text = self._clock.now().isoformat(), action.canonical().decode()
                ordered = say_word(sql, SaidWord(key, now, REQUEST, key[:16], text))
        ring(self._state)
        return _receipt(ordered, action)

    def release(self, key: str, action: Action) -> None:
        """The journal always knows."""

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:  # noqa: ARG002 - nothing undoes it
        """The owner edits the notes, as any other."""
        return CannotUndo("the notes of contacts are yours: edit them, or take an older version from the history")


def _receipt(ordered: SaidWord, action: Action) -> Receipt:
    summary = "one note made of two"
    if isinstance(action, ImportContacts):
        new, more = action.numbers
        summary = f"new contacts: {new}; added to: {more}"
    return Receipt(NAME, f"request {ordered.number}", datetime.fromisoformat(ordered.at), summary)
