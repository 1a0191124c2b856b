"""An owner with a mailbox: a server that sends and one that keeps mails, and a terminal at which to connect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.connectors.email.mail_room import answers_for
from tests.standins.dovecot import PASSWORD, USER
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.flows.employee import Employee
    from tests.standins.dovecot import Dovecot


@dataclass(frozen=True)
class Mailbox:
    """Everything of one owner."""

    employee: Employee
    sending: SmtpServer
    keeping: Dovecot

    def answers(self, **changed: str) -> dict[str, str]:
        """What the owner answers to `connect mail`, but for what is changed."""
        reading = {"imap_host": "localhost", "imap_port": str(self.keeping.tls_port), "folders": "INBOX"}
        return answers_for(self.sending) | reading | changed

    def connect(self, **changed: str) -> Result:
        """`connect mail` with these answers at the terminal."""
        answers = self.answers(**changed)
        return self.employee.call("connect", "mail", answers="".join(f"{each}\n" for each in answers.values()))

    def connected(self, **changed: str) -> Mailbox:
        """The same, connected."""
        result = self.connect(**changed)
        assert result.exit_code == 0, result.output
        return self

    def tasks(self) -> list[Path]:
        """The notes of mails, wherever they are."""
        return [each for each in self.notes() if "-email-" in each.name]

    def alerts(self) -> list[str]:
        """What the owner was told."""
        return [each.read_text(encoding="utf-8") for each in self.notes() if "-alert-" in each.name]

    def notes(self) -> list[Path]:
        folders = ("Needs_Action", "In_Progress", "Done")
        found = (note for folder in folders for note in (self.employee.vault / folder).rglob("2*.md"))
        return sorted(note for note in found if "-question-" not in note.name)


def sending_server(dovecot: Dovecot, password: str = PASSWORD) -> SmtpServer:
    """A server for sending with the same certificate and, if nothing else is said, the same password."""
    return SmtpServer(dovecot.certificate, user=USER, password=password)
