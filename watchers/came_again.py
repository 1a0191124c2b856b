"""What the note of a task says when the same file comes again: under which name, a few times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.transitions import local_text
from agents.vault.files import read_regular
from agents.vault.layout import CLAIMED, DONE, NEEDS_ACTION
from agents.vault.neutralize import code_span, visible
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from watchers.contract import Event

AGAIN = "the same file came again"
MOST = 10  # more than these are in the log alone
MAX_NOTE_BYTES = 1_000_000


def came_again(root: Path, event: Event, task: str, now: datetime) -> tuple[Operation, ...]:
    """A line in the task's note, wherever it lies; nothing when it is no file, or was told often enough.

    A note that is nowhere is about to be made, or was taken away by the owner: then the line comes to nothing.
    """
    if event.kind != "file":
        return ()
    name = code_span(visible(event.origin.rpartition("/")[2]))
    line = EditText("line", f"- {local_text(now)} {AGAIN}, named {name}; nothing was filed twice", "History")
    months = sorted(each.name for each in (root / DONE).glob("*"))
    for folder in (NEEDS_ACTION, CLAIMED, *(f"{DONE}/{each}" for each in months)):
        path = f"{folder}/{task}.md"
        text = read_regular(root / path, MAX_NOTE_BYTES)
        if isinstance(text, bytes):
            told = text.count(AGAIN.encode()) >= MOST
            return () if told else (Operation("edit", path, edits=(line,)),)
    return (Operation("edit", f"{NEEDS_ACTION}/{task}.md", edits=(line,)),)
