"""Limits as the owner writes them, and the promise that no window ever holds more than one allows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.rate_limits import DEFAULT_PER_HOUR, PERIODS, RateLimit, Wait, Windows, read_rate_limits
from agents.clock import as_local
from tests.clock import NOON

TABLE = """## Limits

| what | limit |
| --- | --- |
| money that leaves | 500 EUR |

| action | at most | per |
| --- | --- | --- |
"""
HOUR = timedelta(hours=1)
TEN = RateLimit("email.send", 10, "hour", 8)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_table_of_limits_is_read_row_by_row() -> None:
    rows = "| email.send | 10 | hour |\n| `payment.*` | 3 | Hour |\n| invoice.create | 50 | day |\n| * | 0 | week |\n"
    limits, problems = read_rate_limits(TABLE + rows)
    assert problems == ()
    assert limits == (
        RateLimit("email.send", 10, "hour", 9),
        RateLimit("payment.*", 3, "hour", 10),
        RateLimit("invoice.create", 50, "day", 11),
        RateLimit("*", 0, "week", 12),
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("| email.send | ten | hour |", "'ten' is no whole number; no email.send leaves"),
        ("| email.send | -1 | hour |", "'-1' is no whole number"),
        ("| email.send | 10 | fortnight |", "'fortnight' is none of minute, hour, day, week"),
        ("| email.send | | hour |", "'' is no whole number"),
    ],
)
def test_a_limit_nobody_can_read_is_named_and_lets_nothing_through(row: str, says: str) -> None:
    limits, (problem,) = read_rate_limits(f"{TABLE}{row}\n| payment.* | 3 | hour |\n")
    assert problem.line == 9
    assert says in problem.message
    assert limits[1] == RateLimit("payment.*", 3, "hour", 10)
    wait = Windows(limits, (), NOON).wait("email.send")
    assert wait is not None
    assert wait.until is None
    assert wait.words == "line 9 of Company_Handbook.md cannot be read, so no email.send leaves until it can"
    assert Windows(limits, (), NOON).wait("payment.send") is None


@pytest.mark.parametrize("action", ["", "e mail", "../x", "email..send", "e" * 60 + "!"])
def test_a_row_without_an_action_is_named_and_left_out(action: str) -> None:
    limits, (problem,) = read_rate_limits(f"{TABLE}| {action} | 10 | hour |\n")
    assert (limits, problem.line) == ((), 9)
    assert "is no action" in problem.message


def test_a_table_that_lacks_a_column_is_named_and_other_tables_are_not_touched() -> None:
    limits, (problem,) = read_rate_limits("# Limits\n| action | at most |\n| --- | --- |\n| email.send | 3 |\n")
    assert (limits, problem.line, problem.message) == ((), 2, "the table of limits has no column per")
    elsewhere = "# Rules\n| action | at most | per |\n| --- | --- | --- |\n| email.send | 3 | hour |\n"
    ragged = "# Limits\n| action | at most | per |\n| --- | --- | --- |\n| email.send |\n"
    assert read_rate_limits(elsewhere) == read_rate_limits(ragged) == read_rate_limits("") == ((), ())


def test_a_full_window_says_until_when_and_opens_then() -> None:
    booked = [("email.send", after(each)) for each in range(10)]
    wait = Windows((TEN,), booked, after(30)).wait("email.send")
    assert wait == Wait(TEN, after(60))
    shown = as_local(after(60)).strftime("%Y-%m-%d %H:%M")
    assert wait is not None
    assert wait.words == f"your limit of 10 email.send per hour is reached; there is room again at {shown}"
    assert Windows((TEN,), booked[1:], after(30)).wait("email.send") is None
    assert Windows((TEN,), booked, after(59.99)).wait("email.send") == wait
    assert Windows((TEN,), booked, after(60)).wait("email.send") is None


def test_the_words_name_the_next_whole_minute_since_before_it_there_is_no_room() -> None:
    shown = as_local(after(61)).strftime("%H:%M")
    assert Wait(TEN, after(60) + timedelta(microseconds=1)).words.endswith(shown)


def test_each_who_waits_has_a_place_of_its_own() -> None:
    windows = Windows(
        (RateLimit("email.send", 2, "hour"),), [("email.send", after(0)), ("email.send", after(5))], after(9)
    )
    told = []
    for _ in range(5):
        wait = windows.wait("email.send")
        assert wait is not None
        assert wait.until is not None
        told.append(wait.until)
        windows.promise("email.send", wait.until)
    assert told == [after(60), after(65), after(120), after(125), after(180)]


def test_the_strictest_of_several_limits_holds_and_a_pattern_counts_all_it_names() -> None:
    limits = (RateLimit("payment.*", 2, "hour", 1), RateLimit("*", 3, "day", 2))
    booked = [("payment.send", after(0)), ("payment.refund", after(1)), ("email.send", after(2))]
    windows = Windows(limits, booked, after(3))
    assert windows.wait("payment.send") == Wait(limits[1], after(24 * 60))
    assert windows.wait("email.send") == Wait(limits[1], after(24 * 60))
    assert Windows(limits, booked[:2], after(3)).wait("payment.send") == Wait(limits[0], after(60))
    assert Windows(limits, booked[:2], after(3)).wait("email.send") is None
    closed = (*limits, RateLimit("payment.send", 0, "hour", 3))
    wait = Windows(closed, booked, after(3)).wait("payment.send")
    assert wait == Wait(closed[2], None)
    assert wait is not None
    assert wait.words == "your limit of 0 payment.send per hour is reached"


def test_where_no_row_speaks_a_service_makes_two_hundred_effects_an_hour() -> None:
    booked = [("social.publish", after(0))] * DEFAULT_PER_HOUR
    wait = Windows((TEN,), booked, after(1)).wait("social.like")
    assert wait is not None
    assert wait.until == after(60)
    assert Windows((TEN,), booked[1:], after(1)).wait("social.like") is None
    assert Windows((TEN,), booked, after(1)).wait("email.send") is None


def test_what_was_begun_within_the_window_has_its_place_and_what_was_begun_before_has_not() -> None:
    booked = [("email.send", after(50))] * 10
    windows = Windows((TEN,), booked, after(70))
    assert windows.wait("email.send", begun=after(20)) is None
    assert windows.wait("email.send", begun=after(9)) == Wait(TEN, after(110))


def test_a_clock_that_was_wrong_for_a_moment_does_not_close_a_window_for_long() -> None:
    far, near = ("email.send", NOON + timedelta(days=900)), ("email.send", after(5))
    assert Windows((TEN,), [far] * 10, NOON).wait("email.send") is None
    assert Windows((TEN,), [near] * 10, NOON).wait("email.send") == Wait(TEN, after(65))


ACTIONS = ("email.send", "payment.send", "payment.refund", "invoice.create")
LIMITS = st.builds(
    RateLimit, st.sampled_from(["email.send", "payment.*", "*"]), st.integers(0, 4), st.sampled_from(sorted(PERIODS))
)


@given(
    st.lists(LIMITS, max_size=4),
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(ACTIONS)), max_size=60),
)
def test_no_window_ever_holds_more_than_a_limit_allows(limits: list[RateLimit], tries: list[tuple[int, str]]) -> None:
    """Effects are tried now and then; what is let through is counted in every window that ends with one of them."""
    now, left = NOON, list[tuple[str, datetime]]()
    for minutes, action in tries:
        now += timedelta(minutes=minutes)
        wait = Windows(limits, left, now).wait(action)
        if wait is None:
            left.append((action, now))
        elif wait.until is not None:
            assert wait.until > now
            assert Windows(limits, left, wait.until).wait(action) is None
    for limit in limits:
        counted = [at for action, at in left if limit.covers(action)]
        for end in counted:
            assert sum(end - limit.period < at <= end for at in counted) <= limit.at_most
