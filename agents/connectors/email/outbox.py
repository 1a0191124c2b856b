"""The Outbox folder: finished messages that nothing sends, found again by the key in their Message-ID."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.contract import Document, Receipt, sha256_hex
from agents.connectors.email.address import ascii_address
from agents.connectors.email.headers import one_line
from agents.connectors.email.message import ID_CHARS, Sender
from agents.connectors.email.reader import Mail, read_mail
from agents.errors import NotAllowed, Transient
from agents.vault.files import read_regular, write_new
from agents.vault.layout import HANDBOOK_NOTE, OUTBOX
from agents.vault.note import Problem, decode_note
from agents.vault.tables import Table, read_tables

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PROVIDER = "outbox"
NOT_SENT = "not sent: no mail account - the finished message is in Outbox"
NOBODY = Sender("owner@localhost.invalid")
MAX_MESSAGE_BYTES = 100_000_000
MAX_HANDBOOK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that has the key's name but cannot be read; `path` is relative to the vault."""

    path: str
    why: str


def lookup(vault: Path, key: str, fallback: datetime) -> Receipt | Unreadable | None:
    """The receipt of the message with this key; `fallback` is its time when somebody took out its Date."""
    for path in sorted((vault / OUTBOX).rglob(f"*-message-{key[:10]}.eml")):
        content = read_regular(path, MAX_MESSAGE_BYTES)
        where = path.relative_to(vault).as_posix()
        if isinstance(content, Problem):
            return Unreadable(where, content.message)
        mail = read_mail(content)
        if isinstance(mail, Mail) and mail.message_id.startswith(f"<{key[:ID_CHARS]}@"):
            return receipt(content, where, mail.message_id, mail.date or fallback)
    return None


def file_message(vault: Path, key: str, content: bytes, at: datetime) -> str:
    """Write the message durably; its path, relative to the vault.

    Raises:
        NotAllowed: another file has its name.
        Transient: the disk refused.
    """
    path = vault / OUTBOX / f"{as_local(at):%Y-%m-%d}-message-{key[:10]}.eml"
    try:
        write_new(path, content)
    except FileExistsError as err:
        raise NotAllowed(f"another file is called {path.name}", hint="Move that file out of Outbox.") from err
    except OSError as err:
        raise Transient("the Outbox cannot be written", hint="Make room on the disk.") from err
    return path.relative_to(vault).as_posix()


def receipt(content: bytes, path: str, message_id: str, at: datetime) -> Receipt:
    """The proof of a filed message: it says plainly that nothing was sent."""
    name = path.rpartition("/")[2]
    return Receipt(
        provider=PROVIDER,
        provider_id=message_id,
        at=at,
        summary=NOT_SENT,
        documents=(Document(name, sha256_hex(content), path),),
        paths=(path,),
    )


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
