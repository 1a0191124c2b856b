"""The priority a task begins with: the owner's command, then their rules, then what a known sender claims.

A mail can be made `high` at most by what it says, since whoever writes it chooses the words; `urgent` is the owner's
word alone: by command, by a rule about the whole address of a sender they know, or later in the note. A deadline in the
text counts for a sender we know, as the handbook's table of urgency says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.deadlines import deadline_in
from agents.durability.priorities import HEAD_START, HIGH, NORMAL, URGENT
from agents.durability.urgency_table import at_most_high, for_deadline, read_urgency
from agents.vault.tables import Table, read_tables
from watchers.handbook import Handbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agents.durability.urgency_table import UrgencyRow
    from watchers.contract import Event

MAX_TEXT_CHARS = 20_000
_URGENT_WORDS = frozenset({"urgent", "asap", "dringend", "eilig", "eilt", "urgente", "spoed"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """One row of the owner's rules whose `then` is a priority. `phrases` as in 'from: x' or plain words, folded."""

    phrases: tuple[str, ...]
    priority: str


class FirstPriority:
    """Decides for one vault."""

    def __init__(self, root: Path) -> None:
        self._handbook = Handbook(root)
        self._rules: tuple[PriorityRule, ...] = ()
        self._urgency: tuple[UrgencyRow, ...] = ()

    def of(self, event: Event, flags: Sequence[str], *, sender_known: bool) -> str:
        """The priority of a new task. `flags` are the warnings about it."""
        self._read()
        return first_priority(event, flags, self._rules, self._urgency, sender_known=sender_known)

    def is_wanted_soon(self, event: Event) -> bool:
        """Whether the owner has a rule by which it is urgent or high."""
        self._read()
        return _by_rule(event, self._rules, trusted=True) in {URGENT, HIGH}

    def _read(self) -> None:
        if (text := self._handbook.changed()) is not None:
            self._rules, self._urgency = priority_rules(text), read_urgency(text)[0]


def priority_rules(handbook: str) -> tuple[PriorityRule, ...]:
    """The rules of the handbook that are about priority, in their order. Who plans names the bad rows."""
    rows = (
        row.cells
        for table in read_tables(handbook)
        if isinstance(table, Table) and {"when", "then"} <= set(table.columns)
        for row in table.rows
    )
    return tuple(
        PriorityRule(_phrases(cells["when"]), cells["then"].strip().casefold())
        for cells in rows
        if cells["then"].strip().casefold() in HEAD_START and not cells.get("limit", "").strip()
    )


def first_priority(
    event: Event,
    flags: Sequence[str],
    rules: Sequence[PriorityRule],
    urgency: tuple[UrgencyRow, ...] = (),
    *,
    sender_known: bool,
) -> str:
    """The priority of a new task. `urgency` is the handbook's table of that name."""
    if event.kind == "ask":
        return event.owner_priority if event.owner_priority in HEAD_START else NORMAL
    trusted = sender_known and not flags
    if ruled := _by_rule(event, rules, trusted=trusted):
        return ruled
    claimed = event.marked_urgent or not _URGENT_WORDS.isdisjoint(_words(event.subject).split())
    if not trusted:
        return NORMAL
    return HIGH if claimed else deadline_priority(event, urgency) or NORMAL


def _by_rule(event: Event, rules: Sequence[PriorityRule], *, trusted: bool) -> str:
    """The priority by the first of the owner's rules that is about it; empty when none is."""
    words = _words(f"{event.subject}\n{event.text[:MAX_TEXT_CHARS]}") if rules else ""
    for rule in rules:
        if any(_is_sender(each, event) for each in rule.phrases):
            return rule.priority if trusted else at_most_high(rule.priority)
        if any(_occurs(each, event, words) for each in rule.phrases):
            return at_most_high(rule.priority)
    return ""


def deadline_priority(event: Event, rows: tuple[UrgencyRow, ...]) -> str:
    """The priority of what is wanted soon after it came; empty when nothing is."""
    came = as_local(event.occurred_at).date()
    day = deadline_in(f"{event.subject}\n{event.text[:MAX_TEXT_CHARS]}", came)
    return for_deadline((day - came).days, rows) if day else ""


def _phrases(when: str) -> tuple[str, ...]:
    found = (each.strip().strip("\"'").casefold() for each in re.split(r"\s+or\s+|\s+oder\s+|;", when))
    return tuple(each for each in found if each)


def _is_sender(phrase: str, event: Event) -> bool:
    """Whether the phrase is the sender's whole address, or `@` and its whole domain."""
    wanted, address = phrase.removeprefix("from:").strip(), event.sender_address.casefold()
    if not phrase.startswith("from:") or "@" not in wanted or not address:
        return False
    return address.endswith(wanted) if wanted.startswith("@") else address == wanted


def _occurs(phrase: str, event: Event, words: str) -> bool:
    """Whether the sender contains the part of a name behind `from:`, or the mail the words."""
    if phrase.startswith("from:"):
        wanted = phrase.removeprefix("from:").strip()
        return bool(wanted) and "@" not in wanted and wanted in f"{event.sender_name} {event.sender_address}".casefold()
    return bool(wanted := _words(phrase).strip()) and f" {wanted} " in words


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
