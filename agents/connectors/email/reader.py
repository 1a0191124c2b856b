"""Reads a mail as it came from outside. Never raises: what is no mail at all is a Problem.

A Mail is safe to pass on in these ways: its addresses are empty or valid, its message ids are empty or well formed, its
subject and names are one line. Everything else in it is the sender's word; whoever shows it neutralises it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from agents.connectors.email.bounces import Bounce, read_bounce
from agents.connectors.email.headers import HeaderBlock, Mailbox, mailboxes, one_line, readable, split_headers
from agents.connectors.email.mail_source import Listed, MailSession, MailSource, MailSources, trouble_place
from agents.connectors.email.parts import MailAttachment, read_body
from agents.connectors.email.quotes import quoted_reply_removed
from agents.connectors.email.suspicion import SenderView, suspicions
from agents.connectors.mail_address import ascii_address
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Bounce",
    "Listed",
    "Mail",
    "MailAttachment",
    "MailSession",
    "MailSource",
    "MailSources",
    "Problem",
    "quoted_reply_removed",
    "read_mail",
    "trouble_place",
]

MAX_MAIL_BYTES = 30_000_000
MAX_TEXT_CHARS = 200_000
MAX_SUBJECT_CHARS = 500
MAX_NAME_CHARS = 200
MAX_MESSAGE_ID_CHARS = 250
MAX_ANSWERS = 20

LONG_TEXT = "a very long text: its end is only in the original mail"

_TELLING = re.compile("from|to|cc|subject|date|message-id|received|sender|return-path|delivered-to|reply-to")
_ANSWERING = ("in-reply-to", "references")
_URGENT = {  # RFC 2156 sections 5.3.4 and 5.3.5; X-Priority as mail programs write it
    "importance": re.compile(rb"\s*high\b", re.IGNORECASE),
    "priority": re.compile(rb"\s*urgent\b", re.IGNORECASE),
    "x-priority": re.compile(rb"\s*[12]\b"),
}
_MESSAGE_ID = re.compile(rf"<[!-;=?-~]{{1,{MAX_MESSAGE_ID_CHARS}}}>")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. Addresses and ids that cannot be used are empty; `date` is UTC, None when it is missing or nonsense.

    `flags` are warnings in the owner's words. `answers` are the ids of the mails it says it answers, the nearest first;
    `marked_urgent` is what the sender claims in a header. `bounce`: it is a mail server's notice about another mail.
    """

    message_id: str
    sender_name: str
    sender_address: str
    to: tuple[str, ...]
    reply_to: str
    subject: str
    date: datetime | None
    text: str
    attachments: tuple[MailAttachment, ...]
    flags: tuple[str, ...]
    in_reply_to: str
    answers: tuple[str, ...] = ()
    marked_urgent: bool = False
    bounce: Bounce | None = None


def read_mail(raw: bytes) -> Mail | Problem:
    """The mail in the bytes of an `.eml` file, or why there is none."""
    if len(raw) > MAX_MAIL_BYTES:
        return Problem(1, f"the mail is larger than {MAX_MAIL_BYTES // 1_000_000} MB")
    block = split_headers(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    if not any(_TELLING.fullmatch(header.name) for header in block.headers):
        return Problem(max(1, block.bad_line), "no mail: it does not begin with headers such as From, To or Subject")
    return _mail(block)


def _mail(block: HeaderBlock) -> Mail:
    body = read_body(block)
    senders = mailboxes(block.first("from")) or mailboxes(block.first("sender"))
    sender = senders[0] if senders else Mailbox("", "")
    address = ascii_address(sender.address) or ""
    reply_to = next(_valid(mailboxes(block.first("reply-to"))), "")
    view = SenderView(
        name=sender.name,
        address=sender.address,
        reply_to=reply_to,
        sender_count=len(senders),
        header_count=len(block.all_of("from")),
        raw_subject=block.first("subject"),
    )
    flags = [*suspicions(view, body), *body.flags]
    if len(body.text) > MAX_TEXT_CHARS:
        flags.append(LONG_TEXT)
    return Mail(
        message_id=_message_id(block.first("message-id")),
        sender_name=(sender.name or ("" if address else one_line(sender.address)))[:MAX_NAME_CHARS],
        sender_address=address,
        to=tuple(dict.fromkeys(_valid(mailboxes(block.first("to")) + mailboxes(block.first("cc"))))),
        reply_to=reply_to,
        subject=readable(block.first("subject"))[:MAX_SUBJECT_CHARS].rstrip(),
        date=_date(block.first("date")),
        text=body.text[:MAX_TEXT_CHARS],
        attachments=body.attachments,
        flags=tuple(dict.fromkeys(flags)),
        in_reply_to=_message_id(block.first("in-reply-to")),
        answers=_answers(block),
        marked_urgent=any(each.match(block.first(name)) for name, each in _URGENT.items()),
        bounce=read_bounce(block, body),
    )


def _valid(found: tuple[Mailbox, ...]) -> Iterator[str]:
    return (address for each in found if (address := ascii_address(each.address)))


def _message_id(value: bytes) -> str:
    found = _MESSAGE_ID.search(value.decode("ascii", "replace"))
    return found[0] if found else ""


def _answers(block: HeaderBlock) -> tuple[str, ...]:
    """In-Reply-To, then References from its end: the newest of a thread stands last (RFC 5322, 3.6.4)."""
    direct, thread = (_MESSAGE_ID.findall(block.first(name).decode("ascii", "replace")) for name in _ANSWERING)
    return tuple(dict.fromkeys([*direct, *reversed(thread)]))[:MAX_ANSWERS]


def _date(value: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.decode("ascii", "replace"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
