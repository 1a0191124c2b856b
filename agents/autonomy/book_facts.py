"""How the invoices of a task stand, added to the owner's facts at the time of its turn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
