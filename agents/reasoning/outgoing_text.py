"""Writes the texts of a request to a model; every text that is not our own is made safe here, once. Pure.

First personal data become placeholders, then what came from outside is fenced: an invisible sign hides no name.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.security.private_notes import reason_to_withhold
from agents.vault.neutralize import Caps, fenced, property_text
from agents.vault.note import Note, Problem
from agents.vault.outline import heading, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from agents.reasoning.brain import AttachedFile, Outcome, TaskView
    from agents.reasoning.toolbox import Part
    from agents.security.data_protection import Redactor
    from agents.security.private_notes import PrivacyRules

MAX_TEXT_CHARS = 100_000  # of one text, before anything is looked for in it
TEXT_CAPS = Caps(max_bytes=64_000, max_lines=1_500, max_columns=2_000)
SHORT_CAPS = Caps(max_bytes=6_000, max_lines=200, max_columns=1_000)  # when a request was too large
HANDBOOK_PARTS = frozenset({"who we are", "money", "tone", "rules"})
_EMPTY_ROW = re.compile(r"\s*\|[^|]+\|\s*\|\s*")


@dataclass(frozen=True, slots=True)
class NamedNote:
    """A note of the vault with its path; a Problem when it cannot be read."""

    path: str
    note: Note | Problem


@dataclass(frozen=True, slots=True)
class Withheld:
    """A note that stays, and why."""

    path: str
    reason: str


class Writer:
    """Writes the parts of one request, in the order in which they are asked for.

    `mapping` says what the placeholders stand for so far, `withheld` what was left out. `explained` are lines that
    explain the owner's files to the owner, as they were shipped: they say nothing to a model and would be paid for in
    every request.
    """

    def __init__(
        self,
        redactor: Redactor,
        rules: PrivacyRules,
        caps: Caps = TEXT_CAPS,
        explained: frozenset[str] = frozenset(),
    ) -> None:
        self._redactor = redactor
        self._rules = rules
        self._caps = caps
        self._explained = explained
        self.mapping: dict[str, str] = {}
        self.withheld: list[Withheld] = []

    def handbook(self, handbook: NamedNote) -> str:
        """The parts of the handbook that a model needs; empty when it may not leave."""
        note = self._may_leave(handbook)
        return f"# The owner's handbook\n\n{self.safe(self._plain(_chosen_parts(note.body)))}" if note else ""

    def notes(self, notes: Iterable[NamedNote]) -> Iterator[str]:
        """Notes, each with its path; those that may not leave are kept in `withheld`."""
        for each in notes:
            note = self._may_leave(each)
            if note:
                yield f"# Note {self._line(each.path)}\n\n{self._block(self._plain(note.body))}"

    def task(self, task: TaskView) -> str:
        """The task with its files."""
        about = {
            "kind": task.kind,
            "received": task.received.isoformat(),
            "from": f"{task.sender_name} <{task.sender_address}>",
            "wants its answer at": task.reply_to,
            "sender is known": "yes" if task.sender_known else "no",
            "subject": task.subject,
            "category": task.category,
            "odd about it": "; ".join(task.flags),
        }
        head = "\n".join(f"{name}: {self._line(value)}" for name, value in about.items() if value)
        files = "".join(map(self._file, task.attachments))
        return f"# Task {task.id}\n\n{head}\n\n{self._block(task.text)}{files}"

    def outcomes(self, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
        """What became of earlier moves, if there were any."""
        if outcomes:
            lines = (json.dumps(self._values(_told(each)), ensure_ascii=False) for each in outcomes)
            shown = fenced("\n".join(lines), caps=self._caps)
            yield f"# What became of earlier moves\n\n{shown}"

    def part(self, part: Part) -> str:
        """A piece of what a tool answered."""
        return self._block(part.text) if part.outside else self.safe(part.text)

    def safe(self, text: str) -> str:
        """The text with placeholders."""
        if len(text) > MAX_TEXT_CHARS:  # at a line's end, so that no value is cut in two
            text = text[:MAX_TEXT_CHARS].rpartition("\n")[0]
        safe, self.mapping = self._redactor.redact(text, self.mapping)
        return safe

    def _plain(self, text: str) -> str:
        """An own note's text without what explains it, and without a second empty line in a row."""
        kept = [line for line in text.splitlines() if line.strip() not in self._explained]
        pairs = zip(["", *kept], kept, strict=False)
        return "\n".join(line for before, line in pairs if line.strip() or before.strip())

    def _values(self, value: JsonValue) -> JsonValue:
        """The same with every text in it made safe, before JSON escapes hide where words begin."""
        if isinstance(value, str):
            return self.safe(value)
        if isinstance(value, list):
            return [self._values(each) for each in value]
        if isinstance(value, dict):
            return {name: self._values(each) for name, each in value.items()}
        return value

    def _file(self, file: AttachedFile) -> str:
        text = self._block(file.text) if file.text else "(no text)\n"
        return f"\nFile {self._line(file.sent_name)} ({self._line(file.media_type)}):\n\n{text}"

    def _may_leave(self, named: NamedNote) -> Note | None:
        reason = reason_to_withhold(named.path, named.note, self._rules)
        if reason is None and isinstance(named.note, Note):
            return named.note
        self.withheld.append(Withheld(named.path, reason or ""))
        return None

    def _block(self, text: str) -> str:
        return fenced(self.safe(text), caps=self._caps)

    def _line(self, text: str) -> str:
        return property_text(self.safe(text))


def _told(outcome: Outcome) -> dict[str, JsonValue]:
    return {
        "move": outcome.key,
        "became": outcome.kind,
        "value": outcome.value,
        "reason": outcome.reason,
        "action": outcome.action.model_dump(mode="json") if outcome.action else None,
        "receipt": outcome.receipt.summary if outcome.receipt else "",
    }


def _chosen_parts(body: str) -> str:
    """Of the handbook what a model needs to know: who may do what, and what is private, is none of its business.

    Rows of a table whose value is empty say nothing and are paid for in every request.
    """
    chosen: list[str] = []
    level = 0
    for line in outline(body).lines:
        found = heading(line.text) if line.fence is None else None
        if found and (not level or found[0] <= level):
            level = found[0] if found[1].strip().casefold() in HANDBOOK_PARTS else 0
        if level and not _EMPTY_ROW.fullmatch(line.text):
            chosen.append(line.text)
    return "\n".join(chosen)
