"""What is sure becomes a payment, and everything else a movement that nobody has explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.connectors.bank.from_books import MAX_TEXT_CHARS, expected_of, order_of
from agents.connectors.bank.matches import Flag, Kind, Match, Reconciliation, Verdict
from agents.connectors.bank.open_items import Expected, Party
from agents.connectors.bank.statement import Balance, BankLine, Statement
from agents.connectors.book_figures import Freshness, OpenDocument, OpenItems
from agents.connectors.book_orders import BankBook, Part, Payment, Transfer, Unexplained
from tests.connectors.bank.bank_room import IBAN, OTHER

DAY = date(2026, 11, 20)
LINE = BankLine("b1", DAY, Decimal("-119.00"), "EUR", "Paper & Co", "P-100", iban=OTHER)
BILL = OpenDocument(
    "BILL-2026-0001", "Paper & Co", DAY, DAY, Decimal("119.00"), Decimal("119.00"), "EUR", "f:1", 0, "P-100"
)
INVOICE = replace(BILL, number="INV-2026-0001", party="Northwind", reference="")
WORTH = Decimal("90.00")
PARTS = (("BILL-2026-0001", Decimal("-119.00")),)
SURE = Match(IBAN, LINE, Kind.REFERENCE, Verdict.AUTO, 1.0, PARTS)
PAID = Payment(party="Paper & Co", vendor=True, parts=(Part(number="BILL-2026-0001", amount=Decimal("119.00")),))


def owed(*documents: OpenDocument) -> OpenItems:
    return OpenItems(DAY, documents, {}, (), Freshness("v"))


def books(*bills: OpenDocument) -> Expected:
    return expected_of(owed(INVOICE), owed(*(bills or (BILL,))), (IBAN, OTHER), {"Paper & Co": (OTHER,)})


def ordered(*matches: Match, expected: Expected | None = None, statement: Statement | None = None) -> BankBook:
    lines = tuple(each.line for each in matches)
    made = statement or Statement(IBAN, "EUR", lines, closing=Balance(DAY, Decimal(0)))
    new = statement is not None
    return order_of(made, "Checking", Reconciliation(matches), expected or books(), {OTHER: "Savings"}, new=new)


def reasons(*matches: Match, expected: Expected | None = None) -> list[object]:
    return [each.reason for each in ordered(*matches, expected=expected).moves]


def taken_back(match: Match, **changed: object) -> Match:
    """The return of a payment."""
    line = replace(match.line, bank_id="b2", amount=-match.line.amount, is_return=True)
    back = tuple((number, -amount) for number, amount in match.parts)
    made = Match(IBAN, line, Kind.RETURN, Verdict.AUTO, 1.0, back, other=match.id)
    return replace(made, **changed)  # type: ignore[arg-type]


def test_what_is_open_is_expected_with_its_names_accounts_and_worth() -> None:
    foreign = replace(BILL, number="BILL-2026-0002", party="Cloud Inc", currency="USD", reference="", booked=WORTH)
    found = books(BILL, foreign)
    about = {each.number: (each.is_incoming, each.references, each.ibans, each.booked) for each in found.items}
    assert about == {
        "INV-2026-0001": (True, (), (), None),
        "BILL-2026-0001": (False, ("P-100",), (OTHER,), None),
        "BILL-2026-0002": (False, (), (), WORTH),
    }
    assert set(found.parties) == {
        Party("Northwind"),
        Party("Paper & Co", (OTHER,), is_vendor=True),
        Party("Cloud Inc", is_vendor=True),
    }
    assert found.own_accounts == (IBAN, OTHER)


def test_what_is_sure_is_a_payment() -> None:
    assert reasons(SURE) == [PAID]
    assert reasons(replace(SURE, kind=Kind.FEE, fee=Decimal("-4.00"))) == [PAID.model_copy(update={"fee": Decimal(4)})]


@pytest.mark.parametrize("kind", [Kind.REFERENCE, Kind.RETURN, Kind.TRANSFER])
@pytest.mark.parametrize(
    ("verdict", "flags"),
    [
        (Verdict.PROPOSED, ()),
        (Verdict.UNEXPLAINED, ()),
        (Verdict.AUTO, (Flag.CHANGED_DETAILS,)),
        (Verdict.PROPOSED, (Flag.CHANGED_DETAILS,)),
    ],
)
def test_what_is_not_sure_or_has_a_flag_is_never_explained(
    kind: Kind, verdict: Verdict, flags: tuple[Flag, ...]
) -> None:
    assert reasons(replace(SURE, kind=kind)) != [Unexplained()]
    assert reasons(replace(SURE, kind=kind, verdict=verdict, flags=flags)) == [Unexplained()]


@pytest.mark.parametrize("kind", [Kind.REFUND, Kind.DUPLICATE, Kind.UNEXPLAINED])
def test_what_is_no_payment_is_not_booked_as_one(kind: Kind) -> None:
    assert reasons(replace(SURE, kind=kind)) == [Unexplained()]


@pytest.mark.parametrize(
    "parts",
    [(), (("BILL-2026-0009", Decimal("-119.00")),), (*PARTS, ("BILL-2026-0009", Decimal("-1.00")))],
)
def test_what_pays_something_the_books_do_not_hold_is_not_explained(parts: tuple[tuple[str, Decimal], ...]) -> None:
    assert reasons(replace(SURE, parts=parts)) == [Unexplained()]


def test_a_document_in_another_currency_is_paid_whole_in_its_own() -> None:
    dollars = replace(BILL, currency="USD", open=Decimal("100.00"), booked=Decimal("90.00"))
    match = replace(SURE, kind=Kind.EXCHANGE, parts=(("BILL-2026-0001", Decimal("-90.00")),), difference=Decimal(-29))
    (reason,) = reasons(match, expected=books(dollars))
    assert isinstance(reason, Payment)
    assert reason.parts == (Part(number="BILL-2026-0001", amount=Decimal("100.00")),)


def test_what_the_bank_took_back_is_booked_back() -> None:
    assert reasons(SURE, taken_back(SURE)) == [PAID, PAID]


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": Verdict.PROPOSED},
        {"parts": ()},
        {"fee": Decimal("3.00")},
        {"difference": Decimal("1.20")},
        {"flags": (Flag.CHANGED_DETAILS,), "verdict": Verdict.PROPOSED},
    ],
)
def test_a_return_that_cannot_be_booked_leaves_its_payment_unexplained_too(changed: dict[str, object]) -> None:
    another = replace(SURE, line=replace(LINE, bank_id="b3"))
    assert reasons(SURE, taken_back(SURE, **changed), another) == [Unexplained(), Unexplained(), PAID]


def test_a_return_of_something_earlier_is_not_explained_and_takes_nothing_along() -> None:
    lost = taken_back(SURE, verdict=Verdict.PROPOSED, parts=(), other=None)
    assert reasons(SURE, lost) == [PAID, Unexplained()]


def test_a_text_that_grows_when_it_is_written_plainly_still_fits() -> None:
    long = "\u0958" * MAX_TEXT_CHARS  # each becomes two characters
    line = replace(LINE, party=long, text=long, reference="R-1")
    (move,) = ordered(replace(SURE, line=line)).moves
    assert len(move.party) == len(move.text) == MAX_TEXT_CHARS
    (move,) = ordered(replace(SURE, line=replace(LINE, text="a\u200bb", reference="R-1"))).moves
    assert move.text == "ab R-1"


@pytest.mark.parametrize(("iban", "kept"), [(OTHER, OTHER), ("12345678", ""), (OTHER[:-1] + "9", "")])
def test_only_an_iban_is_kept_as_the_other_account(iban: str, kept: str) -> None:
    (move,) = ordered(replace(SURE, line=replace(LINE, iban=iban))).moves
    assert move.iban == kept


@pytest.mark.parametrize(
    ("lines", "opened", "day"),
    [
        ((LINE,), DAY, date(2026, 11, 19)),
        ((LINE,), date(2026, 11, 1), date(2026, 11, 1)),
        ((), DAY, date(2026, 11, 19)),
    ],
)
def test_what_was_there_before_is_dated_before_the_first_movement(
    lines: tuple[BankLine, ...], opened: date, day: date
) -> None:
    statement = Statement(IBAN, "EUR", lines, Balance(opened, Decimal("70.00")), Balance(DAY, Decimal(1)))
    (before, *_) = ordered(*(replace(SURE, line=each) for each in lines), statement=statement).moves
    assert (before.day, before.amount, before.reason) == (day, Decimal("70.00"), Transfer(account="Opening"))
    without = replace(statement, opening=Balance(opened, Decimal("0.00")))
    assert all(each.bank_id == "b1" for each in ordered(*(SURE for _ in lines), statement=without).moves)
