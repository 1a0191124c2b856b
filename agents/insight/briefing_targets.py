"""What the owner wants of a figure, found by the name they call it: plan, targets, and when to alarm. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.insight.briefing_known import Target
from agents.insight.goals import number_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.insight.goals import Goals
    from agents.insight.goals import Target as Wish
    from agents.insight.measured import Measured, Unit

REVENUE, MONTH_TO_DATE = "revenue", "month to date"  # its key, and the label of what was earned in the month
NAMES = {"answer to a customer": "work.response_time"}  # as the goals of a new vault call it
DAY_HOURS = Decimal(24)


def targets_of(goals: Goals, now: Iterable[Measured]) -> tuple[Target, ...]:
    """The plan of the month for what was earned in it, and a target for each key metric that is measured."""
    measured = {each.metric.key: each for each in now}
    revenue = measured.get(REVENUE)
    plan = goals.plan.get(f"{revenue.as_of:%Y-%m}", {}) if revenue else {}
    planned = [Target(REVENUE, MONTH_TO_DATE, currency, amount) for currency, amount in sorted(plan.items())]
    wishes = [each for wish in goals.targets for each in _targets(wish, _meant(wish, measured.values()))]
    return (*planned, *wishes)


def unmeasured(goals: Goals, now: Iterable[Measured]) -> tuple[str, ...]:
    """The key metrics that are the name of no figure, as the owner calls them."""
    some = tuple(now)
    return tuple(each.metric for each in goals.targets if _meant(each, some) is None)


def _meant(wish: Wish, now: Iterable[Measured]) -> Measured | None:
    """The figure of this title or key."""
    key = NAMES.get(wish.metric, wish.metric)
    return next((each for each in now if key in {each.metric.key, each.metric.title.casefold()}), None)


def _targets(wish: Wish, item: Measured | None) -> Iterator[Target]:
    """One for each currency, of the first of its values."""
    if item is None:
        return
    unit = item.metric.unit
    wanted, below, above = number_in(wish.target), wish.below, wish.above
    first = {value.currency: value for value in reversed(item.values)}
    for value in first.values():
        yield Target(
            item.metric.key,
            value.label,
            value.currency,
            _in(unit, wanted, wish.target),
            _in(unit, below, wish.alert),
            _in(unit, above, wish.alert),
        )


def _in(unit: Unit, amount: Decimal | None, words: str) -> Decimal | None:
    """An amount in the unit of its metric: '2 days' of a metric in hours are 48."""
    if amount is None:
        return None
    says = words.casefold()
    if unit == "hours" and "day" in says:
        return amount * DAY_HOURS
    return amount / DAY_HOURS if unit == "days" and "hour" in says else amount
