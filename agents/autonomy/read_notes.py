"""Folders in which thousands of notes wait: what costs is what changed there, not what lies there.

A note that was read and says nothing gets a mark, and is read again when its signature changes. Between the hints of
the operating system the folder is looked at as a whole from time to time: each look takes at most one part in 1,000 of
the time, so a small folder is looked at every time, and a folder of ten thousand notes a few times a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.read_notes import keep_marks, mark_of, marks_in, program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from agents.autonomy.places import Entry, Places
    from agents.clock import Clock
    from agents.durability.journal import Journal

LOOK_SHARE = 1000  # a look at the whole folder is due after this many times as long as the last one took
LOOK_EVERY_S = 60.0  # but at the latest after this time
MANY = 100  # marks that are kept at once; fewer wait for a look that finds nothing new


class ReadNotes:
    """What is known of the notes in one folder.

    `marks` gives those that were kept, when it is first needed. `looks` counts the looks at the whole folder,
    `changes` those after which other notes may lie there.
    """

    def __init__(
        self, places: Places, clock: Clock, folder: str, marks: Callable[[], Mapping[str, int]] | None = None
    ) -> None:
        self._places = places
        self._clock = clock
        self.folder = folder
        self._load = marks
        self._keeps = marks is not None
        self._marks: dict[str, int] = {}
        self._unread: set[str] = set()
        self._changed: dict[str, int | None] = {}
        self._fresh = False
        self._stirs: object = None
        self._due_s = float("-inf")
        self.looks = 0
        self.changes = 0

    def look(self) -> list[Entry]:
        """What is not known to say nothing, by name: what is new, has changed, or is still to be judged."""
        if self._load is not None:
            self._marks, self._load = dict(self._load()), None
        stirs = self._places.stirs(self.folder)
        if stirs != self._stirs or self._clock.monotonic_s() >= self._due_s:
            self._stirs = stirs
            self._look_at_all()
        entries = [self._places.entry(self.folder, name) for name in sorted(self._unread)]
        found = [entry for entry in entries if entry]
        if len(found) < len(entries):
            self._unread = {entry.name for entry in found}
            self.changes += 1
        return found

    def _look_at_all(self) -> None:
        began_s = self._clock.monotonic_s()
        before, self._unread, known = self._unread, set(), 0
        for name, signature in self._places.signatures(self.folder):
            if self._marks.get(name) == mark_of(signature):
                known += 1
            else:
                self._unread.add(name)
        if known < len(self._marks):
            here = {name for name, _ in self._places.signatures(self.folder)} - self._unread
            self._forget(self._marks.keys() - here)
            self.changes += 1
        if before or self._unread:
            self.changes += 1
        ended_s = self._clock.monotonic_s()
        self._due_s = ended_s + min(LOOK_EVERY_S, LOOK_SHARE * (ended_s - began_s))
        self.looks += 1

    def read(self, entry: Entry) -> None:
        """It was read as it is there, and says nothing."""
        self._unread.discard(entry.name)
        self._marks[entry.name] = mark = mark_of(entry.signature)
        self._note(entry.name, mark)
        self._fresh = True

    def expect(self, names: set[str]) -> set[str]:
        """Only notes of these names can say nothing; the names of which no note lies here."""
        self.doubt(self._marks.keys() - names)
        return names.difference(self._marks, self._unread)

    def doubt(self, names: set[str]) -> None:
        """What was read of these may say something by now: they are read again."""
        marked = names & self._marks.keys()
        self._forget(marked)
        self._unread |= marked

    def _forget(self, names: Iterable[str]) -> None:
        for name in list(names):
            del self._marks[name]
            self._note(name, None)

    def _note(self, name: str, mark: int | None) -> None:
        if self._keeps:
            self._changed[name] = mark

    def keep(self, sql: Connection) -> None:
        """Keep what changed, for the next start."""
        keep_marks(sql, self.folder, self._changed)
        self._changed.clear()

    def is_to_keep(self) -> bool:
        """Asked once a round: whether so much was read that it is to be kept now, or nothing was read since."""
        fresh, self._fresh = self._fresh, False
        return len(self._changed) >= MANY or (bool(self._changed) and not fresh)


def kept_marks(journal: Journal, folder: str) -> dict[str, int]:
    """What is kept of a folder, as far as this program read it."""
    with journal.begin() as sql:
        return marks_in(sql, folder, program())
