"""What holds for all lines and items: sums, limits, and that neither order nor strangers change anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.matches import NOTHING, Kind, LineId, Match, Reconciliation, Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Expected, OpenItem
from agents.connectors.bank.statement import BankLine, Statement
from tests.connectors.bank.small_business import year_of
from tests.simulation.dice import Dice

if TYPE_CHECKING:
    from tests.connectors.bank.labelled_year import LabelledYear

ACCOUNT = "DE02120300000000202051"
FIRST = date(2026, 1, 1)
PARTIES = {"Acme GmbH": "DE89370400440532013000", "Acme Söhne GmbH": "FR1420041010050500013M02606", "Bauer": ""}
AMOUNTS = tuple(map(Decimal, ("100.00", "200.00", "300.00", "119.99", "98.00", "0.01", "419.99")))
NAMED = ("INV-2026-0001", "inv 2026 2", "0003", "INV-2026-0001 INV-2026-0002", "INV-2026-0099")
TEXTS = ("", "Refund", "fee 2.00", *NAMED)

items = st.lists(
    st.builds(
        lambda party, amount, day, is_incoming, currency: OpenItem(
            number="",
            party=party,
            amount=amount,
            currency=currency,
            issued=FIRST + timedelta(days=day),
            due=FIRST + timedelta(days=day + 14),
            is_incoming=is_incoming,
            ibans=(PARTIES[party],) if PARTIES[party] else (),
            booked=amount if currency != "EUR" else None,
        ),
        st.sampled_from(sorted(PARTIES)),
        st.sampled_from(AMOUNTS),
        st.integers(0, 30),
        st.sampled_from([True, True, True, False]),
        st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    ),
    max_size=6,
).map(lambda found: [replace(item, number=f"INV-2026-{at:04}") for at, item in enumerate(found, 1)])

lines = st.lists(
    st.builds(
        lambda party, shown, amount, text, day, is_return: BankLine(
            bank_id="",
            day=FIRST + timedelta(days=day),
            amount=amount,
            currency="EUR",
            party=party,
            text=text,
            iban=PARTIES.get(party, "") if shown else "",
            is_return=is_return,
        ),
        st.sampled_from([*PARTIES, "", "Stranger AG"]),
        st.booleans(),
        st.sampled_from([*AMOUNTS, *(-each for each in AMOUNTS), NOTHING]),
        st.sampled_from(TEXTS),
        st.integers(0, 60),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=8,
).map(lambda found: [replace(line, bank_id=f"{at:03}") for at, line in enumerate(found)])


def said(some: list[BankLine], books: list[OpenItem]) -> tuple[Match, ...]:
    return reconcile((Statement(ACCOUNT, "EUR", tuple(some)),), Expected(tuple(books))).matches


def decided(matches: tuple[Match, ...]) -> dict[LineId, Match]:
    return {each.id: each for each in matches if each.verdict is Verdict.AUTO}


def adds_up(match: Match) -> bool:
    return sum((amount for _, amount in match.parts), NOTHING) + match.fee + match.difference + match.rest == (
        match.line.amount
    )


def most_taken(matches: tuple[Match, ...], item: OpenItem) -> Decimal:
    """The most that is taken of an item on any day; on one day, what is given back comes first."""
    moves = sorted(
        (match.line.day, amount if item.is_incoming else -amount)
        for match in matches
        for number, amount in match.parts
        if number == item.number
    )
    taken = most = NOTHING
    for _, amount in moves:
        taken += amount
        most = max(most, taken)
    return most


@given(lines, items)
def test_everything_adds_up_and_nothing_is_applied_beyond_what_is_open(
    some: list[BankLine], books: list[OpenItem]
) -> None:
    matches = said(some, books)
    assert [each.line for each in matches] == some
    assert all(map(adds_up, matches))
    for item in books:
        assert most_taken(matches, item) <= max(item.amount, NOTHING)
        assert most_taken(tuple(decided(matches).values()), item) <= max(item.amount, NOTHING)


@given(lines, items, st.randoms(use_true_random=False))
def test_order_changes_nothing(some: list[BankLine], books: list[OpenItem], order: object) -> None:
    before = {each.id: each for each in said(some, books)}
    order.shuffle(some)  # type: ignore[attr-defined]
    order.shuffle(books)  # type: ignore[attr-defined]
    assert {each.id: each for each in said(some, books)} == before


@given(lines, items, st.sampled_from([Decimal("77.77"), Decimal("-77.77")]))
def test_an_unrelated_line_changes_no_other(some: list[BankLine], books: list[OpenItem], amount: Decimal) -> None:
    stranger = BankLine("zzz", FIRST + timedelta(days=20), amount, "EUR", "Zebra Zoo", "tickets", "", "LT12")
    before, after = decided(said(some, books)), decided(said([*some, stranger], books))
    assert after == before


@given(lines, items)
def test_what_is_booked_has_more_than_an_amount(some: list[BankLine], books: list[OpenItem]) -> None:
    for match in decided(said(some, books)).values():
        assert match.line.party in PARTIES or match.line.text or match.line.iban
        assert match.line.amount
        assert not match.flags
        assert match.kind not in {Kind.DUPLICATE, Kind.UNEXPLAINED}


def shuffled(year: LabelledYear) -> Reconciliation:
    dice = Dice(year.seed, "order")
    statements = tuple(
        replace(each, lines=tuple(sorted(each.lines, key=lambda _: dice.below(10**9)))) for each in year.statements
    )
    books = replace(year.expected, items=tuple(sorted(year.expected.items, key=lambda _: dice.below(10**9))))
    return reconcile(statements[::-1], books)


@pytest.mark.parametrize("seed", [21, 22])
def test_a_year_in_another_order_is_the_same(seed: int) -> None:
    year = year_of(seed)
    found = {each.id: each for each in reconcile(year.statements, year.expected).matches}
    assert {each.id: each for each in shuffled(year).matches} == found


@pytest.mark.parametrize("seed", [21, 22])
def test_a_year_adds_up(seed: int) -> None:
    year = year_of(seed)
    matches = reconcile(year.statements, year.expected).matches
    assert all(map(adds_up, matches))
    for item in year.expected.items:
        assert most_taken(matches, item) <= (item.booked or item.amount)
