"""Customers who pay as customers do, drawn from a seed: what forecasts of pay dates are tried on.

Each has a habit (some early, most a few days late, some very late), a spread of their own, and perhaps a day on which
they pay (Thursdays, the end of the month), a slow change of habit, or more time for large sums. In August all are
slower; one invoice of 25 is disputed. Some have two invoices, some sixty. `best` is what a forecast would say that
knows the customer's own way and only not the luck.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import TYPE_CHECKING

from agents.insight.draws import Draws
from agents.insight.pay_dates import PastInvoice, habits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START = date(2024, 1, 1)
DAYS, LEARNT = 900, 600  # of the whole story, and before the first forecast
EVERY_DAYS = 30  # forecasts are made on one day for what is billed until the next
AUGUST, THURSDAY = 8, 3
TERMS = (7, 14, 14, 30, 30, 60)
COUNTS = (2, 4, 8, 15, 30, 60)
PAY_DAYS = ("any", "any", "any", "any", "any", "any", "thursday", "thursday", "month end")
HABITS = ((-3, 3), (2, 4), (8, 5), (25, 10))
LARGE, DISPUTED = 0.2, 0.04
TIMES = 51  # an odd number, so that one is the middle


@dataclass(frozen=True, slots=True)
class Payer:
    """One customer. `habit`: days after due as a rule; `drift`: how many more it becomes until the end."""

    name: str
    terms: int
    habit: float
    spread: float
    drift: float
    for_large: float
    pays_on: str

    def pays(self, due: date, for_sum: float, luck: Draws) -> date:
        """When an invoice is paid; `for_sum`: `for_large`, or nothing."""
        late = self.habit + self.drift * (due - START).days / DAYS + for_sum + (5 if due.month == AUGUST else 0)
        late += luck.around(0, self.spread) if luck.share() > DISPUTED else luck.between(20, 70)
        day = max(due + timedelta(days=round(late)), due - timedelta(days=self.terms))
        if self.pays_on == "month end":
            return day.replace(day=monthrange(day.year, day.month)[1])
        return day + timedelta(days=(THURSDAY - day.weekday()) % 7) if self.pays_on == "thursday" else day


@dataclass(frozen=True, slots=True)
class Billed:
    """One invoice, when it was paid, and in how many days after due its customer may have paid it, ascending."""

    customer: str
    issued: date
    due: date
    paid: date
    chances: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One invoice forecast: the days after due that came, and that each way said; the chances that it is late."""

    came: int
    ours: int
    customer_median: int
    best: int
    late: float
    best_late: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Results:
    """Mean errors in days by way, and how well late ones were told from others (area under the curve)."""

    ours_days: float
    due_date_days: float
    customer_median_days: float
    best_days: float
    auc: float
    best_auc: float
    inside: float
    off: float  # the greatest distance between said and true shares of late ones, over fifths of the chances


def company(seed: str, count: int) -> list[Billed]:
    """What so many customers were billed and when they paid, the oldest first."""
    luck = Draws(seed)
    found = []
    for at in range(count):
        payer = _payer(f"Customer {at:03}", luck)
        for _ in range(luck.one_of(COUNTS)):
            issued = START + timedelta(days=int(luck.between(0, DAYS)))
            due, for_sum = issued + timedelta(days=payer.terms), payer.for_large if luck.share() < LARGE else 0.0
            chances = sorted((payer.pays(due, for_sum, luck) - due).days for _ in range(TIMES))
            found.append(Billed(payer.name, issued, due, payer.pays(due, for_sum, luck), tuple(chances)))
    return sorted(found, key=lambda each: (each.issued, each.customer))


def _payer(name: str, luck: Draws) -> Payer:
    return Payer(
        name,
        terms=luck.one_of(TERMS),
        habit=luck.around(*luck.one_of(HABITS)),
        spread=luck.between(1, 7),
        drift=luck.one_of((0.0, 0.0, 0.0, luck.between(-8, 12))),
        for_large=luck.one_of((0.0, 0.0, 6.0)),
        pays_on=luck.one_of(PAY_DAYS),
    )


def trials(story: Sequence[Billed]) -> Iterator[Trial]:
    """Forecasts on days a month apart of what is billed until the next, from what was known on each."""
    for back in range(LEARNT, DAYS, EVERY_DAYS):
        today = START + timedelta(days=back)
        known = [each for each in story if each.issued < today]
        history = [PastInvoice(each.customer, each.due, each.paid if each.paid <= today else None) for each in known]
        habits = habits_of(history, today)
        if habits is None:
            continue
        for each in story:
            if today <= each.issued < today + timedelta(days=EVERY_DAYS):
                own = [(past.paid - past.due).days for past in history if past.customer == each.customer and past.paid]
                said = habits.predict(each.customer, each.due)
                yield Trial(
                    came=(each.paid - each.due).days,
                    ours=(said.middle - each.due).days if said.middle else 0,
                    customer_median=round(median(own)) if own else 0,
                    best=round(median(each.chances)),
                    late=said.late,
                    best_late=fmean(days > 0 for days in each.chances),
                    inside=(said.low or each.paid) <= each.paid <= (said.high or each.paid),
                )


def results(tried: Sequence[Trial]) -> Results:
    """All trials together."""
    return Results(
        ours_days=fmean(abs(each.ours - each.came) for each in tried),
        due_date_days=fmean(abs(each.came) for each in tried),
        customer_median_days=fmean(abs(each.customer_median - each.came) for each in tried),
        best_days=fmean(abs(each.best - each.came) for each in tried),
        auc=_area([(each.late, each.came > 0) for each in tried]),
        best_auc=_area([(each.best_late, each.came > 0) for each in tried]),
        inside=fmean(each.inside for each in tried),
        off=_farthest([(each.late, each.came > 0) for each in tried]),
    )


def _area(told: Sequence[tuple[float, bool]]) -> float:
    """How often a late one had the greater chance than one in time; half where they are alike."""
    late = [chance for chance, was_late in told if was_late]
    in_time = [chance for chance, was_late in told if not was_late]
    return fmean((one > other) + (one == other) / 2 for one in late for other in in_time)


def _farthest(told: Sequence[tuple[float, bool]]) -> float:
    ordered = sorted(told)
    part = len(ordered) // 5
    fifths = [ordered[at * part : (at + 1) * part] for at in range(5)]
    return max(abs(fmean(chance for chance, _ in some) - fmean(was_late for _, was_late in some)) for some in fifths)
