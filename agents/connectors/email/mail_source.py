"""The owner's mail accounts as a watcher sees them: what they are called, and a session in which to look."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from agents.connectors.email.account import account_files, open_account
from agents.errors import NeedsOwner, Transient
from agents.security.egress import Destination, Egress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from agents.connectors.email.account import MailAccount
    from agents.connectors.email.account_secret import AccountSecret
    from agents.connectors.email.imap_session import ImapSession


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder that is open. While `uid_validity` stays a UID names the same mail, and new ones get higher UIDs.

    `last_uid`: no mail has a higher one yet; None = the server does not say.
    """

    name: str
    uid_validity: int
    mails: int
    last_uid: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a mail in a folder is, without its text. `arrived_at`: when the server got it; None = it does not say."""

    uid: int
    size_bytes: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A mail of ours as it lies in the Sent folder."""

    folder: str
    uid: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotInSent:
    """The Sent folder was looked through; the mail is not there (yet)."""

    folder: str


@dataclass(frozen=True, slots=True)
class NoSentFolder:
    """The account has no folder that is known to keep what was sent."""


class MailSession(Protocol):
    """A look into one account; what it does is told at `imap_session.ImapSession`."""

    @property
    def can_idle(self) -> bool:
        """Whether the server tells by itself that something came."""
        ...

    def open(self, name: str) -> Opened:
        """Open a folder to look into it."""
        ...

    def uids(self, criteria: str) -> tuple[int, ...]:
        """The mails of the open folder for which this holds."""
        ...

    def after(self, uid: int) -> tuple[int, ...]:
        """Those with a higher UID."""
        ...

    def list(self, uids: Sequence[int]) -> tuple[Listed, ...]:
        """Size and arrival of these mails."""
        ...

    def contents(self, uids: Sequence[int], at_most_bytes: int) -> dict[int, bytes]:
        """The bytes of these mails; nothing is marked as read."""
        ...

    def idle(self, timeout_s: float, ended: Callable[[], bool]) -> bool:
        """Wait for a hint that something came."""
        ...


@dataclass(frozen=True, slots=True)
class MailSource:
    """An account that is read. `name`: its server and user, which tell it from any other; `shown`: its address.

    `session` logs in, at the account's own host alone. It raises Transient or NeedsOwner, as `imap_session.logged_in`.
    """

    name: str
    shown: str
    folders: tuple[str, ...]
    session: Callable[[], AbstractContextManager[MailSession]] = field(repr=False)


class MailSources:
    """The accounts that are connected for reading."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """What changes whenever an account is connected, changed or forgotten; it costs a look at a folder."""
        return tuple((place.name, status.st_mtime_ns, status.st_size) for place, status in account_files(self._context))

    def open(self) -> tuple[tuple[MailSource, ...], str]:
        """The accounts that are read, with their passwords; and what is wrong with the others, in words, or empty."""
        opened, wrong = list[MailSource](), list[str]()
        for place, _ in account_files(self._context):
            try:
                account, secret = open_account(self._context, place.stem)
            except NeedsOwner as err:
                wrong.append(f"{place.stem}: {err}")
            else:
                opened += [_source(account, secret)] if account.imap else []
        return tuple(opened), "; ".join(wrong)


def reading_door(account: MailAccount) -> Egress:
    """The way to the server from which this account is read, and to no other."""
    return Egress("mail", (Destination(account.imap.host, account.imap.port),) if account.imap else ())


def trouble_place(name: str) -> str:
    """Where the journal keeps what is in the way of reading the account of this name; empty = nothing is."""
    return f"mail trouble\t{name}"


def known_trouble(state: Path, account: MailAccount) -> str:
    """What was in the way of reading this account when it was last tried; empty = nothing, or nobody tried."""
    from agents.durability.checkpoint_rows import reached  # noqa: PLC0415 - SQLAlchemy, which most commands do without
    from agents.durability.journal import JOURNAL_FILE, looking  # noqa: PLC0415

    if not (state / JOURNAL_FILE).is_file():
        return ""
    place = trouble_place(_name(account))
    with suppress(Transient), looking(state) as sql:  # a journal of an older version has no such table yet
        found = reached(sql, place).get(place)
        return found.value if found else ""
    return ""


def _name(account: MailAccount) -> str:
    return f"{account.imap.host if account.imap else ''}\t{account.user}"


def _source(account: MailAccount, secret: AccountSecret) -> MailSource:
    folders = account.imap.folders if account.imap else ()
    return MailSource(_name(account), account.from_address, folders, partial(session_of, account, secret))


@contextmanager
def session_of(account: MailAccount, secret: AccountSecret) -> Iterator[ImapSession]:
    """A session that is logged in, at the account's own host alone.

    Raises:
        Transient, NeedsOwner: as `imap_session.logged_in`.
    """
    from agents.connectors.email.imap_session import logged_in  # noqa: PLC0415 - heavy; many accounts only send

    with logged_in(account, secret, reading_door(account)) as opened:
        yield opened
