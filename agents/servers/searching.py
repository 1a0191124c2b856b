"""Finding tasks and notes by words, for another assistant: what came first, then what stands in notes."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.queries import newest_tasks
from agents.durability.note_index import NoteIndex
from agents.durability.task_persistence import find_task
from agents.errors import NotAllowed
from agents.security.privacy_rules import privacy_rules
from agents.security.private_tasks import is_withheld
from agents.servers.mail_view import Hit, Hits, HitWords
from agents.servers.progress import tell
from agents.servers.waiting_view import MAX_WORD_CHARS
from agents.vault.neutralize import property_text
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agents.durability.task_persistence import TaskRow
    from agents.servers.door import Door, IsPrivate

MAX_HITS = 10  # of tasks, and of notes
MAX_TASKS_READ = 5_000  # the newest
MAX_WORDS = 12
AROUND = 120


def search(door: Door, words: str) -> Hits:
    """The newest tasks in which all the words stand, then the notes in which they do, the best first.

    Raises:
        NotAllowed: there are no words, or too many.
    """
    wanted = words.casefold().split()
    if not 0 < len(wanted) <= MAX_WORDS:
        raise NotAllowed("This cannot be searched for.", hint=f"Give one to {MAX_WORDS} words.")
    is_private = door.privacy()
    with door.journal() as journal, journal.begin() as sql:
        rows = newest_tasks(sql, MAX_TASKS_READ)
    found = (hit for row in _told(rows) if (hit := _hit(row, wanted)) and not is_private(row.id))
    tasks = tuple(islice(found, MAX_HITS))
    tell(len(rows), len(rows), "looking through the notes")
    notes = _notes(door, words, {each.task for each in tasks}, is_private)
    return Hits(hits=(*tasks, *notes))


def _notes(door: Door, words: str, known: set[str], is_private: IsPrivate) -> Iterator[Hit]:
    """The notes that are not those of known tasks; the note of another task leads to it."""
    root = door.place.root.resolve()
    rules = privacy_rules(root)
    for hit in NoteIndex(door.state, root).search(words, MAX_HITS):
        name = PurePosixPath(hit.path).stem
        if name in known or is_withheld(hit.path, note_at(root, hit.path), rules, is_private):
            continue
        with door.journal() as journal, journal.begin() as sql:
            task = find_task(sql, name)
        words_in = HitWords(title=property_text(hit.title, MAX_WORD_CHARS), excerpt=property_text(hit.excerpt))
        yield Hit(task=task.id if task else "", path=hit.path, from_outside=words_in)


def _told(rows: Sequence[TaskRow]) -> Iterator[TaskRow]:
    for number, row in enumerate(rows):
        if number % 500 == 0:
            tell(number, len(rows), "looking through the tasks")
        yield row


def _hit(row: TaskRow, wanted: list[str]) -> Hit | None:
    view = json.loads(row.view)
    parts = [view["sender_name"], view["sender_address"], view["subject"], view["text"]]
    parts += [each["text"] for each in view["attachments"]]
    whole = "\n".join(filter(None, parts))
    low = whole.casefold()
    if not all(word in low for word in wanted):
        return None
    start = max(0, low.index(wanted[0]) - AROUND)
    title = view["subject"] or view["sender_name"]
    words = HitWords(
        title=property_text(title, MAX_WORD_CHARS), excerpt=property_text(whole[start : start + 2 * AROUND])
    )
    return Hit(task=row.id, path="", from_outside=words)
