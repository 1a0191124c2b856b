"""Finished messages in the Outbox folder that nothing sends, found again by the key in their Message-ID."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.email.headers import one_line
from agents.connectors.email.message import ID_CHARS, Sender
from agents.connectors.email.reader import Mail, read_mail
from agents.connectors.filed import Shelf, Unreadable, filed_receipt
from agents.connectors.mail_address import ascii_address
from agents.vault.files import read_regular
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.note import Problem, decode_note
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.contract import Receipt

NOT_SENT = "not sent: no mail account - the finished message is in Outbox"
NOBODY = Sender("owner@localhost.invalid")
MESSAGES = Shelf("message", "eml", max_bytes=100_000_000)
MAX_HANDBOOK_BYTES = 1_000_000


def lookup(vault: Path, key: str, fallback: datetime) -> Receipt | Unreadable | None:
    """The receipt of the message with this key; `fallback` is its time when somebody took out its Date."""
    for found in MESSAGES.found(vault, key):
        if isinstance(found, Unreadable):
            return found
        path, content = found
        mail = read_mail(content)
        if isinstance(mail, Mail) and mail.message_id.startswith(f"<{key[:ID_CHARS]}@"):
            return receipt(content, path, mail.message_id, mail.date or fallback)
    return None


def receipt(content: bytes, path: str, message_id: str, at: datetime) -> Receipt:
    """The proof of a filed message: it says plainly that nothing was sent."""
    return filed_receipt(content, path, message_id, at, NOT_SENT)


def handbook_sender(vault: Path) -> Sender:
    """Whom mails are from, as the handbook's table `Who we are` says; NOBODY when it says nothing."""
    content = read_regular(vault / HANDBOOK_NOTE, MAX_HANDBOOK_BYTES)
    text = content if isinstance(content, Problem) else decode_note(content)
    said: dict[str, str] = {}
    for table in () if isinstance(text, Problem) else read_tables(text):
        if isinstance(table, Table) and table.heading.strip().lower() == "who we are":
            rows = (list(row.cells.values()) for row in table.rows)
            said |= {cells[0].strip().lower(): cells[1].strip() for cells in rows if len(cells) > 1}
    address = next((ascii_address(said[word]) for word in ("email", "e-mail", "mail") if word in said), None)
    return Sender(address, one_line(said.get("company", ""))) if address else NOBODY
