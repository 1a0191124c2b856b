"""The domain of a task: it stands in the note from the beginning; where the owner changed it, their word stands.

What keeps a personal task from a model is the note itself, as it is now; the journal's row sorts the Dashboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.domain_rows import set_domain
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.security.domain_table import DOMAINS
from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from agents.autonomy.places import Entry
    from agents.durability.transitions import Recorder


def new_domain(content: bytes, known: str) -> str:
    """The domain the owner wrote into a note; empty when it says what is `known`, nothing, or no domain."""
    if f"\ndomain: {known}\n".encode() in content[: content.find(b"\n---", 1) + 1]:
        return ""
    note = read_note(content.decode(errors="replace"))
    word = note.properties.get("domain", "") if isinstance(note, Note) else ""
    word = word.strip().casefold() if isinstance(word, str) else ""
    return word if word in DOMAINS and word != known else ""


def take_domain(recorder: Recorder, entry: Entry, word: str) -> int:
    """Take in the owner's word in a task's note: 1."""
    task = entry.stem
    with recorder.begin() as writing:
        set_domain(writing.sql, task, word)
        fact = Fact("owner", "task.moved_domain", task, task, {"kind": word}, approved_by="owner")
        writing.record(Transition(fact, f"Make {task} {word}", author="owner", paths=(entry.path,)))
    return 1
