"""Times that repeat, held against dateutil, which knows every rule and no bound."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.connectors.calendar.recurrence import Rule, read_rule

DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


def rule_of(text: str, until: datetime | None = None) -> Rule | None:
    parts = dict(each.split("=") for each in text.split(";"))
    return read_rule({name: value.split(",") for name, value in parts.items()}, until)


def some(days: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(days, min_size=1, max_size=3, unique=True).map(",".join)


NUMBERED = st.tuples(st.sampled_from([1, 2, 3, 4, -1, -2]), DAYS).map(lambda each: f"{each[0]}{each[1]}")
# not both: of "MO,1TU" dateutil takes what is both, the standard what is either
MONTHLY_DAYS = st.one_of(some(DAYS), some(NUMBERED))
PARTS = st.one_of(
    st.just("FREQ=DAILY"),
    some(DAYS).map(lambda days: f"FREQ=DAILY;BYDAY={days}"),
    st.just("FREQ=WEEKLY"),
    st.tuples(some(DAYS), DAYS).map(lambda each: f"FREQ=WEEKLY;BYDAY={each[0]};WKST={each[1]}"),
    st.just("FREQ=MONTHLY"),
    MONTHLY_DAYS.map(lambda days: f"FREQ=MONTHLY;BYDAY={days}"),
    st.sampled_from(["1", "15", "31", "-1", "-2", "1,-1"]).map(lambda days: f"FREQ=MONTHLY;BYMONTHDAY={days}"),
    st.tuples(some(DAYS), st.sampled_from(["1", "-1", "2", "1,-1"])).map(
        lambda each: f"FREQ=MONTHLY;BYDAY={each[0]};BYSETPOS={each[1]}"
    ),
    st.just("FREQ=YEARLY"),
    st.just("FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=29"),
    MONTHLY_DAYS.map(lambda days: f"FREQ=YEARLY;BYMONTH=3,10;BYDAY={days}"),
    some(DAYS).map(lambda days: f"FREQ=YEARLY;BYDAY={days}"),
)
ENDS = st.one_of(st.just(""), st.integers(1, 40).map(lambda many: f";COUNT={many}"))
FIRSTS = st.datetimes(datetime(2019, 1, 1), datetime(2026, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0))


@given(parts=PARTS, end=ENDS, interval=st.integers(1, 4), first=FIRSTS, later=st.integers(0, 2500))
@settings(max_examples=300, deadline=None)
def test_it_finds_the_times_that_dateutil_finds(
    parts: str, end: str, interval: int, first: datetime, later: int
) -> None:
    text = f"{parts};INTERVAL={interval}{end}"
    begin = first + timedelta(days=later)
    until = begin + timedelta(days=120)
    rule = rule_of(text)
    assert rule is not None
    known = takewhile(lambda each: each < until, rrulestr(text, dtstart=first))
    assert [*rule.between(first, begin, until)] == [each for each in known if each >= begin]


def test_numbered_and_plain_weekdays_are_taken_both() -> None:
    rule = rule_of("FREQ=MONTHLY;BYDAY=FR,1MO")
    first = datetime(2026, 11, 1, 9)
    assert rule
    assert [each.day for each in rule.between(first, first, datetime(2026, 12, 1))] == [2, 6, 13, 20, 27]


def test_until_counts_its_own_moment() -> None:
    first = datetime(2026, 11, 23, 10)
    rule = rule_of("FREQ=DAILY", until=first + timedelta(days=2))
    assert rule
    assert len([*rule.between(first, first, first + timedelta(days=30))]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYYEARDAY=100",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;COUNT=0",
        "FREQ=MONTHLY;BYDAY=8XX",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;WKST=XX",
        f"FREQ=MONTHLY;BYMONTHDAY={','.join(['1'] * 500)}",
        "INTERVAL=2",
    ],
)
def test_what_is_not_followed_is_said_to_be_so(text: str) -> None:
    assert rule_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=20",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;INTERVAL=9999",
        "FREQ=DAILY;COUNT=999999999;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_no_day_meets_ends(text: str) -> None:
    rule = rule_of(text)
    first = datetime(1970, 1, 1)
    assert rule
    assert [*rule.between(first, datetime(2026, 11, 1), datetime(2027, 1, 1))] == []


def test_the_years_end() -> None:
    rule = rule_of("FREQ=YEARLY")
    first = datetime(9990, 5, 5)
    assert rule
    assert len([*rule.between(first, first, datetime.max)]) == 10  # noqa: DTZ901
