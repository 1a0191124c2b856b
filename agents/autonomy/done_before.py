"""What an earlier journal did and this one does not know: told in the proposal that would do it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.payload import dump_action
from agents.durability.journal import LOG_MARK, read_meta
from agents.durability.waiting_rows import known_among
from agents.vault.files import read_regular
from agents.vault.layout import DONE
from agents.vault.note import MAX_NOTE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from agents.autonomy.places import Places
    from agents.connectors.contract import Action
    from agents.vault.store import Store

MONTHS = 3  # of Done that are looked through
WARNING = "⚠ Just this was done before, by another machine or before the state folder was lost: see {} in Done."


def done_before(sql: Connection, places: Places, store: Store, action: Action) -> Iterator[str]:
    """A warning for each note in Done with a receipt for the very same order. In the first epoch there is none."""
    if not read_meta(sql, LOG_MARK):
        return
    kind, order = f"-{action.action.replace('.', '-').replace('_', '-')}-", f"\n{dump_action(action)}\n"
    months = [each.path for each in places.entries(DONE) if each.kind == "folder"][-MONTHS:]
    for entry in (each for month in months for each in places.entries(month) if kind in each.name):
        name = entry.stem
        content = read_regular(store.path(entry.path), MAX_NOTE_BYTES)
        text = content.decode(errors="replace") if isinstance(content, bytes) else ""
        if order in text and "\n## Receipt\n" in text and not known_among(sql, [name]):
            yield WARNING.format(name)
