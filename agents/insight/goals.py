"""The owner's goals, as `Business_Goals.md` has them: plan, targets with their alerts, projects, what an hour is worth.

Pure. What cannot be read is a Problem with its line; the rest counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from agents.vault.outline import Problem
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from agents.vault.tables import TableRow

_NUMBER = re.compile(r"[-+]?[0-9][0-9,]{0,15}(?:\.[0-9]{1,4})?")
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LOW = re.compile(r"\b(?:below|under|less than|fewer than)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:above|over|more than|later than|longer than)\b", re.IGNORECASE)
MINUTES, HOUR, DOLLAR = "minutes saved per finished task", "an hour of mine", "one us dollar"
MAX_CELL_CHARS = 80
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the key metrics. `metric` is how the owner calls it, folded; the limits alert beyond themselves."""

    metric: str
    target: str
    alert: str
    above: Decimal | None = None
    below: Decimal | None = None

    def alerts(self, amount: Decimal) -> bool:
        """Whether an amount, in the unit of the metric, is beyond what the owner set."""
        is_high = self.above is not None and amount > self.above
        return is_high or (self.below is not None and amount < self.below)


@dataclass(frozen=True, slots=True)
class Project:
    """An active project; `worth` is before VAT, None where the owner does not say it."""

    name: str
    customer: str
    due: date
    worth: Decimal | None
    currency: str
    line: int


@dataclass(frozen=True, slots=True)
class Goals:
    """What the owner wants. `plan`: revenue of a month ('2026-11') by currency.

    `minutes_saved`: by each finished task; `hour`: what an hour of the owner is worth, with its currency; `dollar`:
    what a US dollar is worth in that currency.
    """

    plan: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    projects: tuple[Project, ...] = ()
    minutes_saved: Decimal | None = None
    hour: tuple[Decimal, str] | None = None
    dollar: Decimal | None = None
    problems: tuple[Problem, ...] = ()


def read_goals(text: str) -> Goals:
    """The goals in the text of the note."""
    problems: list[Problem] = []
    by_heading: dict[str, list[TableRow]] = {}
    for heading, row in _rows(text, problems):
        by_heading.setdefault(heading, []).append(row)
    plan: dict[str, dict[str, Decimal]] = {}
    for month, currency, amount in _each(by_heading.get("revenue", []), _planned, problems):
        plan.setdefault(month, {})[currency] = amount
    targets = map(_target, by_heading.get("key metrics", []))
    told = _each(by_heading.get("automation", []), _worth, problems)
    automation = {what: (amount, currency) for what, amount, currency in told}
    minutes, hour, dollar = (automation.get(each) for each in (MINUTES, HOUR, DOLLAR))
    return Goals(
        plan=plan,
        targets=tuple(each for each in targets if each.metric),
        projects=tuple(_each(by_heading.get("active projects", []), _project, problems)),
        minutes_saved=minutes[0] if minutes else None,
        hour=hour if hour and hour[1] else None,
        dollar=dollar[0] if dollar else None,
        problems=tuple(problems),
    )


def _rows(text: str, problems: list[Problem]) -> Iterator[tuple[str, TableRow]]:
    for table in read_tables(text):
        if isinstance(table, Table):
            for row in table.rows:
                if any(row.cells.values()):
                    yield table.heading.strip().casefold(), row
        else:
            problems.append(table)


def _each(rows: Iterable[TableRow], read: Callable[[TableRow], T | str], problems: list[Problem]) -> list[T]:
    """What rows say; one that cannot be read is noted in its words."""
    found = []
    for row in rows:
        told = read(row)
        if isinstance(told, str):
            problems.append(Problem(row.line, told))
        else:
            found.append(told)
    return found


def _planned(row: TableRow) -> tuple[str, str, Decimal] | str:
    month, currency, amount = row.cells.get("month", ""), row.cells.get("currency", ""), number_in(_cell(row, "target"))
    if not _MONTH.fullmatch(month):
        return "a month is written such as 2026-11"
    if amount is None or amount < 0 or not _CURRENCY.fullmatch(currency):
        return "the plan of a month is an amount such as 8,000 and a currency such as EUR"
    return month, currency, amount


def _target(row: TableRow) -> Target:
    alert = _cell(row, "alert when")
    limit = number_in(alert)
    return Target(
        metric=_cell(row, "metric").casefold(),
        target=_cell(row, "target"),
        alert=alert,
        above=limit if _HIGH.search(alert) else None,
        below=limit if _LOW.search(alert) else None,
    )


def _project(row: TableRow) -> Project | str:
    try:
        due = date.fromisoformat(_cell(row, "due"))
    except ValueError:
        return "a project is due on a day such as 2026-12-18"
    worth, currency = number_in(_cell(row, "worth")), _cell(row, "currency")
    if worth is not None and not _CURRENCY.fullmatch(currency):
        return "what a project is worth needs a currency such as EUR"
    return Project(_cell(row, "project"), _cell(row, "customer"), due, worth, currency, row.line)


def _worth(row: TableRow) -> tuple[str, Decimal, str] | str:
    amount, currency = number_in(_cell(row, "value")), _cell(row, "currency")
    if amount is None or amount < 0 or (currency and not _CURRENCY.fullmatch(currency)):
        return "the value is a number such as 10, and its currency such as EUR"
    return _cell(row, "what").casefold(), amount, currency


def _cell(row: TableRow, column: str) -> str:
    return row.cells.get(column, "")[:MAX_CELL_CHARS].strip()


def number_in(text: str) -> Decimal | None:
    """The first number in some words: '90 %' -> 90, 'below 1,500.50 EUR' -> 1500.50; None without one."""
    found = _NUMBER.search(text)
    return Decimal(found[0].replace(",", "")) if found else None
