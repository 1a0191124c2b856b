"""The section a proposal's note ends with when it is done. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from agents.durability.transitions import local_text
from agents.vault.plain import plain

if TYPE_CHECKING:
    from agents.connectors.contract import Receipt
    from agents.durability.proposal_rows import ProposalRow


def receipt_text(row: ProposalRow, receipt: Receipt, commit: str, done: str, seq: int) -> str:
    """When it was done, by whose yes, with which proof; `done` in local words, `seq` is its event."""
    decided = local_text(datetime.fromisoformat(row.decided_at))
    parts = [
        f"done {done}",
        f"approved by {row.decided_by} ({plain(row.decided_how)}, {decided})",
        plain(receipt.summary),
        f"intent in commit {commit[:7]}",
        f"event {seq}",
    ]
    lines = ["## Receipt", " · ".join(parts)]
    lines += [f"- {plain(name)}: {plain(value)}" for name, value in receipt.details.items()]
    lines += [f"- [[{document.name}]]" for document in receipt.documents]
    return "\n".join(lines) + "\n"
