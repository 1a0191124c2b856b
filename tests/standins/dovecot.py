"""A real Dovecot from the system's packages: IMAP over TLS on loopback, LMTP on a socket, mails in a folder of its own.

It runs as the test's own user; where that is root its mails belong to `nobody`, since it opens no mailbox as root.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from agents.clock import SystemClock
from tests.standins.certificates import make_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.certificates import Certificate

PATIENCE_S = 60.0
POLL_S = 0.05
USER = "owner"
PASSWORD = "correct horse"
TOKEN = "ya29.a-token-for-tests"
SENT_FOLDER = "Gesendete Objekte"
SENT = """
  mailbox "Gesendete Objekte" {
    auto = create
    special_use = \\Sent
  }"""

CONFIG = """
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
{idle}
ssl = {ssl}
ssl_cert = <{certificate}
ssl_key = <{key}
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
passdb {{
  driver = passwd-file
  mechanisms = xoauth2
  args = scheme=plain username_format=%u {folder}/tokens
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
{sent}
  mailbox Bank {{
    auto = create
  }}
}}
{more}
protocol lmtp {{
  mail_plugins =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    {tls_listener}
  }}
}}
service imap {{
  process_limit = 64
}}
service lmtp {{
  user = {user}
  unix_listener {folder}/lmtp {{
    mode = 0600
  }}
}}
"""


@dataclass
class Dovecot:
    """A server that runs. `port` speaks STARTTLS, `tls_port` TLS at once; `stop` and `start` are how it fails.

    `has_sent`: whether a folder is kept for what was sent; `has_idle`: whether it tells by itself that mail came;
    `also_says`: a capability it does not have; `encrypts`: whether it speaks TLS.
    """

    folder: Path
    certificate: Certificate
    port: int = 0
    tls_port: int = 0
    has_sent: bool = True
    has_idle: bool = True
    also_says: str = ""
    encrypts: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it greets."""
        self.port, self.tls_port = (self.port, self.tls_port) if self.port else _free_ports()
        (self.folder / "dovecot.conf").write_text(self._config(), encoding="ascii")
        program = _program()
        assert program
        words = [program, "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "errors").open("wb") as errors:
            self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=errors)
        pause = Event()
        for _ in range(round(PATIENCE_S / POLL_S)):
            assert self._process.poll() is None, self.log()
            if self._greets():
                return
            pause.wait(POLL_S)
        raise AssertionError(f"the server does not answer: {self.log()}")

    def stop(self) -> None:
        """End it with all its sessions."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def deliver(self, *mails: bytes | str, user: str = USER) -> None:
        """Hand mails over by LMTP, as a mail server that takes them in does."""
        with smtplib.LMTP(str(self.folder / "lmtp")) as door:
            for each in mails:
                lines = (each.encode() if isinstance(each, str) else each).replace(b"\r\n", b"\n")
                assert door.sendmail("sender@client.example", [user], lines.replace(b"\n", b"\r\n")) == {}

    def put(self, name: str, content: bytes | str, *, folder: str = "", seen: bool = False, user: str = USER) -> Path:
        """Lay a mail into the maildir itself, without a server; `folder`: a mailbox below INBOX."""
        place = self.maildir(folder, user)
        if not (place / "tmp").is_dir():
            for each in ("cur", "new", "tmp"):
                (place / each).mkdir(parents=True, exist_ok=True)
            _hand_over(self.maildir("", user), place, *place.iterdir())
        file = place / "cur" / f"{name}:2,{'S' if seen else ''}"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        _hand_over(file)
        return file

    def maildir(self, folder: str = "", user: str = USER) -> Path:
        """Where a mailbox lies on the disk."""
        base = self.folder / "mail" / user
        return base / f".{folder}" if folder else base

    def flags(self, folder: str = "", user: str = USER) -> list[str]:
        """The flags of every mail of a mailbox, as on the disk: 'S' = seen."""
        place = self.maildir(folder, user)
        names = [each.name for part in ("cur", "new") for each in (place / part).iterdir()]
        return sorted(name.partition(":2,")[2] for name in names)

    def set_password(self, password: str, user: str = USER) -> None:
        """From the next login on this is the user's password."""
        lines = (self.folder / "users").read_text(encoding="ascii").splitlines()
        others = [each for each in lines if not each.startswith(f"{user}:")]
        text = "\n".join([*others, f"{user}:{{plain}}{password}", ""])
        (self.folder / "users").write_text(text, encoding="ascii")
        pause, clock = Event(), SystemClock()
        written = clock.now().replace(microsecond=0)
        while clock.now().replace(microsecond=0) == written:  # the server looks at that file once in a second
            pause.wait(POLL_S)

    def renumber(self, folder: str = "", user: str = USER) -> None:
        """Lose the numbers of a mailbox, as a restored server does: all mails get new ones, with another validity."""
        for each in self.maildir(folder, user).glob("dovecot*"):
            if each.is_file():
                each.unlink()

    def log(self) -> str:
        """What it says when something is wrong."""
        files = [self.folder / "errors", self.folder / "log"]
        return "\n".join(each.read_text(encoding="utf-8", errors="replace") for each in files if each.is_file())

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), POLL_S * 20) as line:
                return line.recv(4) == b"* OK"
        except OSError:
            return False

    def _config(self) -> str:
        is_root = os.geteuid() == 0
        uid, gid = _owner_of_mails()
        return CONFIG.format(
            folder=self.folder,
            internal="dovecot" if is_root else pwd.getpwuid(uid).pw_name,
            internal_group="dovecot" if is_root else grp.getgrgid(gid).gr_name,
            login="dovenull" if is_root else pwd.getpwuid(uid).pw_name,
            user=pwd.getpwuid(uid).pw_name,
            idle="" if self.has_idle else "imap_capability = IMAP4rev1 UIDPLUS SPECIAL-USE",
            ssl="required" if self.encrypts else "no",
            tls_listener=f"port = {self.tls_port}\n    ssl = yes" if self.encrypts else "port = 0",
            sent=SENT if self.has_sent else "",
            more=f"imap_capability = +{self.also_says}" if self.also_says else "",
            uid=uid,
            gid=gid,
            certificate=self.certificate.certificate_file,
            key=self.certificate.key_file,
            port=self.port,
            tls_port=self.tls_port,
        )


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """A server with one user in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dc-"))  # short, as the names of sockets have to be
    folder.chmod(0o755)  # its login processes run as somebody else where the test is root
    (folder / "mail").mkdir()
    _hand_over(folder / "mail")
    (folder / "users").write_text(f"{USER}:{{plain}}{PASSWORD}\n", encoding="ascii")
    (folder / "tokens").write_text(f"{USER}:{{plain}}{TOKEN}\n", encoding="ascii")
    server = Dovecot(folder, make_certificate(folder))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def is_installed() -> bool:
    """Whether the program is there."""
    return _program() is not None


def _program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _owner_of_mails() -> tuple[int, int]:
    if os.geteuid():
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _hand_over(*places: Path) -> None:
    if not os.geteuid():
        for each in places:
            os.chown(each, *_owner_of_mails())


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]
