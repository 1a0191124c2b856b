"""What `verify` asks of proposals that are done: their events, their documents, and the note that shows them."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from agents.durability.proposal_rows import ProposalRow, proposals_in
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.writing import operations_from
from agents.security.audit_logger import Link, fields_of
from agents.vault.files import read_regular
from agents.vault.layout import DONE
from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MAX_DOCUMENT_BYTES = 100_000_000
NEEDED = ("proposal.filed", "proposal.approved", "effect.intended")
ENDED = ("effect.done", "effect.resolved")  # the receipt, or the owner's word


class SealedRecords:
    """The done proposals of one vault, against the event chain and the files below `root`."""

    def __init__(self, root: Path, sql: Connection, chain: Sequence[Link]) -> None:
        self._root = root
        self._sql = sql
        self._done = proposals_in(sql, "done")
        self._events: dict[str, dict[str, Mapping[str, Any]]] = {}
        for link in chain:
            fields = fields_of(link)
            about = self._events.setdefault(str(fields.get("target")), {})
            about[str(fields.get("action_type"))] = fields
        notes = sorted((root / DONE).glob("*/*.md"))
        self._notes = {PurePosixPath(path.name).stem: path for path in notes}

    def broken(self) -> Iterator[str]:
        """Every promise that a done proposal breaks."""
        for row in self._done:
            yield from (f"{row.id}: {words}" for words in self._of(row))
        known = {row.id for row in self._done}
        for name, events in self._events.items():
            if "effect.done" in events and name not in known:
                yield f"{name}: the log says that it is done, the journal does not"

    def missing_notes(self) -> Iterator[str]:
        """Done proposals whose note is gone; the history has it."""
        return (f"{row.id}: its note is not in {DONE} any more" for row in self._done if row.id not in self._notes)

    def _of(self, row: ProposalRow) -> Iterator[str]:
        events = self._events.get(row.id, {})
        yield from (f"done without the event {each}" for each in NEEDED if each not in events)
        if not set(ENDED) & set(events):
            yield f"done without the event {ENDED[0]}"
        for kind, fields in events.items():
            parameters = fields.get("parameters")
            if isinstance(parameters, dict) and parameters.get("digest", row.digest) != row.digest:
                yield f"the event {kind} names another digest"
        yield from self._documents(row)
        if row.id in self._notes:
            yield from self._note(row, self._notes[row.id])

    def _documents(self, row: ProposalRow) -> Iterator[str]:
        try:
            documents = [(str(each["path"]), str(each["sha256"])) for each in json.loads(row.receipt)["documents"]]
        except (ValueError, KeyError, TypeError):
            yield "its receipt in the journal cannot be read"
            return
        for path, sha256 in documents:
            found = read_regular(self._root / path, MAX_DOCUMENT_BYTES)
            if not isinstance(found, bytes) or hashlib.sha256(found).hexdigest() != sha256:
                yield f"the document {path} is not the one of the receipt"

    def _note(self, row: ProposalRow, path: Path) -> Iterator[str]:
        """The note still shows what was sealed, and the receipt; the owner may add to it."""
        found = read_regular(path, MAX_DOCUMENT_BYTES)
        shown = _body(found.decode(errors="replace") if isinstance(found, bytes) else "")
        if not shown.startswith(_body(row.note)):
            yield f"the note {path.name} was changed after it was approved"
        elif not all(_lines(words) in shown for words in self._receipts(row.id)):
            yield f"the receipt in the note {path.name} was changed"

    def _receipts(self, name: str) -> Iterator[str]:
        """What was appended to the note when the effect was done."""
        wanted = select(CHAIN.c.line, TRANSITIONS.c.operations).join(TRANSITIONS).where(CHAIN.c.target == name)
        for row in self._sql.execute(wanted):
            edits = (edit for each in operations_from(row.operations) for edit in each.edits)
            yield from (edit.text for edit in edits if edit.kind == "append")


def _body(text: str) -> str:
    note = read_note(text)
    return _lines(note.body) if isinstance(note, Note) else ""


def _lines(text: str) -> str:
    """Without what editors change: line endings, trailing blanks, blank lines at both ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
