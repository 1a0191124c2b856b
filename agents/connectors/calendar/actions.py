"""What can be done with the calendar: put one event in, and take out one that we put in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from agents.clock import from_local
from agents.connectors.contract import Action, Row, Stakes
from agents.connectors.mail_address import mail_address
from agents.connectors.plain_text import in_lines, in_one_line

MAX_TITLE_CHARS, MAX_PLACE_CHARS, MAX_TEXT_CHARS, MAX_ATTENDEES = 250, 250, 10_000, 50
MAX_DAYS = 31
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"
NOT_SAID = "not said"
OWN = "your calendar"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError) as err:  # zoneinfo's own error is a KeyError
        raise ValueError("this must be the name of a time zone, such as Europe/Berlin") from err
    return name


def _day_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


LocalTime = Annotated[str, Field(pattern=TIME), AfterValidator(_day_time)]
Line = Annotated[str, Field(max_length=MAX_PLACE_CHARS), AfterValidator(in_one_line)]
Address = Annotated[str, AfterValidator(mail_address)]


class CalendarEventCreate(Action):
    """Put one event into the calendar. `start` and `end` are wall times (2026-12-01T10:00) of the time zone `zone`.

    An empty `zone` is the owner's own. Of an hour that the clocks show twice, the first is meant.
    """

    action: Literal["calendar.event.create"] = "calendar.event.create"
    summary: Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS), AfterValidator(in_one_line)]
    start: LocalTime
    end: LocalTime
    zone: Annotated[str, Field(max_length=100), AfterValidator(_zone)] = ""
    place: Line = ""
    attendees: Annotated[tuple[Address, ...], Field(max_length=MAX_ATTENDEES)] = ()
    description: Annotated[str, Field(max_length=MAX_TEXT_CHARS), AfterValidator(in_lines)] = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if not 0 < (self.ends - self.starts).total_seconds() <= MAX_DAYS * 86_400:
            raise ValueError(f"it must end after it begins, and within {MAX_DAYS} days")
        return self

    @property
    def starts(self) -> datetime:
        """The moment it begins, UTC."""
        return self._moment(self.start)

    @property
    def ends(self) -> datetime:
        """The moment it ends, UTC."""
        return self._moment(self.end)

    def title(self) -> str:
        """'Put "Call with Anna" into your calendar, 2026-12-01 10:00-11:00?'."""
        return f"Put {self.summary!r} into your calendar, {self.when()}?"

    def rows(self) -> tuple[Row, ...]:
        """What, when, where, who and what about."""
        return (
            Row("what", self.summary, "summary"),
            Row("when", f"{self.when()} ({self.zone or 'your own time'})", "start"),
            Row("where", self.place or NOT_SAID, "place"),
            Row("who is invited", ", ".join(self.attendees) or "nobody but you", "attendees"),
            *((Row("text", self.description, "description"),) if self.description else ()),
        )

    def recipient(self) -> str:
        """Who is invited, or the owner's own calendar."""
        return ", ".join(self.attendees) or OWN

    def undo(self) -> str:
        """It can be taken out again."""
        return "yes, the event can be deleted" + ("; who is invited may have read of it" if self.attendees else "")

    @property
    def stakes(self) -> Stakes:
        """A calendar server writes to whoever is invited; an event of one's own only lies there."""
        return Stakes.MESSAGE if self.attendees else Stakes.FILING

    @property
    def recipient_argument(self) -> str:
        """Whoever is invited decides."""
        return "attendees"

    def _moment(self, wall: str) -> datetime:
        return from_local(datetime.fromisoformat(wall), ZoneInfo(self.zone) if self.zone else None)

    def when(self) -> str:
        """The time in the event's own zone."""
        same_day = self.start[:10] == self.end[:10]
        return f"{self.start.replace('T', ' ')}-{self.end[11:] if same_day else self.end.replace('T', ' ')}"


class CalendarEventDelete(Action):
    """Take out of the calendar an event that we put in; nothing happens to one that is gone already."""

    action: Literal["calendar.event.delete"] = "calendar.event.delete"
    uid: Annotated[str, Field(pattern=r"^[0-9a-f]{32}@ai-employee\.invalid$")]
    summary: Annotated[str, Field(max_length=MAX_TITLE_CHARS), AfterValidator(in_one_line)]
    when: Line

    def title(self) -> str:
        """'Delete "Call with Anna", 2026-12-01 10:00-11:00, from your calendar?'."""
        return f"Delete {self.summary!r}, {self.when}, from your calendar?"

    def rows(self) -> tuple[Row, ...]:
        """Which event."""
        return (Row("what", self.summary, "summary"), Row("when", self.when, "when"))

    def recipient(self) -> str:
        """The owner's own calendar."""
        return OWN

    def undo(self) -> str:
        """It is gone."""
        return "no, but it can be put in anew"

    @property
    def stakes(self) -> Stakes:
        """Something is deleted."""
        return Stakes.DELETION

    @property
    def recipient_argument(self) -> str:
        """Which event it is."""
        return "uid"
