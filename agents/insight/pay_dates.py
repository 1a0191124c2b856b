"""When an invoice will be paid, and how likely that is late: from how this customer and all others paid so far. Pure.

What a customer did counts fully, what all did as much as `likeness` invoices of the customer's own; that weight is the
one under which what each invoice became was least surprising to the others (empirical Bayes, as a Dirichlet prior).
Invoices that are open count as not paid until today, so that slow ones are not forgotten. See ADR 0076.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from statistics import median
from typing import TYPE_CHECKING

from agents.insight.waiting import Seen, Waiting, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEAST_INVOICES = 5  # paid ones, of all customers: fewer say nothing
LIKENESS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
FADING = 0.93  # how much an invoice counts beside the next one of the customer: habits change
MONTHLY = 0.5  # who pays at the end of a month shows less than half of the spread there
LEAST_FOR_HABIT = 6
BLUR = (-2, -1, 0, 1, 2)  # a payment on one day says as much of the days around it
UNSEEN = 0.5  # of an invoice that is paid on its day, and of one that nobody pays, though none was seen yet
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One invoice; `paid` is when nothing was owed any more, None while something is."""

    customer: str
    due: date
    paid: date | None


@dataclass(frozen=True, slots=True)
class PayDate:
    """When an open invoice is paid: one of ten before `low`, half by `middle`, one of ten after `high`.

    None: not foreseeable. `late`: the chance that it is paid after it was due, 1 once it is overdue; `known`: how many
    invoices of the customer that rests on.
    """

    low: date | None
    middle: date | None
    high: date | None
    late: float
    known: int


@dataclass(frozen=True, slots=True)
class _Habit:
    """What one customer did, in days after an invoice was due, or `by_month` after the end of that month."""

    by_month: bool = False
    seen: tuple[Seen, ...] = ()
    known: int = 0


@dataclass(frozen=True, slots=True)
class PayHabits:
    """How customers pay, as known on a day; by `habits_of`."""

    as_of: date
    all_of_them: tuple[Seen, ...]
    likeness: float
    customers: Mapping[str, _Habit]

    def predict(self, customer: str, due: date) -> PayDate:
        """When an invoice that is open now will be paid."""
        curve, already = self.curve(customer, due), self.already(due)
        low, middle, high = (_day(due, curve.within(chance, already)) for chance in (0.1, 0.5, 0.9))
        late = min(1.0, curve.longer_than(0) / max(curve.longer_than(already), _TINY))
        known = self.customers.get(customer, _Habit()).known
        return PayDate(low, middle, high, 1.0 if already >= 0 else late, known)

    def curve(self, customer: str, due: date) -> Waiting:
        """The share of such invoices that is not paid yet so many days after they were due."""
        habit = self.customers.get(customer, _Habit())
        moved = (_month_end(due) - due).days if habit.by_month else 0
        own = [Seen(each.days + moved, each.ended, each.weight) for each in habit.seen]
        return waiting([*own, *_weighing(self.all_of_them, self.likeness)])

    def already(self, due: date) -> int:
        """For how many days after it was due an invoice that is open now is surely not paid."""
        return (self.as_of - due).days - 1


def habits_of(history: Iterable[PastInvoice], as_of: date) -> PayHabits | None:
    """What is known on a day; None where too few invoices were paid until then to say anything."""
    by_customer: dict[str, list[PastInvoice]] = {}
    for each in sorted(history, key=lambda each: (each.due, each.paid or date.max)):
        by_customer.setdefault(each.customer, []).append(each)
    if sum(each.paid is not None for some in by_customer.values() for each in some) < LEAST_INVOICES:
        return None
    habits = {name: _habit(some, as_of) for name, some in by_customer.items()}
    after_due = {name: _faded(some, as_of) for name, some in by_customer.items()}
    pool = [seen for some in after_due.values() for seen in _weighing(some, len(some) ** 0.5)]
    total = sum(each.weight for each in pool)
    unseen = total * UNSEEN / len(pool)
    prior = (Seen(0, ended=True, weight=unseen), Seen(max(each.days for each in pool) + 1, ended=False, weight=unseen))
    return PayHabits(as_of, _gathered([*pool, *prior]), _likeness(after_due), habits)


def _habit(invoices: list[PastInvoice], as_of: date) -> _Habit:
    paid = [(each, each.paid) for each in invoices if each.paid]
    after_due = [(day - each.due).days for each, day in paid]
    after_month = [(day - _month_end(each.due)).days for each, day in paid]
    by_month = len(paid) >= LEAST_FOR_HABIT and _spread(after_month) < MONTHLY * _spread(after_due)
    return _Habit(by_month, _blurred(_faded(invoices, as_of, by_month=by_month)), len(paid))


def _faded(invoices: list[PastInvoice], as_of: date, *, by_month: bool = False) -> tuple[Seen, ...]:
    """In the order of their due days, the last one counts most; what is not due yet and not paid says nothing."""
    telling = [each for each in invoices if each.paid or each.due < as_of]
    return tuple(
        Seen(
            ((each.paid or as_of) - (_month_end(each.due) if by_month else each.due)).days,
            each.paid is not None,
            weight,
        )
        for each, weight in zip(telling, (FADING**back for back in reversed(range(len(telling)))), strict=True)
    )


def _blurred(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(
        Seen(each.days + by, each.ended, each.weight / len(BLUR))
        for each in seen
        for by in (BLUR if each.ended else (0,))
    )


def _gathered(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """The same with one for each day, so that many invoices cost no more than few."""
    weights: dict[tuple[int, bool], float] = {}
    for each in seen:
        weights[each.days, each.ended] = weights.get((each.days, each.ended), 0.0) + each.weight
    return tuple(Seen(days, ended, weight) for (days, ended), weight in sorted(weights.items()))


def _weighing(seen: Iterable[Seen], weight: float) -> list[Seen]:
    """The same, weighing so much together."""
    seen = list(seen)
    total = sum(each.weight for each in seen)
    return [Seen(each.days, each.ended, each.weight * weight / total) for each in seen]


def _likeness(customers: Mapping[str, tuple[Seen, ...]]) -> float:
    """How much what all did says of one: chosen so that whether invoices were late surprises least."""
    late = [[each.days > 0 for each in some] for some in customers.values() if some]
    overall = (sum(map(sum, late)) + 1) / (sum(map(len, late)) + 2)

    def surprise(prior: float) -> float:
        shares = ((was, (sum(some) - was + prior * overall) / (len(some) - 1 + prior)) for some in late for was in some)
        return -sum(log(share if was else 1 - share) for was, share in shares)

    return min(LIKENESS, key=surprise)


def _spread(days: list[int]) -> float:
    middle = median(days)
    return median(abs(each - middle) for each in days) + 1


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _day(due: date, days: int | None) -> date | None:
    return None if days is None else due + timedelta(days=days)
