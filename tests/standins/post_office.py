"""A mail service with a book of its own: it delivers, refuses, is down, falls silent, answers late.

The book keeps every delivery, also a second one of the same message: nothing here makes a sender's mistake good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Found, Receipt
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from agents.clock import Clock
    from agents.connectors.contract import Action, Attachments, Lookup

LATE_S = 290.0


class Mood(StrEnum):
    """What the service does with the next call."""

    WORKS = "works"
    LATE = "answers late"
    REFUSES = "refuses"
    DOWN = "is down"
    LOCKED = "wants another password"
    SILENT_SENT = "delivers and falls silent"
    SILENT_UNSENT = "falls silent and delivers nothing"


SILENT = frozenset({Mood.SILENT_SENT, Mood.SILENT_UNSENT})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that left: its key, what it said, and when."""

    key: str
    action: str
    at: datetime


@dataclass
class PostOffice:
    """The service and its connector in one. `mood` is asked at each message, `reachable` at each look-up.

    `searchable`: whether a try without an answer can be looked up; else nobody knows until the owner says so, as with
    a mail server. `step` surrounds what happens at the service, so that a test can end the process there.
    """

    clock: Clock
    mood: Callable[[], Mood]
    reachable: Callable[[], bool]
    step: Callable[[str], AbstractContextManager[None]]
    searchable: bool = True
    book: list[Delivery] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)

    name = "post"

    def delivered(self, key: str) -> int:
        """How often the message with this key left."""
        return sum(each.key == key for each in self.book)

    def find(self, key: str, action: Action) -> Lookup:
        if not self.reachable():
            raise Transient("The post office cannot be reached", hint="Wait.")
        if key in self.doubtful and not self.searchable:
            return CannotKnow(f"Did the message to {action.recipient()} go out?")
        return Found(self._receipt(key, action)) if self.delivered(key) else Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        mood = self.mood()
        if {each.sha256 for each in action.sealed_files} != set(attachments):
            raise NotAllowed("The enclosed files are not those of the letter", hint="Let it be proposed again.")
        if mood in {Mood.REFUSES, Mood.DOWN, Mood.LOCKED}:
            raise _refusal(mood)
        self.doubtful.add(key)
        with self.step("delivery"):
            if mood is not Mood.SILENT_UNSENT:
                self.book.append(Delivery(key, action.canonical().decode(), self.clock.now()))
        if mood in SILENT:
            raise OutcomeUnknown("The post office did not answer", hint="Ask there.")
        self.doubtful.discard(key)
        return self._receipt(key, action)

    def release(self, key: str, action: Action) -> None:
        del action
        self.doubtful.discard(key)

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        del receipt
        return CannotUndo(f"A letter to {action.recipient()} cannot be called back.")

    def _receipt(self, key: str, action: Action) -> Receipt:
        at = next(each.at for each in self.book if each.key == key)
        return Receipt(self.name, key[:16], at, f"delivered to {action.recipient()}")


def _refusal(mood: Mood) -> NotAllowed | Transient | NeedsOwner:
    if mood is Mood.REFUSES:
        return NotAllowed("The post office does not take this message", hint="Write to somebody else.")
    if mood is Mood.LOCKED:
        return NeedsOwner("The post office wants another password", hint="Connect the account again.")
    return Transient("The post office is closed", hint="Wait.")
