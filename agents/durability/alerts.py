"""Alerts: what the owner must know, as a note in Needs_Action, once for each cause.

An alert is filed inside the transition that noticed the cause, so it is neither lost nor repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.layout import NEEDS_ACTION, note_id
from agents.vault.note_edit import emit_note
from agents.vault.store import Operation

if TYPE_CHECKING:
    from datetime import datetime

    from agents.durability.transitions import Writing
    from agents.vault.yaml_text import PropertyValue


def raise_alert(writing: Writing, about: str, words: str, now: datetime, *, detail: str = "") -> str:
    """File one alert about `about` saying `words` (our own sentence), unless it was filed before; its id.

    `detail` is a block of outside text, already neutralised.
    """
    name = f"alert|{about}|{words}"
    known = read_meta(writing.sql, name)
    if known:
        return known
    alert = note_id(as_local(now).date(), "alert", about, words)
    write_meta(writing.sql, name, alert)
    properties: dict[str, PropertyValue] = {
        "id": alert,
        "type": "alert",
        "created": as_local(now),
        "about": about,
        "tags": ["alert"],
    }
    body = f"# {words}\n\nMove this note to `Done/` or delete it when you have read it.\n"
    if detail:
        body += f"\n{detail}\n"
    writing.record(
        Transition(
            Fact("runner", "alert.filed", alert, parameters={"about": about}),
            f"Tell the owner: {alert}",
            (Operation("create", f"{NEEDS_ACTION}/{alert}.md", text=emit_note(properties, body)),),
        )
    )
    return alert


def forget_alert(writing: Writing, about: str, words: str) -> None:
    """The cause is gone; the next time it is told again."""
    write_meta(writing.sql, f"alert|{about}|{words}", "")
