"""What the sample company spends: subscriptions, wages, purchases by card, and bills that are paid. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BillBook, Cost, Reason, Spending, Transfer
from agents.connectors.books import cents
from agents.connectors.sample.drafts import MONTHS, Document, Movement, bank_day
from agents.connectors.sample.vendors import (
    BILLING,
    CASUAL,
    ENERGY,
    ILLUSTRATOR,
    OWNER,
    PRINTER,
    REGULAR,
    STAFF,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.sample.dice import Dice
    from agents.connectors.sample.drafts import Span
    from agents.connectors.sample.story import Oddity
    from agents.connectors.sample.vendors import Billing, Casual, Regular

WAGE, THIRTEENTH = Decimal("1480.00"), 11  # net a month, and the month with one more
DRAWN, OWN_TAX = Decimal("2900.00"), Decimal("1500.00")
OPENING = Decimal("18000.00")
NEW_IBAN, WRONG_ENERGY, TWICE = 1, 2, 2  # how many months ago these odd things happened
TOO_MUCH = Decimal("389.00")


def costs(span: Span, dice: Dice) -> list[Movement]:
    """Every movement that is no payment of a bill: what is bought, wages, and what the owner puts in and takes out."""
    found = [
        Movement(span.start, OPENING, OWNER, "What was there before", Transfer(account="Opening")),
        *(each for regular in REGULAR for each in _regular(regular, span, dice)),
        *(each for casual in CASUAL for each in _casual(casual, span, dice)),
        *(each for at in span.months() for each in _people(span, at)),
        Movement(bank_day(span.last - timedelta(days=9)), Decimal("180.00"), "M. Okafor", "deposit"),
    ]
    return [each for each in found if span.has(each.day)]


def bills(span: Span, dice: Dice) -> tuple[list[Document], list[Movement]]:
    """The bills of vendors, and what was paid on them; one of them twice, one to an account nobody knew."""
    documents: list[Document] = []
    movements: list[Movement] = []
    for billing in BILLING:
        for at in span.months():
            certain = (billing.party, at) in {(PRINTER, MONTHS - TWICE), (ILLUSTRATOR, MONTHS - NEW_IBAN)}
            if certain or dice.happens(billing.percent, billing.party, span.month(at)):
                document = _bill(billing, span, at, dice)
                documents.append(document)
                movements += _bill_paid(billing, document, at)
    movements = [each for each in movements if span.has(each.day)]
    return [each for each in documents if span.has(each.day)], movements


def bought(category: str, net: Decimal, tax: int = 0) -> tuple[Decimal, Reason]:
    """A purchase: the movement it makes, and its reason."""
    reason = Spending(costs=(Cost(category=category, net=net, tax=Decimal(tax)),))
    return -(net + cents(net * tax / 100)), reason


def _regular(regular: Regular, span: Span, dice: Dice) -> Iterator[Movement]:
    for at in range(regular.first, MONTHS + 1, regular.every):
        risen = regular.rises and at > MONTHS - regular.rises
        net = regular.net + (regular.rise if risen else 0)
        varied = dice.between(-regular.varies * 10, regular.varies * 10, regular.text, span.month(at))
        net = cents(net * (1000 + varied) / 1000)
        oddity = _oddity(regular, at, is_risen=bool(risen))
        amount, reason = bought(regular.category, TOO_MUCH if oddity == "amount" else net, regular.tax)
        yield Movement(bank_day(span.day(at, regular.day)), amount, regular.party, regular.text, reason, oddity=oddity)


def _oddity(regular: Regular, at: int, *, is_risen: bool) -> Oddity | None:
    if is_risen:
        return "price_rise"
    if regular.party == ENERGY and at == MONTHS - WRONG_ENERGY:
        return "amount"
    by_text: dict[str, Oddity] = {"Taskboard Plus": "duplicate_subscription", "Pictures, monthly plan": "unused"}
    return by_text.get(regular.text)


def _casual(casual: Casual, span: Span, dice: Dice) -> Iterator[Movement]:
    for at in span.months():
        for number in range(dice.between(0, casual.most, casual.party, span.month(at))):
            about = (casual.party, span.month(at), number)
            net = Decimal(dice.between(*casual.cents, *about, "net")) / 100
            amount, reason = bought(casual.category, net, casual.tax)
            day = span.day(at, dice.between(1, 28, *about, "day"))
            yield Movement(day, amount, casual.party, casual.text, reason)


def _people(span: Span, at: int) -> Iterator[Movement]:
    """Who is paid: the employee, in November twice as much; and the owner, with their own tax each quarter."""
    _, month = span.month(at)
    wage, text = (WAGE * 2, "Wages and 13th salary") if month == THIRTEENTH else (WAGE, "Wages")
    amount, reason = bought("Salaries", wage)
    yield Movement(bank_day(span.day(at, 27)), amount, STAFF, text, reason)
    private = Transfer(account="Private")
    yield Movement(bank_day(span.day(at, 2)), -DRAWN, OWNER, "Private", private)
    if month % 3 == 0:
        yield Movement(bank_day(span.day(at, 10)), -OWN_TAX, OWNER, "Private, income tax", private)


def _bill(billing: Billing, span: Span, at: int, dice: Dice) -> Document:
    about = (billing.party, span.month(at))
    year, month = span.month(at)
    day = bank_day(span.day(at, dice.between(2, 20, *about, "day")))
    cost = Cost(category=billing.category, net=Decimal(dice.between(*billing.nets, *about, "net")), tax=Decimal(19))
    order = BillBook(
        vendor=billing.party,
        reference=f"{billing.prefix}{year % 100}{month:02}{dice.between(10, 99, *about, 'number')}",
        day=day,
        due=day + timedelta(days=billing.due_days),
        costs=(cost,),
        currency="EUR",
    )
    return Document(f"{billing.party} {day}", day, order.due, order)


def _bill_paid(billing: Billing, bill: Document, at: int) -> Iterator[Movement]:
    day, amount, text = bank_day(bill.due - timedelta(days=2)), -bill.total, bill.reference
    is_moved = billing.party == ILLUSTRATOR and at >= MONTHS - NEW_IBAN
    iban = f"{billing.party}, another account" if is_moved else ""
    oddity: Oddity | None = "changed_iban" if is_moved else None
    yield Movement(day, amount, billing.party, text, pays=bill.key, iban=iban, oddity=oddity)
    if billing.party == PRINTER and at == MONTHS - TWICE:
        again = bank_day(day + timedelta(days=4))
        yield Movement(again, amount, billing.party, text, on_account=True, oddity="duplicate_payment")
