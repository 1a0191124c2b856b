"""Promises about due times: each day has its one time whatever the clocks do, and time that passes is counted."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.due_times import (
    MACHINE_ZONE,
    Cron,
    Period,
    Window,
    coming,
    due_between,
    next_due,
    read_cron,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.durability.due_times import When

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
# days on which the clocks of these zones change, in 2026
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}
MINUTE = timedelta(minutes=1)
BEGIN = datetime(2026, 11, 23, tzinfo=UTC)


def minutes(zone: str, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every minute of a span: the moment, and what the clock on the wall says."""
    moment = first
    while moment < last:
        yield moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        moment += MINUTE


def on_the_wall(zone: str, day: date, hour: int, minute: int) -> datetime:
    """The first minute of a day at which the clock on the wall says so, or has jumped past it."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    return next(
        moment
        for moment, local in minutes(zone, begin, begin + timedelta(hours=60))
        if local.date() == day and (local.hour, local.minute) >= (hour, minute)
    )


@given(
    st.sampled_from(ZONES).flatmap(lambda zone: st.tuples(st.just(zone), st.sampled_from(CHANGES[zone]))),
    st.integers(-1, 1),
    st.integers(0, 4),
    st.integers(0, 59),
)
def test_a_daily_job_is_due_once_each_day_also_when_its_time_is_left_out_or_comes_twice(
    change: tuple[str, date], shift: int, hour: int, minute: int
) -> None:
    zone, day = change[0], change[1] + timedelta(days=shift)
    before = on_the_wall(zone, day, 0, 0) - MINUTE
    after = on_the_wall(zone, day + timedelta(days=1), 0, 0)
    dues = takewhile(lambda due: due < after, coming(Cron(f"{minute} {hour} * * *"), ZoneInfo(zone), before))
    assert list(dues) == [on_the_wall(zone, day, hour, minute)]


@pytest.mark.parametrize("zone", ZONES)
@given(minute=st.integers(0, 3 * 24 * 60), expression=st.sampled_from(["30 2 * * *", "15 1 * * *", "0,45 1,2 * * *"]))
def test_it_does_not_matter_from_when_on_one_looks(zone: str, minute: int, expression: str) -> None:
    for change in CHANGES[zone]:
        begin = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=1, hours=12)
        looked_at = begin + minute * MINUTE
        whole = list(islice(coming(Cron(expression), ZoneInfo(zone), begin), 16))
        later = list(islice(coming(Cron(expression), ZoneInfo(zone), looked_at), 16))
        rest = [due for due in whole if due > looked_at]
        assert later[: len(rest)] == rest
        assert whole == sorted(set(whole))


@pytest.mark.parametrize(
    ("zone", "second", "time_of_day", "next_day"),
    [
        ("Europe/Berlin", "2026-10-25T01:10", "30 2", "2026-10-26T01:30"),
        ("America/New_York", "2026-11-01T06:10", "30 1", "2026-11-02T06:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:05", "40 1", "2026-04-05T15:10"),
    ],
)
def test_within_the_second_of_two_equal_hours_it_is_over_for_the_day(
    zone: str, second: str, time_of_day: str, next_day: str
) -> None:
    after, due = (datetime.fromisoformat(f"{each}+00:00") for each in (second, next_day))
    assert next_due(Cron(f"{time_of_day} * * *"), ZoneInfo(zone), after) == due


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("when", [Period(30), Period(90), Period(24 * 60), Cron("*/30 * * * *"), Cron("7 * * * *")])
def test_what_counts_time_as_it_passes_leaves_no_gap_and_doubles_nothing(zone: str, when: When) -> None:
    for change in CHANGES[zone]:
        begin = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=1)
        end = begin + timedelta(days=3)
        dues = list(takewhile(lambda due: due < end, coming(when, ZoneInfo(zone), begin)))  # noqa: B023 (used at once)
        if isinstance(when, Period):
            assert {later - earlier for earlier, later in pairwise(dues)} == {timedelta(minutes=when.minutes)}
            assert len(dues) >= 3 * 24 * 60 // when.minutes - 1
        else:
            on_the_wall_at = {"*/30": (0, 30), "7": (7,)}[when.expression.split()[0]]
            assert dues == [
                moment for moment, local in minutes(zone, begin + MINUTE, end) if local.minute in on_the_wall_at
            ]


def test_a_period_begins_at_midnight_of_winter_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    winter = next_due(Period(120), berlin, datetime(2026, 1, 15, 12, 30, tzinfo=UTC))
    summer = next_due(Period(120), berlin, datetime(2026, 7, 15, 12, 30, tzinfo=UTC))
    assert winter is not None
    assert summer is not None
    assert (winter.astimezone(berlin).hour, summer.astimezone(berlin).hour) == (14, 15)
    assert next_due(Period(120), berlin, winter) == winter + timedelta(hours=2)


def test_a_window_tells_the_newest_one_by_one_and_counts_the_rest() -> None:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    hourly, until = Cron("0 * * * *"), begin + timedelta(hours=10)
    hours = [begin + timedelta(hours=number) for number in range(11)]
    assert due_between(hourly, UTC, begin, until, 3) == Window(tuple(hours[-3:]), 7, hours[7])
    assert due_between(hourly, UTC, begin, until, 10) == Window(tuple(hours[1:]), 0, None)
    assert due_between(hourly, UTC, begin, begin, 3) == Window(())
    assert due_between(hourly, UTC, until, begin, 3) == Window(())


def test_a_wrong_clock_makes_nobody_count_for_years() -> None:
    window = due_between(Cron("0 0 1 * *"), UTC, datetime(2026, 1, 1, tzinfo=UTC), datetime(2099, 6, 15, tzinfo=UTC), 2)
    assert window.newest == (datetime(2099, 5, 1, tzinfo=UTC), datetime(2099, 6, 1, tzinfo=UTC))
    assert window.earlier == 10


def test_what_is_never_due_says_so_and_is_no_expression() -> None:
    never = "0 0 */31 * MON#5"  # a fifth Monday that is the first of the month
    assert next_due(Cron(never), UTC, BEGIN) is None
    assert due_between(Cron(never), UTC, BEGIN, BEGIN + timedelta(days=9), 3) == Window(())
    assert read_cron(never) is None


@given(st.text(st.sampled_from("0123456789*/,-#L W:MON\n"), max_size=30))
def test_an_expression_is_one_of_five_fields_or_none_and_never_an_error(text: str) -> None:
    cron = read_cron(text)
    assert cron is None or len(cron.expression.split()) == 5


def test_six_fields_and_impossible_dates_are_no_expression() -> None:
    assert read_cron("0 7 * * mon") == Cron("0 7 * * MON")
    assert read_cron("30 0 7 * * MON") is None
    assert read_cron("0 7 30 2 *") is None


@pytest.fixture
def machine_in(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """This machine is in another zone for the length of a test."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("machine_in", ZONES, indirect=True)
def test_the_zone_of_the_machine_has_the_rules_of_its_system(machine_in: str) -> None:
    named = ZoneInfo(machine_in)
    for change in CHANGES[machine_in]:
        begin = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(hours=16)
        for moment, wall in minutes(machine_in, begin, begin + timedelta(hours=48)):
            local = moment.astimezone(MACHINE_ZONE)
            assert local.replace(tzinfo=None) == wall
            assert local.astimezone(UTC) == moment
        for when in (Cron("15 2 * * *"), Cron("45 1 * * *"), Cron("*/30 * * * *"), Period(30)):
            assert list(islice(coming(when, MACHINE_ZONE, begin), 60)) == list(islice(coming(when, named, begin), 60))


def test_the_zone_of_the_machine_is_known_by_no_name() -> None:
    assert datetime(2026, 11, 23, tzinfo=MACHINE_ZONE).tzname() == "local"
    assert datetime(2026, 11, 23, tzinfo=MACHINE_ZONE).dst() is None
    assert MACHINE_ZONE.utcoffset(None) is None
