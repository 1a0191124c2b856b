"""When a payee was mentioned last: in mails, requests and other tasks, and in the owner's own notes. Reads only.

What the payee sends by itself - bills, receipts, newsletters - and what the books and the employee write is no mention.
The index of notes is asked, which reads changed notes only; private notes are not in it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from agents.autonomy.queries import first_task_at
from agents.clock import as_local
from agents.connectors.bank.party_names import runs_of
from agents.durability.journal import looking
from agents.durability.note_index import NoteIndex
from agents.errors import EmployeeError
from agents.reasoning.triage import BANK_STATEMENT, BILL, NEWSLETTER, RECEIPT
from agents.vault.layout import (
    ASK_NOTE,
    DASHBOARD_NOTE,
    FOLDERS,
    HANDBOOK_NOTE,
    PRIVACY_NOTE,
    SCHEDULES_NOTE,
    TASK_KINDS,
)
from agents.vault.note import Note
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

NO_MENTION = frozenset({BANK_STATEMENT, BILL, NEWSLETTER, RECEIPT, "spam"})
_NOT_OWN = frozenset({ASK_NOTE, DASHBOARD_NOTE, HANDBOOK_NOTE, PRIVACY_NOTE, SCHEDULES_NOTE})
_OURS = frozenset(each.partition("/")[0] for each in FOLDERS)
_TASK = re.compile(rf"(?:.*/)?(\d{{4}}-\d\d-\d\d)-(?:{'|'.join(TASK_KINDS)})-[0-9a-f]+\.md")


def last_mentions(root: Path, state: Path, payees: Collection[str]) -> dict[str, date]:
    """The last day on which each payee was mentioned; for one that never was, the first of which anything is known.

    `root` is our resolved folder. A payee without a telling word is left out; so are all while no note can be searched.
    """
    with looking(state) as sql:
        first = first_task_at(sql)
    runs = {each: found for each in payees if (found := runs_of(each))}
    if first is None or not runs:
        return {}
    try:
        notes = NoteIndex(state, root).holding(runs)
    except EmployeeError:
        return {}  # told by whatever needs to search
    began = as_local(datetime.fromisoformat(first)).date()
    return {payee: max(_last_day(root, paths), began) for payee, paths in notes.items()}


def _last_day(root: Path, paths: Iterable[str]) -> date:
    """The newest day of notes that count; long ago when none does."""
    found = date.min
    for path in paths:
        task = _TASK.fullmatch(path)
        day = date.fromisoformat(task[1]) if task else _written(root, path)
        if day > found and (task is None or _counts(root, path)):
            found = day
    return found


def _written(root: Path, path: str) -> date:
    """When the owner wrote a note of theirs last; long ago for what is not theirs, or gone."""
    if path.partition("/")[0] in _OURS | _NOT_OWN:
        return date.min
    try:
        return as_local(datetime.fromtimestamp((root / path).stat().st_mtime, UTC)).date()
    except OSError:
        return date.min


def _counts(root: Path, path: str) -> bool:
    note = note_at(root, path)
    return isinstance(note, Note) and note.properties.get("category") not in NO_MENTION
