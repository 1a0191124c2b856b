"""The account's folder of what was sent: mails in doubt are looked up there, and copies of what went out are filed.

Only what is found proves anything: a mail that is not there may have gone out all the same (ADR 0052).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.email.mail_source import NoSentFolder, NotInSent, SentCopy, session_of
from agents.errors import EmployeeError, NeedsOwner, NotAllowed, Transient

if TYPE_CHECKING:
    from datetime import datetime

    from agents.connectors.email.account import MailAccount
    from agents.connectors.email.account_secret import AccountSecret
    from agents.connectors.email.imap_session import ImapSession

# these file by themselves what is handed to them, some seconds later
FILING_PROVIDERS = ("office365.com", "outlook.com", "hotmail.com", "gmail.com", "googlemail.com")


@dataclass(frozen=True, slots=True)
class CannotLook:
    """The folder cannot be looked into now; `why` is for the owner."""

    why: str


Found = SentCopy | NotInSent | NoSentFolder


def look_up(account: MailAccount, secret: AccountSecret, message_id: str) -> Found | CannotLook:
    """Whether the mail with this Message-ID lies among what was sent."""
    if account.imap is None:
        return NoSentFolder()
    try:
        with session_of(account, secret) as session:
            return _found(session, message_id)
    except (Transient, NeedsOwner, NotAllowed) as err:
        return CannotLook(str(err))


def file_copy(account: MailAccount, secret: AccountSecret, message_id: str, content: bytes, at: datetime) -> str:
    """File a copy of a mail that went out, unless its provider does; what became of it, in words for the receipt.

    Empty: the account only sends. Nothing is raised: the mail is sent, whatever becomes of its copy.
    """
    if account.imap is None:
        return ""
    try:
        with session_of(account, secret) as session:
            found = _found(session, message_id)
            if isinstance(found, SentCopy):
                return f"lies in the folder {found.folder} of the account"
            if session.keeps_what_is_sent or files_by_itself(account.host):
                return "filed by the provider itself"
            if isinstance(found, NoSentFolder):
                return "none: the account has no folder for what was sent"
            session.file(found.folder, content, at)
            return f"filed into the folder {found.folder} of the account"
    except EmployeeError as err:
        return f"none in the Sent folder: {err}"


def files_by_itself(host: str) -> bool:
    """Whether the server for sending is known to belong to a provider that files what it sends."""
    name = f".{host.lower().rstrip('.')}"
    return any(name.endswith(f".{each}") for each in FILING_PROVIDERS)


def _found(session: ImapSession, message_id: str) -> Found:
    from agents.connectors.email.imap_session import find_sent  # noqa: PLC0415 - heavy; many accounts only send

    return find_sent(session, message_id)
