"""What a request to a model costs: at most, before it is sent, and really, by the tokens the service counted. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from agents.durability.spend_rows import Spent
    from agents.reasoning.model_answer import Usage

MILLION = Decimal(1_000_000)
BYTES_PER_TOKEN = Decimal(2)  # fewer than any text we send has, JSON and placeholders included: it is a highest
WRITTEN, READ = Decimal("1.25"), Decimal("0.1")  # of the price of input. Source: provider's page on prompt caching


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, in and out."""

    usd_in: Decimal
    usd_out: Decimal

    def highest(self, body_bytes: int, max_tokens: int) -> Decimal:
        """What a request of so many bytes may cost: all of it written to the cache, and the longest answer."""
        tokens = Decimal(body_bytes) / BYTES_PER_TOKEN
        return (tokens * self.usd_in * WRITTEN + max_tokens * self.usd_out) / MILLION

    def cost(self, usage: Usage) -> Decimal:
        """What it did cost."""
        fresh = usage.input_tokens + usage.cache_creation_input_tokens * WRITTEN + usage.cache_read_input_tokens * READ
        return (fresh * self.usd_in + usage.output_tokens * self.usd_out) / MILLION


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent, in US dollars."""

    task: Decimal
    day: Decimal
    month: Decimal

    def reached(self, spent: Spent, more: Decimal) -> str:
        """The limit that so much more would exceed, in words; empty = none."""
        for what, limit, so_far in (
            ("this month", self.month, spent.month),
            ("today", self.day, spent.day),
            ("this task", self.task, spent.task),
        ):
            if so_far + more > limit:
                return (
                    f"your limit of {limit:f} USD for {what} is reached: {so_far:.2f} USD are spent, "
                    f"and the next question may cost {more:.2f} USD"
                )
        return ""


def forecast(month_usd: Decimal, today: date) -> Decimal:
    """What the month will have cost at its end if it goes on so; by whole days, so that it changes once a day."""
    days = monthrange(today.year, today.month)[1]
    return month_usd * days / today.day
