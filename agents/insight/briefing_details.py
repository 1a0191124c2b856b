"""Below the first screen of a briefing: charts, deeds, forecasts and how they came, all figures, gaps. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.insight.briefing_figures import (
    FORECAST,
    HIGH,
    LOW,
    MEDIAN,
    NOW,
    PROMISED,
    count,
    forecast_source,
    source_of,
)
from agents.insight.briefing_first_screen import RULE, cell, first_metrics, row_of, totals, why
from agents.insight.briefing_numbers import Source
from agents.insight.chart_svg import MIN_POINTS, fan, runway
from agents.insight.charts import MAX_SLICES, Bar, Chart, bars, pie
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.insight.briefing_known import Forecast, Known, SourceState
    from agents.insight.briefing_numbers import Numbers
    from agents.insight.measured import Measured

MAX_DEEDS = 10
MAX_HOW = 500
TRENDS = ("cash", "revenue")  # the first of them that was measured before too
AGING = "receivables.aging"
RUNWAY = "cash.runway"
DIGEST_CHARS = 10


@dataclass(frozen=True, slots=True)
class Asset:
    """A drawing in a file of its own; its name tells its content, so that none is ever rewritten."""

    name: str
    content: str


def asset(known: Known, kind: str, content: str) -> Asset:
    """A drawing of this briefing."""
    digest = hashlib.sha256(content.encode()).hexdigest()[:DIGEST_CHARS]
    return Asset(f"{known.period.day}-{kind}-{digest}.svg", content)


def trend(known: Known, numbers: Numbers) -> str:
    """The first figure that was measured in the periods before too, as bars, one chart for each currency."""
    by_key = {each.metric.key: each for each in known.now}
    for key in TRENDS:
        if key in by_key and by_key[key].values and known.earlier:
            return "\n\n".join(_trends(known, numbers, by_key[key]))
    return ""


def _trends(known: Known, numbers: Numbers, item: Measured) -> Iterator[str]:
    for at in totals(item):
        value, found = item.values[at], []
        for number in range(len(known.earlier), -1, -1):
            source = source_of(f"before {number}" if number else NOW, item, at)
            if numbers.has(source):
                end = known.period.earlier(number).end
                label = f"{end:%b} {end.day}"
                found.append(_bar(numbers, source, label))
        named = " ".join(each for each in (item.metric.title, value.label, value.currency) if each)
        yield f"### {numbers.words(plain(named))}\n{_text(numbers, bars(named, found, 'at the end of the day'))}"


def _bar(numbers: Numbers, source: Source, label: str) -> Bar:
    return Bar(label, numbers.amount(source), numbers.drawn(source), numbers.show(source))


def _text(numbers: Numbers, chart: Chart) -> str:
    """A chart; its numbers that are no amounts - in labels, colours, at the axis - are claimed as words."""
    return numbers.words(chart.text)


def aging(known: Known, numbers: Numbers) -> str:
    """What customers owe by how late it is, a pie for each currency; nothing while nobody owes anything."""
    item = next((each for each in known.now if each.metric.key == AGING), None)
    if item is None:
        return ""
    parts = []
    for currency in dict.fromkeys(each.currency for each in item.values):
        sources = [source_of(NOW, item, at) for at, each in enumerate(item.values) if each.currency == currency]
        found = [_bar(numbers, each, each.label) for each in sources]
        if 0 < sum(each.amount > 0 for each in found) <= MAX_SLICES:
            title = f"{item.metric.title} {currency}".strip()
            parts.append(
                f"### {numbers.words(plain(title))}\n{_text(numbers, pie(title, found, currency or 'amount'))}"
            )
    return "\n\n".join(parts)


def runway_part(known: Known, numbers: Numbers) -> tuple[str, tuple[Asset, ...]]:
    """How long the cash lasts, drawn; nothing while nobody can tell."""
    item = next((each for each in known.now if each.metric.key == RUNWAY and each.values), None)
    if item is None:
        return "", ()
    lines, made = ["## How long the cash lasts"], []
    for at, value in enumerate(item.values):
        source = source_of(NOW, item, at)
        title = " ".join(each for each in (item.metric.title, value.currency or value.label) if each)
        drawn = asset(known, f"runway-{at + 1}", runway(title, numbers.amount(source)))
        made.append(drawn)
        lines.append(numbers.words(f"![[{drawn.name}]]\n\n*In words: {plain(title)}: {numbers.show(source)}.*"))
    return "\n\n".join(lines), tuple(made)


def deeds(known: Known, numbers: Numbers) -> str:
    """What was done in the period, with links to the notes."""
    if not known.done:
        return "## What I did\nNothing left the house in this time."
    rows = [numbers.words(f"- [[{each.note}]] {each.words}") for each in known.done[:MAX_DEEDS]]
    if len(known.done) > MAX_DEEDS:
        rows += [f"- and more: {numbers.show(count('done'))} in all, in `Done`"]
    return "\n".join(["## What I did", *rows])


def forecasts(known: Known, numbers: Numbers) -> tuple[str, tuple[Asset, ...]]:
    """What is expected, each as a fan, a table and a line of words; nothing while nothing is forecast."""
    lines, made = ["## Forecasts"], []
    for at, each in enumerate(known.forecasts, 1):
        lines.append(f"### {numbers.words(plain(each.name))}")
        if len(each.points) >= MIN_POINTS:
            drawn = asset(known, f"fan-{at}", fan(each.name, each.points, known.past.get(each.name, ())))
            made.append(drawn)
            lines.append(numbers.words(f"![[{drawn.name}]]"))
        lines += [
            _expected(each, numbers),
            numbers.words(f"How: {plain(each.method, MAX_HOW)}. {plain(each.backtest, MAX_HOW)}"),
        ]
    return ("\n\n".join(lines), tuple(made)) if known.forecasts else ("", ())


def _expected(each: Forecast, numbers: Numbers) -> str:
    unit = each.currency or each.unit
    rows = [f"| day | low, {unit} | middle, {unit} | high, {unit} |", "| --- | ---: | ---: | ---: |"]
    for point in each.points:
        cells = (
            numbers.show(forecast_source(FORECAST, each, point.day, part), unit=False) for part in (LOW, MEDIAN, HIGH)
        )
        rows.append(f"| {numbers.words(str(point.day))} | {' | '.join(cells)} |")
    lowest = min(each.points, key=lambda point: point.low)
    last = each.points[-1]
    end = numbers.show(forecast_source(FORECAST, each, last.day, MEDIAN))
    least = numbers.show(forecast_source(FORECAST, each, lowest.day, LOW))
    said = f"in the middle {end} on {last.day}; the lowest it may well be is {least} on {lowest.day}"
    band = "In 8 of 10 cases it comes between low and high."
    return "\n".join([numbers.words(f"*In words: {said}. {band}*"), "", *rows])


def scorecard(known: Known, numbers: Numbers) -> str:
    """What the briefing before expected of the day that came, beside what came."""
    rows = []
    for each in known.promised:
        came = Source(NOW, each.key, each.label, each.currency)
        if not numbers.has(came):
            continue
        for point in (some for some in each.points if some.day == known.period.end):
            low, middle, high = (forecast_source(PROMISED, each, point.day, part) for part in (LOW, MEDIAN, HIGH))
            inside = point.low <= numbers.amount(came) <= point.high
            rows.append(
                f"| {numbers.words(cell(plain(each.name)))} | {numbers.show(low)} to {numbers.show(high)} "
                f"| {numbers.show(middle)} | {numbers.show(came)} | {'as expected' if inside else '**outside**'} |"
            )
    if not rows:
        return ""
    head = ["| forecast | expected | middle | came | |", "| --- | --- | ---: | ---: | --- |"]
    return "\n".join(["## How the last forecasts came", *head, *rows])


def everything(known: Known, numbers: Numbers) -> str:
    """Every other figure there is, in the order in which they were measured."""
    first = {each.metric.key: totals(each) for each in first_metrics(known)}
    rows: list[str] = []
    for each in known.now:
        shown = first.get(each.metric.key, ())
        if each.values:
            rows += row_of(known, numbers, each, (at for at in range(len(each.values)) if at not in shown))
    if not rows:
        return ""
    before = numbers.words(f"| | now | | plan | {known.period.kind} before | average of 4 |")
    return "\n".join(["## All other figures", before, RULE, *rows])


def gaps(known: Known, numbers: Numbers) -> str:
    """What is not known, or may be old: said, never left out; each reason once."""
    rows = [*why("Not known", [(each, each.missing) for each in known.now if each.missing])]
    rows += why("May be old", [(each, each.stale) for each in known.now if each.stale])
    rows += [f'- Your goals name "{plain(each)}", and no figure is called so.' for each in known.unmeasured]
    return "\n".join(["## What is not known", *map(numbers.words, rows or ["Every figure has its source."])])


def sources(known: Known, numbers: Numbers) -> str:
    """Where the figures come from, and how fresh that is."""
    rows = [numbers.words(f"| {cell(plain(each.name))} | {_fresh(each)} |") for each in known.sources]
    return "\n".join(["## Where this comes from", "| source | how fresh |", "| --- | --- |", *rows]) if rows else ""


def _fresh(each: SourceState) -> str:
    more = each.stale or ("missing" if each.missing else "")
    return f"{cell(plain(each.says))}{f' (**{cell(more)}**)' if more else ''}"
