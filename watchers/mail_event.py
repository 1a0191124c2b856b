"""A mail becomes an event, the same one whether it came as a file or from a server."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from watchers.contract import Event, OriginKind, StoredFile
from watchers.scans import holds_pictures, with_scanned_text
from watchers.stored_file import extension_of, stored_file

if TYPE_CHECKING:
    from agents.connectors.email.reader import Mail

MAX_READ_ATTACHMENTS = 20  # the text of more is not read
MAX_READ_PICTURES = 3  # of a mail, which takes seconds each
OLDEST_MAIL = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(days=1)
# what servers write above a mail on its way, differently in each mailbox that it reaches
_TRACE = frozenset(
    {
        *(b"return-path", b"received", b"delivered-to", b"envelope-to", b"delivery-date", b"x-original-to"),
        *(b"x-received", b"received-spf", b"authentication-results", b"x-envelope-from", b"x-envelope-to"),
    }
)


def mail_event(mail: Mail, content: bytes, name: str, seen_at: datetime, now: datetime) -> Event:
    """The event of a mail and its bytes. `name`: that of its file; `seen_at`: when it was laid where it was found."""
    occurred_at, late = _occurred_at(mail, seen_at, now)
    attachments, flags = _attachments(mail)
    return Event(
        source="email",
        source_id=mail.message_id or content_sha256(content),
        occurred_at=occurred_at,
        content_sha256=content_sha256(_as_sent(content)),
        kind="email",
        origin="",
        origin_kind=OriginKind.REMOTE,
        sender_name=mail.sender_name,
        sender_address=mail.sender_address,
        subject=mail.subject,
        text=mail.text,
        message_id=mail.message_id,
        answers=mail.answers,
        reply_to="" if mail.reply_to.lower() == mail.sender_address.lower() else mail.reply_to,
        bounce=mail.bounce,
        flags=(*mail.flags, *late, *flags),
        marked_urgent=mail.marked_urgent,
        original=StoredFile(content, "eml", name, "message/rfc822"),
        attachments=attachments,
    )


def content_sha256(content: bytes) -> str:
    """The digest of bytes, with CRLF read as LF; 64 hex digits."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _as_sent(content: bytes) -> bytes:
    """The mail below what servers wrote above it: the copies in two mailboxes are one mail."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        line = content[start:end]
        is_folded = start > 0 and line[:1] in (b" ", b"\t")
        if not is_folded and line.partition(b":")[0].lower() not in _TRACE:
            break
        start = end
    return content[start:]


def _occurred_at(mail: Mail, seen_at: datetime, now: datetime) -> tuple[datetime, tuple[str, ...]]:
    """The mail's own date where it can be true, else the file's."""
    if mail.date is None:
        return seen_at, ()
    if OLDEST_MAIL <= mail.date <= now + CLOCK_TOLERANCE:
        return mail.date, ()
    return seen_at, ("the mail's own date cannot be true; the file's is shown",)


def _attachments(mail: Mail) -> tuple[tuple[StoredFile, ...], tuple[str, ...]]:
    files: list[StoredFile] = []
    flags: list[str] = []
    looked_at = 0
    for number, attachment in enumerate(mail.attachments):
        if number < MAX_READ_ATTACHMENTS:
            file, found = stored_file(attachment.content, attachment.sent_name, attachment.media_type)
            if looked_at < MAX_READ_PICTURES and holds_pictures(file, found):
                file, found = with_scanned_text(file, found)
                looked_at += 1
            flags += found
        else:
            extension = extension_of(attachment.sent_name, attachment.media_type)
            file = StoredFile(attachment.content, extension, attachment.sent_name, attachment.media_type)
        files.append(file)
    return tuple(files), tuple(dict.fromkeys(flags))
