"""When a job is due, as an owner writes it: `every Monday 07:00`, `every 30 minutes`, or a cron expression. Pure."""

from __future__ import annotations

import re

from agents.durability.due_times import Cron, Period, When, read_cron

HELP = (
    "write for example `every Monday 07:00`, `daily 18:00`, `weekdays 08:30`, `1st of the month 09:00`, "
    "`every 30 minutes`, or a cron expression such as `0 7 * * MON`"
)
MINUTES_OF_HOUR, HOURS_OF_DAY, LAST_DAY = 60, 24, 31
MAX_MINUTES = 7 * HOURS_OF_DAY * MINUTES_OF_HOUR
MAX_CHARS = 200
_DAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_AND = r"(?:,? and |, ?)"
_CRON = re.compile(r"[\d*][\d*/,-]*(?:\s+\S+){4}")
_PERIOD = re.compile(r"every (\d{1,5}) ?(min(?:ute)?s?|h(?:ours?)?)")
_TIMED = re.compile(r"(.+?),?(?: at)? (\d{1,2}):(\d\d)")
_DAYS = re.compile(rf"(?:every |each |on )?({_DAY}(?:{_AND}{_DAY})*)")
_OF_MONTH = re.compile(
    rf"(?:on |every )?(?:the )?(last day|{_NTH}(?:{_AND}(?:the )?{_NTH})*) of (?:the|each|every) month"
)
_DAY_OF_MONTH = re.compile(
    rf"(?:on |every )?(?:the )?(1st|first|2nd|second|3rd|third|4th|fourth|last) ({_DAY}) of (?:the|each|every) month"
)
_WHICH = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
_NUMBERS = {"sun": "0", "mon": "1", "tue": "2", "wed": "3", "thu": "4", "fri": "5", "sat": "6"}
_EVERY = {
    "daily": "* * *",
    "every day": "* * *",
    "weekdays": "* * 1-5",
    "weekends": "* * 0,6",
    "every weekday": "* * 1-5",
    "every weekend": "* * 0,6",
}


def read_when(text: str) -> When | None:
    """What the words say; None when they cannot be read."""
    words = " ".join(text[:MAX_CHARS].casefold().replace("`", " ").split())
    if _CRON.fullmatch(words) and ":" not in words:
        return read_cron(words)
    if words in {"hourly", "every hour"}:
        return Period(MINUTES_OF_HOUR)
    if period := _PERIOD.fullmatch(words):
        minutes = int(period[1]) * (MINUTES_OF_HOUR if period[2].startswith("h") else 1)
        return Period(minutes) if 0 < minutes <= MAX_MINUTES else None
    timed = _TIMED.fullmatch(words)
    return _at_a_time(timed[1], int(timed[2]), int(timed[3])) if timed else None


def _at_a_time(days: str, hour: int, minute: int) -> Cron | None:
    fields = _EVERY.get(days) or _of_week(days) or _of_month(days)
    if not fields or hour >= HOURS_OF_DAY or minute >= MINUTES_OF_HOUR:
        return None
    return Cron(f"{minute} {hour} {fields}")


def _of_week(days: str) -> str:
    found = _DAYS.fullmatch(days)
    return f"* * {','.join(_numbers(found[1]))}" if found else ""


def _of_month(days: str) -> str:
    if weekday := _DAY_OF_MONTH.fullmatch(days):
        (number,) = _numbers(weekday[2])
        which = _WHICH.get(weekday[1], weekday[1][0])
        return f"* * {number}L" if weekday[1] == "last" else f"* * {number}#{which}"
    found = _OF_MONTH.fullmatch(days)
    if not found:
        return ""
    if found[1] == "last day":
        return "L * *"
    numbers = [int(each) for each in re.findall(r"\d+", found[1])]
    return f"{','.join(map(str, numbers))} * *" if all(0 < each <= LAST_DAY for each in numbers) else ""


def _numbers(days: str) -> list[str]:
    return [_NUMBERS[each[:3]] for each in re.findall(_DAY, days)]
