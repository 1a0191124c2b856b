"""What is odd about a mail, in the owner's words. A flag warns; it never decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.email.headers import decoded_words, eight_bit, readable
from agents.connectors.mail_address import ascii_address, imitates_latin
from agents.vault.look_alikes import LOOK_ALIKES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.email.parts import Body

NO_SENDER = "no sender"
UNUSABLE_SENDER = "the sender's address cannot be answered"
TWO_FROM = "two From headers"
SEVERAL_SENDERS = "several sender addresses"
REPLY_TO_DIFFERS = "reply-to differs"
NAME_IS_ADDRESS = "sender name looks like another address"
LOOK_ALIKE_DOMAIN = "homoglyphs in sender domain"
LOOK_ALIKE_WORDS = "homoglyphs in the text"
LOOK_ALIKE_NAME = "homoglyphs in the sender's name"
INVISIBLE = "invisible characters"
LINES_IN_SUBJECT = "line breaks hidden in the subject"
PROGRAM = "an attachment that could run a program"

_ADDRESS_LIKE = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,253}")
# Zero-width and direction signs, fillers, tags, selectors, controls; not the joiner and the selector inside emoji.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]|[ -~]\u200d|\u200d[ -~]"
)
_FOREIGN = "".join(sorted(LOOK_ALIKES))
_MIXED_WORD = re.compile(f"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
_RUNS = re.compile(
    r"\.(?:exe|scr|com|pif|bat|cmd|ps1|vbs?|vbe|jse?|wsf|wsh|hta|msi|msix|lnk|jar|iso|img|vhdx?|apk|app|dmg|pkg|sh|reg|chm"
    r"|cpl|dll|docm|xlsm|pptm|xll|svg|html?|url|one)[\s.]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SenderView:
    """What a mail says about its sender. `name` and `address` are decoded, the subject is raw."""

    name: str
    address: str
    reply_to: str
    sender_count: int
    header_count: int
    raw_subject: bytes


def suspicions(sender: SenderView, body: Body) -> Iterator[str]:
    """The warnings about sender, subject, text and attachments."""
    yield from _about_sender(sender)
    subject = decoded_words(eight_bit(sender.raw_subject))
    if "\n" in subject or "\r" in subject:
        yield LINES_IN_SUBJECT
    names = [each.sent_name for each in body.attachments]
    if any(_INVISIBLE.search(text) for text in (sender.name, readable(sender.raw_subject), body.text, *names)):
        yield INVISIBLE
    if _MIXED_WORD.search(body.text) or _MIXED_WORD.search(subject):
        yield LOOK_ALIKE_WORDS
    if _MIXED_WORD.search(sender.name):
        yield LOOK_ALIKE_NAME
    if any(_RUNS.search(name) for name in names):
        yield PROGRAM


def _about_sender(sender: SenderView) -> Iterator[str]:
    address = ascii_address(sender.address)
    if not sender.address:
        yield NO_SENDER
    elif address is None:
        yield UNUSABLE_SENDER
    if sender.header_count > 1:
        yield TWO_FROM
    if sender.sender_count > 1:
        yield SEVERAL_SENDERS
    if sender.reply_to and sender.reply_to.lower() != (address or "").lower():
        yield REPLY_TO_DIFFERS
    shown = _ADDRESS_LIKE.search(sender.name)
    if shown and (ascii_address(shown[0]) or shown[0]).lower() != (address or "").lower():
        yield NAME_IS_ADDRESS
    if imitates_latin(sender.address.rpartition("@")[2]):
        yield LOOK_ALIKE_DOMAIN
