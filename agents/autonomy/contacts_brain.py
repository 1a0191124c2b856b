"""Decides about cards in the inbox and about two notes that look like one contact; all else the brain behind it does.

It only compares, so it needs no rule of the owner and no model, and neither sees what such a task holds. Nothing is
changed but by a proposal, and what the owner turned down is not asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain, Subject, kept_file
from agents.connectors.contacts.actions import MAX_CHANGES, ImportContacts, MergeContacts
from agents.connectors.contacts.matching import plan
from agents.connectors.contacts.reader import ContactBook, contact_of, twins
from agents.connectors.contacts.vcard import read_cards
from agents.reasoning.brain import ProposeAction
from agents.vault.note import Note
from agents.vault.note_files import note_at
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from agents.connectors.contacts.reader import Contact
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView

OF_CONTACTS = "contacts:"  # how the message id of a task begins that is about two notes of contacts
MAX_BYTES = 25_000_000
KEY, CATEGORY = "contacts", "contacts"
SUBJECT = Subject("contacts", CATEGORY, "Look through the contacts")
MAX_NAMED = 5
ENDS = {
    "done": "done as you said",
    "rejected": "left as it is, as you said",
    "expired": "no answer in time; nothing was changed",
    "failed": "it could not be done; nothing was changed",
}


class ContactsBrain(CodeBrain):
    """Takes cards, and pairs of notes that look like one contact, for one vault."""

    STEP = "contacts"

    def __init__(self, root: Path, inner: Brain, models: Mapping[str, type[Action]]) -> None:
        super().__init__(inner, models)
        self._root = root.resolve()

    def may_be_mine(self, task: TaskView) -> bool:
        """As `is_about_contacts` tells."""
        return is_about_contacts(task)

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:  # noqa: ARG002 (none)
        """The next move."""
        last = outcomes[-1].kind if outcomes else ""
        if last in ENDS:
            return SUBJECT.end(ENDS[last])
        return self._merge(task) if task.message_id else self._import(task)

    def _import(self, task: TaskView) -> Decision:
        file = task.attachments[0].stored
        content = kept_file(self._root, file, MAX_BYTES)
        if isinstance(content, Problem):
            return SUBJECT.end(f"the file cannot be read: {content.message}")
        found = read_cards(content)
        cards = [each for each in found if not isinstance(each, Problem)]
        unread = [each for each in found if isinstance(each, Problem)]
        would = plan(cards, ContactBook(self._root).look())
        if len(would.changes) > MAX_CHANGES:
            return SUBJECT.end(
                f"{len(would.changes)} contacts are too many for one yes; give them in files of {MAX_CHANGES}"
            )
        told = tuple(_told(unread, would.merged, would.known))
        if not would.changes:
            return SUBJECT.end("; ".join(("it holds no contact that is new", *told)))
        action = ImportContacts(file=file, changes=would.changes)
        source = f"note:{file.removesuffix('.vcf')}"
        move = ProposeAction(KEY, action, {"file": "computed", "changes": source}, "", told)
        return SUBJECT.waits("Take in the contacts of the file", move)

    def _merge(self, task: TaskView) -> Decision:
        pair = [self._contact(path) for path in task.text.split("\n")[:2]]
        both = [each for each in pair if each is not None]
        shared = next((each.shared for each in twins(both)), "")
        if not shared:
            return SUBJECT.end("the two notes are not alike any more")
        keep, other = sorted(both, key=lambda each: (each.first_seen or "9", each.path))
        action = MergeContacts(
            keep=keep.stem,
            other=other.stem,
            keep_is=keep.values.summary()[:2_000],
            other_is=other.values.summary()[:2_000],
            shared=shared,
        )
        provenance = dict.fromkeys(("keep", "other", "keep_is", "other_is", "shared"), "contacts")
        return SUBJECT.waits("Make one note of two", ProposeAction(KEY, action, provenance, ""))

    def _contact(self, path: str) -> Contact | None:
        note = note_at(self._root, path)
        return contact_of(path, note) if isinstance(note, Note) else None


def is_about_contacts(task: TaskView) -> bool:
    """Whether it is a file of cards from the inbox, or two notes that look like one."""
    if task.kind != "file" or task.category not in {"", CATEGORY}:
        return False
    return task.message_id.startswith(OF_CONTACTS) or any(each.stored.endswith(".vcf") for each in task.attachments[:1])


def _told(unread: list[Problem], merged: int, known: int) -> list[str]:
    """What the owner is to know of a file besides what would change."""
    told = [f"⚠ the card in line {each.line} is left out: {each.message}" for each in unread[:MAX_NAMED]]
    told += [f"⚠ {len(unread) - MAX_NAMED} more cards cannot be read"] if len(unread) > MAX_NAMED else []
    told += [f"{merged} cards of the file are about a person that another card of it names too"] if merged else []
    told += [f"{known} are known already and bring nothing new"] if known else []
    return told
