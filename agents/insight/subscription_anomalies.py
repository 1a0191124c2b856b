"""Odd subscriptions: dearer, there twice, unused, charged after they were cancelled, not charged, or not free any more.

Which charges come again, and what is odd about them at first sight, `bank/recurring.py` says; here is what is left of
it once one knows what was announced and cancelled. Pure.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.recurring import Concern, payee_key
from agents.connectors.books import amount_text, cents
from agents.insight.anomaly_facts import Anomaly, Kind, key_of
from agents.insight.robust import ODD, robust_z

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from agents.connectors.bank.recurring import Series
    from agents.insight.anomaly_facts import Facts, Moved

GRACE_DAYS = {7: 4, 14: 6, 30: 10, 91: 20, 365: 30}  # by which a charge may be late, by its period
TOLD_DAYS = 7  # before a trial ends
FLOOR = 0.01
LIKE = (Decimal("0.97"), Decimal("1.3"))  # times a price is about that price


def subscription_anomalies(facts: Facts) -> Iterator[Anomaly]:
    """Everything odd about charges that come again."""
    cancelled = {payee_key(name): day for name, day in facts.cancelled.items()}
    announced = {payee_key(name): price for name, price in facts.announced.items()}
    for each in facts.series:
        if each.is_active and each.key not in cancelled:
            yield from _missing(facts, each)
            yield from _dearer(facts, each, announced)
            yield from _unused(facts, each)
    yield from _doubled(facts)
    yield from _after_cancelling(facts, cancelled)
    yield from _trials(facts, cancelled)


def _missing(facts: Facts, series: Series) -> Iterator[Anomaly]:
    last = facts.by_payee.get((series.key, series.currency), ())[-1:]
    is_later = any(each.row.day > series.last_day for each in last)
    if is_later or facts.today <= series.next_day + timedelta(days=GRACE_DAYS[series.period_days]):
        return
    said = f"{series.payee} usually charges about {_text(series, series.amount)}; expected about {series.next_day}, "
    yield _about(facts, Kind.MISSING_BILL, series, f"{said}it has not come.", str(series.next_day))


def _dearer(facts: Facts, series: Series, announced: Mapping[str, Decimal]) -> Iterator[Anomaly]:
    """A price that rose by more than the charge varies anyway, and was not announced."""
    if Concern.PRICE_RISE not in series.concerns or series.amount <= announced.get(series.key, 0):
        return
    before = [facts.by_id[each].paid for each in series.charges[:-1] if each in facts.by_id]
    if not before or robust_z(series.amount, before, FLOOR) <= ODD or _was_paid_before(facts, series):
        return
    rise = f"from {_text(series, series.usual_amount)} to {_text(series, series.amount)}"
    yield _about(
        facts, Kind.PRICE_RISE, series, f"{series.payee} rose {rise}, and nothing announced it.", str(series.amount)
    )


def _was_paid_before(facts: Facts, series: Series) -> bool:
    """Whether the payee got about as much before, by something else: then it is no new price."""
    others = facts.by_payee.get((series.key, series.currency), ())
    least, most = (series.amount * each for each in LIKE)
    return any(each.bank_id not in series.charges and least <= each.paid <= most for each in others)


def _unused(facts: Facts, series: Series) -> Iterator[Anomaly]:
    if Concern.UNUSED in series.concerns:
        said = f"Nothing mentions {series.payee} since {series.mentioned}, and it goes on costing"
        yield _about(facts, Kind.UNUSED, series, f"{said} {_text(series, series.amount)}.", str(series.mentioned))


def _doubled(facts: Facts) -> Iterator[Anomaly]:
    told: set[str] = set()
    for each in facts.series:
        if Concern.DUPLICATE in each.concerns and each.key not in told:
            told.add(each.key)
            said = f"{each.payee} is there twice: you pay for it, or for its like, two times."
            yield _about(facts, Kind.DUPLICATE_SUBSCRIPTION, each, said, str(each.period_days))


def _after_cancelling(facts: Facts, cancelled: Mapping[str, date]) -> Iterator[Anomaly]:
    for (key, currency), moves in facts.by_payee.items():
        if key not in cancelled:
            continue
        late = [each for each in moves if each.row.day > cancelled[key]]
        charged = [each for each in late if each.paid > 0]
        if charged and sum((each.paid for each in late), start=cents(charged[0].paid * 0)) > 0:
            last = charged[-1]
            said = f"{last.payee} was cancelled up to {cancelled[key]}, and took {amount_text(last.paid, currency)}"
            yield Anomaly(
                Kind.AFTER_CANCELLATION,
                last.payee,
                last.paid,
                currency,
                tuple(each.row for each in charged),
                f"{said} on {last.row.day}.",
                key_of(Kind.AFTER_CANCELLATION, last.payee, str(cancelled[key])),
            )


def _trials(facts: Facts, cancelled: Mapping[str, date]) -> Iterator[Anomaly]:
    for payee, trial in facts.trials.items():
        days = (trial.ends - facts.today).days
        if 0 <= days <= TOLD_DAYS and payee_key(payee) not in cancelled:
            price = amount_text(trial.price, trial.currency)
            yield Anomaly(
                Kind.TRIAL_ENDS,
                payee,
                trial.price,
                trial.currency,
                (),
                f"{payee} is free up to {trial.ends} and costs {price} then: keep it, or cancel it before.",
                key_of(Kind.TRIAL_ENDS, payee, str(trial.ends)),
            )


def _about(facts: Facts, kind: Kind, series: Series, words: str, what: str) -> Anomaly:
    charges: Sequence[Moved] = [facts.by_id[each] for each in series.charges if each in facts.by_id]
    rows = tuple(each.row for each in charges)
    return Anomaly(kind, series.payee, series.amount, series.currency, rows, words, key_of(kind, series.payee, what))


def _text(series: Series, amount: Decimal) -> str:
    return amount_text(cents(amount), series.currency)
