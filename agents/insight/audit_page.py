"""The note of an audit: what is found, each thing with two boxes to tick; and the ticks that stand in it. Pure.

A tick says which box of which finding; what a task is made of is not read from the note.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.insight.drill_down import row_table
from agents.insight.finding import MARK_DIGITS, NOW, SOON
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from agents.insight.business_auditor import Audit, Listed
    from agents.vault.yaml_text import PropertyValue

DO, FINE = "do", "fine"
MAX_SHOWN, MAX_ROWS, MAX_WORDS = 40, 5, 400
_TITLES = ((NOW, "Now"), (SOON, "Soon"), (0, "Worth a look"))  # from which rank on
_TICK = re.compile(rf"^- \[[xX]\] [^\n]*\^({DO}|{FINE})-([0-9a-f]{{{MARK_DIGITS}}})[ \t\r]*$", re.MULTILINE)
_HOW = "Tick one box below a thing: the first makes a task of it, the second says that it is fine."
_NOT_TICKED = "What you leave as it is comes back with the next audit, further up."


def note_name(day: date) -> str:
    """The name of the note of a day, unique for ever."""
    return f"{day}-audit"


def audit_note(audit: Audit) -> str:
    """The whole note; the same for the same audit."""
    name = note_name(audit.day)
    properties: dict[str, PropertyValue] = {
        "id": name,
        "type": "audit",
        "day": audit.day,
        "findings": len(audit.listed),
        "tags": ["audit"],
    }
    return emit_note(properties, "\n".join(_lines(audit)) + "\n")


def ticks(text: str) -> dict[str, str]:
    """Of each finding with one ticked box, by its mark, which: DO or FINE; with both ticked nothing is said."""
    found: dict[str, set[str]] = {}
    for box, mark in _TICK.findall(text):
        found.setdefault(mark, set()).add(box)
    return {mark: boxes.pop() for mark, boxes in found.items() if len(boxes) == 1}


def _lines(audit: Audit) -> Iterator[str]:
    yield f"# Audit of {audit.day}"
    yield ""
    yield f"> [!{'todo' if audit.listed else 'success'}] {_summary(audit)}"
    if audit.listed:
        yield f"> {_HOW} {_NOT_TICKED}"
    yield from (f"\n- Not looked at: {plain(words, MAX_WORDS)}" for words in audit.blind)
    shown = audit.listed[:MAX_SHOWN]
    most = shown[0].rank + 1 if shown else 0
    number = 0
    for least, title in _TITLES:
        some = [each for each in shown if least <= each.rank < most]
        most = least
        if some:
            yield f"\n## {title}"
        for each in some:
            number += 1
            yield from _finding(number, each)
    if len(audit.listed) > len(shown):
        yield f"\nAnd {len(audit.listed) - len(shown)} more that matter less; they come up as these are settled."


def _summary(audit: Audit) -> str:
    grave = sum(each.rank >= NOW for each in audit.listed)
    count = len(audit.listed)
    words = f"{count} thing{'s' if count != 1 else ''} to look at{f', {grave} of them now' if grave else ''}."
    settled = f" {audit.gone} found before {'are' if audit.gone > 1 else 'is'} settled." if audit.gone else ""
    return (words if count else "Nothing to look at.") + settled


def _finding(number: int, each: Listed) -> Iterator[str]:
    yield f"\n### {number}. {plain(each.finding.words, MAX_WORDS)}"
    if each.asked_on:
        yield f"You had a task made of it on {each.asked_on}, and it is still so."
    elif each.row.seen > 1:
        yield f"Found {each.row.seen} times since {each.row.first_seen}."
    if each.finding.ask:
        yield f"- [ ] make a task: {plain(each.finding.ask, MAX_WORDS)} ^{DO}-{each.finding.mark}"
    yield f"- [ ] this is fine ^{FINE}-{each.finding.mark}"
    if each.finding.rows:
        yield ""
        yield from row_table(each.finding.rows, MAX_ROWS)
