"""A thousand mails in a real mailbox: how long until each has its own committed task note. Needs Dovecot.

The account is connected while the mailbox is empty; the mails are delivered while the reader is stopped, so the time is
from its going on. Beside it the least it can cost with the same library: reading the same mails, keeping none.
"""

from __future__ import annotations

import json
import ssl
import time
from typing import TYPE_CHECKING

import imap_tools

from agents.vault.layout import CLAIMED, NEEDS_ACTION
from benchmarks.common.drops import COUNT_POLL_S, count, is_quick, mails, rest
from benchmarks.common.rooms import TooSlow, vault_room, wait_for
from tests.connectors.email.mail_room import answers_for
from tests.flows.mailbox import sending_server
from tests.standins.dovecot import PASSWORD, USER, Dovecot, running_dovecot

if TYPE_CHECKING:
    from benchmarks.common.rooms import Room
    from tests.standins.smtp_server import SmtpServer

MANY = 1_000
FEW = 100
OURS = (NEEDS_ACTION, CLAIMED)


def main() -> None:
    """Print the figures."""
    size = FEW if is_quick() else MANY
    with vault_room() as room, running_dovecot() as dovecot, sending_server(dovecot) as server:
        connect(room, dovecot, server)
        contents = [each.read_bytes() for each in mails(room.folder / "ready", "mail", size)]
        history = room.history()
        with room.running() as process:
            rest(history)
            process.pause()
            dovecot.deliver(*contents)
            began_s = time.perf_counter()
            process.resume()
            done_s = wait_for(lambda: count(history, OURS, "-email-") >= size, "every task", COUNT_POLL_S) - began_s
            lost = size - count(history, OURS, "-email-")
        floor_s = fetched_s(dovecot, size)
    print(json.dumps({"mails": size, "committed_s": round(done_s, 2), "fetched_s": round(floor_s, 2), "lost": lost}))


def connect(room: Room, dovecot: Dovecot, server: SmtpServer) -> None:
    """`connect mail`, as the owner does at a terminal, and a first look into the empty mailbox."""
    reading = {"imap_host": "localhost", "imap_port": str(dovecot.tls_port), "folders": "INBOX"}
    answers = answers_for(server) | reading
    room.command("connect", "mail", answers="".join(f"{each}\n" for each in answers.values()))
    room.command("run", "--once")


def fetched_s(dovecot: Dovecot, size: int) -> float:
    """Seconds in which the library reads the same mails."""
    trusted = ssl.create_default_context(cafile=str(dovecot.certificate.certificate_file))
    began_s = time.perf_counter()
    with imap_tools.MailBox("localhost", dovecot.tls_port, ssl_context=trusted).login(USER, PASSWORD) as box:
        read = sum(1 for _ in box.fetch(mark_seen=False, bulk=100))
    if read != size:
        raise TooSlow(f"{read} of {size} mails were read")
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
