"""Bringing one of our notes to where it belongs, wherever the owner has put it meanwhile.

The operations can be repeated after a crash. A note that is gone is written again at the new place; another file that
has the note's name there is put aside first: names are unique for ever, and nothing is overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.contract import sha256_hex
from agents.vault.files import read_regular
from agents.vault.layout import DONE, QUARANTINE, month_folder
from agents.vault.store import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.autonomy.places import Places
    from agents.vault.store import EditText, Store

MAX_TWIN_BYTES = 1_000_000


def done_folder(now: datetime) -> str:
    """The month of Done in which things end now."""
    return month_folder(DONE, as_local(now).date())


@dataclass(frozen=True, slots=True)
class Shelf:
    """Knows where notes lie, and makes the operations that bring them elsewhere."""

    places: Places
    store: Store

    def bring(
        self, name: str, folders: tuple[str, ...], target: str, *edits: EditText, text: str = ""
    ) -> tuple[Operation, ...]:
        """Move the note from the first of `folders` that has it into the folder `target`, with `edits`.

        `text` is written when it is nowhere; without it nothing is done then.
        """
        found = self.places.find(name, *folders, target)
        path = f"{target}/{name}"
        moves: tuple[Operation, ...] = ()
        if found is not None and found.path != path:
            moves = (*self.aside(path), Operation("move", found.path, path, edits=edits))
        create = (Operation("create", path, text=text),) if text else ()  # nothing happens when it is there
        edit = (Operation("edit", path, edits=edits),) if edits else ()
        return (*moves, *create, *edit)

    def aside(self, path: str) -> Iterator[Operation]:
        """Put a note that lies at `path` into Quarantine, so that the path is free; nothing when none does."""
        content = read_regular(self.store.path(path), MAX_TWIN_BYTES)
        if isinstance(content, bytes):
            digest = sha256_hex(content)
            stem = path.rsplit("/", 1)[-1].removesuffix(".md")
            kept = f"{QUARANTINE}/{stem}-twin-{digest[:10]}.md"
            yield Operation("create", kept, text=content.decode(errors="replace"))
            yield Operation("remove", path, blob=digest)
