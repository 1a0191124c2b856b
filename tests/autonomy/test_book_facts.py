"""A turn sees how the invoices of its task stand, and the books are left alone when there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.book_facts import is_in, is_owed_otherwise, is_paid, with_standings
from agents.connectors.books import BookMistake, InvoiceStanding, Standing, Unclear
from agents.connectors.contract import Money
from agents.errors import Broken
from agents.reasoning.reading import as_given
from agents.reasoning.triage import classify
from tests.reasoning.builders import done, facts, mail, playbook, proposed, rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.reasoning.brain import Facts, Outcome

OPEN = InvoiceStanding("INV-2026-0001", Money(Decimal("1130.50"), "EUR"), Decimal("30.50"), date(2026, 12, 7))


class Shelf:
    """Books that know one invoice and count how often they are opened."""

    def __init__(self) -> None:
        self.opened = 0

    def fingerprint(self) -> object:
        return self.opened

    def mistakes(self) -> tuple[BookMistake, ...]:
        return ()

    def customers(self) -> dict[str, str]:
        return {OPEN.number: "Acme Ltd"}

    def bank_to(self) -> date | None:
        return date(2026, 12, 4)

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        self.opened += 1
        return {each: OPEN if each == OPEN.number else Unclear(each, "not here") for each in numbers}


def given(known: Facts, *outcomes: Outcome) -> object:
    return as_given(mail(), outcomes, known, classify(mail(), ()))["invoices"]


def test_the_invoices_of_the_task_are_looked_up_by_their_receipts() -> None:
    invoice = proposed(playbook().decide(mail(), (), facts()))
    send = proposed(playbook().decide(mail(), (done(invoice),), facts()))
    books = Shelf()
    outcomes = (rejected(invoice), done(invoice), done(send, "<mail@studio.example>"), done(invoice, "INV-2026-0002"))
    known = with_standings(facts(), outcomes, books, lambda: frozenset({"INV-2026-0001"}))
    assert known.invoices == (OPEN, Unclear("INV-2026-0002", "not here"))
    assert books.opened == 1
    assert given(known, *outcomes) == [
        {
            "number": "INV-2026-0001",
            "state": "open",
            "total": "1130.50",
            "open": "30.50",
            "credited": "0.00",
            "credit_waits": True,
            "currency": "EUR",
            "due": "2026-12-07",
            "paid_on": "",
            "bank_to": "",
        },
        {"number": "INV-2026-0002", "state": "unclear", "why": "not here"},
    ]


def test_without_an_invoice_the_books_stay_closed() -> None:
    books = Shelf()
    known = facts()
    assert with_standings(known, (), books, lambda: pytest.fail("nothing to ask")) is known
    assert books.opened == 0


def test_paid_is_what_the_books_say_and_nothing_when_they_do_not() -> None:
    assert is_paid(Shelf(), "INV-2026-0001") is False
    with pytest.raises(Broken, match="INV-2026-0002"):
        is_paid(Shelf(), "INV-2026-0002")


@pytest.mark.parametrize(
    ("about", "holds"),
    [("INV-2026-0001 30.50", False), ("INV-2026-0001 31.50", True), ("INV-2026-0002 31.50", False)],
)
def test_what_is_owed_otherwise_is_told_unless_nobody_knows(about: str, *, holds: bool) -> None:
    assert is_owed_otherwise(Shelf(), about) is holds


def test_the_bank_is_in_up_to_the_day_of_the_books() -> None:
    books = Shelf()
    assert [is_in(books, day) for day in ("2026-12-03", "2026-12-04", "2026-12-05")] == [True, True, False]
