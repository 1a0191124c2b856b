"""Everything a briefing is made of, gathered: figures as of several days, what waits, how fresh the sources are.

Changes nothing. Books that cannot be read are an alarm, and their figures are missing; the rest is told all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from agents.autonomy.briefing_facts import work_facts
from agents.connectors.books import STILL_USED
from agents.errors import EmployeeError
from agents.insight.briefing_known import EARLIER, Alarm, Known, SourceState, period_before
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from agents.connectors.book_figures import BookReports, Freshness
    from agents.durability.journal import Journal
    from agents.insight.briefing_known import Forecast, PeriodKind, Target
    from agents.insight.measured import Measured

_T = TypeVar("_T")
STALE_DAYS = 7  # since the last movement of the bank that is in the books
VERSION_CHARS = 10


@dataclass(frozen=True, slots=True)
class BriefingPorts:
    """What a briefing asks of the rest of the house; each may raise an EmployeeError.

    `measure` gives every metric as of the end of a day, `targets` what the owner wants by then, `forecasts` what is
    expected after it.
    """

    root: Path
    journal: Journal
    reports: Callable[[], BookReports]
    measure: Callable[[date], tuple[Measured, ...]]
    targets: Callable[[date], tuple[Target, ...]]
    forecasts: Callable[[date], tuple[Forecast, ...]]


def gather(ports: BriefingPorts, day: date, kind: PeriodKind, now: datetime) -> Known:
    """What is known of the newest period that was over when `day` began; what waits, waits at `now` (aware)."""
    period = period_before(day, kind)
    work = work_facts(ports.root, ports.journal, period, now)
    asked = _Asked()
    now_known = asked.of("The figures cannot be told", lambda: ports.measure(period.end))
    ends = [period.earlier(number).end for number in range(1, EARLIER + 1)] if now_known else []
    earlier = [asked.of("The figures of before cannot be told", partial(ports.measure, end)) for end in ends]
    targets = asked.of("Your goals cannot be read", lambda: ports.targets(period.end))
    forecasts = asked.of("Nothing can be forecast", lambda: ports.forecasts(period.end))
    return Known(
        period,
        now_known,
        tuple(earlier) if all(earlier) else (),
        decisions=work.decisions,
        alarms=(*asked.alarms, *work.alarms),
        done=work.done,
        sources=tuple(_sources(ports, period.end)),
        targets=targets,
        forecasts=forecasts,
        promised=work.promised,
    )


class _Asked:
    """Asks for one part after the other; why one cannot be told becomes an alarm, once for the same reason."""

    def __init__(self) -> None:
        self.alarms: list[Alarm] = []
        self._told: set[str] = set()

    def of(self, otherwise: str, ask: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        try:
            return ask()
        except EmployeeError as err:
            if str(err) not in self._told:
                self.alarms.append(Alarm(f"{otherwise}: {plain(str(err))} {plain(err.hint)}"))
            self._told.add(str(err))
            return ()


def _sources(ports: BriefingPorts, end: date) -> Iterator[SourceState]:
    try:
        fresh = ports.reports().unexplained(end).freshness
    except EmployeeError as err:
        yield SourceState("books", f"cannot be read: {err}", missing=True)
    else:
        yield SourceState("books", f"version {fresh.version[:VERSION_CHARS]}")
        yield from _banks(fresh, end)
    yield SourceState("tasks", "the journal of this vault")


def _banks(fresh: Freshness, end: date) -> Iterator[SourceState]:
    """Every account, but for those that are silent for long while others move."""
    newest = max(fresh.bank_to.values(), default=end)
    for name, to in sorted(fresh.bank_to.items()):
        if newest - to < STILL_USED:
            days = (end - to).days
            stale = f"its newest movement in the books is {days} days old" if days > STALE_DAYS else ""
            yield SourceState(f"bank {name}", f"to {to}", stale)
    if not fresh.bank_to:
        yield SourceState("bank", "no movements of a bank are in the books", missing=True)
