"""A proposal that is done, with everything `verify` asks of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import add_task
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.store import EditText, Operation
from tests.durability.test_rows import PROPOSAL, TASK

if TYPE_CHECKING:
    from tests.durability.room import Room

DONE = "Done/2026-11/proposal-1.md"
PDF = "Accounting/Invoices/2026/inv-2026-0001.pdf"
NUMBER = "INV-2026-0001"
SEALED = "---\nid: proposal-1\namount: 1130.50\n---\n# Create an invoice?\n\ntext  \n"
EVENTS = ("proposal.filed", "proposal.approved", "effect.intended")


def finish(room: Room) -> Room:
    """A proposal that was filed, approved, intended and done, with a document and its note in Done."""
    document = {"name": "inv.pdf", "path": PDF, "sha256": room.blobs.put(b"%PDF")}
    room.write(PDF, "%PDF")
    row = replace(
        PROPOSAL, note=SEALED, state="done", receipt=json.dumps({"provider_id": NUMBER, "documents": [document]})
    )
    with room.recorder.begin() as writing:
        add_task(writing.sql, TASK)
        add_proposal(writing.sql, row)
        for kind in EVENTS:
            fact = Fact("runner", kind, row.id, row.task, {"digest": row.digest})
            writing.record(Transition(fact, f"{kind} {row.id}"))
        receipt = EditText("append", "## Receipt\ndone 12:00 · INV-2026-0001\n")
        operations = (Operation("create", DONE, text=row.note), Operation("edit", DONE, edits=(receipt,)))
        fact = Fact("executor", "effect.done", row.id, row.task, {"digest": row.digest, "provider_id": NUMBER})
        writing.record(Transition(fact, f"Done {row.id}", operations, paths=(PDF,)))
    room.recorder.housekeeping(())
    return room
