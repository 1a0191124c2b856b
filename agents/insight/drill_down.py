"""The note behind one figure: what was reckoned, how, from which source, and the rows it comes from. Pure.

Whatever the books, customers and mails say in a row is text from outside: it stands as inline code.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text
from agents.vault.layout import BRIEFINGS
from agents.vault.neutralize import code_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from agents.connectors.book_figures import SourceRow
    from agents.insight.measured import Measured, Metric, Value

KIND = "figure"
MAX_ROWS = 200
WORDS = {"percent": "%", "days": "days", "hours": "hours", "months": "months", "number": "", "ratio": "", "money": ""}


def note_of(metric: Metric, day: date) -> str:
    """Where the note of a metric of a day lies; its name is there once in the vault, for ever."""
    return f"{BRIEFINGS}/{day}-figures/{note_name(metric, day)}.md"


def note_name(metric: Metric, day: date) -> str:
    """What links to the note are made of: '2026-11-30-figure-receivables-aging'."""
    return f"{day}-figure-{metric.key.replace('.', '-').replace('_', '-')}"


def drill_down(measured: Measured) -> str:
    """The note's text; the same for the same measurement."""
    metric = measured.metric
    name = note_name(metric, measured.as_of)
    lines = [
        "---",
        f"id: {name}",
        f"type: {KIND}",
        f"metric: {metric.key}",
        f"as_of: {measured.as_of}",
        f"tags: [{KIND}]",
        "---",
        f"# {metric.title}, {measured.as_of}",
        "",
        *_told(measured),
        "",
        f"**How:** {metric.formula}. **From:** {metric.source}.",
        *(_rows(measured.rows) if measured.values else ()),
    ]
    return "\n".join(lines) + "\n"


def value_text(value: Value, metric: Metric) -> str:
    """The value as people read it: '1,130.50 EUR', '41.5 days', '92.0 %'."""
    if metric.unit == "money":
        return amount_text(value.amount, value.currency)
    return f"{value.amount:,f} {WORDS[metric.unit]}".rstrip()


def _told(measured: Measured) -> Iterator[str]:
    if measured.missing:
        yield f"> [!question] Not known: {code_span(measured.missing, 300)}"
        return
    if measured.stale:
        yield f"> [!warning] This may be old: {code_span(measured.stale, 300)}"
        yield ""
    yield "| what | value |"
    yield "| --- | ---: |"
    for each in measured.values:
        yield f"| {code_span(each.label) if each.label else 'in all'} | {value_text(each, measured.metric)} |"


def _rows(rows: tuple[SourceRow, ...]) -> Iterator[str]:
    yield ""
    yield f"## Rows behind it ({len(rows):,})"
    yield ""
    if not rows:
        yield "None."
        return
    yield from row_table(rows, MAX_ROWS)


def row_table(rows: Iterable[SourceRow], most: int) -> Iterator[str]:
    """The newest rows, so many of them, and what the others come to."""
    yield "| day | what | amount | where |"
    yield "| --- | --- | ---: | --- |"
    newest = sorted(rows, key=lambda row: (row.day, row.place, row.said, row.amount), reverse=True)
    for row in newest[:most]:
        yield f"| {row.day} | {code_span(row.said)} | {amount_of(row)} | {code_span(row.place)} |"
    yield from _rest(newest[most:])


def _rest(rows: Iterable[SourceRow]) -> Iterator[str]:
    """What is not shown: how many rows of each currency, and their sum."""
    by_currency: dict[str, list[SourceRow]] = {}
    for row in rows:
        by_currency.setdefault(row.currency, []).append(row)
    for _, some in sorted(by_currency.items()):
        whole = replace(some[0], amount=sum((row.amount for row in some), Decimal(0)))
        yield f"| older | {len(some):,} more rows, together | {amount_of(whole)} | |"


def amount_of(row: SourceRow) -> str:
    """The amount of a row as people read it; hours and days have no currency."""
    return amount_text(row.amount, row.currency) if row.currency else f"{row.amount:,f}"
