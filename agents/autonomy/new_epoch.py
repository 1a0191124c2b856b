"""A journal that does not know its vault begins a new epoch: the state folder was lost, or another machine ran it.

Nothing in Approved runs, open tasks are filed again from their originals, and what was pending is proposed anew. The
old notes and logs stay readable. What was done before is in Done; only the owner can tell it from what is proposed now.
A sync brings files late: what arrives of an earlier epoch is treated in the same way when it is there (ADR 0028).
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.autonomy.pauses import Pauses
from agents.autonomy.queries import is_log_file
from agents.autonomy.read_notes import LOOK_EVERY_S
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.journal import LOG_MARK, journal_id, last_link, read_meta, write_meta
from agents.durability.task_persistence import add_request
from agents.durability.transitions import Recorder, Transition
from agents.durability.waiting_rows import known_among
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
MARK_CHARS = 7
FROM_OUTSIDE = frozenset({"email", "file", "webhook"})
OURS = frozenset({*FROM_OUTSIDE, "ask", "meeting", "question", "plan", "approval_request", "policy_change"})
_OPEN_PLACES = (NEEDS_ACTION, CLAIMED, PENDING, PLANS)
_KEPT = re.compile(r"\[\[(sha-[0-9a-f]{16}\.[a-z0-9]{1,5})\]\]")
_OUR_NAME = re.compile(r"(?:plan-)?(\d{4}-\d\d-\d\d-[a-z][a-z0-9-]*-[0-9a-f]{10})\.md")
_MARKED_LOG = re.compile(r"\d{4}-\d\d-\d\d-j[0-9a-f]+-\d{4}\.jsonl")
_LOG_NAME = re.compile(r"\d{4}-\d\d-\d\d(?:-j[0-9a-f]+)?-\d{4}\.jsonl")
BEGUN = "begun effects"  # of the journal before this one: what may have happened, and nobody noted the end
_AWAITED = "awaited originals"
_OTHERS = "other machines"
WHY = "why it began anew"
LOST = "The state folder was lost"
WORDS = (
    "{}, so a new epoch began. What was open was filed again, and nothing in Approved was run. Before you say yes, "
    "look in Done whether it was done already. Codes, apps and keys that proved it was you are void: make new ones."
)
IN_DOUBT = (
    "Nobody knows whether {} happened: it was begun before another machine took over. Look at the service yourself "
    "before you say yes to it again."
)
LATE = (
    "Notes of an earlier epoch arrived late, from another machine. What was open in them was filed again; nothing was "
    "run. Before you say yes, look in Done whether it was done already."
)


class NewEpoch:
    """Takes a vault over that its journal does not know, at once and as its files arrive."""

    def __init__(self, recorder: Recorder, places: Places, blobs: Blobs) -> None:
        self._recorder = recorder
        self._places = places
        self._blobs = blobs
        self._clock = recorder.clock
        self._known: set[int] = set()
        self._looked: tuple[object, ...] = ()
        self._look_again_s = float("-inf")
        self._tried = Pauses(recorder.clock)

    def needed(self) -> bool:
        """Whether the journal knows nothing of the vault; making a vault is its first event."""
        with self._recorder.journal.begin() as sql:
            return last_link(sql) is None

    def begin(self, epoch: int) -> None:
        """Put the old notes aside and file open tasks again. A vault that has no past only begins."""
        for entry in self._places.entries(LOGS):  # before the first event, since that writes a log
            if entry.kind == "file":
                self._recorder.store.apply(self._log_aside(entry, epoch))
        had_logs = any(each.kind == "folder" for each in self._places.entries(LOGS))
        notes = [each for place in _OPEN_PLACES for each in self._places.entries(place)]
        found = self._recorder.history.changed_paths()
        with self._recorder.begin() as writing:
            write_meta(writing.sql, LOG_MARK, f"-{journal_id(writing.sql)[:MARK_CHARS]}")
            fact = Fact("runner", "epoch.began", "vault", parameters={"epoch": str(epoch)})
            writing.record(Transition(fact, f"Begin epoch {epoch}", paths=found))
            for entry in notes:
                self._put_aside(writing, entry, epoch)
            if had_logs or notes:
                words = WORDS.format(read_meta(writing.sql, WHY, LOST))
                raise_alert(writing, f"epoch-{epoch}", words, self._clock.now())
            for name in json.loads(read_meta(writing.sql, BEGUN, "[]")):
                raise_alert(writing, name, IN_DOUBT.format(name), self._clock.now())

    def look(self) -> int:
        """Take in what arrives late from another machine; how many things that were.

        In the first epoch only a log shows that there is another one.
        """
        with self._recorder.journal.begin() as sql:
            epoch, awaited = int(read_meta(sql, "epoch", "1")), json.loads(read_meta(sql, _AWAITED, "[]"))
            alone = epoch == 1 and not read_meta(sql, _OTHERS)
        moved = self._logs(epoch, _MARKED_LOG if alone else _LOG_NAME)
        return moved if alone else moved + self._notes(epoch) + self._originals(awaited)

    def _notes(self, epoch: int) -> int:
        stirs = tuple(map(self._places.stirs, _OPEN_PLACES))
        if stirs == self._looked and self._clock.monotonic_s() < self._look_again_s:
            return 0
        unknown = self._unknown()
        if not unknown:  # else what is late may settle, or be tried again, without any change of a folder
            self._looked, self._look_again_s = stirs, self._clock.monotonic_s() + LOOK_EVERY_S
        late = [each for each in unknown if self._places.settled(each) and self._tried.due(each.path)]
        return sum(self._late(entry, epoch) for entry in late)

    def _unknown(self) -> list[Entry]:
        """The notes that are called as ours are and that the journal does not know; only new ones cost anything."""
        here, new = set[int](), []
        for place in _OPEN_PLACES:
            for name, signature in self._places.signatures(place):
                here.add(key := hash((place, name, signature)))
                if key not in self._known:
                    new.append(self._places.entry(place, name))
        self._known &= here
        notes = {entry: match[1] for entry in new if entry and (match := _OUR_NAME.fullmatch(entry.name))}
        with self._recorder.journal.begin() as sql:
            known = known_among(sql, notes.values())
        unknown = [entry for entry, name in notes.items() if entry.kind == "file" and name not in known]
        self._known |= {_key(entry) for entry in new if entry and entry not in unknown}
        return sorted(unknown, key=lambda entry: entry.path)

    def _late(self, entry: Entry, epoch: int) -> int:
        self._tried.tried(entry.path)
        with self._recorder.begin() as writing:
            if self._put_aside(writing, entry, epoch):
                raise_alert(writing, f"late-epoch-{epoch}", LATE, self._clock.now())
                return 1
        self._known.add(_key(entry))  # no note of ours, but one that is called so
        return 0

    def _logs(self, epoch: int, theirs: re.Pattern[str]) -> int:
        with self._recorder.journal.begin() as sql:
            late = [
                each
                for each in self._places.entries(LOGS)
                if each.kind == "file" and theirs.fullmatch(each.name) and not is_log_file(sql, each.name)
            ]
        late = [each for each in late if self._places.settled(each) and self._tried.due(each.path)]
        for entry in late:
            self._tried.tried(entry.path)
            with self._recorder.begin() as writing:
                write_meta(writing.sql, _OTHERS, "yes")
                fact = Fact("runner", "log.put_aside", entry.name, parameters={"epoch": str(epoch)})
                operation = self._log_aside(entry, epoch)
                writing.record(Transition(fact, f"Put the log {entry.name} of another machine aside", (operation,)))
        return len(late)

    def _log_aside(self, entry: Entry, epoch: int) -> Operation:
        target = f"{LOGS}/before-epoch-{epoch}/{entry.name}"
        if self._places.find(entry.name, PurePosixPath(target).parent.as_posix()):
            content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
            digest = sha256_hex(content if isinstance(content, bytes) else b"")[:10]
            target = f"{PurePosixPath(target).with_suffix('')}-{digest}{PurePosixPath(target).suffix}"
        return Operation("move", entry.path, target)

    def _originals(self, awaited: list[str]) -> int:
        """Originals that were not there yet when the note that needs them was put aside."""
        here = [name for name in awaited if self._original(name) is not None]
        for name in here:
            with self._recorder.begin() as writing:
                self._refile(writing, name)
                write_meta(writing.sql, _AWAITED, json.dumps([each for each in awaited if each not in here]))
        return len(here)

    def _put_aside(self, writing: Writing, entry: Entry, epoch: int) -> bool:
        """A note of another epoch: what began it is filed again, the note itself goes to Quarantine. Whether it did."""
        content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
        if not isinstance(content, bytes):
            return False
        text = content.decode(errors="replace")
        kind = _kind(text)
        if kind not in OURS and entry.folder != PENDING:
            return False  # the owner's own note, or an alert
        if kind in FROM_OUTSIDE:
            self._refile_original(writing, text)
        elif kind == "ask":
            self._ask_again(writing, entry.name, text)
        stem = entry.stem if is_note_name(entry.name) else f"unknown-{sha256_hex(content)[:10]}"
        kept = f"{QUARANTINE}/{stem}-before-epoch-{epoch}.md"
        if self._places.find(PurePosixPath(kept).name, QUARANTINE):
            kept = f"{QUARANTINE}/{stem}-before-epoch-{epoch}-{sha256_hex(content)[:10]}.md"
        fact = Fact("runner", "note.put_aside", stem, parameters={"epoch": str(epoch)})
        writing.record(Transition(fact, f"Put {stem} aside", (Operation("move", entry.path, kept),)))
        return True

    def _refile_original(self, writing: Writing, text: str) -> None:
        """Put the mail or file back into the Inbox, now or when it arrives; the note in Quarantine says what it was."""
        names = [match for line in lines_outside_fences(text) for match in _KEPT.findall(line.text)][:1]
        for name in names:
            if not self._refile(writing, name):
                awaited = json.loads(read_meta(writing.sql, _AWAITED, "[]"))
                write_meta(writing.sql, _AWAITED, json.dumps(sorted({*awaited, name})))

    def _refile(self, writing: Writing, name: str) -> bool:
        content = self._original(name)
        if content is None:
            return False
        operation = Operation("file", f"{INBOX}/{name}", blob=self._blobs.put(content))
        writing.record(
            Transition(Fact("runner", "task.refiled", name), "Put an original back into the Inbox", (operation,))
        )
        return True

    def _original(self, name: str) -> bytes | None:
        """The bytes of a kept file, when they are those its name stands for."""
        for month in (each.path for each in self._places.entries(FILES) if each.kind == "folder"):
            content = read_regular(self._recorder.store.path(f"{month}/{name}"), MAX_BYTES)
            if isinstance(content, bytes) and sha256_hex(content).startswith(PurePosixPath(name).stem[4:]):
                return content
        return None

    def _ask_again(self, writing: Writing, name: str, text: str) -> None:
        """File the owner's request anew, once; its words are the first block of its note."""
        words = next((block.content.strip() for block in fenced_blocks(text, "text")), "")
        told = f"asked again|{name}"
        if words and not read_meta(writing.sql, told):
            write_meta(writing.sql, told, "yes")
            at = self._clock.now().isoformat()
            add_request(writing.sql, {"at": at, "kind": "ask", "target": "", "text": words, "actor": "vault"})


def _key(entry: Entry) -> int:
    return hash((entry.folder, entry.name, entry.signature))


def _kind(text: str) -> str:
    note = read_note(text)
    kind = note.properties.get("type", "") if isinstance(note, Note) else ""
    return kind if isinstance(kind, str) else ""
