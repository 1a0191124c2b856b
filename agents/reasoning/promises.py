"""Promises in the text of a mail, in English and German: what the writer will do, and until when. Pure.

Only a sentence in which the writer speaks for themselves ('I will send', 'wir liefern'), about a day that can be told,
is one. A question, a condition, a negation or a doubt makes it none: an overlooked promise is less bad than one that
nobody gave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.deadlines import deadline_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

MAX_TEXT_CHARS, MAX_SENTENCE_CHARS, MAX_PROMISES = 20_000, 300, 5
_NOT_IN_A_DATE = "".join(rf"(?<![\s.]{digits}\.)" for digits in (r"\d", r"\d\d"))  # '25. November', 'am 3.12. an Sie'
_SENTENCE = re.compile(rf"(?<=[.!?]){_NOT_IN_A_DATE}\s+|\n\s*\n|\n\s*[-*•]\s")
_VERBS_DE = (
    r"(?:schicke|schicken|sende|senden|liefere|liefern|überweise|überweisen|melde|melden|bezahle|bezahlen|zahle|zahlen"
    r"|erledige|erledigen|reiche|reichen|mache|machen|bringe|bringen|rufe|rufen|antworte|antworten)"
)
_SAYS = re.compile(
    r"\b(?:(?:i|we)(?: will|'ll| shall| promise to| commit to)|(?:i|we)(?: am| are|'m|'re) going to"
    r"|(?:ich werde|wir werden|werde ich|werden wir|ich verspreche|wir versprechen)"
    rf"|(?:ich|wir) {_VERBS_DE}|{_VERBS_DE} (?:ich|wir))\b"
)
_UNSURE = re.compile(
    r"\b(?:not|never|cannot|can't|won't|if|unless|once|try|might|may|maybe|perhaps|hope|would|could|should"
    r"|nicht|kein|keine|keinen|nie|wenn|falls|sofern|sobald|versuche|versuchen|vielleicht|eventuell|hoffe|hoffen"
    r"|würde|würden|könnte|könnten|sollte|sollten)\b|\?"
)
_WEEKDAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
)
_DAY = re.compile(
    rf"\b(?:(?:on|am|this|next|diesen|kommenden|nächsten) )?({_WEEKDAY})\b|\b(the day after tomorrow|tomorrow|tonight"
    r"|today|übermorgen|morgen|heute)\b|\b(?:on|am) ((?:the )?\d{1,2}(?:\.|st|nd|rd|th)? ?\w{3,9}|\d{4}-\d\d-\d\d"
    r"|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?)"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """The words of a promise on one line, and the day until which it holds."""

    words: str
    due: date


def promises_in(text: str, said_on: date) -> tuple[Promise, ...]:
    """The promises that whoever wrote the text gave on this day, in order; the same words once."""
    found = {each.words: each for each in _promises(text[:MAX_TEXT_CHARS], said_on)}
    return tuple(found.values())[:MAX_PROMISES]


def _promises(text: str, said_on: date) -> Iterator[Promise]:
    for sentence in _SENTENCE.split(text):
        words = " ".join(sentence.split())
        if len(words) > MAX_SENTENCE_CHARS:
            continue
        folded = words.casefold().replace("’", "'")
        if _SAYS.search(folded) and not _UNSURE.search(folded) and (due := _due(folded, said_on)):
            yield Promise(words, due)


def _due(folded: str, said_on: date) -> date | None:
    """The day a sentence names: 'by Friday', or 'on Friday' and 'tomorrow', which lead up to nothing."""
    if (due := deadline_in(folded, said_on)) is not None:
        return due
    days = (next(filter(None, found.groups())) for found in _DAY.finditer(folded))
    return next(filter(None, (deadline_in(f"by {day}", said_on) for day in days)), None)
