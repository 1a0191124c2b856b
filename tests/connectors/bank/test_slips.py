"""Which paper belongs to which movement: a pair only where nothing else fits as well."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.slips import Moved, Slip, fits, pairs


def slip(vendor: str = "Office Shop", total: str = "119.00", on: int = 18, name: str = "a", **more: object) -> Slip:
    whole = ((Decimal(total), Decimal(0)),)
    days = (date(2026, 11, on),)
    return Slip(f"Files/{name}.pdf", f"task-{name}", vendor, days, Decimal(total), "EUR", whole, **more)  # type: ignore[arg-type]


def moved(
    party: str = "OFFICE SHOP GMBH", on: str = "2026-11-20", bank_id: str = "m1", amount: str = "-119.00"
) -> Moved:
    return Moved("Checking", bank_id, date.fromisoformat(on), Decimal(amount), "EUR", party)


def told(moves: list[Moved], slips: list[Slip]) -> tuple[dict[str, str], dict[str, list[str]]]:
    found = pairs(moves, slips)
    sure = {name: each.task for (_, name), each in found.sure.items()}
    return sure, {name: [each.task for each in some] for (_, name), some in found.doubtful.items()}


@pytest.mark.parametrize(
    ("on", "as_receipt", "as_bill"),
    [
        ("2026-11-16", False, False),
        ("2026-11-17", True, True),
        ("2026-11-28", True, True),
        ("2026-11-29", False, True),
        ("2027-01-17", False, True),
        ("2027-01-18", False, False),
    ],
)
def test_the_day_fits_for_as_long_as_banks_and_owners_take(on: str, *, as_receipt: bool, as_bill: bool) -> None:
    assert (fits(slip(), moved(on=on)), fits(slip(is_bill=True), moved(on=on))) == (as_receipt, as_bill)


def test_amount_and_currency_are_the_same_to_the_cent() -> None:
    assert not fits(slip(total="119.01"), moved())
    assert not fits(slip(), moved(amount="119.00"))  # money that came in
    assert not fits(slip(), Moved("Checking", "m1", date(2026, 11, 20), Decimal("-119.00"), "USD", "Office Shop"))


def test_one_paper_and_one_movement_of_like_names_are_a_pair_whatever_else_has_that_amount() -> None:
    assert told([moved(), moved("Nobody", bank_id="m2")], [slip()]) == ({"m1": "task-a"}, {})
    assert told([moved()], [slip(), slip("Landlord", name="b")]) == ({"m1": "task-a"}, {})


def test_two_of_a_kind_on_either_side_are_a_doubt() -> None:
    assert told([moved(), moved(bank_id="m2")], [slip()]) == ({}, {"m1": ["task-a"], "m2": ["task-a"]})
    assert told([moved()], [slip(), slip(name="b")]) == ({}, {"m1": ["task-a", "task-b"]})


def test_other_names_are_a_doubt_and_never_a_pair() -> None:
    assert told([moved("SumUp 4711")], [slip()]) == ({}, {"m1": ["task-a"]})
    assert told([moved("")], [slip("")]) == ({}, {"m1": ["task-a"]})
    assert told([moved()], [slip(total="7.00")]) == ({}, {})
