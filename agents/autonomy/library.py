"""What a model may read: the vault's notes, tasks, contacts and the books, without what is private. Writes nothing.

Every look opens a transaction of its own on the journal, so that it may come from any thread.
"""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.leaving import task_note
from agents.autonomy.views import task_view
from agents.durability.proposal_rows import tasks_of_receipts
from agents.durability.task_persistence import find_task
from agents.reasoning.tool_desk import Booked, Contact, ReadNote
from agents.security.privacy_rules import privacy_rules
from agents.security.private_notes import is_private_folder, reason_to_withhold
from agents.security.private_tasks import is_withheld
from agents.vault.layout import ACCOUNTING, CONTACTS, HANDBOOK_NOTE
from agents.vault.note import Problem
from agents.vault.note_files import note_at
from agents.vault.note_walk import walk_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.connectors.books import Receivables
    from agents.durability.note_index import Hit, NoteIndex
    from agents.reasoning.brain import TaskView
    from agents.security.private_notes import PrivacyRules

MAX_CONTACTS = 10_000
INVOICE = "invoice.create"  # of which the number is what the books call it


class VaultLibrary:
    """The library of one vault, for one turn: what was looked up in it once stays as it was."""

    def __init__(
        self,
        root: Path,
        reading: Callable[[], AbstractContextManager[Connection]],
        index: NoteIndex,
        receivables: Receivables,
    ) -> None:
        self._root = root.resolve()
        self._reading = reading
        self._index = index
        self._receivables = receivables
        self._contacts: tuple[Contact, ...] | None = None
        self._books: dict[str, Booked] | None = None

    def task(self, task: str) -> TaskView | None:
        """A task by its id; None when there is none, or it is private.

        Raises:
            NeedsOwner: the handbook does not say what is private.
            Transient: the journal cannot be read now.
        """
        with self._reading() as sql:
            row = find_task(sql, task)
            view = task_view(sql, row, "") if row else None
        if view is None:
            return None
        return None if self._hides(privacy_rules(self._root))(view.id) else view

    def _hides(self, rules: PrivacyRules) -> Callable[[str], bool]:
        """What tells of a task whether it is private."""

        @cache
        def is_private(task: str) -> bool:
            place = task_note(self._root, task)
            return reason_to_withhold(place.path, place.note, rules) is not None

        return is_private

    def note(self, name: str) -> ReadNote | str:
        """A note by its path or its name, or why it is not given.

        Raises:
            NeedsOwner: the handbook does not say what is private.
        """
        rules = privacy_rules(self._root)
        path = name if "/" in name or name.endswith(".md") else self._path_of(name, rules)
        note = note_at(self._root, path) if path.endswith(".md") and "\0" not in path else Problem(0, "it is no note")
        if path.casefold() == HANDBOOK_NOTE.casefold():  # who may do what is none of a model's business
            return "What you need of the handbook you have been told; the rest is the owner's alone."
        if isinstance(note, Problem) or is_withheld(path, note, rules, self._hides(rules)):
            return "There is no note of this name that you may read."
        return ReadNote(path, note.text)

    def _path_of(self, name: str, rules: PrivacyRules) -> str:
        """Where the note of this name lies; the first one in the order of paths."""
        wanted = f"{name}.md".casefold()
        found = (path for path, _ in self._walked(rules) if PurePosixPath(path).name.casefold() == wanted)
        return min(found, default=f"{name}.md")

    def _walked(self, rules: PrivacyRules) -> Iterator[tuple[str, str]]:
        return walk_notes(self._root, lambda folder: is_private_folder(folder, rules))

    def search(self, words: str) -> tuple[Hit, ...]:
        """The notes in which the words stand, the best first; raises as `NoteIndex.search`."""
        rules = privacy_rules(self._root)
        hides = self._hides(rules)
        notes = ((each, note_at(self._root, each.path)) for each in self._index.search(words))
        return tuple(each for each, note in notes if not is_withheld(each.path, note, rules, hides))

    def contacts(self) -> tuple[Contact, ...]:
        """All contacts that can be read, private ones too.

        Raises:
            NeedsOwner: the handbook does not say what is private.
        """
        if self._contacts is None:
            self._contacts = tuple(self._read_contacts(privacy_rules(self._root)))
        return self._contacts

    def _read_contacts(self, rules: PrivacyRules) -> Iterator[Contact]:
        place = self._root / CONTACTS
        for inner in sorted(path for path, _ in walk_notes(place, lambda _: False))[:MAX_CONTACTS]:
            path = f"{CONTACTS}/{inner}"
            note = note_at(self._root, path)
            if not isinstance(note, Problem):
                may_leave = reason_to_withhold(path, note, rules) is None
                yield Contact(PurePosixPath(path).stem, note.text, may_leave)

    def books(self) -> Mapping[str, Booked]:
        """Every invoice of the books by its number; none when they cannot be read."""
        if self._books is None:
            customers = self._receivables.customers()
            standings = self._receivables.standings(customers)
            self._books = {number: Booked(who, standings[number]) for number, who in customers.items()}
        return self._books

    def may_tell(self, numbers: Iterable[str]) -> frozenset[str]:
        """The invoices among these that may be told: their tasks are not private, nor is the folder of the books.

        Raises:
            NeedsOwner: the handbook does not say what is private.
        """
        rules = privacy_rules(self._root)
        if is_private_folder(ACCOUNTING, rules):
            return frozenset()
        with self._reading() as sql:
            tasks, hides = tasks_of_receipts(sql, INVOICE), self._hides(rules)
        return frozenset(each for each in numbers if not (each in tasks and hides(tasks[each])))
