"""What a movement that went out was for, told by what the same payee was paid for before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.bank.spending import explained, known_of, names_of
from agents.connectors.book_figures import PRIVATELY, PastCost
from agents.connectors.book_orders import CATEGORY_PATTERN, Cost, Move, Spending, Transfer, sums_of


def out(party: str, amount: str = "-23.80", bank_id: str = "m1") -> Move:
    return Move(bank_id=bank_id, day=date(2026, 11, 20), amount=Decimal(amount), party=party)


def past(payee: str, *names: str) -> PastCost:
    return PastCost(payee, names)


@pytest.mark.parametrize(
    ("before", "shares", "is_sure"),
    [
        ([], (), False),
        ([past("Other shop", "Office")] * 3, (), False),
        ([past("Office Shop GmbH", "Office")], (("Office", 50),), False),  # once is no rule
        ([past("Office Shop GmbH", "Office"), past("OFFICE SHOP 4711", "Office")], (("Office", 66),), True),
        (
            [past("Office shop", "Office")] * 2 + [past("Office shop", "Travel")],
            (("Office", 50), ("Travel", 25)),
            False,
        ),
        ([past("Office shop", "Office", "Travel")] * 2, (("Office", 66), ("Travel", 66)), False),
        (
            [past("Office shop", "Office")] * 2 + [past("Office shop", PRIVATELY)],
            (("Office", 50), (PRIVATELY, 25)),
            False,
        ),
        ([past("Office shop", PRIVATELY)] * 2, ((PRIVATELY, 66),), True),
        ([past("Office shop", "Office:Paper")] * 2, (), False),  # an order cannot name it
        ([past("Office shop", "O" * 41)] * 2, (), False),
    ],
)
def test_what_was_always_the_same_is_sure_and_all_else_is_a_share(
    before: list[PastCost], shares: tuple[tuple[str, int], ...], *, is_sure: bool
) -> None:
    (found,) = known_of([out("Office shop")], before)
    assert (found.shares, found.is_sure) == (shares, is_sure)


def test_who_sends_bills_is_left_to_the_bills() -> None:
    before = [past("Office shop", "Office")] * 2
    (found,) = known_of([out("Office shop")], [*before, PastCost("Office Shop Ltd", (), is_billed=True)])
    assert (found.is_billed, found.is_sure, found.shares) == (True, False, ())


def test_movements_of_one_payee_go_together_and_the_greatest_sum_comes_first() -> None:
    moves = [
        out("A shop", "-5.00", "a"),
        out("B shop", "-8.00", "b"),
        out("a SHOP", "-6.00", "c"),
        out("", "-1.00", "d"),
    ]
    found = known_of([*moves, out("", "-1.00", "e")], [past("", "Office"), past("4711", "Office")])
    assert [[move.bank_id for move in each.moves] for each in found] == [["a", "c"], ["b"], ["d"], ["e"]]
    assert [each.sum for each in found] == [Decimal("11.00"), Decimal("8.00"), Decimal("1.00"), Decimal("1.00")]
    assert not any(each.shares for each in found)


def test_what_can_be_said_is_what_the_chart_has_and_an_order_can_hold() -> None:
    said = {"personal": PRIVATELY, PRIVATELY: PRIVATELY}
    assert names_of(["Bank-Fees", "Office:Paper"]) == {"bank-fees": "Bank-Fees", **said}


@given(
    st.decimals(min_value="0.01", max_value="99999.99", places=2),
    st.one_of(st.just(PRIVATELY), st.from_regex(CATEGORY_PATTERN, fullmatch=True).filter(lambda name: len(name) <= 40)),
)
def test_a_cost_is_the_whole_movement_and_holds_no_vat(amount: Decimal, name: str) -> None:
    move = explained(out("Shop", f"-{amount}"), name)
    if name == PRIVATELY:
        assert move.reason == Transfer(account="Private")
    else:
        assert move.reason == Spending(costs=(Cost(category=name, net=amount),))
        assert (sums_of(move.reason.costs).gross, sums_of(move.reason.costs).vat) == (amount, Decimal("0.00"))
    assert Move.model_validate_json(move.model_dump_json()) == move
