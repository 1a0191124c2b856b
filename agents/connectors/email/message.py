"""The finished message: RFC 5322 bytes that depend on nothing but action, key, sender, time and attachments.

The Message-ID carries the idempotency key before its `@`, so a message can be found again wherever it lies. Written
without the `email` package, which encodes long message ids (so that answers lose their thread) and draws boundaries.
Source: RFC 5322, RFC 2045, RFC 2046, RFC 2047, RFC 2231.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from agents.connectors.mail_address import ascii_address
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agents.connectors.contract import AttachmentRef, Attachments
    from agents.connectors.email.actions import EmailSend

ID_CHARS = 32
MAX_PLAIN_CHARS = 60  # longer headers are encoded, which folds them
MAX_WORD_BYTES = 39  # 52 characters of base64: the line stays below 76, with the header's name too

MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".ics": "text/calendar",
    ".zip": "application/zip",
    ".xml": "application/xml",
    ".json": "application/json",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom the mail is from. `address` is valid; `name` may be empty."""

    address: str
    name: str = ""

    @property
    def ascii_address(self) -> str:
        """The address with its domain in ASCII."""
        return ascii_address(self.address) or self.address


def message_id(key: str, sender: Sender) -> str:
    """The Message-ID of the effect with this key."""
    return f"<{key[:ID_CHARS]}@{sender.ascii_address.rpartition('@')[2]}>"


def compose(action: EmailSend, key: str, sender: Sender, at: datetime, attachments: Attachments) -> bytes:
    """The message as it leaves: text in UTF-8, attachments as they were sealed; lines end with CR LF.

    Raises:
        NotAllowed: a sealed file was not handed over, or other bytes were.
    """
    head = [
        f"From: {_phrase(sender.name)}<{sender.ascii_address}>",
        f"To: <{action.recipient()}>",
        f"Subject: {_text(action.subject)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id(key, sender)}",
        *_thread(action),
        "MIME-Version: 1.0",
    ]
    parts = [_text_part(action.body), *(_file_part(each, attachments) for each in action.attachments)]
    if len(parts) == 1:
        return _lines(head) + parts[0]
    boundary = f"=_{key[:ID_CHARS]}"  # neither base64 nor quoted-printable can contain `=_`
    head.append(f'Content-Type: multipart/mixed;\r\n boundary="{boundary}"')
    line = f"--{boundary}".encode()
    return _lines(head) + b"\r\n" + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"


def _thread(action: EmailSend) -> Iterator[str]:
    """What it answers, and the thread up to there, each id on a line of its own: no line grows too long."""
    if action.in_reply_to:
        yield f"In-Reply-To: {action.in_reply_to}"
        yield "References: " + "\r\n ".join((*action.references, action.in_reply_to))


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _text_part(body: str) -> bytes:
    head = ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", ""]
    written = binascii.b2a_qp(f"{body.rstrip()}\n".encode())
    return _lines(head) + written.replace(b"\n", b"\r\n")


def _file_part(file: AttachmentRef, attachments: Attachments) -> bytes:
    content = attachments.get(file.sha256)
    if content is None or sha256_hex(content) != file.sha256:
        raise NotAllowed(f"the sealed file {file.name} is missing", hint="Let the mail be proposed again.")
    media_type = MEDIA_TYPES.get(PurePosixPath(file.name).suffix.lower(), "application/octet-stream")
    head = [
        f"Content-Type: {media_type}",
        f"Content-Disposition: attachment;\r\n {_file_name(file.name)}",
        "Content-Transfer-Encoding: base64",
        "",
    ]
    return _lines(head) + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file_name(name: str) -> str:
    if name.isascii():
        return f'filename="{name}"'
    signs = [f"%{byte:02X}" for byte in name.encode()]
    pieces = ["".join(signs[at : at + 20]) for at in range(0, len(signs), 20)]
    return ";\r\n ".join(
        f"filename*{number}*=" + ("" if number else "utf-8''") + piece for number, piece in enumerate(pieces)
    )


def _phrase(name: str) -> str:
    if not name:
        return ""
    if _is_plain(name):
        return '"' + re.sub(r'(["\\])', r"\\\1", name) + '" '
    return _encoded(name) + " "


def _text(text: str) -> str:
    return text if _is_plain(text) else _encoded(text)


def _is_plain(text: str) -> bool:
    return text.isascii() and len(text) <= MAX_PLAIN_CHARS and "=?" not in text and " ".join(text.split()) == text


def _encoded(text: str) -> str:
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in _words(text))


def _words(text: str) -> Iterator[bytes]:
    """The text as UTF-8 in pieces that end with whole characters."""
    word = b""
    for char in text:
        written = char.encode()
        if len(word) + len(written) > MAX_WORD_BYTES:
            yield word
            word = b""
        word += written
    yield word
