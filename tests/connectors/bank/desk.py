"""Small books and single lines, for saying in a test what is special about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.matches import Match, Verdict
from agents.connectors.bank.matching import reconcile
from agents.connectors.bank.open_items import Expected, OpenItem, Party
from agents.connectors.bank.statement import BankLine, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT, SAVINGS = "DE02120300000000202051", "DE02500105170137075030"
ACME_IBAN, BLUE_IBAN, OTHER_IBAN = "DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300"
PAPER_IBAN, STRANGER = "AT611904300234573201", "LT121000011101001000"
ISSUED = date(2026, 3, 2)
PAID = date(2026, 3, 16)

ACME = OpenItem(
    "INV-2026-0017", "Acme GmbH", Decimal("1190.00"), "EUR", ISSUED, PAID, is_incoming=True, ibans=(ACME_IBAN,)
)
BLUE = replace(ACME, number="INV-2026-0018", party="Blue Harbor Ltd", amount=Decimal("490.00"), ibans=(BLUE_IBAN,))
PAPER = OpenItem(
    number="bill-2026-0003",
    party="Papier Müller KG",
    amount=Decimal("238.00"),
    currency="EUR",
    issued=ISSUED,
    due=PAID,
    is_incoming=False,
    references=("RE-2026-04711",),
    ibans=(PAPER_IBAN,),
)


def like(item: OpenItem, number: str, amount: str = "", days_later: int = 0) -> OpenItem:
    """Another item of the same party."""
    wait = timedelta(days=days_later)
    return replace(
        item,
        number=number,
        amount=Decimal(amount) if amount else item.amount,
        issued=item.issued + wait,
        due=item.due + wait,
    )


def line(amount: str, text: str = "", party: str = "", iban: str = "", days_later: int = 0) -> BankLine:
    """One movement; its bank id says what is in it."""
    day = PAID + timedelta(days=days_later)
    return BankLine(f"{day}/{amount}/{text}/{party}/{iban}", day, Decimal(amount), "EUR", party, text, "", iban)


def acme(amount: str, text: str = "", days_later: int = 0) -> BankLine:
    """Acme's money, from Acme's account."""
    return line(amount, text, "Acme GmbH", ACME_IBAN, days_later)


def matched(lines: Sequence[BankLine], expected: Expected | Sequence[OpenItem]) -> list[Match]:
    """What is said of these lines of one account."""
    books = expected if isinstance(expected, Expected) else Expected(tuple(expected), own_accounts=(ACCOUNT, SAVINGS))
    return list(reconcile((Statement(ACCOUNT, "EUR", tuple(lines)),), books).matches)


def only(one: BankLine, *items: OpenItem, parties: tuple[Party, ...] = ()) -> Match:
    """What is said of one line."""
    (found,) = matched([one], Expected(items, parties, (ACCOUNT, SAVINGS)))
    return found


def is_auto(match: Match) -> bool:
    return match.verdict is Verdict.AUTO


def part(item: OpenItem, amount: str = "") -> tuple[str, Decimal]:
    """A part of an item with the sign of its movement; all of it when no amount is given."""
    return item.number, Decimal(amount) if amount else item.amount * (1 if item.is_incoming else -1)
