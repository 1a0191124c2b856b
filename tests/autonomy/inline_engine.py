"""An engine that does the work at once, in the caller's thread, so that a test decides when what happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.durability.engine import Standing, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import JsonValue

    from agents.durability.engine import Order, Work


@dataclass
class KeptSteps:
    """Steps that were kept before answer with what was kept."""

    kept: list[JsonValue]
    taken: int = 0

    def run(self, name: str, call: Callable[[], JsonValue]) -> JsonValue:
        """Call it, or give back what was kept."""
        assert name
        if self.taken == len(self.kept):
            self.kept.append(call())
        self.taken += 1
        return self.kept[self.taken - 1]


@dataclass
class InlineEngine:
    """Keeps in memory what the real one keeps in its database. `held`: work is only begun by `go`."""

    works: Mapping[str, Work]
    standings: dict[str, Standing] = field(default_factory=dict)
    steps: dict[str, list[JsonValue]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    held: bool = False
    damage: tuple[str, ...] = ()
    swept: int = 0
    on_end: Callable[[], None] = lambda: None

    def submit(self, order: Order) -> None:
        """Do it now, unless this key is known."""
        if order.key in self.standings:
            return
        self.orders[order.key] = order
        self.standings[order.key] = Standing(State.RUNNING)
        if not self.held:
            self.go(order.key)

    def go(self, key: str) -> None:
        """Do the work of one key."""
        order = self.orders[key]
        try:
            result = self.works[order.kind](KeptSteps(self.steps.setdefault(key, [])), order.argument)
        except Exception as err:  # noqa: BLE001 (whatever breaks in the work is told as words)
            self.standings[key] = Standing(State.FAILED, error=f"{type(err).__name__}: {err}")
        else:
            self.standings[key] = Standing(State.DONE, result)
        self.on_end()

    def cancel(self, key: str) -> None:
        """Its result is not kept."""
        self.standings[key] = Standing(State.CANCELLED)

    def status(self, key: str) -> Standing:
        """How it stands."""
        return self.standings.get(key, Standing(State.UNKNOWN))

    def sweep(self, before: datetime) -> int:
        """Forget everything that ended."""
        assert before
        self.swept += 1
        ended = [key for key, each in self.standings.items() if each.state is not State.RUNNING]
        for key in ended:
            del self.standings[key]
        return len(ended)

    def says(self) -> tuple[str, ...]:
        """What a test has it say, once."""
        said, self.damage = self.damage, ()
        return said

    def close(self, patience_s: float = 0.0) -> None:
        """Nothing is open."""
        assert patience_s >= 0
