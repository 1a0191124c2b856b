"""The first screen of a briefing: what to decide, what is red, and the money. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.insight.briefing_figures import AVERAGE, LAST, NOW, PLAN, TO_DATE, count, crossed, source_of
from agents.insight.briefing_numbers import Numbers, Source
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agents.insight.briefing_known import Decision, Known
    from agents.insight.briefing_numbers import Figure
    from agents.insight.measured import Measured

MAX_DECISIONS = 5
MAX_ALARMS = 7
RULE = "| --- | ---: | --- | ---: | ---: | ---: |"
PERIODS = {"week": ("week before", "4-week average"), "month": ("month before", "4-month average")}
QUARTERS = ("quarter before", "4-quarter average")
KPIS = ("cash", "cash.runway", "revenue", "revenue.plan_pace", "receivables")
UNITS = {"percent": "%", "days": "days", "hours": "hours", "months": "months"}
BARE = "–"  # nothing is known of it


def summary(known: Known, numbers: Numbers) -> str:
    """One callout: the money in a line, and how much waits."""
    money = [f"{plain(each.metric.title)} {_first(each, numbers)}" for each in first_metrics(known) if each.values]
    waits = f"{many(numbers, 'decisions', 'decision')}, {many(numbers, 'alarms', 'alarm')}."
    kind = "danger" if number_of(numbers, "alarms") else "summary"
    span = numbers.words(f"From {known.period.start} to {known.period.end}.")
    return "\n".join([f"> [!{kind}] {waits}", *([f"> {'. '.join(money)}."] if money else []), f"> {span}"])


def _first(item: Measured, numbers: Numbers) -> str:
    label = item.values[0].label
    return f"{numbers.words(f'({plain(label)}) ') if label else ''}{numbers.show(source_of(NOW, item, 0))}"


def decisions(known: Known, numbers: Numbers) -> str:
    """What waits for the owner's word, at most five of it."""
    if not known.decisions:
        return "## Decide\n> [!success] Nothing to decide."
    rows = ["## Decide"]
    rows += [_decision(each, numbers) for each in known.decisions[:MAX_DECISIONS]]
    if len(known.decisions) > MAX_DECISIONS:
        rows.append(f"- and more: {numbers.show(count('decisions'))} in all, on the [[Dashboard]]")
    return "\n".join(rows)


def _decision(each: Decision, numbers: Numbers) -> str:
    advice, by = f"I advise {each.advice}" if each.advice else "", f"until {each.by}" if each.by else ""
    more = "; ".join(part for part in (each.why, advice, by) if part)
    return numbers.words(f"- {each.words} [[{each.note}|open]]{f' ({more})' if more else ''}")


def alarms(known: Known, numbers: Numbers, figures: Mapping[Source, Figure]) -> str:
    """What is red, and nothing else."""
    lines = _alarms(known, numbers, figures)
    if not lines:
        return "## Alarms\n> [!success] Nothing is red."
    rest = len(lines) > MAX_ALARMS
    shown = [f"- {each}" for each in lines[:MAX_ALARMS]]
    return "\n".join(["## Alarms", *shown, *([f"- and more, {numbers.show(count('alarms'))} in all"] if rest else [])])


def plain_alarms(known: Known, figures: Mapping[Source, Figure]) -> tuple[str, ...]:
    """All that is red, a sentence each."""
    numbers = Numbers(figures)
    return tuple(numbers.finish(each).text for each in _alarms(known, numbers, figures))


def _alarms(known: Known, numbers: Numbers, figures: Mapping[Source, Figure]) -> list[str]:
    lines = [*_crossed(known, numbers, figures)]
    lines += [numbers.words(f"{each.words}{f' [[{each.note}]]' if each.note else ''}") for each in known.alarms]
    return lines + [numbers.words(f"{plain(each.name)}: {each.stale}") for each in known.sources if each.stale]


def _crossed(known: Known, numbers: Numbers, figures: Mapping[Source, Figure]) -> Iterator[str]:
    titles = {each.metric.key: each.metric.title for each in known.now}
    for target, limit in crossed(known, figures):
        now = Source(NOW, target.key, target.label, target.currency)
        which = f" ({numbers.words(plain(target.label))})" if target.label else ""
        yield (
            f"**{numbers.words(plain(titles[target.key]))}**{which} is {numbers.show(now)}; "
            f"you wanted to know when it is {limit.when.removeprefix('alarm ')} {numbers.show(limit)}"
        )


def money(known: Known, numbers: Numbers) -> str:
    """The few figures that matter most, beside the period before, the average of four, and the plan."""
    before, average = PERIODS.get(known.period.kind, QUARTERS)
    rows = [f"| | now | | plan | {before} | {numbers.words(average)} |", RULE]
    for item in first_metrics(known):
        rows += row_of(known, numbers, item, totals(item))
    shown = first_metrics(known)
    told = [*why("Not known", [(each, each.missing) for each in shown if each.missing])]
    told += why("May be old", [(each, each.stale) for each in shown if each.stale])
    return "\n".join(["## Money", *rows, *(["", *map(numbers.words, told)] if told else [])])


def why(what: str, reasons: Sequence[tuple[Measured, str]]) -> Iterator[str]:
    """Which figures are not known, or may be old: a line for each reason."""
    for reason in dict.fromkeys(each for _, each in reasons):
        titles = [plain(item.metric.title) for item, its in reasons if its == reason]
        yield f"- {what}: {', '.join(titles)}. {plain(reason)}"


def totals(item: Measured) -> tuple[int, ...]:
    """Which of the values of a metric are told first: those of the whole where there are parts too, else all."""
    whole = tuple(at for at, each in enumerate(item.values) if not each.label)
    return whole or tuple(range(len(item.values)))


def first_metrics(known: Known) -> tuple[Measured, ...]:
    """The metrics of the first screen, in their order."""
    by_key = {each.metric.key: each for each in known.now}
    return tuple(by_key[key] for key in KPIS if key in by_key)


def row_of(known: Known, numbers: Numbers, item: Measured, which: Iterable[int]) -> Iterator[str]:
    """A row for each of these values of a metric, or one that says that there is none."""
    title = numbers.words(linked(known, item))
    if not item.values:
        yield f"| {title} | not known | | | | |"
    for at in which:
        value, source = item.values[at], source_of(NOW, item, at)
        label = numbers.words(cell(plain(value.label)))
        name = ", ".join(each for each in (title, label, value.currency or UNITS.get(item.metric.unit, "")) if each)
        figures = (show(numbers, source._replace(when=when)) for when in (PLAN, LAST, AVERAGE))
        cells = (name, show(numbers, source), _trend(numbers, item, source), *figures)
        yield f"| {' | '.join(cells)} |"


def linked(known: Known, item: Measured) -> str:
    """The title of a metric, with a link to the rows behind it where there is a note of them; for a cell of a table."""
    note, title = known.links.get(item.metric.key, ""), cell(plain(item.metric.title))
    return f"[[{note}\\|{title}]]" if note else title


def show(numbers: Numbers, source: Source) -> str:
    """The number without its unit, or a dash when nothing is known of it."""
    return numbers.show(source, unit=False) if numbers.has(source) else BARE


def _trend(numbers: Numbers, item: Measured, source: Source) -> str:
    """An arrow against the period before, with a word for it: nobody needs to see colours."""
    if source.label.endswith(TO_DATE):
        return ""
    change = numbers.change(source._replace(when=LAST), source)
    if change is None:
        return ""
    if change == 0:
        return "= same"
    arrow, way = ("▲", "more") if change > 0 else ("▼", "less")
    return f"{arrow} {'better' if item.metric.better == way else 'worse'}" if item.metric.better else f"{arrow} {way}"


def cell(text: str) -> str:
    """Words of markdown in a cell: on one line, and no pipe ends it."""
    return " ".join(text.split()).replace("\\|", "|").replace("|", "\\|")


def many(numbers: Numbers, name: str, word: str) -> str:
    """'1 decision', '3 decisions'."""
    return f"{numbers.show(count(name))} {word}{'' if number_of(numbers, name) == 1 else 's'}"


def number_of(numbers: Numbers, name: str) -> int:
    """How many there are of something."""
    return int(numbers.amount(count(name)))
