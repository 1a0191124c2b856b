"""The priority of a task: it stands in the note from the beginning; where the owner changed it, their word stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.priorities import HEAD_START, priorities_of, set_priority
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.neutralize import code_span, visible
from agents.vault.note import MAX_NOTE_BYTES, Note, read_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.autonomy.places import Entry, Places, Signature
    from agents.durability.transitions import Recorder

MAX_SHOWN_CHARS = 40


class OwnerPriority:
    """Reads the priority of open tasks where the owner can change it."""

    def __init__(self, recorder: Recorder, places: Places) -> None:
        self._recorder = recorder
        self._places = places
        self._read: dict[str, tuple[str, Signature]] = {}

    def look(self, entries: Iterable[Entry]) -> int:
        """Take in what the owner wrote into these notes of open tasks, new or changed; how many priorities changed."""
        notes = {entry.name: entry for entry in entries if entry.kind == "file"}
        self._read = {name: seen for name, seen in self._read.items() if name in notes}
        new = [each for each in notes.values() if not self.has_read(each)]
        if not new:
            return 0
        with self._recorder.journal.begin() as sql:
            known = priorities_of(sql, [_task(each) for each in new])
        return sum(self._look_at(each, known[_task(each)]) for each in new)

    def has_read(self, entry: Entry) -> bool:
        """Whether a note is taken in as it is now: nobody need show it again before it changes."""
        return self._read.get(entry.name) == (entry.folder, entry.signature)

    def _look_at(self, entry: Entry, known: str) -> int:
        word = self._new_word(entry, known)
        # only a new word must be complete; a note without one is read again when it changes
        if not (self._places.settled(entry) if word else self._places.is_quiet(entry)):
            return 0
        self._read[entry.name] = (entry.folder, entry.signature)
        return self._change(entry, word) if word else 0

    def _new_word(self, entry: Entry, known: str) -> str:
        """What the owner wrote; empty when the note says what is known, or nothing."""
        content = read_regular(self._recorder.store.path(entry.path), MAX_NOTE_BYTES)
        if not isinstance(content, bytes) or _says(content, known):
            return ""
        note = read_note(content.decode(errors="replace"))
        word = note.properties.get("priority", "") if isinstance(note, Note) else ""
        word = word.strip().casefold() if isinstance(word, str) else ""
        return "" if word == known else word

    def _change(self, entry: Entry, word: str) -> int:
        task = _task(entry)
        with self._recorder.begin() as writing:
            if word not in HEAD_START:
                shown = code_span(visible(word[:MAX_SHOWN_CHARS]))
                words = (
                    f"{task} has the priority {shown}, which is none of {', '.join(HEAD_START)}; it counts as before."
                )
                raise_alert(writing, task, words, self._recorder.clock.now(), occasion=str(entry.signature))
                return 0
            set_priority(writing.sql, task, word)
            fact = Fact("owner", "task.reprioritised", task, task, {"priority": word}, approved_by="owner")
            writing.record(Transition(fact, f"Make {task} {word}", author="owner", paths=(entry.path,)))
        return 1


def _task(entry: Entry) -> str:
    return entry.name.removesuffix(".md")


def _says(content: bytes, priority: str) -> bool:
    """Whether the properties hold the line as we write it: most notes need no parser."""
    return f"\npriority: {priority}\n".encode() in content[: content.find(b"\n---", 1) + 1]
