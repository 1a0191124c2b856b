"""Calendar files as they come: zones, days, repetitions with exceptions, and what is meant to do harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.connectors.calendar.ics import MAX_FILE_BYTES, CalendarFile, read_ics
from agents.vault.note import Problem
from tests.connectors.calendar.calendar_room import BEYOND_THE_YEARS, event, file_of, ics

if TYPE_CHECKING:
    from agents.connectors.calendar.agenda import Occurrence

BERLIN = ZoneInfo("Europe/Berlin")
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
OWN_ZONE = """BEGIN:VTIMEZONE\r
TZID:Studio time\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19700329T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


def times(text: str, *, own: tuple[str, ...] = ()) -> list[Occurrence]:
    read = read_ics(text.encode(), own)
    assert isinstance(read, CalendarFile), read
    return sorted(read.occurrences(*YEAR, BERLIN), key=lambda each: each.start)


def starts(text: str) -> list[str]:
    return [f"{each.start:%m-%d %H:%M}" for each in times(text)]


@pytest.mark.parametrize(
    ("line", "head", "expected"),
    [
        ("DTSTART:20260701T080000Z", "", "07-01 08:00"),
        ("DTSTART;TZID=Europe/Berlin:20260701T100000", "", "07-01 08:00"),
        ("DTSTART;TZID=Europe/Berlin:20261201T100000", "", "12-01 09:00"),
        ("DTSTART;TZID=Studio time:20260701T100000", OWN_ZONE, "07-01 08:00"),
        ("DTSTART;TZID=Studio time:20261201T100000", OWN_ZONE, "12-01 09:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260701T100000", "", "07-01 08:00"),
        ("DTSTART:20260701T100000", "", "07-01 08:00"),
        ("DTSTART;VALUE=DATE:20260701", "", "06-30 22:00"),
        ("DTSTART;TZID=Europe/Berlin:20260329T023000", "", "03-29 01:30"),
        ("DTSTART;TZID=Europe/Berlin:20261025T023000", "", "10-25 00:30"),
    ],
    ids=["utc", "summer", "winter", "vtimezone", "vtimezone-winter", "windows", "floating", "day", "gap", "twice"],
)
def test_a_time_is_the_instant_it_names(line: str, head: str, expected: str) -> None:
    assert starts(ics(line, "SUMMARY:x", head=head)) == [expected]


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (("DTSTART:20260701T080000Z", "DTEND:20260701T093000Z"), 1.5),
        (("DTSTART:20260701T080000Z", "DURATION:PT45M"), 0.75),
        (("DTSTART:20260701T080000Z",), 0),
        (("DTSTART;VALUE=DATE:20260701",), 24),
        (("DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330"), 23),
        (("DTSTART:20260701T080000", "DTEND:20260701T090000"), 1),
        (("DTSTART:20260701T080000Z", "DTEND:20260601T080000Z"), 0),
        (("DTSTART:20260101T080000Z", "DURATION:P9999D"), 366 * 24),
    ],
    ids=["end", "duration", "none", "day", "short-day", "floating", "backwards", "endless"],
)
def test_it_takes_as_long_as_it_says_within_reason(lines: tuple[str, ...], hours: float) -> None:
    (only,) = times(ics(*lines))
    assert only.end - only.start == timedelta(hours=hours)


def test_what_repeats_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    told = ics("DTSTART;TZID=Europe/Berlin:20261024T100000", "RRULE:FREQ=DAILY;COUNT=3")
    assert starts(told) == ["10-24 08:00", "10-25 09:00", "10-26 09:00"]


def test_exceptions_and_moved_times_stand_in_for_those_of_the_rule() -> None:
    weekly = event(
        "DTSTART;TZID=Europe/Berlin:20261102T100000",
        "RRULE:FREQ=WEEKLY;UNTIL=20261130T090000Z",
        "EXDATE;TZID=Europe/Berlin:20261109T100000",
        "RDATE;TZID=Europe/Berlin:20261104T150000",
        "SUMMARY:Weekly",
    )
    moved = event("RECURRENCE-ID;TZID=Europe/Berlin:20261116T100000", "DTSTART:20261117T120000Z", "SUMMARY:Moved")
    off = event("RECURRENCE-ID:20261123T090000Z", "DTSTART:20261123T090000Z", "STATUS:CANCELLED")
    found = times(file_of(weekly, moved, off))
    assert [(f"{each.start:%m-%d %H}", each.status) for each in found] == [
        ("11-02 09", "confirmed"),
        ("11-04 14", "confirmed"),
        ("11-17 12", "confirmed"),
        ("11-23 09", "cancelled"),
        ("11-30 09", "confirmed"),
    ]
    assert found[2].title == "Moved"
    assert found[2].recurrence == "2026-11-16T09:00:00+00:00"
    assert len({each.id for each in found}) == 5


def test_days_that_repeat_leave_out_days() -> None:
    told = ics("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;UNTIL=20261203", "EXDATE;VALUE=DATE:20261202")
    assert starts(told) == ["11-30 23:00", "12-02 23:00"]
    assert starts(ics("DTSTART:20261201T100000Z", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE;VALUE=DATE:20261202")) == [
        "12-01 10:00"
    ]


def test_who_takes_part_leaves_out_the_owner() -> None:
    told = ics(
        "DTSTART:20261201T100000Z",
        "ORGANIZER;CN=Anna:mailto:anna@client.example",
        "ATTENDEE;CN=Owner:MAILTO:Owner@Studio.example",
        "ATTENDEE:mailto:anna@client.example",
        "ATTENDEE:mailto:ben@client.example",
        "SUMMARY:About\\, the\\nsamples",
        "LOCATION:Studio",
        "TRANSP:TRANSPARENT",
        "STATUS:TENTATIVE",
    )
    (only,) = times(told, own=("owner@studio.example",))
    assert only.others == ("anna@client.example", "ben@client.example")
    assert (only.organizer, only.title, only.place) == ("anna@client.example", "About, the samples", "Studio")
    assert (only.status, only.busy) == ("tentative", False)


def test_the_method_of_an_invitation_is_read_and_no_other_word() -> None:
    def method(word: str) -> str:
        read = read_ics(ics("DTSTART:20261201T100000Z", head=f"METHOD:{word}\r\n").encode())
        assert isinstance(read, CalendarFile)
        return read.method

    assert (method("REQUEST"), method("cancel"), method("rm -rf")) == ("REQUEST", "CANCEL", "")


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=DAILY;BYHOUR=1,2",
        "EXRULE:FREQ=DAILY",
        "RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY",
    ],
)
def test_what_repeats_in_ways_we_do_not_follow_counts_once_and_is_counted(rule: str) -> None:
    read = read_ics(ics("DTSTART:20260701T080000Z", rule).encode())
    assert isinstance(read, CalendarFile)
    assert read.unfollowed == 1
    assert len([*read.occurrences(*YEAR)]) == 1


@pytest.mark.parametrize("until", ["99991231T235959Z", "99991231"])
def test_a_rule_until_the_last_of_all_years_has_no_end(until: str) -> None:
    told = ics("DTSTART;TZID=Europe/Berlin:20261230T100000", f"RRULE:FREQ=DAILY;UNTIL={until}")
    assert starts(told) == ["12-30 09:00", "12-31 09:00"]


@pytest.mark.parametrize("lines", BEYOND_THE_YEARS)
def test_a_time_beyond_the_years_is_left_out_and_the_rest_is_read(lines: tuple[str, ...]) -> None:
    assert isinstance(read_ics(ics(*lines).encode()), Problem)
    read = read_ics(file_of(event(*lines), event("DTSTART:20260701T080000Z", uid="two")).encode())
    assert isinstance(read, CalendarFile)
    assert [each.uid for each in read.occurrences(*YEAR)] == ["two"]
    assert read.unfollowed == 1


def test_an_endless_rule_ends_with_the_window() -> None:
    assert len(times(ics("DTSTART:19700101T080000Z", "RRULE:FREQ=DAILY"))) == 365


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no calendar file"),
        (b"hello", "no calendar file"),
        (file_of().encode(), "no event can be read"),
        (ics("SUMMARY:no time").encode(), "no event can be read"),
        (ics("DTSTART:20269999T999999Z").encode(), "no event can be read"),
        (b"BEGIN:VCALENDAR\r\n" * 100_000, "larger than 1 MB"),
        (b"BEGIN:VEVENT\r\n" * 1000, "nested too deeply"),
        (b"X" * (MAX_FILE_BYTES - 1), "too long lines"),
        (b"\r\n" * 50_000, "too many"),
    ],
    ids=["empty", "text", "without", "no-time", "bad-time", "large", "nested", "line", "lines"],
)
def test_what_cannot_be_read_is_a_problem(content: bytes, why: str) -> None:
    read = read_ics(content)
    assert isinstance(read, Problem)
    assert why in read.message


@given(
    st.lists(
        st.sampled_from([*ics("DTSTART:20261201T100000Z", "RRULE:FREQ=DAILY").splitlines(), "", ":", "X;=:", "\0"])
    )
)
@example(ics(*BEYOND_THE_YEARS[0]).splitlines())
@example(ics(*BEYOND_THE_YEARS[1]).splitlines())
@example(ics(*BEYOND_THE_YEARS[2]).splitlines())
@settings(max_examples=100, deadline=None)
def test_reading_never_raises(lines: list[str]) -> None:
    read = read_ics("\r\n".join(lines).encode())
    if isinstance(read, CalendarFile):
        list(read.occurrences(*YEAR))
