"""What the owner asks for in one request: several things become several asks, each by itself. Pure.

Split is what the owner set apart: lines, bullets, numbers, semicolons, sentences, 'then', and 'and' before a verb that
asks for something. In doubt it stays one ask: a wrong split would ask for half of something.
"""

from __future__ import annotations

import re

MAX_ASKS = 8
MIN_WORDS = 2
_VERBS = (
    "invoice|bill|send|write|remind|ask|call|prepare|draft|check|book|order|find|tell|answer|pay|cancel|schedule|look"
    "|rechne|schreib|schreibe|schick|schicke|sende|erinnere|frag|frage|ruf|rufe|bestelle|buche|prüfe|such|suche"
)
_LINE = re.compile(r"\s*\n\s*|\s*;\s*")
_MARK = re.compile(r"^(?:[-*•+]|\d{1,2}[.)]|\[[ x]\])\s+")
_THEN = re.compile(
    rf"(?i),?\s+(?:and|und)\s+(?:then|dann|danach|also|please|bitte|auch)\s+|,\s+(?:then|dann|danach)\s+"
    rf"|,?\s+(?:and|und)\s+(?=(?:{_VERBS})\b)"
)
_SENTENCE = re.compile(r"(?<=[a-zäöüß0-9)][.!?])\s+(?=[A-ZÄÖÜ])|(?<=[!?])\s+(?=\S)")
_SHORT = re.compile(r"(?i)\b(?:ltd|inc|corp|co|mr|mrs|ms|dr|st|no|nr|gmbh|e\.g|i\.e|z\.b|usw|etc|ca|str)\.$")
_OPENING = re.compile(r"(?i)^(?:please|bitte)[ ,:]+")


def asks_in(text: str) -> tuple[str, ...]:
    """The asks of a request, in order; one when it is one, or when there are more than `MAX_ASKS`."""
    lines = [_MARK.sub("", line.strip()) for line in _LINE.split(text.strip())]
    pieces = [piece for line in lines if line for part in _sentences(line) for piece in _joined(_THEN.split(part))]
    found = tuple(_OPENING.sub("", piece).strip(" .,") for piece in pieces if piece.strip(" .,"))
    return found if 1 < len(found) <= MAX_ASKS else (text.strip(),)


def _sentences(line: str) -> list[str]:
    """The sentences of a line; the point of an abbreviation ends none."""
    found: list[str] = []
    for part in _SENTENCE.split(line):
        if found and _SHORT.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _joined(parts: list[str]) -> list[str]:
    """What is too short to be an ask belongs to the one behind it: 'Draft and send the letter' is one."""
    found: list[str] = []
    carried = ""
    for part in parts:
        whole = f"{carried} and {part}" if carried else part
        carried = whole if len(whole.split()) < MIN_WORDS else ""
        if not carried:
            found.append(whole)
    if carried:
        found = [*found[:-1], f"{found[-1]} and {carried}"] if found else [carried]
    return found
