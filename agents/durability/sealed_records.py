"""What `verify` asks of proposals that are done: events, order, documents, and the note that shows them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from agents.durability.proposal_rows import ProposalRow, done_proposals, seal_digest
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.writing import operations_from
from agents.security.audit_logger import Link, fields_of
from agents.vault.files import read_regular
from agents.vault.layout import DONE, PENDING
from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from agents.vault.history import History

MAX_DOCUMENT_BYTES = 100_000_000
FILED = "proposal.filed"
APPROVED = "proposal.approved"
ALLOWED = "proposal.allowed"  # by a row of the handbook, instead
NEEDED = (FILED, APPROVED, "effect.intended")
RECEIVED = "effect.done"
ENDED = (RECEIVED, "effect.resolved")  # the receipt, or the owner's word
FACTS = ("id", "action", "amount", "currency", "recipient", "risk", "task")  # the properties that tell the order


@dataclass(frozen=True, slots=True)
class _Event:
    """One event about a proposal, as far as it proves something."""

    seq: int
    digest: str | None
    provider_id: str | None


class SealedRecords:
    """The done proposals of one vault, against the event chain and the files below `root`."""

    def __init__(self, root: Path, sql: Connection, chain: Sequence[Link]) -> None:
        self._root = root
        self._sql = sql
        self._events: dict[str, dict[str, _Event]] = {}
        for link in chain:
            fields = fields_of(link)
            kind = str(fields.get("action_type"))
            if kind.startswith(("proposal.", "effect.")):
                said = fields.get("parameters")
                said = said if isinstance(said, dict) else {}
                event = _Event(link.seq, said.get("digest"), said.get("provider_id"))
                self._events.setdefault(str(fields.get("target")), {})[kind] = event
        notes = sorted((root / DONE).glob("*/*.md"))
        self._notes = {PurePosixPath(path.name).stem: path for path in notes}

    def broken(self) -> Iterator[str]:
        """Every promise that a done proposal breaks."""
        known = set()
        for row in done_proposals(self._sql):
            known.add(row.id)
            yield from (f"{row.id}: {words}" for words in self._of(row))
        for name, events in self._events.items():
            if RECEIVED in events and name not in known:
                yield f"{name}: the log says that it is done, the journal does not"

    def missing_notes(self) -> Iterator[str]:
        """Done proposals whose note is gone; the history has it."""
        rows = done_proposals(self._sql)
        return (f"{row.id}: its note is not in {DONE} any more" for row in rows if row.id not in self._notes)

    def differing_from(self, sql: Connection, history: History, commits: Mapping[int, str]) -> Iterator[str]:
        """Done proposals whose sealed note is another one than was committed; `commits` says which event is where."""
        for row in done_proposals(sql):
            filed = self._events.get(row.id, {}).get(FILED)
            commit = commits.get(filed.seq, "") if filed else ""
            content = history.blob_at(commit, f"{PENDING}/{row.id}.md") if commit else None
            if content is not None and not shows(row.note, content):
                yield f"{row.id}: the note in the journal is not the one of commit {commit[:10]}"

    def _of(self, row: ProposalRow) -> Iterator[str]:
        events = self._events.get(row.id, {})
        said = {*events, APPROVED} if ALLOWED in events else {*events}
        yield from (f"done without the event {each}" for each in NEEDED if each not in said)
        if not set(ENDED) & set(events):
            yield f"done without the event {RECEIVED}"
        for kind, event in events.items():
            if event.digest not in {None, row.digest}:
                yield f"the event {kind} names another digest"
        if not _is_sealed(row):
            yield "the order in the journal is not the one that was sealed"
        yield from self._receipt(row, events.get(RECEIVED))
        if row.id in self._notes:
            yield from self._note(row, self._notes[row.id])

    def _receipt(self, row: ProposalRow, event: _Event | None) -> Iterator[str]:
        try:
            receipt = json.loads(row.receipt)
            documents = [(str(each["path"]), str(each["sha256"])) for each in receipt["documents"]]
            provider_id = receipt["provider_id"]
        except (ValueError, KeyError, TypeError):
            yield "its receipt in the journal cannot be read"
            return
        if event and event.provider_id not in {None, provider_id}:
            yield f"the event {RECEIVED} names another receipt"
        for path, sha256 in documents:
            found = read_regular(self._root / path, MAX_DOCUMENT_BYTES)
            if not isinstance(found, bytes) or hashlib.sha256(found).hexdigest() != sha256:
                yield f"the document {path} is not the one of the receipt"

    def _note(self, row: ProposalRow, path: Path) -> Iterator[str]:
        """The note still shows what was sealed, and the receipt; the owner may add to it."""
        found = read_regular(path, MAX_DOCUMENT_BYTES)
        content = found if isinstance(found, bytes) else b""
        if not shows(row.note, content):
            yield f"the note {path.name} was changed after it was approved"
        elif not all(_lines(words) in _lines(content.decode(errors="replace")) for words in self._receipts(row.id)):
            yield f"the receipt in the note {path.name} was changed"

    def _receipts(self, name: str) -> Iterator[str]:
        """What was appended to the note when the effect was done."""
        wanted = select(CHAIN.c.line, TRANSITIONS.c.operations).join(TRANSITIONS).where(CHAIN.c.target == name)
        for row in self._sql.execute(wanted):
            edits = (edit for each in operations_from(row.operations) for edit in each.edits)
            yield from (edit.text for edit in edits if edit.kind == "append")


def _is_sealed(row: ProposalRow) -> bool:
    try:
        return seal_digest(row.action, row.id, row.task, row.expires_at) == row.digest
    except ValueError:
        return False


def shows(sealed: str, content: bytes) -> bool:
    """Whether a note still tells the sealed order: its text from the beginning, and the properties that tell of it."""
    ours, theirs = read_note(sealed), read_note(content.decode(errors="replace"))
    if not isinstance(ours, Note) or not isinstance(theirs, Note):
        return False
    alike = all(_value(ours, name) == _value(theirs, name) for name in FACTS)
    return alike and _lines(theirs.body).startswith(_lines(ours.body))


def _value(note: Note, name: str) -> object:
    """The property as it is compared: amounts by value, a list of one as its item."""
    found = note.properties.get(name, "")
    text = (found if isinstance(found, str) else ", ".join(found)).strip()
    try:
        return Decimal(text) if name == "amount" else text
    except InvalidOperation:
        return text


def _lines(text: str) -> str:
    """Without what editors change: line endings, trailing blanks, blank lines at both ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
