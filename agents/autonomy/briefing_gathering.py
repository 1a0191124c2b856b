"""Everything a briefing is made of, gathered: figures as of several days, what waits, how fresh the sources are.

Changes nothing. Books that cannot be read are an alarm, and their figures are missing; the rest is told all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from agents.autonomy.briefing_facts import work_facts
from agents.connectors.books import STILL_USED
from agents.errors import EmployeeError
from agents.insight.briefing_known import EARLIER, Alarm, Known, SourceState, period_before
from agents.insight.briefing_targets import targets_of, unmeasured
from agents.insight.company import Outlook
from agents.insight.drill_down import note_name
from agents.insight.financial_analyzer import measure
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from agents.durability.journal import Journal
    from agents.insight.briefing_known import Forecast, Period, PeriodKind
    from agents.insight.company import Company
    from agents.insight.measured import Measured

_T = TypeVar("_T")
STALE_DAYS = 7  # since the newest movement of an account that is in the books
VERSION_CHARS = 10


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected after a day: the forecasts that are told, and what the metrics take from them."""

    forecasts: tuple[Forecast, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)


@dataclass(frozen=True, slots=True)
class BriefingPorts:
    """What a briefing asks of the rest of the house; each may raise an EmployeeError.

    `company` gives what is known of the company at the end of a day, `expected` what is forecast from there on.
    """

    root: Path
    journal: Journal
    company: Callable[[date], Company]
    expected: Callable[[date], Expected]


def gather(ports: BriefingPorts, day: date, kind: PeriodKind, now: datetime) -> Known:
    """What is known of the newest period that was over when `day` began; what waits, waits at `now` (aware)."""
    period = period_before(day, kind)
    work = work_facts(ports.root, ports.journal, period, now)
    asked = _Asked()
    told = asked.of("The figures cannot be told", lambda: (_figures(ports, period, asked),))
    known = Known(period, (), decisions=work.decisions, done=work.done, promised=work.promised)
    for company, figures, earlier, forecasts in told:
        known = replace(
            known,
            now=figures,
            earlier=earlier,
            forecasts=forecasts,
            sources=tuple(_sources(company, period.end)),
            targets=targets_of(company.goals, figures),
            unmeasured=unmeasured(company.goals, figures),
            links={each.metric.key: note_name(each.metric, period.end) for each in figures if each.values},
        )
        if company.books is None:
            asked.alarms.append(Alarm(f"Your books cannot be read: {plain(company.no_books)}"))
    return replace(known, alarms=(*asked.alarms, *work.alarms))


def _figures(
    ports: BriefingPorts, period: Period, asked: _Asked
) -> tuple[Company, tuple[Measured, ...], tuple[tuple[Measured, ...], ...], tuple[Forecast, ...]]:
    """The company at the end of the period, what was measured then and in the periods before, and what is expected.

    One reading answers for the periods before as well, as far as it goes back to the beginning of their year.
    """
    company, expected = ports.company(period.end), Expected()
    if company.books and company.books.currency:
        for found in asked.of("Nothing can be forecast", lambda: (ports.expected(period.end),)):
            company, expected = replace(company, outlook=found.outlook), found
    earlier = []
    for end in (period.earlier(number).end for number in range(1, EARLIER + 1)):
        is_held = company.books is None or company.books.since <= end.replace(month=1, day=1)
        earlier.append(measure(company.back_to(end) if is_held else ports.company(end)))
    return company, measure(company), tuple(earlier), expected.forecasts


class _Asked:
    """Asks for one part after the other; why one cannot be told becomes an alarm."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []

    def of(self, otherwise: str, ask: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        try:
            return ask()
        except EmployeeError as err:
            self.alarms.append(Alarm(f"{otherwise}: {plain(str(err))} {plain(err.hint)}"))
            return ()


def _sources(company: Company, end: date) -> Iterator[SourceState]:
    if company.books is None:
        yield SourceState("books", "they cannot be read", missing=True)
    else:
        yield SourceState("books", f"version {company.books.version[:VERSION_CHARS]}")
        yield from _banks(company.books.bank_to, end)
    yield SourceState("tasks", "the journal of this vault")


def _banks(bank_to: Mapping[str, date], end: date) -> Iterator[SourceState]:
    """Every account, but for those that are silent for long while others move."""
    newest = max(bank_to.values(), default=end)
    for name, to in sorted(bank_to.items()):
        if newest - to < STILL_USED:
            days = (end - to).days
            stale = f"its newest movement in the books is {days} days old" if days > STALE_DAYS else ""
            yield SourceState(f"bank {name.rpartition(':')[2]}", f"to {to}", stale)
    if not bank_to:
        yield SourceState("bank", "no movements of a bank are in the books", missing=True)
