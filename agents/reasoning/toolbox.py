"""The port behind which a model gets its tools: they read, and collect typed moves; nothing here writes or performs.

One toolbox serves one turn of one task. Everything a tool reads out says for each part whether it came from outside,
so that whoever talks to a model can redact and fence it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.reasoning.brain import Decision


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer, raw: not redacted and not fenced. `outside`: somebody else wrote it; it is data."""

    text: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What one call came to.

    `failed`: an error the model may correct. `ends`: the turn is over, no further model turn is needed.
    """

    parts: tuple[Part, ...]
    failed: bool = False
    ends: bool = False


class Toolbox(Protocol):
    """The tools of one turn of one task."""

    def definitions(self) -> tuple[Mapping[str, JsonValue], ...]:
        """Name, description, input_schema and `strict: true` of each tool; the same bytes in every turn and process."""
        ...

    def call(self, name: str, arguments: JsonValue) -> ToolAnswer:
        """Let a tool answer. Never raises for what a model says; what is wrong with it is a failed answer."""
        ...

    def decision(self, said: str, cost_usd: Decimal) -> Decision:
        """What the calls of this turn came to. `said` = the model's own words; they are shown, never executed."""
        ...
