"""The priority a task begins with: the owner's command, then their rules, then what a known sender claims.

A mail can be made `high` at most by what it says, since whoever writes it chooses the words; `urgent` is the owner's
word alone: by command, by a rule about the whole address of a sender they know, or later in the note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.priorities import HEAD_START, HIGH, NORMAL, URGENT
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from watchers.contract import Event

MAX_HANDBOOK_BYTES = 1_000_000
MAX_TEXT_CHARS = 20_000
_URGENT_WORDS = frozenset({"urgent", "asap", "dringend", "eilig", "eilt", "urgente", "spoed"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """One row of the owner's rules whose `then` is a priority. `phrases` as in 'from: x' or plain words, folded."""

    phrases: tuple[str, ...]
    priority: str


class FirstPriority:
    """Decides for one vault; the handbook is read again when it has changed."""

    def __init__(self, root: Path) -> None:
        self._handbook = root / HANDBOOK_NOTE
        self._seen: tuple[int, ...] = ()
        self._rules: tuple[PriorityRule, ...] = ()

    def of(self, event: Event, flags: Sequence[str], *, sender_known: bool) -> str:
        """The priority of a new task. `flags` are the warnings about it."""
        return first_priority(event, flags, self._read(), sender_known=sender_known)

    def _read(self) -> tuple[PriorityRule, ...]:
        try:
            status = self._handbook.lstat()
        except OSError:
            return ()
        seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        if seen != self._seen:
            content = read_regular(self._handbook, MAX_HANDBOOK_BYTES)
            self._rules = priority_rules(content.decode(errors="replace") if isinstance(content, bytes) else "")
            self._seen = seen
        return self._rules


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


def first_priority(event: Event, flags: Sequence[str], rules: Sequence[PriorityRule], *, sender_known: bool) -> str:
    """The priority of a new task."""
    if event.kind == "ask":
        return event.owner_priority if event.owner_priority in HEAD_START else NORMAL
    trusted = sender_known and not flags
    words = _words(f"{event.subject}\n{event.text[:MAX_TEXT_CHARS]}") if rules else ""
    for rule in rules:
        if any(_is_sender(each, event) for each in rule.phrases):
            return rule.priority if trusted else _no_more_than_high(rule.priority)
        if any(_occurs(each, event, words) for each in rule.phrases):
            return _no_more_than_high(rule.priority)
    claimed = event.marked_urgent or not _URGENT_WORDS.isdisjoint(_words(event.subject).split())
    return HIGH if claimed and trusted else NORMAL


def _no_more_than_high(priority: str) -> str:
    return HIGH if priority == URGENT else priority


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
