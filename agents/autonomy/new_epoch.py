"""The state folder is lost, or one from a backup: a new epoch begins (DESIGN 2.1, ADR 0027).

Nothing in Approved runs, open tasks are filed again from their originals, and what was pending is proposed anew. The
old notes and logs stay readable. What was done before is in Done; only the owner can tell it from what is proposed now.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link
from agents.durability.task_persistence import add_request
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import (
    CLAIMED,
    FILES,
    INBOX,
    LOGS,
    NEEDS_ACTION,
    PENDING,
    PLANS,
    QUARANTINE,
    is_note_name,
)
from agents.vault.note import Note, read_note
from agents.vault.note_edit import fenced_blocks
from agents.vault.outline import lines_outside_fences
from agents.vault.store import Operation

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Writing

MAX_BYTES = 30_000_000
FROM_OUTSIDE = frozenset({"email", "file"})
OURS = frozenset({*FROM_OUTSIDE, "ask", "question", "plan", "approval_request"})
_KEPT = re.compile(r"\[\[(sha-[0-9a-f]{16}\.[a-z0-9]{1,5})\]\]")
LOST = "The state folder was lost"
OVERTAKEN = "The state folder is older than the vault, as after a restore from a backup"
WORDS = (
    "{why}, so a new epoch began. What was open was filed again, and nothing in Approved was run. "
    "Before you say yes, look in Done whether it was done already."
)


class NewEpoch:
    """Takes a vault over whose journal is gone."""

    def __init__(self, recorder: Recorder, places: Places, blobs: Blobs) -> None:
        self._recorder = recorder
        self._places = places
        self._blobs = blobs
        self._clock = recorder.clock

    def needed(self) -> bool:
        """Whether the journal knows nothing of the vault; making a vault is its first event."""
        with self._recorder.journal.begin() as sql:
            return last_link(sql) is None

    def forget(self, epoch: int) -> None:
        """Put an overtaken journal aside: what it holds was true once, and nobody knows what has happened since."""
        self._recorder.journal.begin_anew(f"journal-before-epoch-{epoch}.sqlite")

    def begin(self, epoch: int, why: str = LOST) -> None:
        """Put the old notes aside and file open tasks again. A vault that has no past only begins."""
        self._move_logs(epoch)
        had_logs = any(each.kind == "folder" for each in self._places.entries(LOGS))
        notes = [each for place in (NEEDS_ACTION, CLAIMED, PENDING, PLANS) for each in self._places.entries(place)]
        found = self._recorder.history.changed_paths()
        with self._recorder.begin() as writing:
            fact = Fact("runner", "epoch.began", "vault", parameters={"epoch": str(epoch)})
            writing.record(Transition(fact, f"Begin epoch {epoch}", paths=found))
            for entry in notes:
                self._put_aside(writing, entry, epoch)
            if had_logs or notes:
                raise_alert(writing, f"epoch-{epoch}", WORDS.format(why=why), self._clock.now())

    def _move_logs(self, epoch: int) -> None:
        """Make room for the new chain's log. Before its first event, since that writes a file of the same name."""
        for entry in self._places.entries(LOGS):
            if entry.kind == "file":
                self._recorder.store.apply(Operation("move", entry.path, f"{LOGS}/before-epoch-{epoch}/{entry.name}"))

    def _put_aside(self, writing: Writing, entry: Entry, epoch: int) -> None:
        """A note of the old epoch: what began it is filed again, the note itself goes to Quarantine."""
        content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
        if not isinstance(content, bytes):
            return
        text = content.decode(errors="replace")
        kind = _kind(text)
        if kind not in OURS and entry.folder != PENDING:
            return  # the owner's own note, or an alert
        if kind in FROM_OUTSIDE:
            self._refile_original(writing, text)
        elif kind == "ask":
            self._ask_again(writing, text)
        stem = entry.name.removesuffix(".md") if is_note_name(entry.name) else f"unknown-{sha256_hex(content)[:10]}"
        operation = Operation("move", entry.path, f"{QUARANTINE}/{stem}-before-epoch-{epoch}.md")
        fact = Fact("runner", "note.put_aside", stem, parameters={"epoch": str(epoch)})
        writing.record(Transition(fact, f"Put {stem} aside", (operation,)))

    def _refile_original(self, writing: Writing, text: str) -> None:
        """Put the mail or file back into the Inbox; without its original only the note in Quarantine is left."""
        links = [match for line in lines_outside_fences(text) for match in _KEPT.findall(line.text)]
        months = [each.path for each in self._places.entries(FILES) if each.kind == "folder"]
        for month in months if links else ():
            content = read_regular(self._recorder.store.path(f"{month}/{links[0]}"), MAX_BYTES)
            if isinstance(content, bytes):
                operation = Operation("file", f"{INBOX}/{links[0]}", blob=self._blobs.put(content))
                fact = Fact("runner", "task.refiled", links[0])
                writing.record(Transition(fact, "Put an original back into the Inbox", (operation,)))
                return

    def _ask_again(self, writing: Writing, text: str) -> None:
        """File the owner's request anew; its words are the first block of its note."""
        words = next((block.content.strip() for block in fenced_blocks(text, "text")), "")
        if words:
            at = self._clock.now().isoformat()
            add_request(writing.sql, {"at": at, "kind": "ask", "target": "", "text": words, "actor": "vault"})


def _kind(text: str) -> str:
    note = read_note(text)
    kind = note.properties.get("type", "") if isinstance(note, Note) else ""
    return kind if isinstance(kind, str) else ""
