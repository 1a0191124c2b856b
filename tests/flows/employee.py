"""One vault driven over the command line, in this process; what the owner does with files is done with files."""

from __future__ import annotations

import email
import email.policy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from agents.console.commands import cli

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

CUSTOMER = "Acme Ltd"
ADDRESS = "billing@client.example"


@dataclass(frozen=True)
class Employee:
    """A vault in `room/Vault`, its state folder in `room/state`; nothing waits for quiet files.

    `inside`: our subfolder, when the vault is the owner's own. `node`: the name of the machine, when it matters.
    """

    room: Path
    inside: str = ""
    folder: str = "Vault"
    kept: str = "state"
    node: str = ""

    @property
    def vault(self) -> Path:
        return self.room / self.folder / self.inside

    @property
    def state(self) -> Path:
        return self.room / self.kept

    @property
    def settings(self) -> dict[str, str | None]:
        settings: dict[str, str | None] = {"AI_EMPLOYEE_STATE": str(self.state), "AI_EMPLOYEE_QUIET_S": "0"}
        return settings | {"COLUMNS": "200", "AI_EMPLOYEE_NODE": self.node or None}

    def call(self, *words: str, answers: str | None = None) -> Result:
        """Any command; its result with exit code and output."""
        place = [] if words[0] == "init" else ["--vault", str(self.vault)]
        return CliRunner(env=self.settings).invoke(cli, [*words, *place], input=answers, catch_exceptions=False)

    def said(self, *words: str, answers: str | None = None) -> str:
        """A command that must end with 0; what it said."""
        result = self.call(*words, answers=answers)
        assert result.exit_code == 0, result.output
        return result.output

    def init(self, *words: str) -> Employee:
        self.said("init", str(self.room / self.folder), *words)
        return self

    def once(self) -> str:
        return self.said("run", "--once")

    def status(self) -> dict[str, object]:
        return dict(json.loads(self.said("status", "--json")))

    def ids(self, key: str) -> list[str]:
        listed = self.status()[key]
        assert isinstance(listed, list)
        return [row["id"] if isinstance(row, dict) else str(row) for row in listed]

    def pending(self, action: str) -> list[Path]:
        """The notes that wait for a yes to this action."""
        kind = action.replace(".", "-")
        return [self.vault / "Pending_Approval" / f"{each}.md" for each in self.ids("pending_approval") if kind in each]

    def questions(self) -> list[Path]:
        return [self.vault / "Needs_Action" / f"{each}.md" for each in self.ids("questions")]

    def drop(self, name: str, content: str | bytes) -> None:
        (self.vault / "Inbox" / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def approve(self, note: Path) -> None:
        """The owner moves a note to Approved."""
        note.rename(self.vault / "Approved" / note.name)

    def outbox(self) -> list[EmailMessage]:
        found = sorted((self.vault / "Outbox").glob("*.eml"))
        return [email.message_from_bytes(each.read_bytes(), policy=email.policy.default) for each in found]

    def notes(self, folder: str) -> list[Path]:
        return sorted((self.vault / folder).rglob("*.md"))

    def ledger(self) -> str:
        """What was booked: the month files."""
        return "".join(
            each.read_text(encoding="utf-8") for each in sorted((self.vault / "Accounting").glob("20*/*.beancount"))
        )


def mail(
    body: str, *, number: int = 1, sender: str = f"{CUSTOMER} <{ADDRESS}>", subject: str = "Invoice please"
) -> str:
    """A plain mail; `number` makes its Message-ID."""
    return (
        f"From: {sender}\nTo: owner@studio.example\nSubject: {subject}\nDate: Mon, 23 Nov 2026 09:00:00 +0000\n"
        f"Message-ID: <flow-{number}@client.example>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    )


def request(hours: str = "10 hours", price: str = "at 95.00 EUR per hour") -> str:
    """The words of a customer who wants an invoice."""
    return f"Hello,\n\nplease send us the invoice for {hours} of consulting {price}.\n\nThank you,\n{CUSTOMER}"
