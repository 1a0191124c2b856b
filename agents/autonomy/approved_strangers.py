"""What lies in Approved and is no proposal that waits: put aside and told, never run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agents.autonomy.pauses import Pauses
from agents.connectors.contract import sha256_hex
from agents.durability.alerts import raise_alert
from agents.durability.proposal_rows import OPEN, ProposalRow, find_proposal
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, PENDING, QUARANTINE, is_conflict_copy
from agents.vault.neutralize import code_span, visible
from agents.vault.note import Problem
from agents.vault.store import Operation

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.durability.transitions import Recorder

MAX_BYTES = 30_000_000
NO_NOTE = "There is something in Approved that is no note; nothing was run."
CONFLICT = "A conflict copy of your sync tool lies in {folder}; it is held. Keep one note and delete the other."
LINK = "A link lay in {folder}. It was removed and nothing was run; its target was not touched."
UNKNOWN = "A note in Approved is not one that waits for you; nothing was run."


class Strangers:
    """Looks for them."""

    def __init__(self, recorder: Recorder, places: Places) -> None:
        self._recorder = recorder
        self._places = places
        self._clock = recorder.clock
        self._told: set[tuple[str, str]] = set()
        self._tried = Pauses(recorder.clock)

    def look(self) -> int:
        """Deal with what is in Approved, and tell of conflict copies in Pending_Approval; how many were moved."""
        for entry in self._places.entries(PENDING):
            if is_conflict_copy(entry.name):
                self._tell(entry, CONFLICT.format(folder=PENDING))
        return sum(self._stranger(entry) for entry in self._places.entries(APPROVED))

    def _stranger(self, entry: Entry) -> int:
        if entry.kind == "link":
            return self.remove_link(entry)
        if entry.kind != "file":
            return self._tell(entry, NO_NOTE)
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, entry.name.removesuffix(".md")) if entry.name.endswith(".md") else None
        if (row is not None and row.state in OPEN) or not self._places.settled(entry):
            return 0
        if is_conflict_copy(entry.name):
            return self._tell(entry, CONFLICT.format(folder=APPROVED))
        return self._put_aside(entry, row)

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
            words = f"{row.id} is {row.state} already; the note in Approved was put aside and nothing was run."
        with self._recorder.begin() as writing:
            target = row.id if row else "unknown"
            fact = Fact("runner", "approved.quarantined", target, parameters={"sha256": digest})
            operation = Operation("move", entry.path, kept)
            writing.record(Transition(fact, "Quarantine a note from Approved", (operation,)))
            detail = f"It was named {code_span(visible(entry.name))} and lies in `{kept}`."
            raise_alert(writing, target, words, self._clock.now(), detail=detail, occasion=kept)
        return 1


def _occasion(entry: Entry) -> str:
    """The same thing is told once; another one of the same name is told again."""
    return f"{entry.name}\0{entry.signature[0]}"
