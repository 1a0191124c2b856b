"""What is known when a briefing is written: plain values, gathered elsewhere. Pure.

Words in here are markdown of our own, or from outside and escaped already (`agents/vault/plain.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from agents.insight.chart_svg import FanPoint
    from agents.insight.measured import Measured, Unit

PeriodKind = Literal["week", "month", "quarter"]
_NAMES: dict[str, str] = {"week": "ceo", "month": "monthly", "quarter": "quarterly"}
_MONTHS = {"month": 1, "quarter": 3}
EARLIER = 4  # periods before, for the average


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday, a calendar month or quarter; both days with."""

    kind: PeriodKind
    start: date
    end: date

    @property
    def day(self) -> date:
        """The day on which its briefing is due."""
        return self.end + timedelta(days=1)

    @property
    def title(self) -> str:
        """'week 47', 'month 2026-11', 'quarter 3 of 2026'."""
        if self.kind == "week":
            return f"week {self.end.isocalendar().week}"
        if self.kind == "month":
            return f"month {self.end:%Y-%m}"
        return f"quarter {(self.end.month + 2) // 3} of {self.end.year}"

    @property
    def note(self) -> str:
        """The name of its note, unique for ever: '2026-11-23-ceo-briefing'."""
        return f"{self.day}-{_NAMES[self.kind]}-briefing"

    def earlier(self, number: int) -> Period:
        """The period so many before this one."""
        found = self
        for _ in range(number):
            found = period_before(found.start, found.kind)
        return found


def period_before(day: date, kind: PeriodKind) -> Period:
    """The newest period that was over when this day began."""
    if kind == "week":
        end = day - timedelta(days=day.weekday() + 1)
        return Period(kind, end - timedelta(days=6), end)
    months = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    end = first - timedelta(days=1)
    return Period(kind, date(end.year, end.month - months + 1, 1), end)


@dataclass(frozen=True, slots=True)
class Decision:
    """What waits for the owner's word: in the note `note`. `by` is the last day, None when it does not expire."""

    words: str
    note: str
    why: str = ""
    advice: str = ""
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What must not wait, a sentence; `note` is where it can be seen to, if there is one."""

    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done in the period: the note of it, in Done, and what came of it."""

    words: str
    note: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source and how fresh it is ('to 2026-11-21'). `stale` says in a sentence why it may be old.

    `missing`: it was never there, so nobody is alarmed that it is not; `says` tells what that means.
    """

    name: str
    says: str
    stale: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What the owner wants of one value of a metric, and below or above what they want to be told."""

    key: str
    label: str = ""
    currency: str = ""
    wanted: Decimal | None = None
    below: Decimal | None = None
    above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one value of a metric on days to come; `backtest` says in words how well it did before.

    `key`, `label` and `currency` name the metric and value that will tell how it came.
    """

    name: str
    key: str
    unit: Unit
    points: tuple[FanPoint, ...]
    method: str
    backtest: str
    label: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a briefing is made of. `now` is as of the end of the period, `earlier` of those before, newest first.

    `links` are the notes with the rows behind a metric, by its key. `promised` are the forecasts of the last briefing.
    `past` is what came before a forecast, by its name: days and amounts. `unmeasured` are goals that name no figure.
    """

    period: Period
    now: tuple[Measured, ...]
    earlier: tuple[tuple[Measured, ...], ...] = ()
    decisions: tuple[Decision, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    done: tuple[Deed, ...] = ()
    sources: tuple[SourceState, ...] = ()
    targets: tuple[Target, ...] = ()
    unmeasured: tuple[str, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    promised: tuple[Forecast, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    past: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
