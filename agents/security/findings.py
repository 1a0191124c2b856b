"""What a look at this installation found: what, why it matters, what to do next. It is told; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agents.vault.neutralize import on_one_line

MAX_OUTSIDE_CHARS = 200


class Grade(StrEnum):
    """How a finding is to be taken."""

    FINE = "fine"
    LOOK = "look"
    """Worth a look; nothing is open by it alone."""
    DANGER = "danger"
    """Somebody else can act or read by it."""
    UNKNOWN = "unknown"
    """It could not be checked, which is not fine."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `about`: a word, the same for all of a kind. All sentences are ours.

    `outside`: words from outside that belong to it, as they were found; `told` shows them.
    """

    about: str
    grade: Grade
    says: str
    why: str = ""
    next_step: str = ""
    outside: str = ""

    @property
    def told(self) -> str:
        """What was found, on one line, safe to show."""
        words = on_one_line(self.outside[:MAX_OUTSIDE_CHARS])
        return f"{self.says}: {words}" if words else self.says
