"""A vault, a state folder and mails for the tests of this room."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from agents.connectors.contract import AttachmentRef, ConnectorContext, sha256_hex
from agents.connectors.email.account import keep_account
from agents.connectors.email.actions import EmailSend
from agents.connectors.email.email_connector import SmtpConnector
from agents.connectors.email.manifest import MANIFEST
from agents.security.egress import Egress
from tests.connectors.contract import MemorySecrets

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from tests.clock import FrozenClock
    from tests.standins.dovecot import Dovecot
    from tests.standins.smtp_server import SmtpServer

KEY = sha256_hex(b"one approval")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 30 + b"\n.\n..\r\n%%EOF\n"
BODY = "Dear Anna,\n\nhere is the invoice for the consulting in Zürich.\n.\n\nKind regards\n"


def invoice_mail(*, body: str = BODY, in_reply_to: str = "") -> EmailSend:
    """A mail with an invoice attached."""
    return EmailSend(
        to="anna@client.example",
        subject="Invoice INV-2026-0001",
        body=body,
        in_reply_to=in_reply_to,
        attachments=(AttachmentRef(name="inv-2026-0001.pdf", sha256=sha256_hex(PDF)),),
    )


SEALED = {sha256_hex(PDF): PDF}


def context_in(folder: Path, clock: FrozenClock, secrets: MemorySecrets | None = None) -> ConnectorContext:
    """A vault and a state folder of their own below the folder."""
    for name in ("vault", "state"):
        (folder / name).mkdir(exist_ok=True)
    return ConnectorContext(folder / "vault", folder / "state", clock, secrets or MemorySecrets())


def answers_for(server: SmtpServer) -> dict[str, str]:
    """What an owner would answer to connect to this server."""
    return {
        "host": "localhost",
        "port": str(server.port),
        "security": "tls" if server.security == "tls" else "starttls",
        "user": server.user,
        "password": server.password,
        "from": "Studio Emma <owner@studio.example>",
        "ca_file": str(server.certificate.certificate_file),
        "login": "password",
        "imap_host": "-",  # it only sends
    }


def connect(context: ConnectorContext, server: SmtpServer, keeping: Dovecot | None = None) -> None:
    """Connect the account of this server; `keeping`: where its mails lie."""
    reading = {"imap_host": "localhost", "imap_port": str(keeping.tls_port)} if keeping else {}
    keep_account(context, answers_for(server) | reading)


def smtp(context: ConnectorContext) -> SmtpConnector:
    """The connector with the way to the account's own host."""
    return SmtpConnector(replace(context, egress=Egress("mail", tuple(MANIFEST.reaches(context)))))


def as_read_by_others(content: bytes) -> EmailMessage:
    """The message as Python's own mail library reads it."""
    return message_from_bytes(content, policy=policy.default)


def written_mail(*headers: str, body: str | bytes = "Hello.\n") -> bytes:
    """A mail as it comes in, with a sender unless one is given."""
    given = [] if any(re.match("(?i)from:", each) for each in headers) else ["From: Anna <anna@client.example>"]
    content = body if isinstance(body, bytes) else body.encode()
    return "".join(f"{each}\r\n" for each in [*given, *headers]).encode() + b"\r\n" + content


def parts_mail(*parts: str, kind: str = "mixed") -> bytes:
    """A multipart mail of these parts, each with its own headers."""
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return written_mail(f"Content-Type: multipart/{kind}; boundary=b", body=body)
