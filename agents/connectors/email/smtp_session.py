"""A session with a mail server: TLS first, then the password, then one message. Errors are ours, by what to do next.

Every exception of smtplib is an OSError, so the order of the handlers matters.
Source: RFC 5321 section 4.2.1 (replies), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS).
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from agents.connectors.email.access_token import login_secret
from agents.connectors.email.account import CONNECT
from agents.connectors.email.headers import one_line
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown, Transient
from agents.security.egress import Destination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from agents.connectors.email.account import MailAccount
    from agents.connectors.email.account_secret import AccountSecret
    from agents.security.egress import Egress

MAX_REPLY_CHARS = 200
WAYS_TO_LOG_IN = {"PLAIN": "auth_plain", "LOGIN": "auth_login", "CRAM-MD5": "auth_cram_md5"}  # the line is encrypted
DONE, FORWARDED = 250, 251  # replies
REFUSED_FOR_NOW, REFUSED_FOR_GOOD = 400, 500  # and more


@contextmanager
def logged_in(account: MailAccount, password: AccountSecret, egress: Egress) -> Iterator[smtplib.SMTP]:
    """A session that speaks TLS with a checked certificate and is logged in.

    Raises:
        Transient: the server cannot be reached now.
        NeedsOwner: certificate, password or settings are wrong.
        NotAllowed: the server refuses for good, or is none that may be reached.
    """
    secret = login_secret(account, password)
    server = _connected(account, egress)
    try:
        _log_in(server, account, secret)
        yield server
        with suppress(OSError):  # the answer has been read; how the line closes changes nothing
            server.quit()
    finally:
        server.close()


def try_account(account: MailAccount, password: AccountSecret, egress: Egress) -> str:
    """Log in and do nothing; what works, in words for the owner."""
    with logged_in(account, password, egress) as server:
        try:
            code, text = server.noop()
        except OSError as err:
            raise Transient(f"{account.host} hung up after the login", hint="Try again in a minute.") from err
        if code != DONE:
            _refused(code, text, "the login")
    return f"{account.host} took the login over an encrypted line; mails can go out as {account.from_address}."


def offer(server: smtplib.SMTP, sender: str, recipient: str, size_bytes: int) -> None:
    """Name sender, recipient and size; nothing is handed over yet.

    Raises:
        Transient: the server is gone or says 'later'.
        NotAllowed: it refuses sender, recipient or size.
    """
    try:
        server.ehlo_or_helo_if_needed()
        code, text = server.mail(sender, [f"SIZE={size_bytes}"] if server.has_extn("size") else [])
        if code == DONE:
            code, text = server.rcpt(recipient)
    except OSError as err:
        raise Transient("the mail server hung up before it got the mail", hint="It is tried again later.") from err
    if code not in (DONE, FORWARDED):
        _refused(code, text, f"a mail to {recipient}")


def hand_over(server: smtplib.SMTP, content: bytes, answer_timeout_s: float) -> str:
    """Send the message's bytes; the server's own words when it took them.

    The last answer may take long (RFC 5321 section 4.5.3.2.6: ten minutes), and giving up on it costs certainty.

    Raises:
        Transient, NotAllowed: the server says that it did not take the mail.
        OutcomeUnknown: no answer after the mail was on its way.
    """
    if server.sock:
        server.sock.settimeout(answer_timeout_s)
    try:
        code, text = server.data(content)
    except smtplib.SMTPDataError as err:
        _refused(err.smtp_code, err.smtp_error, "the mail", err)
    except OSError as err:
        raise OutcomeUnknown(
            "the mail server hung up after it got the mail and before it answered",
            hint="Look into the Sent folder of the account, or ask the recipient.",
        ) from err
    if code != DONE:
        _refused(code, text, "the mail")
    return _reply(code, text)


def _connected(account: MailAccount, egress: Egress) -> smtplib.SMTP:
    where = f"{account.host}:{account.port}"
    to = Destination(account.host, account.port)
    try:
        return egress.smtp(to, account.security, account.timeout_s, account.ca_file)
    except ssl.SSLCertVerificationError as err:
        raise NeedsOwner(
            f"the certificate of {where} is not to be trusted: {err.verify_message}", hint=CONNECT
        ) from err
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as err:
        raise Transient(f"{where} hung up", hint="It is tried again later.") from err
    except ssl.SSLError as err:
        raise NeedsOwner(f"{where} does not speak TLS: port and security do not fit", hint=CONNECT) from err
    except smtplib.SMTPNotSupportedError as err:
        raise NeedsOwner(f"{where} offers no encryption (STARTTLS); no password is sent", hint=CONNECT) from err
    except smtplib.SMTPResponseException as err:
        _refused(err.smtp_code, err.smtp_error, "the connection", err)
    except OSError as err:
        raise Transient(f"{where} cannot be reached", hint="Check the network; it is tried again later.") from err


def _log_in(server: smtplib.SMTP, account: MailAccount, password: SecretStr) -> None:
    """Log in with one try: `SMTP.login` tries every way in turn, and a server may hang up on the second."""
    host = account.host
    server.user, server.password = account.user, password.get_secret_value()
    try:
        server.ehlo_or_helo_if_needed()
        offered = server.esmtp_features.get("auth", "").upper().split()
        if account.login == "xoauth2":
            said = f"user={account.user}\1auth=Bearer {server.password}\1\1"
            server.auth("XOAUTH2", lambda challenge=None: "" if challenge else said)  # an error: an empty line
            return
        way = next((each for each in WAYS_TO_LOG_IN if each in offered), None)
        if way is None:
            raise NeedsOwner(f"{host} offers no login here: the port is probably wrong", hint=CONNECT)
        server.auth(way, getattr(server, WAYS_TO_LOG_IN[way]))
    except smtplib.SMTPResponseException as err:
        if err.smtp_code < REFUSED_FOR_GOOD:
            _refused(err.smtp_code, err.smtp_error, "the login", err)
        said = _reply(err.smtp_code, err.smtp_error)
        raise NeedsOwner(f"{host} refused user or password: {said}", hint=CONNECT) from err
    except UnicodeEncodeError as err:
        raise NeedsOwner("user or password has letters that mail servers do not take", hint=CONNECT) from err
    except OSError as err:
        raise Transient(f"{host} hung up during the login", hint="It is tried again later.") from err


def _refused(code: int, text: bytes | str, what: str, cause: Exception | None = None) -> NoReturn:
    words = f"the mail server refused {what}: {_reply(code, text)}"
    if REFUSED_FOR_NOW <= code < REFUSED_FOR_GOOD:
        raise Transient(words, hint="It is tried again later.") from cause
    raise NotAllowed(words, hint="Correct the mail, and let it be proposed again.") from cause


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {said}")[:MAX_REPLY_CHARS]
