"""Follows the chain of events, each once, across restarts: what was taken in is noted in the same transaction."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from agents.autonomy.queries import links_after
from agents.durability.journal import newest_seq, read_meta, write_meta
from agents.security.audit_logger import fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents.durability.transitions import Recorder, Writing

BATCH = 500  # events of one look


class Follower:
    """Follows the events of one vault. `POSITION` names the note of the last one looked at."""

    POSITION: ClassVar[str]

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._seen = -1

    def look(self) -> int:
        """Take in what happened since the last look; how many things were written down."""
        with self._recorder.journal.begin() as sql:
            if self._seen < 0:
                self._seen = int(read_meta(sql, self.POSITION, "0"))
            newest = newest_seq(sql)
            links = links_after(sql, self._seen, BATCH) if newest > self._seen else ()
        told = [each for each in map(fields_of, links) if self.concerns(each)]
        self.look_up(told)
        wrote = self._take_in(told, links[-1].seq) if told or len(links) == BATCH else 0
        self._seen = links[-1].seq if links else self._seen
        return wrote + (self._seen < newest and bool(links))

    def _take_in(self, told: Sequence[Mapping[str, Any]], last: int) -> int:
        with self._recorder.begin() as writing:
            self.take_in(writing, told)
            write_meta(writing.sql, self.POSITION, str(last))
        return len(writing.recorded)

    @abstractmethod
    def concerns(self, event: Mapping[str, Any]) -> bool:
        """Whether an event, given by its fields, is to be taken in."""

    def look_up(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Find out, outside of the transaction, what taking these events in needs; most need nothing."""

    @abstractmethod
    def take_in(self, writing: Writing, events: Sequence[Mapping[str, Any]]) -> None:
        """Write down what these events, given by their fields, tell."""
