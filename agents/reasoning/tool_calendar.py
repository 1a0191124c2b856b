"""The tool that reads the owner's calendar: what is planned, and free hours. Titles there may be anybody's words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.reasoning.tool_desk import said
from agents.reasoning.toolbox import Part

if TYPE_CHECKING:
    from agents.connectors.calendar.agenda import Occurrence
    from agents.reasoning.tool_desk import Desk
    from agents.reasoning.tool_wire import ReadCalendar
    from agents.reasoning.toolbox import ToolAnswer

MAX_SHOWN, MAX_FREE = 100, 5


def read_calendar(desk: Desk, asked: ReadCalendar) -> ToolAnswer:
    """What is planned on some days, and a few hours that are free; raises as `Agenda.days`."""
    agenda = desk.facts.agenda
    if agenda is None:
        return said("No calendar is connected: nobody knows when the owner is free.")
    begin, end = agenda.days(asked.first, asked.days, desk.facts.today)
    first = f"{as_local(begin):%Y-%m-%d}"
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
