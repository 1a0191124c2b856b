"""Mistakes in the books: each is a note for the owner with its place and what would mend it, until it is mended.

While there is one, no figure is told and nothing but invoices is booked, so the owner must learn of it unasked. Nothing
the owner wrote is mended by itself.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.autonomy.shelving import done_folder
from agents.durability.alerts import raise_alert
from agents.durability.journal import newest_seq, read_meta, write_meta
from agents.durability.transitions import Transition, local_text
from agents.security.audit_logger import Fact
from agents.vault.layout import NEEDS_ACTION
from agents.vault.plain import plain
from agents.vault.store import EditText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.autonomy.shelving import Shelf
    from agents.connectors.books import BookMistake, Checked
    from agents.durability.transitions import Recorder, Writing

LOOK_EVERY_S = 10.0
MAX_NOTES = 20  # at a time: one account that is not opened is an error in each entry that names it
ABOUT = "books"
_STAMP, _TOLD = "book mistakes stamp", "book mistakes told"
_NOTHING = Swept(0, None)


class BookMistakes:
    """Looks at the books when one of their files changed."""

    def __init__(self, recorder: Recorder, shelf: Shelf, books: Checked) -> None:
        self._recorder = recorder
        self._shelf = shelf
        self._books = books
        self._looked_s = float("-inf")
        self._seen = ""

    def sweep(self) -> Swept:
        """Tell what is new, and put away what is mended. Nothing is loaded while no file changed.

        A running employee waits until the files rest between two looks: somebody may be typing.
        """
        now_s = self._recorder.clock.monotonic_s()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return _NOTHING
        is_first, self._looked_s = self._looked_s < 0, now_s
        stamp = hashlib.sha256(repr(self._books.fingerprint()).encode("utf-8", "surrogatepass")).hexdigest()
        rests, self._seen = is_first or stamp == self._seen, stamp
        with self._recorder.journal.begin() as sql:
            if read_meta(sql, _STAMP) == stamp:
                return _NOTHING
        if not rests:
            return Swept(0, None, next_due_s=LOOK_EVERY_S)
        mistakes = self._books.mistakes()
        return _NOTHING if mistakes is None else Swept(self._tell(mistakes, stamp), None)

    def _tell(self, mistakes: tuple[BookMistake, ...], stamp: str) -> int:
        with self._recorder.begin() as writing:
            told: dict[str, str] = json.loads(read_meta(writing.sql, _TOLD, "{}"))
            now = {each.key: each for each in mistakes}
            open_notes = {key: note for key, note in told.items() if key in now}
            for key in told.keys() - now.keys():
                self._put_away(writing, told[key])
            open_notes |= self._filed(writing, {key: each for key, each in now.items() if key not in told}, open_notes)
            write_meta(writing.sql, _TOLD, json.dumps(open_notes))
            write_meta(writing.sql, _STAMP, stamp)
            return len(writing.recorded)

    def _filed(self, writing: Writing, new: Mapping[str, BookMistake], before: Mapping[str, str]) -> dict[str, str]:
        """The notes of as many of these as there is room for, by key."""
        occasion = newest_seq(writing.sql)
        notes = {}
        for key in list(new)[: max(0, MAX_NOTES - len(before))]:
            each, at = new[key], self._recorder.clock.now()
            where = f"{each.file}, line {each.line}" if each.line else each.file
            words = f"Your books have an error in {plain(where)}: {plain(each.message)}"
            detail = f"What to do: {each.fix} Until then no figure is told. This note goes away when it is mended."
            notes[key] = raise_alert(writing, ABOUT, words, at, detail=detail, occasion=f"{key} {occasion}")
        return notes

    def _put_away(self, writing: Writing, note: str) -> None:
        """Bring the note to Done, unless the owner has moved or deleted it."""
        name = f"{note}.md"
        here = self._shelf.places.entry(NEEDS_ACTION, name)
        now = self._recorder.clock.now()
        line = EditText("append", f"\n- {local_text(now)} mended\n")
        operations = self._shelf.bring(name, (NEEDS_ACTION,), done_folder(now), line) if here else ()
        writing.record(Transition(Fact("runner", "alert.over", note), f"Put away {note}: mended", operations))
