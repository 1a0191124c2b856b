"""Alerts: what the owner must know, as a note in Needs_Action, once for each cause.

An alert is filed inside the transition that noticed the cause, so it is neither lost nor repeated.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.durability.journal import last_link, read_meta, write_meta
from agents.durability.writing import Transition
from agents.errors import LockedOut
from agents.security.audit_logger import Fact
from agents.vault.layout import NEEDS_ACTION, note_id
from agents.vault.neutralize import visible
from agents.vault.note_edit import emit_note
from agents.vault.plain import plain
from agents.vault.store import Operation

if TYPE_CHECKING:
    from datetime import datetime

    from agents.durability.writing import Writing
    from agents.errors import EmployeeError
    from agents.vault.yaml_text import PropertyValue

ALERT_SUBJECT = "Tell the owner:"
LINES = "connections"


def raise_alert(
    writing: Writing, about: str, words: str, now: datetime, *, detail: str = "", occasion: str = ""
) -> str:
    """File one alert about `about` saying `words` (our own sentence), unless it was filed before; its id.

    `detail` is a block of outside text, already neutralised. `occasion` tells causes apart that sound the same.
    """
    cause = hashlib.sha256(f"{about}\0{words}\0{occasion}".encode(errors="surrogatepass")).hexdigest()
    known = read_meta(writing.sql, f"alert {cause}")
    if known:
        return known
    before = last_link(writing.sql)
    unique = f"{cause} {before.seq if before else 0}"
    alert = note_id(as_local(now).date(), "alert", about, unique)
    write_meta(writing.sql, f"alert {cause}", alert)
    properties: dict[str, PropertyValue] = {
        "id": alert,
        "type": "alert",
        "created": as_local(now),
        "about": about,
        "tags": ["alert"],
    }
    body = f"# {' '.join(visible(words).split())}\n\nMove this note to `Done/` or delete it when you have read it.\n"
    if detail:
        body += f"\n{detail}\n"
    writing.record(
        Transition(
            Fact("runner", "alert.filed", alert, parameters={"about": about}),
            f"{ALERT_SUBJECT} {alert}",
            (Operation("create", f"{NEEDS_ACTION}/{alert}.md", text=emit_note(properties, body)),),
        )
    )
    return alert


def tell_waiting(writing: Writing, waits: str, err: EmployeeError, now: datetime) -> None:
    """File that something waits for the owner; a service that lets nobody in is told once a day for all that waits."""
    words = f"{plain(str(err))} {plain(err.hint)}"
    if isinstance(err, LockedOut):
        raise_alert(writing, LINES, words, now, occasion=as_local(now).date().isoformat())
    else:
        raise_alert(writing, waits, f"{waits} waits: {words}", now)
