"""What a mail server says about a mail of ours that it could not deliver, or not yet. Never raises.

Read from the standard report (RFC 3464, RFC 6533) and, where a mailer daemon writes none, from the headers of the mail
it sends back. Everything here is a stranger's word: whether a mail was ours, the journal says.
Source: RFC 3463 (codes), RFC 3464, RFC 3834 section 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agents.connectors.email.headers import mailboxes, one_line, readable, split_headers
from agents.connectors.mail_address import ascii_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.connectors.email.headers import HeaderBlock
    from agents.connectors.email.parts import Body

Outcome = Literal["failed", "delayed"]

MAX_MESSAGE_IDS = 10
MAX_SAID_CHARS = 300
MAX_TEXT_CHARS = 20_000
MAX_RECIPIENTS = 50

_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset({"message/rfc822", "message/global", "message/global-headers", "text/rfc822-headers"})
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_ID_LINE = re.compile(r"(?im)^[> \t]{0,10}message-id[ \t]{0,5}:[ \t\r\n]{0,5}(<[!-;=?-~]{1,250}>)")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.#])([45])\d\d[ -]")
_NOT_YET = re.compile(
    r"(?i)\b(?:will (?:be retried|retry|keep trying|continue to try)|still (?:being )?(?:trying|retried|queued)"
    r"|not yet been delivered|delivery (?:is )?delayed|no action is required|you do not need to resend|"
    r"could not send message for past|wird (?:weiter|erneut) versucht|verzögert)"
)
_LAST_WORDS = re.compile(r"(?i)\b(?:giving up|given up|permanent|no longer|undeliverable|failed permanently)\b")

# By the code's second and third number (RFC 3463), then by the second alone.
_MEANINGS = {
    "1.1": "the address does not exist there",
    "1.2": "no server takes mail for that domain",
    "1.3": "the address is written wrongly",
    "1.6": "the mailbox has moved, and nobody knows where",
    "1.10": "that domain takes no mail at all",
    "2.0": "the mailbox does not take it",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too large for the mailbox",
    "3.4": "the mail is too large for the server",
    "4.1": "the server of the recipient did not answer",
    "4.4": "no server takes mail for that domain",
    "4.6": "the mail went round in a circle",
    "4.7": "it could not be delivered in time",
    "7.1": "the server of the recipient does not take mail from you",
}
_SUBJECTS = {
    "1": "the address cannot be reached",
    "2": "the mailbox does not take it",
    "3": "the server of the recipient has trouble",
    "4": "the way to the recipient's server does not work",
    "5": "the servers did not understand each other",
    "6": "the server of the recipient cannot carry what is in it",
    "7": "the server of the recipient refuses it by a rule, often as unwanted mail",
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """One notice. `message_ids`: what the mail it is about may be called, the likeliest first; never empty.

    `why` is in our own words, by the code; `said` is the server's own sentence with its code, in one line, may be
    empty; `recipient` a valid address, or empty.
    """

    message_ids: tuple[str, ...]
    outcome: Outcome
    why: str
    said: str
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a report says of one recipient."""

    action: str
    status: str
    said: str
    recipient: str


def read_bounce(block: HeaderBlock, body: Body) -> Bounce | None:
    """The notice a mail is; None when it is none, says that all went well, or names no mail."""
    reports = [each.content for each in body.attachments if each.media_type in _REPORTS]
    told = [each for report in reports for each in _recipients(report)][:MAX_RECIPIENTS]
    if not told and not _is_from_a_daemon(block):
        return None
    ids = tuple(dict.fromkeys(_message_ids(block, body)))[:MAX_MESSAGE_IDS]
    if not ids:
        return None
    return _from_report(ids, told) if told else _from_words(ids, block, body)


def _message_ids(block: HeaderBlock, body: Body) -> Iterator[str]:
    """Of the mail that is sent back: of its headers, else as its own text shows them, else as the notice answers it."""
    for each in body.attachments:
        if each.media_type in _RETURNED:
            yield from _ids_in(split_headers(each.content.lstrip(b"\r\n")).first("message-id"))
    yield from _ID_LINE.findall(body.text[:MAX_TEXT_CHARS])
    for name in ("in-reply-to", "references"):
        yield from _ids_in(block.first(name))


def _ids_in(value: bytes) -> list[str]:
    return _MESSAGE_ID.findall(value.decode("ascii", "replace"))


def _recipients(report: bytes) -> Iterator[_Told]:
    """The groups of a report that name a recipient; the first group is about the mail as a whole."""
    for group in re.split(rb"(?:\r?\n[ \t]*){2,}", report.strip())[: MAX_RECIPIENTS + 1]:
        fields = split_headers(group)
        action = readable(fields.first("action")).lower().partition(" ")[0]
        if action:
            named = fields.first("original-recipient") or fields.first("final-recipient")
            status = _STATUS.search(readable(fields.first("status")))
            said = readable(fields.first("diagnostic-code"))
            kind, sign, words = said.partition(";")
            plain = words.strip() if sign and re.fullmatch(r"[\w-]{1,20}", kind.strip()) else said
            yield _Told(action, status[0] if status else "", plain, _address(named))


def _address(value: bytes) -> str:
    """'rfc822; anna@client.example' as its address."""
    return ascii_address(readable(value).rpartition(";")[2].strip().strip("<>")) or ""


def _from_report(ids: tuple[str, ...], told: list[_Told]) -> Bounce | None:
    """The worst that is said of any recipient."""
    worst = next((each for action in ("failed", "delayed") for each in told if each.action == action), None)
    if worst is None:
        return None
    status = worst.status or _code_in(worst.said)
    outcome: Outcome = "failed" if worst.action == "failed" else "delayed"
    return Bounce(ids, outcome, meaning(status), _said(worst.status, worst.said), worst.recipient)


def _is_from_a_daemon(block: HeaderBlock) -> bool:
    """Whether it is of the kind that mail systems write by themselves about a mail they have in hand."""
    if block.first("x-failed-recipients"):
        return True
    senders = mailboxes(block.first("from"))
    return bool(senders) and senders[0].address.partition("@")[0].strip("<>").lower() in _DAEMONS


def _from_words(ids: tuple[str, ...], block: HeaderBlock, body: Body) -> Bounce:
    """A notice in prose: what its sentences say, as well as that can be told."""
    text = body.text[:MAX_TEXT_CHARS]
    own = _before_the_mail(text)
    subject = readable(block.first("subject"))
    status = _code_in(own)
    words = f"{subject}\n{own}"
    waits = bool(_NOT_YET.search(words)) and not _LAST_WORDS.search(words)
    outcome: Outcome = "delayed" if waits and not status.startswith("5") else "failed"
    line = next((each for each in own.splitlines() if _STATUS.search(each) or _REPLY_CODE.search(each)), "")
    recipient = ascii_address(readable(block.first("x-failed-recipients")).partition(",")[0].strip()) or ""
    return Bounce(ids, outcome, meaning(status), _said("", line), recipient)


def _before_the_mail(text: str) -> str:
    """The notice's own words: what stands before the headers of the mail it sends back."""
    found = _ID_LINE.search(text)
    if found is None:
        return text
    above = text[: found.start()].splitlines()
    while above and re.fullmatch(r"[> \t]{0,10}[A-Za-z-]{1,40}:.{0,998}|[ \t].{0,998}", above[-1]):
        above.pop()
    return "\n".join(above)


def _code_in(text: str) -> str:
    """The first code that says a failure, else a plain reply code as such a code: '550' becomes '5.0.0'."""
    found = next((each for each in _STATUS.finditer(text) if each[1] != "2"), None)
    if found:
        return found[0]
    plain = _REPLY_CODE.search(text)
    return f"{plain[1]}.0.0" if plain else ""


def meaning(status: str) -> str:
    """An enhanced status code ('5.1.1') in words for the owner; 'no reason is given' when it says nothing."""
    found = _STATUS.fullmatch(status)
    if found is None:
        return "no reason is given"
    subject, detail = str(int(found[2])), str(int(found[3]))
    return _MEANINGS.get(f"{subject}.{detail}") or _SUBJECTS.get(subject, "the server gives no reason that is known")


def _said(*parts: str) -> str:
    words = [one_line(each) for each in parts if each]
    if len(words) > 1 and words[0] in words[1]:
        words = words[1:]
    return " ".join(words)[:MAX_SAID_CHARS].rstrip()
