"""How customers pay over a year: late, in part, together, twice, with fees, by debit and by card."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.connectors.bank.handwriting import remark
from tests.connectors.bank.labelled_year import NOTHING, YEAR, Ledger, Truth
from tests.connectors.bank.people import Customer, amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.connectors.bank.open_items import OpenItem

CENT = Decimal("0.01")


def invoices(ledger: Ledger, customers: Iterable[Customer]) -> dict[str, list[OpenItem]]:
    """A year of invoices by customer, numbered in the order of their days."""
    plan: list[tuple[date, int, Customer, Decimal]] = []
    for at, customer in enumerate(customers):
        busy = ledger.dice.pick((10, 25, 60, 120))
        for month in range(1, 13):
            if customer.retainer:
                plan.append((date(YEAR, month, 28), at, customer, customer.retainer))
            days = [date(YEAR, month, 1 + ledger.dice.below(28)) for _ in range(2) if ledger.dice.chance(busy // 2)]
            plan += [(day, at, customer, amount(ledger.dice)) for day in days]
    plan.sort(key=lambda each: each[:2])
    found: dict[str, list[OpenItem]] = {}
    for serial, (day, _, customer, asked) in enumerate(plan, 1):
        item = ledger.invoice(customer, f"INV-{YEAR}-{serial:04}", day, asked)
        found.setdefault(customer.name, []).append(item)
    return found


def customer_pays(ledger: Ledger, customer: Customer, items: Iterable[OpenItem]) -> None:
    """Everything one customer does about their invoices, those by card left out."""
    waiting: list[OpenItem] = []
    for item in items:
        if ledger.dice.chance(3):
            continue  # never paid
        if customer.pays == "debit":
            _collect(ledger, customer, item)
            continue
        waiting.append(item)
        if len(waiting) < 4 and customer.currency == "EUR" and ledger.dice.chance(customer.joint_percent):
            continue  # with the next one
        _transfer(ledger, customer, waiting)
        waiting = []


def _pay_day(ledger: Ledger, customer: Customer, item: OpenItem) -> date:
    return max(item.issued, item.due + timedelta(days=customer.late_days + ledger.dice.below(7)))


def _transfer(ledger: Ledger, customer: Customer, items: Sequence[OpenItem]) -> None:
    day, total = _pay_day(ledger, customer, items[-1]), sum((each.amount for each in items), NOTHING)
    if customer.currency != "EUR":
        _pay_foreign(ledger, customer, items[0], day)
    elif len(items) == 1 and ledger.dice.chance(customer.partial_percent):
        _pay_in_parts(ledger, customer, items[0], day)
    else:
        how = ledger.dice.weighted({"plain": 93, "fee": 3, "over": 1, "twice": 1, "refunded": 2})
        fee = Decimal(ledger.dice.pick(("2.50", "5.00", "7.50", "12.00"))) if how == "fee" and total > 700 else NOTHING
        over = Decimal(ledger.dice.pick((10, 50, 100))) - total % 10 if how == "over" and len(items) == 1 else NOTHING
        told = _told(ledger, customer, items)
        if fee and ledger.dice.chance(50):
            told["text"] += f" Entgelt {fee}".replace(".", ",")
        truth = Truth("pays", tuple((each.number, each.amount) for each in items), -fee, rest=over)
        paid = ledger.add(day, total - fee + over, truth, **told)
        if how == "twice" and paid:
            again = day + timedelta(days=ledger.dice.below(20))
            ledger.add_again(again, total, paid, told)
        if how == "refunded" and paid:
            _give_back(ledger, items[0], total, Truth("refund", rest=-total, other=paid), told | {"day": str(day)})


def _give_back(ledger: Ledger, item: OpenItem, total: Decimal, truth: Truth, told: dict[str, str]) -> None:
    day = date.fromisoformat(told.pop("day")) + timedelta(days=5 + ledger.dice.below(60))
    words = ledger.dice.pick(("Erstattung {}", "Refund {}", "Rückzahlung Rechnung {}", "Gutschrift zu {}", "Storno"))
    ledger.add(day, -total, truth, party=item.party, iban=told["iban"], text=words.format(item.number))


def _told(ledger: Ledger, customer: Customer, items: Sequence[OpenItem]) -> dict[str, str]:
    style = ledger.dice.weighted(customer.styles)
    text = remark([each.number for each in items], style, ledger.dice)
    return {"party": customer.shown, "iban": customer.iban, "text": text}


def _pay_foreign(ledger: Ledger, customer: Customer, item: OpenItem, day: date) -> None:
    booked = item.booked or NOTHING
    got = (booked * Decimal(980 + ledger.dice.below(40)) / 1000).quantize(CENT)
    told = _told(ledger, customer, [item])
    if ledger.dice.chance(60):
        told["text"] += f" {item.currency} {item.amount} / {item.amount / got:.4f}"
    ledger.add(day, got, Truth("pays", ((item.number, booked),), difference=got - booked), **told)


def _pay_in_parts(ledger: Ledger, customer: Customer, item: OpenItem, day: date) -> None:
    left = item.amount
    for _ in range(1 + ledger.dice.below(2)):
        some = ledger.dice.pick((item.amount / 2, item.amount / 3, Decimal(100 + 50 * ledger.dice.below(6))))
        some = min(some, left / 2).quantize(CENT)
        ledger.add(day, some, Truth("pays", ((item.number, some),)), **_told(ledger, customer, [item]))
        left, day = left - some, day + timedelta(days=7 + ledger.dice.below(30))
    if ledger.dice.chance(85) and left:
        ledger.add(day, left, Truth("pays", ((item.number, left),)), **_told(ledger, customer, [item]))


def _collect(ledger: Ledger, customer: Customer, item: OpenItem) -> None:
    told = {"party": customer.name, "iban": customer.iban}
    parts = ((item.number, item.amount),)
    text = f"Lastschrift {item.number}"
    first = ledger.add(item.due, item.amount, Truth("pays", parts), text=text, reference=item.number, **told)
    if not first or not ledger.dice.chance(6):
        return
    back = item.due + timedelta(days=2 + ledger.dice.below(8))
    reference = item.number if ledger.dice.chance(80) else ""
    truth = Truth("return", ((item.number, -item.amount),), other=first)
    text = ledger.dice.pick(("Rücklastschrift AC04", "RETURN MS03", f"Rückgabe {item.number}"))
    ledger.add(back, -item.amount, truth, text=text, reference=reference, is_return=True, **told)
    if ledger.dice.chance(80):
        again = back + timedelta(days=4 + ledger.dice.below(20))
        ledger.add(again, item.amount, Truth("pays", parts), **_told(ledger, customer, [item]))


def cards_pay(ledger: Ledger, items: Iterable[OpenItem]) -> None:
    """What is paid by card comes once a week, less the fee of the service; nothing tells what is in it."""
    weeks: dict[date, list[OpenItem]] = {}
    for item in items:
        day = item.issued + timedelta(days=1 + ledger.dice.below(10))
        weeks.setdefault(day + timedelta(days=7 - day.weekday()), []).append(item)
    for monday, some in sorted(weeks.items()):
        fee = sum(((each.amount * Decimal("0.014")).quantize(CENT) + Decimal("0.25") for each in some), NOTHING)
        name = f"po_{monday:%m%d}{ledger.dice.below(10**6):06}"
        net = sum((each.amount for each in some), NOTHING) - fee
        text = ledger.dice.pick((f"STRIPE PAYOUT {name}", "STRIPE", f"Stripe Payments UK {name}"))
        truth = Truth("payout of unknown things")
        ledger.add(monday + timedelta(days=ledger.dice.below(3)), net, truth, party="Stripe", text=text)
