"""The state folder is lost: a new epoch begins (DESIGN 2.1).

Nothing in Approved runs, open tasks are filed again from their originals, and what was pending is proposed anew. The
old notes and logs stay readable. What was done before is in Done; only the owner can tell it from what is proposed now.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import last_link
from agents.durability.task_persistence import add_request
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import CLAIMED, FILES, INBOX, LOGS, NEEDS_ACTION, PENDING, PLANS, QUARANTINE
from agents.vault.note import Note, read_note
from agents.vault.note_edit import fenced_blocks
from agents.vault.outline import lines_outside_fences
from agents.vault.store import Operation

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.durability.blobs import Blobs
    from agents.durability.transitions import Writing

MAX_BYTES = 30_000_000
TASK_TYPES = frozenset({"email", "file", "ask"})
_KEPT = re.compile(r"\[\[(sha-[0-9a-f]{16}\.[a-z0-9]{1,5})\]\]")
WORDS = (
    "The state folder was lost, so a new epoch began. What was open was filed again, and nothing in Approved was run. "
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

    def begin(self, epoch: int) -> None:
        """Put the old notes aside and file open tasks again."""
        found = self._recorder.history.changed_paths()
        with self._recorder.begin() as writing:
            fact = Fact("runner", "epoch.began", "vault", parameters={"epoch": str(epoch)})
            writing.record(Transition(fact, f"Begin epoch {epoch}", self._old_logs(epoch), paths=found))
            for folder in (NEEDS_ACTION, CLAIMED):
                for entry in self._places.entries(folder):
                    self._again(writing, entry, epoch)
            for folder in (PENDING, PLANS):
                for entry in self._places.entries(folder):
                    self._aside(writing, entry, epoch)
            raise_alert(writing, f"epoch-{epoch}", WORDS, self._clock.now())

    def _old_logs(self, epoch: int) -> tuple[Operation, ...]:
        return tuple(
            Operation("move", entry.path, f"{LOGS}/before-epoch-{epoch}/{entry.name}")
            for entry in self._places.entries(LOGS)
            if entry.kind == "file"
        )

    def _aside(self, writing: Writing, entry: Entry, epoch: int) -> None:
        if entry.kind != "file" or not entry.name.endswith(".md"):
            return
        stem = entry.name.removesuffix(".md")
        operation = Operation("move", entry.path, f"{QUARANTINE}/{stem}-before-epoch-{epoch}.md")
        fact = Fact("runner", "note.put_aside", stem, parameters={"epoch": str(epoch)})
        writing.record(Transition(fact, f"Put {stem} aside", (operation,)))

    def _again(self, writing: Writing, entry: Entry, epoch: int) -> None:
        content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
        text = content.decode(errors="replace") if isinstance(content, bytes) else ""
        note = read_note(text)
        kind = note.properties.get("type") if isinstance(note, Note) else None
        if kind == "alert":
            return
        if kind in TASK_TYPES:
            self._refile(writing, entry, text)
        self._aside(writing, entry, epoch)

    def _refile(self, writing: Writing, entry: Entry, text: str) -> None:
        """Put the original back where it came from: the Inbox, or the owner's request."""
        original = self._original(text)
        if original is not None:
            name, content = original
            operation = Operation("file", f"{INBOX}/{name}", blob=self._blobs.put(content))
            fact = Fact("runner", "task.refiled", entry.name.removesuffix(".md"))
            writing.record(Transition(fact, "Put an original back into the Inbox", (operation,)))
            return
        asked = [block.content for block in fenced_blocks(text, "text")]
        if asked:
            now = self._clock.now().isoformat()
            add_request(
                writing.sql, {"at": now, "kind": "ask", "target": "", "text": asked[0].strip(), "actor": "vault"}
            )

    def _original(self, text: str) -> tuple[str, bytes] | None:
        links = [match for line in lines_outside_fences(text) for match in _KEPT.findall(line.text)]
        for name in links[:1]:
            for month in self._places.entries(FILES):
                content = read_regular(self._recorder.store.path(f"{month.path}/{name}"), MAX_BYTES)
                if isinstance(content, bytes):
                    return name, content
        return None
