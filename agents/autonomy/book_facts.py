"""How the invoices of a task stand: a part of the facts of its turn, and a condition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.books import Unclear
from agents.errors import Broken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.books import Receivables
    from agents.reasoning.brain import Facts, Outcome

ISSUES = "invoice.create"


def with_standings(facts: Facts, outcomes: Iterable[Outcome], books: Receivables) -> Facts:
    """The facts with how each invoice that this task issued stands now; the books are read only if there is one."""
    issued = (each for each in outcomes if each.receipt and each.action and each.action.action == ISSUES)
    numbers = [each.receipt.provider_id for each in issued if each.receipt]
    return replace(facts, invoices=tuple(books.standings(numbers).values())) if numbers else facts


def is_in(books: Receivables, day: str) -> bool:
    """Whether the bank's movements are in the books up to this day (ISO)."""
    to = books.bank_to()
    return to is not None and to >= date.fromisoformat(day)


def is_paid(books: Receivables, number: str) -> bool:
    """Whether nothing is owed for this invoice any more.

    Raises:
        Broken: the books do not say.
    """
    standing = books.standings([number])[number]
    if isinstance(standing, Unclear):
        raise Broken(f"The books do not say whether {number} is paid: {standing.why}", hint="Put that in order.")
    return standing.is_paid
