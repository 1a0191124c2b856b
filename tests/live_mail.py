"""`make live NAME=mail`: a look into one real mailbox. Nothing is read into a vault, sent, marked or kept.

What it has to know is asked for, the password unseen, unless the environment holds it: LIVE_MAIL_HOST, LIVE_MAIL_PORT,
LIVE_MAIL_USER, LIVE_MAIL_PASSWORD; LIVE_MAIL_LOGIN=xoauth2 where that is an access token; LIVE_MAIL_CA, the file of a
certificate. Owners run it once, to see that their provider and this program understand each other.
"""

from __future__ import annotations

import getpass
import os
import sys
from datetime import UTC, timedelta

from pydantic import SecretStr

from agents.clock import SystemClock
from agents.connectors.email.account import account_from
from agents.connectors.email.account_secret import GivenSecret
from agents.connectors.email.imap_session import find_sent, logged_in
from agents.connectors.email.mail_source import reading_door
from agents.errors import EmployeeError
from watchers.mail_position import search_day

NEVER_SENT = "<00000000000000000000000000000000@studio.example>"
WEEK = timedelta(days=7)


def asked(name: str, question: str, default: str = "") -> str:
    """From the environment, else from the terminal."""
    return os.environ.get(f"LIVE_MAIL_{name}") or input(f"{question} [{default}]: ") or default


def main() -> int:
    """Log in, look, and say what was found."""
    answers = {
        "host": "localhost",
        "port": "1",  # nothing is sent
        "security": "tls",
        "from": "owner@studio.example",
        "imap_host": asked("HOST", "Server for reading (IMAP)"),
        "imap_port": asked("PORT", "Port", "993"),
        "user": asked("USER", "User name"),
        "login": os.environ.get("LIVE_MAIL_LOGIN", "password"),
        "ca_file": os.environ.get("LIVE_MAIL_CA", ""),
    }
    secret = GivenSecret(SecretStr(os.environ.get("LIVE_MAIL_PASSWORD") or getpass.getpass("Password: ")))
    since = search_day(SystemClock().now().astimezone(UTC) - WEEK)
    try:
        account = account_from(answers)
        with logged_in(account, secret, reading_door(account)) as session:
            for folder in session.folders():
                sys.stdout.write(f"{folder.name}  {' '.join(sorted(folder.use))}\n")
            opened = session.open("INBOX")
            unread = session.uids(f"UNSEEN SINCE {since}")
            read = session.contents(unread[-1:], 1_000)
            still = session.uids(f"UNSEEN SINCE {since}")
            sys.stdout.write(f"{opened.mails:,} mails in INBOX, {len(unread)} of them unread since {since}\n")
            sys.stdout.write(
                f"the newest was looked into ({len(read)}), marked as read: {'no' if still == unread else 'YES'}\n"
            )
            sys.stdout.write(f"tells by itself that mail came: {'yes' if session.can_idle else 'no'}\n")
            sys.stdout.write(f"a mail that was never sent: {find_sent(session, NEVER_SENT)}\n")
    except EmployeeError as err:
        sys.stderr.write(f"{err}\n-> {err.hint}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
