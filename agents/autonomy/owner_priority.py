"""The priority of a task: it stands in the note from the beginning; where the owner changed it, their word stands.

While they said nothing, the kind of the task and a deadline in it may change it (agents/reasoning/urgency.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.priorities import HEAD_START, NORMAL, priorities_of, set_priority
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.neutralize import code_span, visible
from agents.vault.note import Note, read_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from agents.autonomy.places import Entry
    from agents.durability.transitions import Recorder, Writing
    from agents.reasoning.urgency import Urgency

MAX_SHOWN_CHARS = 40


def new_priority(content: bytes, known: str) -> str:
    """What the owner wrote as priority into a note; empty when it says what is `known`, or nothing."""
    if _says(content, known):
        return ""
    note = read_note(content.decode(errors="replace"))
    word = note.properties.get("priority", "") if isinstance(note, Note) else ""
    word = word.strip().casefold() if isinstance(word, str) else ""
    return "" if word == known else word


def take_priority(recorder: Recorder, entry: Entry, word: str) -> int:
    """Take in the owner's word in a task's note, or say that it is none; how many priorities changed."""
    task = entry.stem
    with recorder.begin() as writing:
        if word not in HEAD_START:
            shown = code_span(visible(word[:MAX_SHOWN_CHARS]))
            words = f"{task} has the priority {shown}, which is none of {', '.join(HEAD_START)}; it counts as before."
            raise_alert(writing, task, words, recorder.clock.now(), occasion=str(entry.signature))
            return 0
        set_priority(writing.sql, task, word)
        write_meta(writing.sql, f"priority {task}", word)
        fact = Fact("owner", "task.reprioritised", task, task, {"priority": word}, approved_by="owner")
        writing.record(Transition(fact, f"Make {task} {word}", author="owner", paths=(entry.path,)))
    return 1


def reckon_priority(writing: Writing, entry: Entry, content: bytes, urgency: Urgency) -> None:
    """Give a task the priority it is reckoned to have, unless the owner or a rule of theirs gave it another one."""
    sql, task = writing.sql, entry.stem
    known, ours = priorities_of(sql, [task])[task], read_meta(sql, f"urgency {task}", NORMAL)
    owners_word = read_meta(sql, f"priority {task}") or new_priority(content, known)
    if owners_word or known not in {NORMAL, ours} or urgency.priority == known:
        return
    set_priority(sql, task, urgency.priority)
    write_meta(sql, f"urgency {task}", urgency.priority)
    fact = Fact("runner", "task.reckoned", task, task, {"priority": urgency.priority, "why": urgency.why})
    edit = Operation("edit", entry.path, edits=(EditText("property", urgency.priority, "priority"),))
    writing.record(Transition(fact, f"Make {task} {urgency.priority}", (edit,)))


def _says(content: bytes, priority: str) -> bool:
    """Whether the properties hold the line as we write it: most notes need no parser."""
    return f"\npriority: {priority}\n".encode() in content[: content.find(b"\n---", 1) + 1]
