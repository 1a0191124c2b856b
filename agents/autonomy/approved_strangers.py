"""What lies in Approved and is no proposal that waits, and notes of decided proposals that were dragged elsewhere.

Strangers are put aside and told, never run; a note that is decided goes back to where it belongs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.autonomy.pauses import Pauses
from agents.autonomy.shelving import done_folder
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.proposal_rows import OPEN, ProposalRow, find_proposal
from agents.durability.sealed_records import shows
from agents.durability.transitions import Transition
from agents.durability.waiting_rows import proposal_states
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, DONE, PENDING, QUARANTINE, REJECTED, is_conflict_copy
from agents.vault.neutralize import code_span, visible
from agents.vault.note import Problem
from agents.vault.store import Operation

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.autonomy.read_notes import ReadNotes
    from agents.durability.transitions import Recorder

MAX_BYTES = 30_000_000
NO_NOTE = "There is something in Approved that is no note; nothing was run."
CONFLICT = "A conflict copy of your sync tool lies in {folder}; it is held. Keep one note and delete the other."
LINK = "A link lay in {folder}. It was removed and nothing was run; its target was not touched."
UNKNOWN = "A note in Approved is not one that waits for you; nothing was run."


class Strangers:
    """Looks for them."""

    def __init__(self, recorder: Recorder, places: Places, pending: ReadNotes, rejected: ReadNotes) -> None:
        self._recorder = recorder
        self._places = places
        self._pending = pending
        self._rejected = rejected
        self._clock = recorder.clock
        self._told: set[tuple[str, str]] = set()
        self._tried = Pauses(recorder.clock)

    def look(self) -> int:
        """Deal with what is in Approved, and tell of conflict copies in Pending_Approval; how many were moved."""
        pending = self._pending.look()
        for entry in pending:
            if is_conflict_copy(entry.name):
                self._tell(entry, CONFLICT.format(folder=PENDING))
        dragged = self._dragged(pending) + self._dragged(self._rejected.look())
        return dragged + sum(self._stranger(entry) for entry in self._places.entries(APPROVED))

    def _dragged(self, lying: list[Entry]) -> int:
        """Notes in Pending_Approval or Rejected whose proposals came to another end are put back."""
        with self._recorder.journal.begin() as sql:
            states = proposal_states(sql, map(_stem, lying))
        astray = []
        for entry in lying:
            state = states.get(_stem(entry), "")
            if entry.kind == "file" and state not in {*OPEN, ""} and _home(state) != entry.folder:
                astray.append(entry)
            elif entry.folder == REJECTED and state not in OPEN:
                self._rejected.read(entry)
        return sum(self._put_back(entry) for entry in astray)

    def _put_back(self, entry: Entry) -> int:
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, _stem(entry))
        return self._bring_home(entry, row) if row and self._places.settled(entry) else 0

    def _bring_home(self, entry: Entry, row: ProposalRow) -> int:
        """Move it to where it belongs; a copy of one that lies there is put aside."""
        home = _home(row.state)
        if self._places.find(entry.name, home):
            return self._put_aside(entry, row)
        if not self._tried.due(entry.path):
            return 0
        self._tried.tried(entry.path)
        target = done_folder(self._clock.now()) if home == DONE else home
        words = f"{row.id} is {row.state} already; its note was put back to {home} and nothing was run."
        with self._recorder.begin() as writing:
            fact = Fact("runner", "proposal.put_back", row.id, row.task, {"digest": row.digest})
            operation = Operation("move", entry.path, f"{target}/{entry.name}")
            writing.record(Transition(fact, f"Put {row.id} back", (operation,)))
            raise_alert(writing, row.id, words, self._clock.now(), occasion=_occasion(entry))
        return 1

    def _stranger(self, entry: Entry) -> int:
        if entry.kind == "link":
            return self.remove_link(entry)
        if entry.kind != "file":
            return self._tell(entry, NO_NOTE)
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, entry.stem) if entry.name.endswith(".md") else None
        if (row is not None and row.state in OPEN) or not self._places.settled(entry):
            return 0
        if is_conflict_copy(entry.name):
            return self._tell(entry, CONFLICT.format(folder=APPROVED))
        if row is not None and self._is_whole(entry, row):
            return self._bring_home(entry, row)
        return self._put_aside(entry, row)

    def _is_whole(self, entry: Entry, row: ProposalRow) -> bool:
        """Whether this is the note as it was sealed; what says something else is a stranger under its name."""
        content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
        return isinstance(content, bytes) and shows(row.note, content)

    def remove_link(self, entry: Entry) -> int:
        """Remove a symbolic link; never what it points to."""
        if not self._tried.due(entry.path):
            return 0
        self._tried.tried(entry.path)
        try:
            target = os.fsencode(self._recorder.store.path(entry.path).readlink()).decode(errors="backslashreplace")
        except OSError:  # gone since it was listed
            return 0
        words = LINK.format(folder=entry.folder)
        with self._recorder.begin() as writing:
            fact = Fact("runner", "approved.link_removed", entry.folder)
            operation = Operation("unlink", entry.path)
            writing.record(Transition(fact, f"Remove a link from {entry.folder}", (operation,)))
            detail = code_span(visible(target))
            raise_alert(writing, entry.folder, words, self._clock.now(), detail=detail, occasion=_occasion(entry))
        return 1

    def _tell(self, entry: Entry, words: str) -> int:
        if (entry.path, words) not in self._told:
            self._told.add((entry.path, words))
            name = code_span(visible(entry.name))
            with self._recorder.begin() as writing:
                raise_alert(writing, entry.folder, words, self._clock.now(), detail=name, occasion=_occasion(entry))
        return 0

    def _put_aside(self, entry: Entry, row: ProposalRow | None) -> int:
        if not self._tried.due(entry.path):
            return 0
        self._tried.tried(entry.path)
        content = read_regular(self._recorder.store.path(entry.path), MAX_BYTES)
        if isinstance(content, Problem):
            return self._tell(entry, f"A file in Approved is held: {content.message}.")
        digest = sha256_hex(content)[:10]
        moment = self._clock.now().strftime("%Y%m%dt%H%M%Sz").lower()
        suffix = "md" if entry.name.lower().endswith(".md") else "bin"
        kept = f"{QUARANTINE}/{f'{row.id}-again' if row else 'unknown'}-{digest}-{moment}.{suffix}"
        words = UNKNOWN
        if row is not None:
            words = f"{row.id} is {row.state} already; the note in {entry.folder} was put aside and nothing was run."
        with self._recorder.begin() as writing:
            target = row.id if row else "unknown"
            fact = Fact("runner", "approved.quarantined", target, parameters={"sha256": digest})
            operation = Operation("move", entry.path, kept)
            writing.record(Transition(fact, f"Quarantine a note from {entry.folder}", (operation,)))
            detail = f"It was named {code_span(visible(entry.name))} and lies in `{kept}`."
            raise_alert(writing, target, words, self._clock.now(), detail=detail, occasion=kept)
        return 1


def _home(state: str) -> str:
    """Where the note of a decided proposal belongs."""
    return REJECTED if state == "rejected" else DONE


def _stem(entry: Entry) -> str:
    """The id of the proposal whose note it would be; empty when it is called otherwise."""
    return entry.stem if entry.name.endswith(".md") else ""


def _occasion(entry: Entry) -> str:
    """The same thing is told once; another one of the same name is told again."""
    return f"{entry.name}\0{entry.signature[0]}"
