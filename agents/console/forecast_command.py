"""`forecast`: what is likely to come in and go out, when customers pay, and what it would mean to hire somebody."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from agents.console.wiring import House
    from agents.insight.predictive_analytics import Change

WEEKS = 13
MOST_WEEKS = 104
PERIODS = {"week": 7, "month": 30, "quarter": 91, "year": 365}
_COST = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,2})?)/(week|month|quarter|year)")
_FROM = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


@click.command()
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), help="How far the cash is told; default: 13.")
@click.option("--hire", default="", metavar="AMOUNT/PERIOD", help="What if this were paid, such as 3000/month?")
@click.option("--from", "start", default="", metavar="MONTH", help="Since when, such as 2027-02; default: next month.")
@json_option
@vault_option
def forecast(*, weeks: int | None, hire: str, start: str, as_json: bool, vault: Path | None) -> None:
    """What is likely: cash of 13 weeks, revenue and costs, who pays when; with how sure that is. Changes nothing."""
    from agents.clock import as_local
    from agents.console.forecast_view import machine_view, shown
    from agents.insight.forecast_reading import known_business
    from agents.insight.predictive_analytics import business_forecast

    with opened(vault) as house:
        today = as_local(house.clock.now()).date()
        change = wish_of(hire, start, today)
        known = known_business(house.book_reports, today, _tasks_begun(house))
        found = business_forecast(known, weeks or _weeks_to_see(change, today), change)
        if as_json:
            click.echo(json.dumps(machine_view(found, change), indent=2, default=str))
            return
        for line in shown(found, change):
            click.echo(line)


def wish_of(hire: str, start: str, today: date) -> Change | None:
    """What the owner thinks of doing, or None.

    Raises:
        NotAllowed: it cannot be read.
    """
    from datetime import date
    from decimal import Decimal

    from agents.errors import NotAllowed
    from agents.insight.predictive_analytics import Change, months_on

    if not hire and not start:
        return None
    cost = _COST.fullmatch(hire)
    try:
        day = date.fromisoformat(start if len(start) > len("2027-02") else f"{start}-01") if start else None
    except ValueError:
        day = date.min
    if not cost or day == date.min or (start and not _FROM.fullmatch(start)):
        raise NotAllowed(
            f"{' from '.join(filter(None, (hire, start)))!r} cannot be read.",
            hint="Say what it costs and since when, such as --hire 3000/month --from 2027-02.",
        )
    return Change(Decimal(cost[1]), PERIODS[cost[2]], day or months_on(today, 1))


def _weeks_to_see(change: Change | None, today: date) -> int:
    """As far as what the owner thinks of doing is seen for 13 weeks."""
    if change is None:
        return WEEKS
    return min(MOST_WEEKS, max(0, (change.start - today).days) // 7 + 1 + WEEKS)


def _tasks_begun(house: House) -> list[date]:
    from datetime import datetime, timedelta

    from agents.clock import as_local
    from agents.durability.task_persistence import tasks_begun

    since = house.clock.now() - timedelta(weeks=MOST_WEEKS)
    with house.journal.begin() as sql:
        return [as_local(datetime.fromisoformat(each)).date() for each in tasks_begun(sql, since.isoformat())]
