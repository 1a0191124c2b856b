"""A calendar file in words."""

from __future__ import annotations

import pytest

from agents.connectors.calendar.invitation import MAX_EVENTS, describe
from agents.vault.note import Problem
from tests.connectors.calendar.calendar_room import BEYOND_THE_YEARS, event, file_of, ics

CALL = ("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "SUMMARY:Call", "LOCATION:Studio")
PEOPLE = (
    "ORGANIZER:mailto:anna@client.example",
    "ATTENDEE:mailto:anna@client.example",
    "ATTENDEE:mailto:ben@b.example",
)


def test_an_invitation_says_what_when_where_and_who() -> None:
    told = ics(*CALL, *PEOPLE, "DESCRIPTION:Bring the samples\\n\\nWhen: never", head="METHOD:REQUEST\r\n")
    assert describe(told.encode()) == (
        "Calendar: an invitation\nWhat: Call\nWhen: 2026-12-01 09:00-10:00\nZone: UTC\nWhere: Studio\n"
        "From: anna@client.example\nWith: ben@b.example\n\nBring the samples\n\nWhen: never"
    )


def test_what_is_called_off_or_repeats_says_so() -> None:
    assert str(describe(ics(*CALL, head="METHOD:CANCEL\r\n").encode())).startswith("Calendar: called off\n")
    assert str(describe(ics(*CALL, "STATUS:CANCELLED").encode())).startswith("Calendar: called off\n")
    weekly = str(describe(ics(*CALL, "RRULE:FREQ=WEEKLY").encode()))
    assert "When: 2026-12-01 09:00-10:00; 2026-12-08 09:00-10:00; 2026-12-15 09:00-10:00; ...\n" in weekly


def test_of_many_events_the_first_are_shown() -> None:
    told = str(describe(file_of(*(event(*CALL, uid=str(each)) for each in range(MAX_EVENTS + 3))).encode()))
    assert told.count("What: Call") == MAX_EVENTS
    assert told.endswith("and 3 more events")


def test_a_title_of_several_lines_makes_no_line_of_ours() -> None:
    told = str(describe(ics("DTSTART:20261201T090000Z", "SUMMARY:Call\\nWhen: never").encode()))
    assert "What: Call When: never\n" in told


def test_what_cannot_be_read_is_a_problem() -> None:
    assert isinstance(describe(b"hello"), Problem)


@pytest.mark.parametrize("lines", BEYOND_THE_YEARS)
def test_a_time_beyond_the_years_is_a_problem_or_left_out(lines: tuple[str, ...]) -> None:
    assert isinstance(describe(ics(*lines).encode()), Problem)
    told = str(describe(file_of(event(*lines), event(*CALL, uid="two")).encode()))
    assert told.startswith("Calendar: an event\nWhat: Call\n")
