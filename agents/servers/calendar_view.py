"""What another assistant gets to see of the owner's calendar: what is planned near now, and a few free hours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.calendar.reader import shown_agenda
from agents.errors import NeedsOwner, NotAllowed
from agents.servers.waiting_view import MAX_SHOWN, MAX_WORD_CHARS, NOTICE, Shown
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.calendar.reader import Occurrence

MAX_DAYS, MAX_FREE, MAX_OTHERS = 92, 5, 20
AN_HOUR = timedelta(hours=1)


class MeetingSaid(Shown):
    """What an entry says of itself; whoever invited may have written it."""

    title: str
    place: str
    others: tuple[str, ...]


class Meeting(Shown):
    """One entry; `when` is the owner's local time. `busy`: it takes the owner's time."""

    when: str
    busy: bool
    from_outside: MeetingSaid


class MeetingList(Shown):
    """What is planned, by start; `left_out` counts those beyond what one answer shows.

    `free`: local hours of the next working days at which nothing is planned.
    """

    notice: str = NOTICE
    meetings: tuple[Meeting, ...]
    left_out: int
    free: tuple[str, ...]


def meeting_list(state: Path, root: Path, now: datetime, first_day: str, days: int) -> MeetingList:
    """What is planned on so many days from `first_day` (ISO; empty = today) on.

    `state` is the state folder, `root` our folder in the vault.

    Raises:
        NeedsOwner: no calendar is connected, or it was not read yet.
        NotAllowed: these are no days, or not all of them are known.
    """
    agenda = shown_agenda(state, root)
    if agenda is None:
        raise NeedsOwner("No calendar is connected.", hint="Ask the owner to run `connect calendar`.")
    if not 1 <= days <= MAX_DAYS:
        raise NotAllowed("So many days cannot be asked for.", hint=f"Ask for 1 to {MAX_DAYS}.")
    begin, end = agenda.days(first_day, days, as_local(now).date())
    planned = agenda.between(begin, end)
    shown = tuple(_meeting(each) for each in planned[:MAX_SHOWN])
    free = tuple(f"{as_local(each):%Y-%m-%d %H:%M}" for each in agenda.free(begin, AN_HOUR, MAX_FREE))
    return MeetingList(meetings=shown, left_out=len(planned) - len(shown), free=free)


def _meeting(planned: Occurrence) -> Meeting:
    others = tuple(map(_shown, planned.others[:MAX_OTHERS]))
    said = MeetingSaid(title=_shown(planned.title), place=_shown(planned.place), others=others)
    return Meeting(when=planned.when(), busy=planned.busy, from_outside=said)


def _shown(text: str) -> str:
    return property_text(text, MAX_WORD_CHARS)
