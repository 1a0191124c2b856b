"""When the owner is away: `Business_Goals.md` says it, the journal keeps it, and nothing expires meanwhile.

What is past stays in the journal, also when the owner takes the row out on coming home; the future is what the file
says now. A file that is gone or cannot be read changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents.approval.absences import read_absences
from agents.approval.expiry import Period, lived, merged
from agents.autonomy.bad_rows import tell_bad_rows
from agents.clock import as_local
from agents.durability.control_rows import absences, set_absences
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import GOALS_NOTE
from agents.vault.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.places import Places, Signature
    from agents.durability.transitions import Recorder, Writing

AWAY_UNTIL, WAS_AWAY = "away until", "was away"  # the end of the absence that is told; that of the one before
BAD_ROWS = "bad absences"


class AwayTimes:
    """Follows the owner's file and the clock."""

    def __init__(self, recorder: Recorder, places: Places) -> None:
        self._recorder = recorder
        self._places = places
        self._clock = recorder.clock
        self._read: Signature | None = None
        self._told: str | None = None
        self._periods: tuple[Period, ...] = ()

    def periods(self) -> tuple[Period, ...]:
        """When the owner is or was away, in order; as of the last look."""
        return self._periods

    def look(self) -> int:
        """Take in what the file says, and what the clock does; how many things changed."""
        if self._told is None:
            with self._recorder.journal.begin() as sql:
                self._told, self._periods = read_meta(sql, AWAY_UNTIL), known_absences(sql)
        return self._look_at_file() + self._look_at_clock()

    def _look_at_file(self) -> int:
        entry = self._places.entry(".", GOALS_NOTE)
        if entry is None or entry.kind != "file" or entry.signature == self._read or not self._places.settled(entry):
            return 0
        content = read_regular(self._recorder.store.path(GOALS_NOTE), MAX_NOTE_BYTES)
        if not isinstance(content, bytes):
            return 0
        planned, problems = read_absences(content.decode(errors="replace"))
        with self._recorder.begin() as writing:
            changed = self._keep(writing, planned)
            bad = ((GOALS_NOTE, each.line, each.message) for each in problems)
            tell_bad_rows(writing, BAD_ROWS, bad, self._clock.now())
            periods = known_absences(writing.sql)
        self._read, self._periods = entry.signature, periods
        return int(changed)

    def _keep(self, writing: Writing, planned: tuple[Period, ...]) -> bool:
        before = known_absences(writing.sql)
        now = merged([*lived(before, self._clock.now()), *planned])
        if now == before:
            return False
        set_absences(writing.sql, [(each.start.isoformat(), each.end.isoformat()) for each in now])
        fact = Fact("owner", "away.changed", "vault", parameters={"periods": str(len(now))}, approved_by="owner")
        writing.record(Transition(fact, "Note when you are away", author="owner", paths=(GOALS_NOTE,)))
        return True

    def _look_at_clock(self) -> int:
        now = self._clock.now()
        until = next((each.end.isoformat() for each in self._periods if each.holds(now)), "")
        before = self._told or ""
        if until == before:
            return 0
        with self._recorder.begin() as writing:
            write_meta(writing.sql, AWAY_UNTIL, until)
            if until:
                fact = Fact("runner", "away.began", "vault", parameters={"until": last_day(until)})
                writing.record(Transition(fact, "The owner is away"))
            else:
                write_meta(writing.sql, WAS_AWAY, min(before, now.isoformat()))
                writing.record(Transition(Fact("runner", "away.ended", "vault"), "The owner is back"))
        self._told = until
        return 1


def known_absences(sql: Connection) -> tuple[Period, ...]:
    """The times away as the journal knows them, in order and apart from each other."""
    return tuple(Period(*map(datetime.fromisoformat, pair)) for pair in absences(sql))


def last_day(until: str) -> str:
    """The last local day of an absence that ends at this ISO time."""
    return (as_local(datetime.fromisoformat(until)) - timedelta(seconds=1)).date().isoformat()
