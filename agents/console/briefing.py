"""The briefing of a vault: made from what is known now, filed by the runner, on request or when its job is due."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, cast, get_args

from agents.autonomy.briefing_filing import file_briefing, lies_there
from agents.autonomy.briefing_gathering import BriefingPorts, Expected, gather
from agents.autonomy.timetable import Ended
from agents.clock import as_local
from agents.console.metrics_command import company_now, forecast_from
from agents.errors import EmployeeError, NotAllowed
from agents.insight.briefing_known import PeriodKind, period_before
from agents.insight.ceo_briefing_generator import generate

if TYPE_CHECKING:
    from agents.console.wiring import House
    from agents.durability.task_persistence import RequestRow
    from agents.insight.briefing_known import Known
    from agents.insight.ceo_briefing_generator import Briefing

FRESH_DAYS = 14  # after the end of a month or quarter; a missed Monday is made up
KINDS: tuple[str, ...] = get_args(PeriodKind)


def make(house: House, day: date, kind: PeriodKind) -> tuple[Known, Briefing]:
    """The briefing of the newest period that was over when a day began; nothing is written.

    Raises:
        NotAllowed: the day is still to come, or a number does not match its source.
    """
    if day > _today(house):
        raise NotAllowed(f"{day} is still to come.", hint="Name today, or a day before.")
    known = gather(_ports(house), day, kind, house.clock.now())
    return known, generate(known)


def is_kept(house: House, known: Known) -> bool:
    """Whether its note stays as it is: it is there, and a newer period is over."""
    is_over = known.period != period_before(_today(house), known.period.kind)
    return is_over and lies_there(house.place.root, known.period.note)


def file_now(house: House, day: date, kind: PeriodKind) -> str:
    """Write the note, where it says something else by now; what was done, in words. Only for whoever holds the lock.

    Raises:
        NotAllowed, Transient: as making and recording do.
    """
    known, briefing = make(house, day, kind)
    if is_kept(house, known):
        return f"{briefing.name} stays as it was written"
    written = file_briefing(house.recorder, known, briefing)
    return f"wrote {briefing.name}" if written else f"{briefing.name} says it already"


def by_request(house: House, row: RequestRow) -> str:
    """What the command asked for: `target` is the kind of period, `text` the day. Why not, or empty."""
    if row.target not in KINDS:
        return "there is no such briefing"
    try:
        file_now(house, date.fromisoformat(row.text), cast("PeriodKind", row.target))
    except EmployeeError as err:
        return f"{err} {err.hint}"
    return ""


def job(house: House) -> Ended:
    """The built-in job: the briefing of the week, and of month and quarter on the first Monday after their end."""
    today = _today(house)
    return Ended(well=True, words="; ".join(file_now(house, today, kind) for kind in _due(house, today)))


def _due(house: House, today: date) -> tuple[PeriodKind, ...]:
    over: tuple[PeriodKind, ...] = ("month", "quarter")
    periods = (period_before(today, kind) for kind in over)
    fresh = [each for each in periods if (today - each.day).days < FRESH_DAYS]
    return ("week", *(each.kind for each in fresh if not lies_there(house.place.root, each.note)))


def _ports(house: House) -> BriefingPorts:
    """Where a briefing gets what it tells."""
    return BriefingPorts(
        root=house.place.root,
        journal=house.journal,
        company=partial(company_now, house),
        expected=partial(_expected, house),
    )


def _expected(house: House, day: date) -> Expected:
    """What is expected after a day; numbers in lists take a while to load, so only where there are books."""
    from agents.insight.briefing_forecasts import forecasts_of, outlook_of

    found = forecast_from(house, day)
    return Expected(forecasts_of(found), outlook_of(found))


def _today(house: House) -> date:
    return as_local(house.clock.now()).date()
