"""Every number a briefing may print, by its source; worked out from what is known, and from nothing else. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.insight.briefing_numbers import Figure, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agents.insight.briefing_known import Forecast, Known, Target
    from agents.insight.measured import Measured

NOW, LAST, AVERAGE, PLAN = "now", "before 1", "average", "plan"
BELOW, ABOVE, COUNT = "alarm below", "alarm above", "count"
FORECAST, PROMISED = "forecast", "promised"
TO_DATE = "to date"  # how such labels end; of what grows with the month no average or trend says anything
LOW, MEDIAN, HIGH = "low", "middle", "high"


def figures_of(known: Known) -> dict[Source, Figure]:
    """All of them: now, the periods before, their average, plans and limits, forecasts, and how many there are."""
    found = dict(_measured(NOW, known.now))
    for number, some in enumerate(known.earlier, 1):
        found |= _measured(f"before {number}", some)
    return found | dict(_derived(known, found))


def _derived(known: Known, found: Mapping[Source, Figure]) -> Iterator[tuple[Source, Figure]]:
    yield from _averages(known, found)
    yield from _targets(known, found)
    for kind, some in ((FORECAST, known.forecasts), (PROMISED, known.promised)):
        for each in some:
            yield from _forecast(kind, each)
    yield from _counts(known, found)


def source_of(when: str, item: Measured, at: int) -> Source:
    """The source of one value of a metric."""
    value = item.values[at]
    return Source(when, item.metric.key, value.label, value.currency)


def _measured(when: str, some: tuple[Measured, ...]) -> Iterator[tuple[Source, Figure]]:
    for item in some:
        for at, value in enumerate(item.values):
            yield source_of(when, item, at), Figure(value.amount, item.metric.unit)


def _averages(known: Known, found: Mapping[Source, Figure]) -> Iterator[tuple[Source, Figure]]:
    """The average over the periods before, where each of them has the value."""
    if not known.earlier:
        return
    for source in [each for each in found if each.when == LAST and not each.label.endswith(TO_DATE)]:
        before = [found.get(source._replace(when=f"before {number}")) for number in range(1, len(known.earlier) + 1)]
        if all(before):
            figures = [each for each in before if each]
            total = sum((each.amount for each in figures), Decimal(0))
            yield source._replace(when=AVERAGE), Figure(total / len(figures), figures[0].unit)


def _targets(known: Known, found: Mapping[Source, Figure]) -> Iterator[tuple[Source, Figure]]:
    for each in known.targets:
        now = found.get(Source(NOW, each.key, each.label, each.currency))
        for when, amount in ((PLAN, each.wanted), (BELOW, each.below), (ABOVE, each.above)):
            if now and amount is not None:
                yield Source(when, each.key, each.label, each.currency), Figure(amount, now.unit)


def forecast_source(kind: str, each: Forecast, day: object, part: str) -> Source:
    """The source of one number of a forecast."""
    return Source(f"{kind} {part}", each.key, f"{each.label} {day}".strip(), each.currency)


def _forecast(kind: str, each: Forecast) -> Iterator[tuple[Source, Figure]]:
    for point in each.points:
        for part, amount in ((LOW, point.low), (MEDIAN, point.median), (HIGH, point.high)):
            yield forecast_source(kind, each, point.day, part), Figure(amount, each.unit)


def crossed(known: Known, found: Mapping[Source, Figure]) -> tuple[tuple[Target, Source], ...]:
    """The targets of which the owner wants to be told now, each with the source of the limit that was crossed."""
    told = []
    for each in known.targets:
        now = found.get(Source(NOW, each.key, each.label, each.currency))
        if now and each.below is not None and now.amount < each.below:
            told.append((each, Source(BELOW, each.key, each.label, each.currency)))
        elif now and each.above is not None and now.amount > each.above:
            told.append((each, Source(ABOVE, each.key, each.label, each.currency)))
    return tuple(told)


def _counts(known: Known, found: Mapping[Source, Figure]) -> Iterator[tuple[Source, Figure]]:
    stale = [each for each in known.sources if each.stale]
    counted = {
        "decisions": len(known.decisions),
        "alarms": len(known.alarms) + len(crossed(known, found)) + len(stale),
        "done": len(known.done),
        "missing": sum(bool(each.missing) for each in known.now),
    }
    for name, number in counted.items():
        yield count(name), Figure(Decimal(number), "number")


def count(name: str) -> Source:
    """How many there are of something."""
    return Source(COUNT, name)
