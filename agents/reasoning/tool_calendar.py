"""The tool that reads the owner's calendar: what is planned, and free hours. Titles there may be anybody's words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local, from_local
from agents.reasoning.tool_desk import failed, said
from agents.reasoning.toolbox import Part

if TYPE_CHECKING:
    from agents.connectors.calendar.agenda import Occurrence
    from agents.reasoning.tool_desk import Desk
    from agents.reasoning.tool_wire import ReadCalendar
    from agents.reasoning.toolbox import ToolAnswer

MAX_SHOWN, MAX_FREE = 100, 5


def read_calendar(desk: Desk, asked: ReadCalendar) -> ToolAnswer:
    """What is planned on some days, and a few hours that are free."""
    agenda = desk.facts.agenda
    if agenda is None:
        return said("No calendar is connected: nobody knows when the owner is free.")
    try:
        first = date.fromisoformat(asked.first) if asked.first else desk.facts.today
        last = first + timedelta(days=asked.days - 1)
    except (ValueError, OverflowError):
        return failed("Give a day as in 2026-12-01, or nothing.")
    begin, end = from_local(datetime.combine(first, time())), from_local(datetime.combine(last, time.max))
    if end <= begin or begin < agenda.begin or agenda.end < end:
        known = f"{as_local(agenda.begin):%Y-%m-%d} to {as_local(agenda.end):%Y-%m-%d}"
        return failed(f"The calendar is known from {known}; ask for days within.")
    planned = agenda.between(begin, end)
    table = Part("\n".join(_line(each) for each in planned[:MAX_SHOWN]), outside=True)
    more = f" The first {MAX_SHOWN}:" if len(planned) > MAX_SHOWN else ""
    free = ", ".join(f"{as_local(each):%Y-%m-%d %H:%M}" for each in agenda.free(begin, timedelta(hours=1), MAX_FREE))
    return said(
        f"Local time. A free hour on the next working days after {first}: {free or 'none is known'}.",
        f"{len(planned)} planned: when, what, where, with whom; (free) takes no time.{more}",
        *([table] if planned else []),
    )


def _line(planned: Occurrence) -> str:
    free = "" if planned.busy else " (free)"
    return f"{planned.when()}{free} | {planned.title} | {planned.place} | {', '.join(planned.others)}"
