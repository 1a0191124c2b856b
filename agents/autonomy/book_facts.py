"""How the invoices of a task stand: a part of the facts of its turn, and a condition."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import Unclear
from agents.durability.proposal_rows import OPEN, proposals_in
from agents.errors import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from agents.connectors.books import Receivables
    from agents.reasoning.brain import Facts, Outcome

ISSUES, CREDITS = "invoice.create", "invoice.credit"


def with_standings(
    facts: Facts, outcomes: Iterable[Outcome], books: Receivables, asked_back: Callable[[], frozenset[str]]
) -> Facts:
    """The facts with how each invoice that this task issued stands now; nothing is read unless there is one.

    `asked_back`: the numbers of the invoices over which a credit note waits for the owner.
    """
    issued = (each for each in outcomes if each.receipt and each.action and each.action.action == ISSUES)
    numbers = [each.receipt.provider_id for each in issued if each.receipt]
    if not numbers:
        return facts
    return replace(facts, invoices=tuple(books.standings(numbers).values()), asked_back=asked_back())


def credits_that_wait(sql: Connection) -> frozenset[str]:
    """The numbers of the invoices over which a credit note waits for the owner, or for what they said yes to."""
    actions = (json.loads(each.action) for each in proposals_in(sql, *OPEN))
    return frozenset(str(each["number"]) for each in actions if each["action"] == CREDITS)


def is_owed_otherwise(books: Receivables, about: str) -> bool:
    """Whether something else is owed for an invoice than this says: 'INV-2026-0001 1130.50'; no when it is unclear."""
    number, _, amount = about.partition(" ")
    standing = books.standings([number])[number]
    return not isinstance(standing, Unclear) and standing.open != Decimal(amount)


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
