"""What an audit finds in the books: who pays late, what is overdue, not proven, not explained, or odd. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import payee_key, recurring_charges, with_unused
from agents.connectors.book_figures import SourceRow
from agents.connectors.books import amount_text, cents
from agents.insight.anomalies import anomalies
from agents.insight.anomaly_facts import Bill, Facts, Kind, Moved
from agents.insight.cost_metrics import receipts_missing, unexplained
from agents.insight.finding import LOOK, NOW, SOON, Finding, own_number
from agents.insight.reckoning import NOTHING, QUARTER_DAYS, middle, open_on, open_rows, settled_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from agents.connectors.bank.recurring import Series
    from agents.connectors.book_figures import DocumentStanding
    from agents.insight.anomaly_facts import Anomaly
    from agents.insight.company import Books, Company

LATE_DAYS = 7  # before that a payment may be under way
GRAVE_DAYS, LATER_DAYS = 60, 21
NUMBERS = 5  # invoices that are named
_GRAVITY = {
    Kind.CHANGED_IBAN: NOW,
    Kind.DUPLICATE_PAYMENT: NOW,
    Kind.AFTER_CANCELLATION: NOW,
    Kind.NEW_ACCOUNT: SOON,
    Kind.AMOUNT: SOON,
    Kind.NEW_PAYEE: SOON,
    Kind.DUPLICATE_SUBSCRIPTION: SOON,
}  # the rest is worth a look
_ASKS = {
    Kind.CHANGED_IBAN: "Look into the payment of {sum} on {day}: it went to another account than those before",
    Kind.DUPLICATE_PAYMENT: "Look into the payment of {sum} on {day}: was it made twice",
    Kind.AFTER_CANCELLATION: "Ask for the {sum} of {day} back: it was taken after the end of what was cancelled",
    Kind.NEW_ACCOUNT: "Look into the first payment of {sum} on {day}: what was it for",
    Kind.AMOUNT: "Look into the payment of {sum} on {day}: it is far from what is usual",
    Kind.NEW_PAYEE: "Look into the first payment of {sum} on {day}: what was it for",
    Kind.DUPLICATE_SUBSCRIPTION: "Look into the subscription of {sum}, last charged on {day}: is it there twice",
    Kind.PRICE_RISE: "Look into the subscription charged with {sum} on {day}: its price rose",
    Kind.UNUSED: "Prepare to cancel the subscription of {sum}, last charged on {day}, that nothing mentions",
    Kind.MISSING_BILL: "Look for the charge of about {sum} that came last on {day} and is missing now",
    Kind.TRIAL_ENDS: "Remind me of the trial that will cost {sum}",
}


def money_findings(company: Company, books: Books, mentions: Mapping[str, date]) -> Iterator[Finding]:
    """Everything. `mentions`: when payees of charges that come again were mentioned last, as `with_unused` takes it."""
    yield from _late_payers(company.on, books)
    yield from _overdue_bills(company.on, books)
    yield from _without_receipt(company, books)
    yield from _unexplained(company, books)
    for each in anomalies(facts_of(company.on, books, mentions)):
        yield _odd(each)


def charges_that_go_on(on: date, books: Books) -> tuple[Series, ...]:
    """The charges that come again and have not ended."""
    return tuple(each for each in _series(on, books) if each.is_active)


def facts_of(on: date, books: Books, mentions: Mapping[str, date]) -> Facts:
    """What anomalies are looked for in. No account is known of a movement of the books, so none is compared."""
    categories = {(each.row.day, each.row.amount): each.account for each in books.spent}
    moves = [
        Moved(
            line.bank_id,
            line.party,
            SourceRow(line.day, line.bank_id, line.party, line.amount, line.currency),
            category=categories.get((line.day, -line.amount), ""),
        )
        for line in books.charges
        if line.day <= on
    ]
    bills = [
        Bill(
            each.party,
            each.reference,
            each.total,
            SourceRow(each.day, each.place, each.number, each.total, each.currency),
        )
        for each in books.bills
        if each.day <= on
    ]
    return Facts(on, moves, bills, with_unused(_series(on, books), mentions, on))


def _series(on: date, books: Books) -> tuple[Series, ...]:
    return recurring_charges((line for line in books.charges if line.day <= on), on)


def _late_payers(on: date, books: Books) -> Iterator[Finding]:
    """Each customer who owes something for a week longer than they may, beside how they paid so far."""
    late: dict[tuple[str, str], list[DocumentStanding]] = {}
    for each in books.invoices:
        if (on - each.due).days >= LATE_DAYS and open_on(each, on):
            late.setdefault((each.party, each.currency), []).append(each)
    for (party, currency), documents in sorted(late.items()):
        some = sorted(documents, key=lambda each: (each.due, each.number))
        owed, days = sum((open_on(each, on) for each in some), NOTHING), (on - some[0].due).days
        numbers = list(filter(None, (own_number(each.number) for each in some[:NUMBERS])))
        yield Finding(
            "late_payer",
            f"{payee_key(party)} {currency}",
            NOW if days > GRAVE_DAYS else SOON if days > LATER_DAYS else LOOK,
            f"{party} owes {amount_text(owed, currency)}, the oldest {days} days late{_usually(party, books, on)}.",
            f"Find out when {', '.join(numbers)} will be paid" if numbers else "",
            owed,
            currency,
            tuple(open_rows(some, on)),
        )


def _usually(party: str, books: Books, on: date) -> str:
    """How late this customer paid so far."""
    paid = ((each, settled_on(each, on)) for each in books.invoices if each.party == party and not each.unclear)
    days = [Decimal((day - each.due).days) for each, day in paid if day]
    if not days:
        return "; nothing was paid by them yet"
    usual = int(middle(days))
    return f"; usually they pay {usual} days after it is due" if usual > 0 else "; usually they pay in time"


def _overdue_bills(on: date, books: Books) -> Iterator[Finding]:
    for each in books.bills:
        rest, days = open_on(each, on), (on - each.due).days
        if rest and days > 0:
            number = own_number(each.number)
            yield Finding(
                "overdue_bill",
                each.number,
                SOON if days > LATE_DAYS else LOOK,
                f"You owe {each.party} {amount_text(rest, each.currency)} for {each.number}, {days} days late.",
                f"Pay {number}" if number else "",
                rest,
                each.currency,
                tuple(open_rows([each], on)),
            )


def _without_receipt(company: Company, books: Books) -> Iterator[Finding]:
    told = receipts_missing(company, books)
    for currency, rows in _by_currency(told[1] if not isinstance(told, str) else ()):
        total, largest = sum((each.amount for each in rows), NOTHING), max(rows, key=lambda each: each.amount)
        yield Finding(
            "receipts",
            currency,
            LOOK,
            f"{_counted(rows, 'cost')} of the last {QUARTER_DAYS} days without a receipt, "
            f"{amount_text(total, currency)} in all; the largest is {amount_text(largest.amount)} on {largest.day}: "
            f"{largest.said}.",
            f"Look for receipts of the costs without one since {company.on - timedelta(days=QUARTER_DAYS)}",
            total,
            currency,
            rows,
        )


def _unexplained(company: Company, books: Books) -> Iterator[Finding]:
    told = unexplained(company, books)
    for currency, rows in _by_currency(told[1] if not isinstance(told, str) else ()):
        total = sum((abs(each.amount) for each in rows), NOTHING)
        yield Finding(
            "unexplained",
            currency,
            SOON,
            f"{_counted(rows, 'movement')} of the bank nobody explained, {amount_text(total, currency)} in all.",
            "Ask me what each movement was for that nobody explained",
            total,
            currency,
            rows,
        )


def _by_currency(rows: Iterable[SourceRow]) -> list[tuple[str, tuple[SourceRow, ...]]]:
    found: dict[str, list[SourceRow]] = {}
    for row in rows:
        found.setdefault(row.currency, []).append(row)
    return [(currency, tuple(some)) for currency, some in sorted(found.items())]


def _counted(rows: tuple[SourceRow, ...], what: str) -> str:
    return f"{len(rows):,} {what}{'s' if len(rows) > 1 else ''}"


def _odd(found: Anomaly) -> Finding:
    sums, day = amount_text(cents(found.amount), found.currency), found.rows[-1].day if found.rows else ""
    signs = f" ({', '.join(found.signs)})" if found.signs else ""
    return Finding(
        found.kind.value,
        found.key.partition(":")[2],
        _GRAVITY.get(found.kind, LOOK),
        f"{found.words.rstrip('.')}{signs}.",
        _ASKS[found.kind].format(sum=sums, day=day),
        found.amount,
        found.currency,
        found.rows,
    )
