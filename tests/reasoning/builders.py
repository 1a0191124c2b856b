"""Views, facts and outcomes for tests of the brain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from agents.connectors.contract import Document, Receipt
from agents.connectors.invoice_orders import InvoiceCreate
from agents.reasoning.brain import (
    AskOwner,
    AttachedFile,
    Facts,
    Finish,
    Handbook,
    Outcome,
    ProposeAction,
    TaskView,
    WaitUntil,
)
from agents.reasoning.playbook import PlaybookBrain

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, OwnerRule, Rate

SKILLS = Path(__file__).resolve().parents[2] / "skills"
TASK = "2026-11-23-email-7f3a9c21de"
REQUEST = (
    "Hello,\n\nplease send us the invoice for 10 hours of consulting at 95.00 EUR per hour.\n\nThank you,\nAcme Ltd"
)
HANDBOOK = Handbook("Studio Example", "Robin", "friendly", "EUR", Decimal(19), 44, 14)
PDF = Document("inv-2026-0001.pdf", "a" * 64, "Accounting/Invoices/2026/inv-2026-0001.pdf")
_VIEW = TaskView(
    id=TASK,
    kind="email",
    sender_name="Acme Ltd",
    sender_address="billing@client.example",
    subject="Invoice please",
    text=REQUEST,
    received=datetime(2026, 11, 23, 9, tzinfo=UTC),
    sender_known=False,
    message_id="<walk-1@client.example>",
)


def mail(text: str = REQUEST, **changes: object) -> TaskView:
    """A mail from Acme Ltd with this text."""
    return replace(_VIEW, text=text, **changes)  # type: ignore[arg-type]


def dropped(text: str, name: str = "file.txt") -> TaskView:
    """A file the owner put into the inbox."""
    file = AttachedFile("sha-0123456789abcdef.txt", name, "text/plain", len(text), text)
    return replace(
        _VIEW, kind="file", sender_name="", sender_address="", subject="", text="", message_id="", attachments=(file,)
    )


def asked(text: str) -> TaskView:
    """A line of Ask.md."""
    return replace(_VIEW, kind="ask", sender_name="", sender_address="", subject="", text=text, message_id="")


def facts(*rates: Rate, rules: tuple[OwnerRule, ...] = ()) -> Facts:
    """The owner's facts with these rates and rules."""
    return Facts(replace(HANDBOOK, rules=rules), rates, date(2026, 11, 23))


def playbook() -> PlaybookBrain:
    """The brain with the skills of the project and the ledger's actions."""
    return PlaybookBrain(SKILLS, {"invoice.create": InvoiceCreate})


def answered(key: str, value: str) -> Outcome:
    """The owner answered."""
    return Outcome(key, "answered", value=value)


def done(move: ProposeAction, number: str = "INV-2026-0001") -> Outcome:
    """A proposal that was executed."""
    receipt = Receipt("ledger", number, datetime(2026, 11, 23, 10, tzinfo=UTC), number, (PDF,))
    return Outcome(move.key, "done", move.action, receipt=receipt)


def rejected(move: ProposeAction, reason: str = "") -> Outcome:
    """A proposal the owner said no to."""
    return Outcome(move.key, "rejected", move.action, reason=reason)


def proposed(decision: Decision) -> ProposeAction:
    """The one proposal of a decision."""
    (move,) = (each for each in decision.moves if not isinstance(each, WaitUntil))
    assert isinstance(move, ProposeAction), move
    return move


def question(decision: Decision) -> AskOwner:
    """The one question of a decision."""
    (move,) = (each for each in decision.moves if not isinstance(each, WaitUntil))
    assert isinstance(move, AskOwner), move
    return move


def finished(decision: Decision) -> str:
    """The summary of a decision that ends the task."""
    (move,) = decision.moves
    assert isinstance(move, Finish), move
    return move.summary


def choices(ask: AskOwner) -> list[str]:
    """The texts of a question's choices."""
    return [each.text for each in ask.choices]
