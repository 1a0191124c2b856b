"""The time away: how the owner writes it, and what it does to an expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.absences import read_absences
from agents.approval.expiry import Period, lived, merged, waits_until
from agents.approval.gate import Kind, judge
from agents.vault.note import Problem
from tests.approval.examples import MODELS, sealed
from tests.clock import NOON

DAY = timedelta(days=1)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def period(first: str, last: str) -> Period:
    return Period(day(first), day(last) + DAY)


TWO = (period("2026-12-24", "2026-12-24"), period("2027-03-01", "2027-03-02"))


def goals(*properties: str, body: str = "") -> str:
    return "\n".join(["---", "type: goals", *properties, "---", "# Goals", "", body, ""])


TABLE = "## Away\n\n| from | to | why |\n| --- | --- | --- |\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (goals(), ()),
        (goals("away:"), ()),
        (goals("away: 2026-12-20..2027-01-05"), (period("2026-12-20", "2027-01-05"),)),
        (goals("Away: 2026-12-20 .. 2027-01-05"), (period("2026-12-20", "2027-01-05"),)),
        (goals("away: 2026-12-24"), (period("2026-12-24", "2026-12-24"),)),
        (goals("away: 2026-12-24, 2027-03-01..2027-03-02"), TWO),
        (goals("away:", "  - 2027-03-01..2027-03-02", "  - 2026-12-24"), TWO),
        (goals("away: 2026-12-20..2026-12-24, 2026-12-25..2026-12-31"), (period("2026-12-20", "2026-12-31"),)),
        (goals(body=f"{TABLE}| 2026-12-20 | 2027-01-05 | sea |\n| | | |\n"), (period("2026-12-20", "2027-01-05"),)),
        (goals(body=TABLE.replace("Away", "Trips") + "| 2026-12-20 | 2027-01-05 | sea |\n"), ()),
        ("no frontmatter\n", ()),
    ],
)
def test_every_way_to_write_it(text: str, found: tuple[Period, ...]) -> None:
    assert read_absences(text) == (found, ())


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (goals("away: tomorrow"), 3, "are no days away; write FROM..TO"),
        (goals("away: 2026-02-30..2026-03-02"), 3, "'2026-02-30..2026-03-02' are no days away"),
        (goals("away: 2026-12-20..2026-12-19"), 3, "you come back on 2026-12-19 before you leave"),
        (goals("away: 2026-12-20..2027-12-21"), 3, "longer than a year"),
        (goals("away:", "  - 2026-12-24", "  - soon"), 5, "'soon' are no days"),
        (goals("'away': soon"), 3, "'soon' are no days"),
        (goals("away: [2026-12-24", "type: goals"), 4, ""),
        (goals(body=f"{TABLE}| 2026-12-24 | | |\n| 2026-12-24 | soon | |\n"), 11, "are no days away"),
        (goals(body=f"{TABLE}| 2026-12-24 | 2026-12-25 |\n"), 10, "2 cells"),
        (goals(body="## Away\n\n| when |\n| --- |\n| soon |\n"), 8, "needs the columns from and to"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(text: str, line: int, words: str) -> None:
    _found, problems = read_absences(text)
    assert any(each.line == line and words in each.message for each in problems), problems


def test_a_bad_row_of_another_table_is_not_ours() -> None:
    text = goals(body="## Budgets\n\n| what | how |\n| --- | --- |\n| a |\n")
    assert read_absences(text) == ((), ())


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    found, problems = read_absences(goals(f"away: {text}"))
    assert all(isinstance(each, Problem) for each in problems)
    assert found == merged(found)


MOMENTS = st.integers(0, 400).map(lambda hours: NOON + timedelta(hours=hours))
PERIODS = st.lists(st.tuples(MOMENTS, st.integers(1, 60)).map(lambda p: Period(p[0], p[0] + timedelta(hours=p[1]))))


@given(PERIODS)
def test_merged_periods_are_the_same_time_in_order_and_apart(periods: list[Period]) -> None:
    found = merged(periods)
    assert all(before.end < after.start for before, after in pairwise(found))
    for hour in range(-1, 470):
        moment = NOON + timedelta(hours=hour)
        assert any(each.holds(moment) for each in periods) == any(each.holds(moment) for each in found)


@given(PERIODS, MOMENTS, st.integers(1, 100))
def test_a_proposal_has_its_whole_time_in_hours_at_home(periods: list[Period], created: datetime, hours: int) -> None:
    away = merged(periods)
    until = waits_until(created, created + timedelta(hours=hours), away)
    waited = int((until - created) / timedelta(hours=1))
    at_home = [at for at in range(waited) if not any(p.holds(created + timedelta(hours=at)) for p in away)]
    assert len(at_home) == hours


def test_what_is_past_stays_away() -> None:
    periods = (
        Period(NOON - 3 * DAY, NOON - 2 * DAY),
        Period(NOON - DAY, NOON + DAY),
        Period(NOON + 2 * DAY, NOON + 3 * DAY),
    )
    assert lived(periods, NOON) == (periods[0], Period(NOON - DAY, NOON))


def test_the_gate_closes_later_when_the_owner_was_away() -> None:
    row = sealed()
    away = (Period(NOON + DAY, NOON + 3 * DAY),)
    last = NOON + timedelta(days=9)
    assert judge(row, [], last - timedelta(seconds=1), MODELS, away=away).kind is Kind.WAIT
    closed = judge(row, [], last, MODELS, away=away)
    assert (closed.kind, closed.until) == (Kind.EXPIRED, last)
    assert judge(row, [], last - timedelta(seconds=1), MODELS).kind is Kind.EXPIRED
