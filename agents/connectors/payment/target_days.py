"""The days on which euros move between banks. Pure.

Source: the Eurosystem's calendar of T2 (TARGET): Monday to Friday but 1 January, Good Friday, Easter Monday, 1 May,
25 and 26 December. Easter by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).
"""

from __future__ import annotations

from datetime import date, timedelta

_FRIDAY = 4
_CLOSED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})


def target_day(day: date) -> date:
    """The day itself, or the first one after it on which banks move euros."""
    while not _is_open(day):
        day += timedelta(days=1)
    return day


def _is_open(day: date) -> bool:
    about_easter = {easter(day.year) - timedelta(days=2), easter(day.year) + timedelta(days=1)}
    return day.weekday() <= _FRIDAY and (day.month, day.day) not in _CLOSED and day not in about_easter


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year."""
    golden = year % 19
    century, rest = divmod(year, 100)
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)
