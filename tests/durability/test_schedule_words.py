"""Promises about the words for a time: what an owner writes is read as meant, and everything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.durability.due_times import Cron, Period, When
from agents.durability.schedule_words import read_when

READ: dict[str, When] = {
    "every Monday 07:00": Cron("0 7 * * 1"),
    "Mondays at 7:00": Cron("0 7 * * 1"),
    "every Mon and Thu 07:30": Cron("30 7 * * 1,4"),
    "Mon, Wed, and Fridays 09:05": Cron("5 9 * * 1,3,5"),
    "on Sunday 18:00": Cron("0 18 * * 0"),
    "daily 18:00": Cron("0 18 * * *"),
    "every day at 06:15": Cron("15 6 * * *"),
    "weekdays 08:30": Cron("30 8 * * 1-5"),
    "every weekday, at 08:30": Cron("30 8 * * 1-5"),
    "weekends 10:00": Cron("0 10 * * 0,6"),
    "1st of the month 09:00": Cron("0 9 1 * *"),
    "on the 1st and the 15th of each month 09:00": Cron("0 9 1,15 * *"),
    "28 of every month 09:00": Cron("0 9 28 * *"),
    "last day of the month 17:00": Cron("0 17 L * *"),
    "first Monday of the month 09:00": Cron("0 9 * * 1#1"),
    "the 3rd Fri of the month at 16:00": Cron("0 16 * * 5#3"),
    "last Friday of the month 16:00": Cron("0 16 * * 5L"),
    "every 30 minutes": Period(30),
    "every 1 min": Period(1),
    "every 2 hours": Period(120),
    "every 36h": Period(36 * 60),
    "hourly": Period(60),
    "every hour": Period(60),
    "0 7 * * MON": Cron("0 7 * * MON"),
    "`*/15 8-17 * * 1-5`": Cron("*/15 8-17 * * 1-5"),
    "0 9 L * *": Cron("0 9 L * *"),
}
REFUSED = [
    "",
    "now and then",
    "every Monday",
    "Monday 25:00",
    "daily 18:60",
    "every 0 minutes",
    "every 99999 hours",
    "0th of the month 09:00",
    "1st and 32nd of the month 09:00",
    "5th Monday of the month 09:00",
    "every Funday 07:00",
    "0 7 30 2 *",
    "61 7 * * *",
    "30 0 7 * * MON",
    "daily 18:00 and a bit",
]


@pytest.mark.parametrize(("words", "when"), READ.items(), ids=READ)
def test_words_are_read_as_they_are_meant_in_any_case(words: str, when: When) -> None:
    assert read_when(words) == when
    assert read_when(f"  {words.upper()} ") == when


@pytest.mark.parametrize("words", REFUSED)
def test_other_words_are_refused(words: str) -> None:
    assert read_when(words) is None


@given(st.text(max_size=60) | st.text(st.sampled_from("every 1st0:9*/,-monday of the"), max_size=80))
def test_no_words_are_an_error(words: str) -> None:
    assert isinstance(read_when(words), Cron | Period | None)
