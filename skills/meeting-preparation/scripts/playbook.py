#!/usr/bin/env python3
"""Gathers what a mail says about a meeting and asks the owner: JSON in, JSON out, nothing else. Standard library only.

It never invents: what the mail does not say is named as missing. The calendar is looked at where one is connected.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

Given = dict[str, Any]
DAY = (
    r"(?:(?:next|this|nächsten|diesen|kommenden)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|morgen|heute"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi"
    r"|\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)\w{0,6}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w{0,6}\s+\d{1,2}(?:st|nd|rd|th)?"
)
DATE = r"\b(\d{1,2})\.(0?[1-9]|1[0-2])\.(\d{4}|\d\d(?!\d))?"  # 14.12. or 14.12.2026; 14.30. is a time
DATED = rf"(?:\s*,?\s*(?:the\s+|den\s+|dem\s+)?{DATE})?"  # behind a weekday
CLOCK = r"\d{1,2}(?::|\.(?!(?:0?[1-9]|1[0-2])\.))\d\d(?:\s*(?:am|pm|uhr|h))?|\d{1,2}\s*(?:am|pm|uhr|h)\b|noon|mittags"
TIMES = re.compile(rf"(?i)\b(?:{DAY}){DATED}(?:\s*,?\s*(?:at|um|à|around|gegen|,)?\s*(?:{CLOCK}))?")
PLACE = re.compile(
    r"(?i)\b(?:zoom|microsoft teams|teams|google meet|skype|webex|by phone|per telefon|telefonisch|on the phone"
    r"|(?:at|in|bei)\s+(?:our|my|your|the|unserem|meinem|ihrem|the)\s+(?:office|studio|café|cafe|restaurant|shop|büro|laden))\b"
)
SENTENCE = re.compile(r"[^.!?\n]{3,300}\?")
YES = "yes, "
ANOTHER = "another text: I write it anew"
WEEKDAYS = (
    ("monday", "montag", "lundi"),
    ("tuesday", "dienstag", "mardi"),
    ("wednesday", "mittwoch", "mercredi"),
    ("thursday", "donnerstag", "jeudi"),
    ("friday", "freitag", "vendredi"),
    ("saturday", "samstag"),
    ("sunday", "sonntag"),
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez")
MONTHS = {name: at for at, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
SUITS = {"de": "{} passt mir.", "en": "{} suits me."}
OFFER = "offer them "
OFFERS = {"de": "Zu der Zeit kann ich leider nicht. Passt Ihnen {}?", "en": "I am not free then. Would {} suit you?"}
HOUR = timedelta(hours=1)
MAX_TIMES, MAX_ASKED, MAX_LINE = 3, 3, 200


def own_words(given: Given) -> str:
    """Subject and text without what is quoted."""
    lines = [line for line in given["task"]["text"].splitlines() if not line.lstrip().startswith(">")]
    return "\n".join([given["task"]["subject"] + ".", *lines])


def found(pattern: re.Pattern[str], words: str, most: int) -> list[str]:
    """What occurs, in the mail's own words, each once."""
    told = (" ".join(each.group(0).split()).strip(" ,")[:MAX_LINE] for each in pattern.finditer(words))
    return list({each.casefold(): each for each in reversed([*told])}.values())[::-1][:most]


def invited(given: Given) -> dict[str, str]:
    """The facts of a calendar file that came with it, by name; none: empty."""
    heads = (each.partition("\n\n")[0] for each in given["attached"] if each.startswith("Calendar: "))
    lines = (line.partition(": ") for line in next(heads, "").splitlines())
    return {name: words[:MAX_LINE] for name, _, words in lines if words}


def proposed(given: Given) -> list[str]:
    """The times they propose: that of a calendar file, else those of their words."""
    when = re.match(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)", invited(given).get("When", ""))
    return [f"{when[1]} at {when[2]}"] if when else found(TIMES, own_words(given), MAX_TIMES)


def moment_of(given: Given, words: str) -> datetime | None:
    """The moment that words name; None: they do not say exactly when."""
    try:
        day, clock = of_day(words, date.fromisoformat(given["task"]["received"][:10])), of_time(words)
    except ValueError:  # the 31st of a month that has none, or an hour that no clock shows
        return None
    return datetime.combine(day, clock) if day and clock is not None else None


def taken(given: Given, words: str) -> str:
    """What stands in the calendar then; empty: nothing, or nobody knows."""
    start = moment_of(given, words)
    if start is None or given["calendar"] is None:
        return ""
    busy = ([*map(datetime.fromisoformat, each[:2]), each[2]] for each in given["calendar"]["busy"])
    return next((what[:80] or "something" for begin, end, what in busy if begin < start + HOUR and start < end), "")


def looked(given: Given, times: list[str]) -> str:
    """What the calendar says to these times, in one sentence."""
    if given["calendar"] is None:
        return "I cannot see your calendar."
    clashes = [f"{each} collides with {what}" for each in times if (what := taken(given, each))]
    if clashes:
        return f"In your calendar {'; '.join(clashes)}."
    sure = [each for each in times if moment_of(given, each)]
    return f"Your calendar has nothing at {'; '.join(sure)}." if sure else "I cannot tell what your calendar has then."


def offers(given: Given, times: list[str]) -> list[str]:
    """Free hours to offer instead, where what they propose collides, or they propose nothing."""
    if given["calendar"] is None or (times and not any(taken(given, each) for each in times)):
        return []
    return [f"{OFFER}{each.replace('T', ' at ')}" for each in given["calendar"]["free"][:2]]


def answer(given: Given, times: list[str]) -> str:
    """The text of the letter as the owner's newest word has it; empty = not said yet."""
    text = ""
    for each in given["outcomes"]:
        if each["kind"] == "answered" and each["key"] in {"meeting", "reply-rejected"}:
            said = each["value"]
            agreed = next((time for time in times if said == f"{YES}{time}"), "")
            text = SUITS.get(given["language"], SUITS["en"]).format(agreed) if agreed else said
            if said.startswith(OFFER):
                text = OFFERS.get(given["language"], OFFERS["en"]).format(said.removeprefix(OFFER))
            text = "" if said == ANOTHER else text
    return text


def of_day(words: str, received: date) -> date | None:
    """The day that words name, seen from the day they came; None: they name none that is certain."""
    said = words.casefold()
    if iso := re.search(r"\d{4}-\d\d-\d\d", said):
        return date.fromisoformat(iso[0])
    if dotted := re.search(DATE, said):
        year = int(f"20{dotted[3][-2:]}") if dotted[3] else received.year
        day = date(year, int(dotted[2]), int(dotted[1]))
        return day if dotted[3] or day >= received else day.replace(year=year + 1)
    for ahead, names in enumerate((("today", "heute"), ("tomorrow", "morgen"))):
        if any(re.search(rf"\b{name}\b", said) for name in names):
            return received + timedelta(ahead)
    for weekday, names in enumerate(WEEKDAYS):
        if any(name in said for name in names):
            return received + timedelta((weekday - received.weekday() - 1) % 7 + 1)
    dated = re.search(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?([a-zä]{3})|([a-zä]{3})[a-zä]*\s+(\d{1,2})", said)
    month = MONTHS.get((dated[2] or dated[3]).replace("ä", "a")) if dated else None
    if not dated or not month:
        return None
    day = date(received.year, month, int(dated[1] or dated[4]))
    return day if day >= received else day.replace(year=day.year + 1)


def of_time(words: str) -> time | None:
    """The time of day that words name; None: none, or only roughly."""
    words = re.sub(DATE, " ", words)  # a date is no time
    found_time = re.search(r"(?i)\b(\d{1,2})[:.](\d\d)\s*(am|pm)?|\b(\d{1,2})\s*(am|pm|uhr|h)\b", words)
    if not found_time:
        return None
    hour, half = int(found_time[1] or found_time[4]), (found_time[3] or found_time[5] or "").casefold()
    hour = hour % 12 + 12 * (half == "pm") if half in {"am", "pm"} else hour
    return time(hour, int(found_time[2] or 0))


def entry(given: Given, times: list[str]) -> Given | None:
    """The proposal to put the agreed hour into the calendar; None: the words do not say exactly when."""
    said = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == "meeting"]
    agreed = next((each for each in times if said and said[-1] == f"{YES}{each}"), "")
    start = moment_of(given, agreed)
    if start is None:
        return None
    mail, told = f"mail:{given['task']['id']}", invited(given)
    where = [told["Where"]] if "Where" in told else found(PLACE, own_words(given), 1)
    action = {
        "action": "calendar.event.create",
        "summary": f"{given['customer']['name'][:80] or 'Meeting'}: {' '.join(given['task']['subject'].split())[:120]}",
        "start": f"{start:%Y-%m-%dT%H:%M}",
        "end": f"{start + HOUR:%Y-%m-%dT%H:%M}",
        "place": where[0] if where else "",
    }
    provenance = {"summary": mail, "start": mail, "end": "computed", "place": mail, "attendees": "computed"}
    return {"kind": "propose", "key": "entry", "action": action, "provenance": provenance, "quote": agreed}


def next_move(given: Given, times: list[str], text: str) -> Given:
    """The question, or the letter."""
    if text:
        letter = {"kind": "letter", "key": "reply", "template": "reply", "values": {"answer": text}}
        return {**letter, "quote": given["quote"], "changes": [ANOTHER, "I answer it myself"]}
    offered = f" ({'; '.join(times)})" if times else ", at a time they do not name"
    name = given["customer"]["name"][:80] or "Somebody"
    question = f"{name} wants to meet you{offered}. {looked(given, times)} What shall I answer?"
    choices = [*(f"{YES}{each}" for each in times), *offers(given, times)]
    choices += ["I answer it myself", "file it, nothing is to be done"]
    asked = [{"text": each} for each in choices]
    return {"kind": "ask", "key": "meeting", "question": question[:400], "choices": asked, "quote": given["quote"]}


def steps(given: Given, times: list[str], text: str, *, sent: bool, written: bool) -> list[Given]:
    """The preparation: what is known, in whose words, and what is missing."""
    task, words = given["task"], own_words(given)
    known = "known to you" if task["sender_known"] else "new: their first mail"
    where = [invited(given)["Where"]] if "Where" in invited(given) else found(PLACE, words, 1)
    open_invoices = [each["number"] for each in given["invoices"] if each["state"] == "open"]
    return [
        {"text": f"Who: {given['customer']['name'][:80]} {task['sender_address'][:80]} ({known})", "done": True},
        {"text": f"About: {task['subject'][:MAX_LINE] or 'not said'}", "done": bool(task["subject"])},
        {"text": f"When, in their words: {'; '.join(times) or 'not said'}", "done": bool(times)},
        {"text": f"Where, in their words: {where[0] if where else 'not said'}", "done": bool(where)},
        *({"text": f"They ask: {each}", "done": bool(text)} for each in found(SENTENCE, words, MAX_ASKED)),
        *({"text": f"Open between you: invoice {each}"} for each in open_invoices[:MAX_ASKED]),
        {"text": looked(given, times)[:MAX_LINE], "done": given["calendar"] is not None},
        {
            "text": "Say what to answer",
            "done": bool(text),
            "move": "meeting",
        },
        {"text": "Send the answer, once you approved it", "done": sent, "move": "reply"},
        {"text": "Put the meeting into your calendar", "done": written, "move": "entry"},
    ]


def planned(given: Given) -> dict[str, str]:
    """The first lines of a meeting from the calendar, by name; what the invitation itself says comes after a blank."""
    head = given["task"]["text"].partition("\n\n")[0]
    return {name: words[:MAX_LINE] for name, _, words in (line.partition(": ") for line in head.splitlines()) if words}


def prepare(given: Given) -> Given:
    """The brief of a meeting that stands in the calendar, and whether the owner is ready."""
    told, task = planned(given), given["task"]
    open_invoices = [each["number"] for each in given["invoices"] if each["state"] == "open"]
    names = ("Changed", "Cancelled", "When", "Where", "With", "Collides with")
    known = [{"text": f"{name}: {told[name]}", "done": True} for name in names if name in told]
    asked = found(SENTENCE, task["text"].partition("\n\n")[2], MAX_ASKED)
    ready = any(each["kind"] == "answered" and each["key"] == "prepared" for each in given["outcomes"])
    what = told.get("Cancelled") or f"You meet {told.get('With', 'somebody')[:120]} on {told.get('When', 'a day')}"
    clash = f"; it collides with {told['Collides with'][:120]}" if "Collides with" in told else ""
    question = {"kind": "ask", "key": "prepared", "question": f"{what}{clash}. Shall I close this?"[:400]}
    choices = [{"text": "yes, I have seen it"}, {"text": "file it, nothing is to be done"}]
    return {
        "objective": "Prepare a meeting",
        "steps": [
            {"text": f"About: {task['subject'][:MAX_LINE] or 'not said'}", "done": bool(task["subject"])},
            *known,
            *({"text": f"They ask: {each}", "done": ready} for each in asked),
            *({"text": f"Open between you: invoice {each}"} for each in open_invoices[:MAX_ASKED]),
            {"text": "Look through it before the meeting", "done": ready, "move": "prepared"},
        ],
        "done_when": "you have seen it",
        "moves": [{"kind": "finish", "summary": "prepared"} if ready else {**question, "choices": choices}],
    }


def decide(given: Given) -> Given:
    """Gather, ask once, answer in the owner's words."""
    if given["task"]["kind"] == "meeting":
        return prepare(given)
    times = proposed(given)
    text = answer(given, times)
    became = {each["key"]: each["kind"] for each in given["outcomes"]}
    sent = became.get("reply") == "done"
    written = became.get("entry")
    last = entry(given, times) if sent and written in {None, "expired", "failed", "retried"} else None
    told = "it stands in your calendar" if written == "done" else "the meeting is yours to put into your calendar"
    finish = {"kind": "finish", "summary": f"answered; {told}"}
    return {
        "objective": "Prepare a meeting",
        "steps": steps(given, times, text, sent=sent, written=written == "done"),
        "done_when": "your answer is sent",
        "moves": [(last or finish) if sent else next_move(given, times, text)],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
