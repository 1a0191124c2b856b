"""The one door to the network: each connector reaches the hosts that its own configuration names, over checked TLS.

Whatever else is refused before a socket opens. This computer itself (loopback) may be reached without encryption; a
certificate is checked there too, and nothing switches that off. Web requests: `agents/security/web_egress.py`. The test
`tests/security/test_egress_gate.py` holds every other module to these two (ADR 0043).
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from agents.errors import NeedsOwner, NotAllowed
from agents.vault.neutralize import visible

if TYPE_CHECKING:
    import imaplib
    import smtplib
    import ssl
    from pathlib import Path

OWN_NAME = "[127.0.0.1]"  # said in EHLO: the machine's real name is nobody's business, and asking DNS for it may hang
ENCRYPT = "Use an address with encryption; without it only this computer itself is reached."
CONNECT = "Connect the service with this host: `python orchestrator.py connect NAME`."
PORTS = {"https": 443, "http": 80}
# host and port as strict as the web client reads them: no user, no blank, nothing that two readers take for two hosts
HOST_AND_PORT = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_MAX_SHOWN_CHARS = 100


@dataclass(frozen=True, slots=True)
class Destination:
    """A host, as a name or an address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{visible(self.host)[:_MAX_SHOWN_CHARS]}:{self.port}"

    @property
    def is_this_computer(self) -> bool:
        """Whether it cannot be anybody else."""
        return is_loopback(self.host)

    def same_as(self, other: Destination) -> bool:
        """Whether both name one place; names are compared as the name service does."""
        return (_plain(self.host), self.port) == (_plain(other.host), other.port)


@dataclass(frozen=True, slots=True)
class Egress:
    """What one connector may reach. `name`: whose list it is, as in `connect NAME`.

    `in_clear`: those of them that the owner allowed to be reached without encryption, by name.
    """

    name: str = "this part"
    destinations: tuple[Destination, ...] = ()
    in_clear: tuple[Destination, ...] = ()

    def check(self, to: Destination, *, encrypted: bool) -> None:
        """Let it pass, or not.

        Raises:
            NotAllowed: it is not on the list, or it is another computer and the line is not encrypted, unless the
                owner allowed that for it.
        """
        if not any(to.same_as(each) for each in self.destinations):
            raise NotAllowed(f"{self.name} may not reach {to}: it is no host of its own", hint=CONNECT)
        if not encrypted and not to.is_this_computer and not any(to.same_as(each) for each in self.in_clear):
            raise NotAllowed(f"{to} would be reached without encryption", hint=ENCRYPT)

    def smtp(
        self, to: Destination, security: Literal["starttls", "tls"], timeout_s: float, ca_file: Path | None = None
    ) -> smtplib.SMTP:
        """A session with a mail server that speaks TLS and has shown its certificate; there is no way without.

        Raises:
            NotAllowed: it is not on the list.
            NeedsOwner: the certificate file cannot be used.
            OSError: smtplib's own errors, all of which are of that kind.
        """
        import smtplib  # noqa: PLC0415 - heavy, used rarely

        self.check(to, encrypted=True)
        context = tls(ca_file)
        if security == "tls":
            return smtplib.SMTP_SSL(to.host, to.port, OWN_NAME, timeout=timeout_s, context=context)
        server = smtplib.SMTP(to.host, to.port, OWN_NAME, timeout=timeout_s)
        try:
            server.starttls(context=context)
        except OSError:
            server.close()
            raise
        return server

    def imap(
        self, to: Destination, security: Literal["starttls", "tls"], timeout_s: float, ca_file: Path | None = None
    ) -> imaplib.IMAP4:
        """A line to a server that keeps mails, over TLS with a checked certificate; not logged in yet.

        Raises:
            NotAllowed: it is not on the list.
            NeedsOwner: the certificate file cannot be used, or the server offers no encryption.
            OSError, imaplib.IMAP4.error: it cannot be reached, or does not speak as it should.
        """
        import imaplib  # noqa: PLC0415 - heavy, used rarely

        self.check(to, encrypted=True)
        context = tls(ca_file)
        if security == "tls":
            return imaplib.IMAP4_SSL(to.host, to.port, ssl_context=context, timeout=timeout_s)
        server = imaplib.IMAP4(to.host, to.port, timeout_s)
        if "STARTTLS" not in server.capabilities:
            server.shutdown()
            raise NeedsOwner(f"{to} offers no encryption (STARTTLS); no password is sent", hint=CONNECT)
        try:
            server.starttls(context)
        except (OSError, imaplib.IMAP4.error):
            with suppress(OSError):  # what began to speak TLS may be closed already
                server.shutdown()
            raise
        return server


NOWHERE = Egress()


def web_address(url: str) -> str:
    """The web address of a setting, if it may be one.

    Raises:
        ValueError: it is none, it has blanks or letters that an address has not, or a password would stand in it.
    """
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in PORTS or not HOST_AND_PORT.fullmatch(parts.netloc) or parts.port == 0:
        raise ValueError("this must be an address such as https://cloud.example/path")
    return url


def destination_of(url: str) -> Destination:
    """The host of a web address that was checked."""
    parts = urlsplit(url)
    return Destination(parts.hostname or "", parts.port or PORTS[parts.scheme])


def tls(ca_file: Path | None = None) -> ssl.SSLContext:
    """How every encrypted line is opened: certificate and host name are checked.

    `ca_file` is trusted instead of the system's certificates; None: the system's.

    Raises:
        NeedsOwner: the file cannot be used.
    """
    import ssl  # noqa: PLC0415 - heavy, used rarely

    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as err:
        hint = "Connect the service again, with a file of certificates (PEM)."
        raise NeedsOwner(f"the certificate file {ca_file} cannot be used", hint=hint) from err
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # some systems allow less
    return context


def system_certificates() -> str:
    """The file with the certificates this computer trusts, for libraries that ask for one; "system" where none is."""
    import ssl  # noqa: PLC0415 - heavy, used rarely

    return ssl.get_default_verify_paths().cafile or "system"


def is_loopback(host: str) -> bool:
    """Whether a host is this computer itself, by its name or address alone."""
    name = _plain(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _plain(host: str) -> str:
    return host.removeprefix("[").removesuffix("]").rstrip(".").casefold()
