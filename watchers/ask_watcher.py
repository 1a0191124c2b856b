"""The lines the owner writes into `Ask.md`; of all notes, only this one and `Schedules.md` hold commands."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.vault.ask_lines import ask_lines, has_section, source_ids
from agents.vault.files import read_regular
from agents.vault.layout import ASK_NOTE, is_conflict_copy
from agents.vault.note import Problem, decode_note, read_note
from watchers.contract import Event, Left, OriginKind, Sweep
from watchers.quiet import QuietPeriod

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from watchers.contract import WatcherContext

OWNER = "owner"
MAX_ASK_BYTES = 1_000_000
OPEN_LINE_FACTOR = 6  # a last line without line break is finished after this many quiet periods: somebody may be typing


class AskWatcher:
    """Offers every finished request in `Ask.md` as an event. `quiet_s`: the note unchanged for so long."""

    name = "ask"

    def __init__(self, root: Path, quiet_s: float, machine_now: Callable[[], datetime] | None = None) -> None:
        self._root = root
        self._note = root / ASK_NOTE
        self._quiet_s = quiet_s
        self._quiet = QuietPeriod(machine_now)

    def scan(self, now: datetime) -> Sweep:
        """The requests that are finished and not filed yet."""
        left = self._conflict_copies()
        try:
            status = self._note.lstat()
        except OSError:
            return Sweep(left=left)  # no note, no requests
        text = self._read()
        if isinstance(text, Left):
            return Sweep(left=(*left, text))
        ids = source_ids(text)
        events: list[Event] = []
        waits: list[float] = []
        for line in ask_lines(text):
            if line.ticked:
                continue
            quiet_s = self._quiet_s * (1 if line.closed else OPEN_LINE_FACTOR)
            wait_s = self._quiet.remaining_s(ASK_NOTE, status, now, quiet_s)
            if wait_s:
                waits.append(wait_s)
            else:
                events.append(_event(line.words, ids[line.start], now))
        return Sweep(tuple(events), min(waits, default=None), left)

    def _read(self) -> str | Left:
        """The note, or why it waits for the owner."""
        content = read_regular(self._note, MAX_ASK_BYTES)
        text = content if isinstance(content, Problem) else decode_note(content, MAX_ASK_BYTES)
        note = text if isinstance(text, Problem) else read_note(text)
        if isinstance(note, Problem):
            return Left(ASK_NOTE, f"line {note.line}: {note.message}" if note.line else note.message)
        if not has_section(note.text):
            return Left(ASK_NOTE, "it has no heading 'Ask'; requests are read below that heading")
        return note.text

    def _conflict_copies(self) -> tuple[Left, ...]:
        try:
            names = sorted(each.name for each in self._root.iterdir() if each.name.lower().startswith("ask"))
        except OSError as err:
            return (Left(ASK_NOTE, f"the vault is not readable: {err.strerror}"),)
        return tuple(
            Left(name, "a conflict copy of your sync tool; bring its lines into Ask.md and remove it")
            for name in names
            if is_conflict_copy(name)
        )


def _event(words: str, source_id: str, now: datetime) -> Event:
    return Event(
        source="ask",
        source_id=source_id,
        occurred_at=now,
        content_sha256=hashlib.sha256(words.encode()).hexdigest(),
        kind="ask",
        origin=ASK_NOTE,
        origin_kind=OriginKind.LINE,
        sender_name=OWNER,
        text=words,
    )


def open_watcher(context: WatcherContext) -> AskWatcher:
    """The watcher of one vault."""
    return AskWatcher(context.root, context.quiet_s, context.machine_now)
