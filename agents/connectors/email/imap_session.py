"""A session with a server that keeps mails. Every folder is opened to be read, nothing is marked; only `file` adds one.

Errors are ours, by what to do next. Source: RFC 3501 (IMAP), RFC 2177 (IDLE), RFC 6154 (special use), RFC 4616 (PLAIN),
Google's description of XOAUTH2.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NoReturn

import imap_tools

from agents.connectors.email.access_token import login_secret
from agents.connectors.email.account import CONNECT
from agents.connectors.email.headers import one_line
from agents.connectors.email.mail_source import Listed, NoSentFolder, NotInSent, Opened, SentCopy
from agents.errors import NeedsOwner, Transient
from agents.security.egress import Destination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from pydantic import SecretStr

    from agents.connectors.email.account import ImapServer, MailAccount
    from agents.connectors.email.account_secret import AccountSecret
    from agents.security.egress import Egress

LATER = "It is tried again later."
MAX_SAID_CHARS = 200
ASK_S = 1.0
MAX_IDLE_S = 25 * 60.0  # a server may hang up after 30 minutes of silence (RFC 2177)
SENT = "\\sent"
# where a server does not say which folder it is: the names that mail programs give it
SENT_NAMES = frozenset(
    {"sent", "sent items", "sent messages", "sent mail", "inbox.sent", "inbox/sent", "gesendet", "gesendete objekte"}
)
_QUOTABLE = re.compile(r"[!#-\[\]-~]{1,250}")  # can stand in a quoted string as it is
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')
_BUSY = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN")  # RFC 5530: not the owner's mistake


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of an account. `use`: what it is for, as the server says in small letters (RFC 6154); may be empty."""

    name: str
    use: frozenset[str] = frozenset()


class _Box(imap_tools.BaseMailBox):
    """The library's mailbox on a line that our own door opened."""

    def __init__(self, connect: Callable[[], imaplib.IMAP4]) -> None:
        self._connect = connect
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._connect()


class ImapSession:
    """Reads one account. Every method raises Transient when the line breaks; then the session is of no use any more."""

    def __init__(self, box: _Box, host: str) -> None:
        self._box = box
        self._host = host

    @property
    def can_idle(self) -> bool:
        """Whether the server tells by itself that something came."""
        return "IDLE" in self._box.client.capabilities

    @property
    def keeps_what_is_sent(self) -> bool:
        """Whether it files by itself what goes out through its provider: Google's servers do, and say who they are."""
        return "X-GM-EXT-1" in self._box.client.capabilities

    def file(self, folder: str, content: bytes, at: datetime) -> None:
        """Add a mail to a folder, marked as read."""
        with self._told(f"a copy for the folder {folder!r}"):
            self._box.append(content, folder, at, ["\\Seen"])

    def folders(self) -> tuple[Folder, ...]:
        """Every folder that can be opened."""
        with self._told("the list of folders"):
            found = [(each.name, {flag.lower() for flag in each.flags}) for each in self._box.folder.list()]
        return tuple(Folder(name, frozenset(flags)) for name, flags in found if "\\noselect" not in flags)

    def open(self, name: str) -> Opened:
        """Open a folder to look into it.

        Raises:
            NeedsOwner: there is none of this name.
        """
        with self._told(f"the folder {name!r}"):
            try:
                answer = self._box.folder.set(name, readonly=True)
            except imap_tools.errors.MailboxFolderSelectError as err:
                raise NeedsOwner(f"{self._host} has no folder {name!r} to read: {_said(err)}", hint=CONNECT) from err
            validity, uid_next = self._number("UIDVALIDITY"), self._number("UIDNEXT")
            mails = int(answer[1][0] or 0)
        return Opened(name, validity or 0, mails, uid_next - 1 if uid_next else None)

    def _number(self, of: str) -> int | None:
        _, said = self._box.client.response(of)
        return int(said[0]) if said and said[0] else None

    def uids(self, criteria: str) -> tuple[int, ...]:
        """The UIDs of the mails in the open folder for which this holds (RFC 3501 section 6.4.4), in rising order."""
        with self._told("a search"):
            found = self._box.uids(criteria, charset=None)
        return tuple(sorted(map(int, found)))

    def after(self, uid: int) -> tuple[int, ...]:
        """The UIDs above this one."""
        # `N:*` always names the last mail, also where its UID is lower
        return tuple(each for each in self.uids(f"UID {uid + 1}:*") if each > uid)

    def list(self, uids: Sequence[int]) -> tuple[Listed, ...]:
        """Size and arrival of these mails; one that is gone is left out."""
        return tuple(listed for listed, _ in self._fetch(uids, "(UID RFC822.SIZE INTERNALDATE)"))

    def contents(self, uids: Sequence[int], at_most_bytes: int) -> dict[int, bytes]:
        """The bytes of these mails, of each not more than so many from its beginning; nothing is marked as read."""
        found = self._fetch(uids, f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{at_most_bytes}>)")
        return {listed.uid: content for listed, content in found if content is not None}

    def idle(self, timeout_s: float, ended: Callable[[], bool]) -> bool:
        """Wait until the server says that something is new, or the time is over, or `ended` (False). Only a hint.

        `ended` is asked each second; a line that broke may be found out only when the time is over.
        """
        waits = max(1, round(min(timeout_s, MAX_IDLE_S) / ASK_S))
        with self._told("waiting for mail"), self._box.idle as idle:
            for _ in range(waits):
                said = idle.poll(min(timeout_s, ASK_S))
                if any(b" EXISTS" in line or b" RECENT" in line for line in said):
                    return True
                if said == [] and ended():
                    break
        return False

    def _fetch(self, uids: Sequence[int], what: str) -> Iterator[tuple[Listed, bytes | None]]:
        if not uids:
            return
        with self._told("mails"):
            status, answers = self._box.client.uid("FETCH", ",".join(map(str, uids)), what)
            if status != "OK":
                raise Transient(f"{self._host} does not give mails: {one_line(str(answers[:1]))}", hint=LATER)
        left = set(uids)
        for about, content in _paired(answers):
            found, size, arrived = _UID.search(about), _SIZE.search(about), _ARRIVED.search(about)
            # what is not asked for may be told between, also of these mails: new flags, or another mail's size
            if found and int(found[1]) in left and (content is not None if "BODY" in what else size):
                left.remove(uid := int(found[1]))
                told = _moment(arrived[1].decode("ascii", "replace")) if arrived else None
                yield Listed(uid, int(size[1]) if size else len(content or b""), told), content

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """The library's errors, once, as ours."""
        try:
            yield
        except imap_tools.errors.UnexpectedCommandStatusError as err:
            raise Transient(f"{self._host} refused {what}: {_said(err)}", hint=LATER) from err
        except (imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError, AttributeError) as err:
            # the later ones: an answer that the library cannot read
            raise Transient(f"the line to {self._host} broke", hint=LATER) from err


@contextmanager
def logged_in(account: MailAccount, secret: AccountSecret, egress: Egress) -> Iterator[ImapSession]:
    """A session over TLS with a checked certificate, logged in; `secret`: as it was kept or given.

    Raises:
        Transient: the server cannot be reached now.
        NeedsOwner: certificate, password or settings are wrong, or the account has no server to read from.
        NotAllowed: the server is none that may be reached.
    """
    if account.imap is None:
        raise NeedsOwner("this account only sends: no server is named from which to read mail", hint=CONNECT)
    server, own = account.imap, login_secret(account, secret)
    box = _connected(server, account, egress)
    try:
        _log_in(box, account, own, server.host)
        yield ImapSession(box, server.host)
        with suppress(OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError):  # how the line closes changes nothing
            box.logout()
    finally:
        with suppress(OSError):
            box.client.shutdown()


def try_reading(account: MailAccount, secret: AccountSecret, egress: Egress) -> str:
    """Log in and open the folders; what works, in words for the owner.

    Raises:
        Transient, NeedsOwner, NotAllowed: as `logged_in` and `ImapSession.open`.
    """
    with logged_in(account, secret, egress) as session:
        assert account.imap is not None  # noqa: S101 - for the type checker: it is logged in there
        mails = sum(session.open(name).mails for name in account.imap.folders)
    folders = ", ".join(account.imap.folders)
    return f"{account.imap.host} took the login over an encrypted line; {mails:,} mails lie in {folders}."


def find_sent(session: ImapSession, message_id: str) -> SentCopy | NotInSent | NoSentFolder:
    """Look for a mail of ours in the folder of what was sent. `message_id` with its angle brackets.

    Raises:
        Transient: the line broke.
    """
    folder = _sent_folder(session.folders())
    if folder is None:
        return NoSentFolder()
    if not _QUOTABLE.fullmatch(message_id):
        return NotInSent(folder)  # never one of ours
    session.open(folder)
    found = session.list(session.uids(f'HEADER Message-ID "{message_id}"')[-1:])
    return SentCopy(folder, found[0].uid, found[0].arrived_at) if found else NotInSent(folder)


def _sent_folder(folders: Sequence[Folder]) -> str | None:
    named = (each.name for each in folders if each.name.lower() in SENT_NAMES)
    return next((each.name for each in folders if SENT in each.use), None) or next(named, None)


def _connected(server: ImapServer, account: MailAccount, egress: Egress) -> _Box:
    to = Destination(server.host, server.port)
    try:
        return _Box(lambda: egress.imap(to, server.security, account.timeout_s, account.ca_file))
    except ssl.SSLCertVerificationError as err:
        raise NeedsOwner(f"the certificate of {to} is not to be trusted: {err.verify_message}", hint=CONNECT) from err
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, imaplib.IMAP4.error) as err:
        raise Transient(f"{to} hung up, or keeps no mail", hint=LATER) from err
    except ssl.SSLError as err:
        raise NeedsOwner(f"{to} does not speak TLS: port and security do not fit", hint=CONNECT) from err
    except OSError as err:
        raise Transient(f"{to} cannot be reached", hint="Check the network; it is tried again later.") from err


def _log_in(box: _Box, account: MailAccount, secret: SecretStr, host: str) -> None:
    client, word = box.client, secret.get_secret_value()
    try:
        if account.login == "xoauth2":
            said = f"user={account.user}\1auth=Bearer {word}\1\1".encode()
            client.authenticate("XOAUTH2", lambda challenge: said if not challenge else b"")  # an error: an empty line
        elif "AUTH=PLAIN" in client.capabilities:
            client.authenticate("PLAIN", lambda _challenge: f"\0{account.user}\0{word}".encode())
        else:
            client.login(account.user, word)
    except imaplib.IMAP4.abort as err:
        raise Transient(f"{host} hung up during the login", hint=LATER) from err
    except UnicodeEncodeError as err:
        raise NeedsOwner("user or password has letters that this mail server does not take", hint=CONNECT) from err
    except imaplib.IMAP4.error as err:
        _refused(host, str(err), err)
    except OSError as err:
        raise Transient(f"{host} hung up during the login", hint=LATER) from err
    with suppress(imaplib.IMAP4.error, OSError):  # some servers tell the whole of it only now
        status, told = client.capability()
        if status == "OK" and told and told[-1]:
            client.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())


def _refused(host: str, words: str, err: Exception) -> NoReturn:
    said = one_line(words)[:MAX_SAID_CHARS]
    if any(f"[{code}" in said.upper() for code in _BUSY):
        raise Transient(f"{host} takes no login now: {said}", hint=LATER) from err
    raise NeedsOwner(f"{host} refused user or password: {said}", hint=CONNECT) from err


def _said(err: imap_tools.errors.UnexpectedCommandStatusError) -> str:
    told = err.command_result[1]
    words = b" ".join(each for each in told if isinstance(each, bytes)).decode("utf-8", "replace")
    return one_line(words)[:MAX_SAID_CHARS]


def _paired(answers: Sequence[object]) -> Iterator[tuple[bytes, bytes | None]]:
    """What was said about each mail, and its bytes. The words behind the bytes come as an item of their own."""
    about, content = b"", None
    for each in answers:
        if isinstance(each, tuple):
            if about:
                yield about, content
            about, content = bytes(each[0]), bytes(each[1])
        elif isinstance(each, bytes) and content is not None:
            yield about + each, content
            about, content = b"", None
        elif isinstance(each, bytes):
            yield each, None
    if about:
        yield about, content


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text.strip().replace("-", " ", 2))
    except (ValueError, TypeError):
        return None
