"""One ask to be reminded: waits for the day, then asks whether it is done. Standard library only."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, NamedTuple

Given = dict[str, Any]
REMIND = re.compile(
    r"(?i)\b(?:remind me|erinnere mich|erinner mich)\b(?:\s+(?:to|of|about|an|daran|that))?\s*(?P<what>.*)"
)
WEEKDAYS = (("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"), ("thursday", "donnerstag"),
            ("friday", "freitag"), ("saturday", "samstag", "sonnabend"), ("sunday", "sonntag"))  # fmt: skip
ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
LATER = re.compile(r"(?i)\bin (\d{1,3}|a|an|one|einem|einer|zwei|two) (day|week|month|tag|woche|monat)")
NUMBERS = {"a": 1, "an": 1, "one": 1, "einem": 1, "einer": 1, "two": 2, "zwei": 2}
DAYS = {"day": 1, "tag": 1, "week": 7, "woche": 7, "month": 30, "monat": 30}


class Reminder(NamedTuple):
    """Of what, and when."""

    what: str
    day: date


def remind(given: Given) -> Reminder | None:
    """What the ask wants to be reminded of, when it names a day that is plain and to come."""
    found = REMIND.search(given["text"])
    asked_on = date.fromisoformat(given["task"]["received"][:10])
    day = named_day(given["text"], asked_on) if found else None
    return Reminder(found["what"].strip(" .,") or given["text"], day) if found and day else None


def named_day(text: str, asked_on: date) -> date | None:
    """The one day that is named."""
    days = {made(*each) for each in ISO.findall(text)}
    days |= {made(year, month, day) for day, month, year in DOTTED.findall(text)}
    words = re.findall(r"\w+", text.lower())
    if {"tomorrow", "morgen"} & set(words):
        days.add(asked_on + timedelta(days=1))
    for at, names in enumerate(WEEKDAYS):
        if set(names) & set(words):
            days.add(asked_on + timedelta(days=(at - asked_on.weekday() - 1) % 7 + 1))
    for count, unit in LATER.findall(text):
        number = int(count) if count.isdecimal() else NUMBERS[count.lower()]
        days.add(asked_on + timedelta(days=number * DAYS[unit.lower()]))
    return days.pop() if len(days) == 1 else None


def made(year: str, month: str, day: str) -> date | None:
    """The day, or None when there is none such."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def reminded(given: Given, reminder: Reminder) -> Given:
    """Wait for the day; once it has come, ask."""
    suffix = given["suffix"]
    over = any(each["kind"] == "waited" and each["key"] == f"remind{suffix}" for each in given["outcomes"])
    if over or reminder.day <= date.fromisoformat(given["today"]):
        question = f"You wanted to be reminded: {reminder.what[:200]}. Is it done?"
        choices = [{"text": "it is done"}, {"text": "it is not needed any more"}]
        return {"kind": "ask", "key": f"remind-now{suffix}", "question": question, "choices": choices}
    why = f"to remind you: {reminder.what[:200]}"
    return {"kind": "wait", "key": f"remind{suffix}", "why": why, "until": reminder.day.isoformat()}
