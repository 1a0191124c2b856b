"""Conflict copies that say no: two devices disagreed about one proposal, so a yes in the other copy is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.gate import says_no
from agents.vault.files import read_regular
from agents.vault.layout import APPROVED, PENDING, REJECTED, is_conflict_copy
from agents.vault.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from agents.autonomy.places import Entry, Places
    from agents.vault.store import Store


def contradicted(places: Places, store: Store, proposal: str) -> bool:
    """Whether a conflict copy of this proposal's note lies in Rejected, says reject, or cannot be read."""
    return any(
        folder == REJECTED or _says_no(store, entry)
        for folder in (REJECTED, APPROVED, PENDING)
        for name in places.names(folder)
        if name.startswith(proposal) and is_conflict_copy(name) and (entry := places.entry(folder, name))
    )


def _says_no(store: Store, copy: Entry) -> bool:
    content = read_regular(store.path(copy.path), MAX_NOTE_BYTES)
    return not isinstance(content, bytes) or says_no(content.decode(errors="replace"))
