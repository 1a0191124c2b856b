"""`books recurring`: subscriptions, rents and other charges that come again, as the movements of the bank show them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.line_text import one_line
from agents.connectors.bank.recurring import Concern, lines_of, recurring_charges, with_unused
from agents.connectors.books import amount_text, cents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import date

    from agents.connectors.bank.recurring import Series
    from agents.connectors.book_figures import BookReports

WIDTH = 34
DAYS_OF_YEAR = 365
RHYTHMS = {7: "every week", 14: "every two weeks", 30: "every month", 91: "every quarter", 365: "every year"}


def recurring_in(
    reports: BookReports, today: date, mentions: Callable[[Collection[str]], Mapping[str, date]]
) -> tuple[Series, ...]:
    """The charges that come again, of all accounts, those that ended too. `mentions`: of payees, as `with_unused`.

    Raises:
        NeedsOwner: the books have an error.
    """
    lines = (line for account in reports.accounts() for line in lines_of(reports.booked_moves(account)))
    found = recurring_charges(lines, today)
    return with_unused(found, mentions({each.payee for each in found if each.is_active}), today)


def machine_view(found: Iterable[Series]) -> list[dict[str, object]]:
    """All of it, for machines; `charges` are the bank's ids of the movements."""
    return [
        {
            "payee": each.payee,
            "amount": each.amount,
            "currency": each.currency,
            "usual_amount": each.usual_amount,
            "period_days": each.period_days,
            "last_day": each.last_day,
            "next_day": each.next_day,
            "is_active": each.is_active,
            "concerns": each.concerns,
            "mentioned": each.mentioned,
            "charges": each.charges,
        }
        for each in found
    ]


def shown(found: tuple[Series, ...]) -> Iterator[str]:
    """The same for people: what goes on, by its next day, what is odd about it, and what it costs a year."""
    going_on = sorted((each for each in found if each.is_active), key=lambda each: (each.next_day, each.key))
    yield "Charges that come again"
    for each in going_on:
        name, amount = one_line(each.payee)[:WIDTH], amount_text(cents(each.amount), each.currency)
        yield f"  {name:<{WIDTH}} {amount:>18}  {RHYTHMS[each.period_days]}, next about {each.next_day}"
        yield from (f"    ⚠ {_words(concern, each)}" for concern in each.concerns)
    yield from (
        f"  {'in a year':<{WIDTH}} {amount_text(sums, name):>18}" for name, sums in _of_a_year(going_on).items()
    )
    if not going_on:
        yield "  none: three charges of one payee at a regular distance make one"
    if ended := [f"{one_line(each.payee)} ({each.last_day})" for each in found if not each.is_active]:
        yield f"No longer: {', '.join(ended)}"


def _words(concern: Concern, series: Series) -> str:
    usual = amount_text(cents(series.usual_amount), series.currency)
    of_a_year = amount_text(_of_a_year([series])[series.currency], series.currency)
    return {
        Concern.PRICE_RISE: f"the price rose: usual were {usual}",
        Concern.DUPLICATE: "it is there twice: do you pay for it two times?",
        Concern.UNUSED: f"nothing here mentions it since {series.mentioned}; in a year it costs {of_a_year}",
    }[concern]


def _of_a_year(series: Iterable[Series]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in series:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.amount * DAYS_OF_YEAR / each.period_days
    return {currency: cents(amount) for currency, amount in sums.items()}
