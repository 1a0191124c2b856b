"""`metrics`: how the business stands, each figure with its formula, its source and the rows it comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from agents.console.book_commands import DAY
from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from agents.connectors.book_figures import SourceRow
    from agents.console.wiring import House
    from agents.insight.company import Company
    from agents.insight.measured import Measured
    from agents.insight.predictive_analytics import BusinessForecast

WIDTH, LABEL_WIDTH = 40, 22


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option(
    "--on", "day", type=DAY, metavar="DAY", help="As of the end of a day, such as 2026-11-22; default: today."
)
@json_option
@vault_option
def metrics(keys: tuple[str, ...], *, day: datetime | None, as_json: bool, vault: Path | None) -> None:
    """How your business stands, in thirty metrics; with KEYs, such as cash, only those and the rows behind them."""
    from agents.insight.financial_analyzer import LOW_POINT, METRICS, measure

    known = {each.key for each in METRICS}
    if wrong := [key for key in keys if key not in known]:
        raise click.BadParameter(f"no metric is called {wrong[0]!r}; there are {', '.join(sorted(known))}")
    with opened(vault) as house:
        company = company_now(house, day.date() if day else None)
        if not keys or LOW_POINT.key in keys:
            company = _with_outlook(house, company)
        found = [each for each in measure(company) if not keys or each.metric.key in keys]
        if as_json:
            click.echo(json.dumps([machine_view(each) for each in found], indent=2, default=str))
            return
        for line in shown(found, rows=bool(keys)):
            click.echo(line)
        for problem in company.goals.problems:
            click.echo(f"Business_Goals.md:{problem.line}: {problem.message}", err=True)


def company_now(house: House, on: date | None = None) -> Company:
    """What is known of the company of a vault on a day, today without one."""
    from datetime import date

    from agents.autonomy.known_company import known_company, known_work

    day = on or date.fromisoformat(house.today())
    with house.journal.begin() as sql:
        work = known_work(sql, day)
    return known_company(house.place.root, lambda: house.book_reports, work, day)


def forecast_from(house: House, day: date) -> BusinessForecast:
    """What is likely after a day, by the books of a vault.

    Raises:
        NeedsOwner: the books have an error.
    """
    from agents.insight.cash_forecast import WEEKS
    from agents.insight.forecast_reading import known_business
    from agents.insight.predictive_analytics import business_forecast

    return business_forecast(known_business(house.book_reports, day), WEEKS)


def _with_outlook(house: House, company: Company) -> Company:
    """The same, with the lowest point of the money that a forecast sees; where the books hold anything."""
    from agents.insight.briefing_forecasts import outlook_of

    if company.books is None or not company.books.currency:
        return company
    return replace(company, outlook=outlook_of(forecast_from(house, company.on)))


def machine_view(measured: Measured) -> dict[str, object]:
    """All of one metric, for machines; amounts are texts, so that nothing is rounded."""
    metric = measured.metric
    return {
        "key": metric.key,
        "title": metric.title,
        "unit": metric.unit,
        "better": metric.better,
        "formula": metric.formula,
        "source": metric.source,
        "as_of": measured.as_of,
        "values": [{"label": each.label, "amount": each.amount, "currency": each.currency} for each in measured.values],
        "missing": measured.missing,
        "stale": measured.stale,
        "rows": [row_view(row) for row in measured.rows],
    }


def row_view(row: SourceRow) -> dict[str, object]:
    """A row behind a figure, for machines."""
    return {"day": row.day, "place": row.place, "said": row.said, "amount": row.amount, "currency": row.currency}


def shown(found: Iterable[Measured], *, rows: bool) -> Iterator[str]:
    """The same for people: a line for each value, then what is not known and what may be old, each reason once."""
    from agents.vault.neutralize import on_one_line

    missing: dict[str, list[str]] = {}
    stale: dict[str, None] = {}
    for each in found:
        yield from _values(each)
        if rows and each.values:
            yield from _behind(each)
        if each.missing:
            missing.setdefault(each.missing, []).append(each.metric.title)
        if each.stale:
            stale[each.stale] = None
    for why, titles in missing.items():
        yield f"Not known: {on_one_line(why)}"
        yield f"  {'; '.join(titles)}"
    for why in stale:
        yield f"What the books say may be old: {on_one_line(why)}"


def _values(each: Measured) -> Iterator[str]:
    from agents.insight.drill_down import value_text
    from agents.vault.neutralize import on_one_line

    title = each.metric.title
    for value in each.values:
        label = on_one_line(value.label)[:LABEL_WIDTH]
        yield f"{title:<{WIDTH}} {label:<{LABEL_WIDTH}} {value_text(value, each.metric):>16}"
        title = ""


def _behind(each: Measured) -> Iterator[str]:
    from agents.insight.drill_down import amount_of
    from agents.vault.neutralize import on_one_line

    yield f"  = {each.metric.formula}; from {each.metric.source}; as of {each.as_of}"
    for row in each.rows:
        yield f"    {row.day}  {amount_of(row):>18}  {on_one_line(row.said)}  [{on_one_line(row.place)}]"
