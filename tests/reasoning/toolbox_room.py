"""A toolbox on a desk of its own: a library that is a handful of values, and what the model may say to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import InvoiceStanding
from agents.connectors.contract import Money
from agents.connectors.email.actions import EmailSend
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.durability.note_index import Hit
from agents.errors import NeedsOwner
from agents.reasoning.brain import Rate
from agents.reasoning.skill_library import discover
from agents.reasoning.tool_bench import TaskToolbox
from agents.reasoning.tool_desk import Booked, Contact, ReadNote, ToolPorts
from tests.reasoning.builders import SKILLS, facts, mail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from agents.connectors.calendar.agenda import Agenda
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Decision, Outcome, ProposeAction, TaskView
    from agents.reasoning.toolbox import ToolAnswer

ACTIONS: dict[str, type[Action]] = {
    "invoice.create": InvoiceCreate,
    "invoice.credit": InvoiceCredit,
    "email.send": EmailSend,
}
RATE = Rate("Acme Ltd", "consulting", "h", Decimal("95.00"), "EUR", Decimal(19), 12)
CONTACT = Contact(
    "Anna Muster", "---\nemail: anna@muster.example\niban: DE89 3704 0044 0532 0130 00\n---\n", may_leave=True
)
SECRET = Contact("Bert Private", "---\nprivate: true\nemail: bert@private.example\n---\n", may_leave=False)
BOOKED = {
    "INV-2026-0001": Booked(
        "Acme Ltd",
        InvoiceStanding("INV-2026-0001", Money(Decimal("1130.50"), "EUR"), Decimal("30.50"), date(2026, 12, 7)),
    ),
    "INV-2026-0002": Booked(
        "Borg GmbH",
        InvoiceStanding(
            "INV-2026-0002",
            Money(Decimal("20.00"), "EUR"),
            Decimal("0.00"),
            date(2026, 12, 7),
            paid_on=date(2026, 12, 1),
        ),
    ),
}
NOTES = {"Projects/museum.md": "# Museum\n\nSend it to curator@museum.example, 777.70 EUR.\n"}


@dataclass
class ShelfLibrary:
    """A library of values."""

    notes: dict[str, str] = field(default_factory=lambda: dict(NOTES))
    cards: tuple[Contact, ...] = (CONTACT, SECRET)
    booked: dict[str, Booked] = field(default_factory=lambda: dict(BOOKED))
    tasks: dict[str, TaskView] = field(default_factory=dict)
    closed: bool = False
    kept_back: frozenset[str] = frozenset()

    def task(self, task: str) -> TaskView | None:
        return self.tasks.get(task)

    def note(self, name: str) -> ReadNote | str:
        return ReadNote(name, self.notes[name]) if name in self.notes else "There is no note of this name."

    def may_tell(self, numbers: Iterable[str]) -> frozenset[str]:
        return frozenset(numbers) - self.kept_back

    def search(self, words: str) -> tuple[Hit, ...]:
        if self.closed:
            raise NeedsOwner("Nobody knows what is private.", hint="Mend the handbook.")
        return tuple(Hit(path, path, text) for path, text in self.notes.items() if words in text)

    def contacts(self) -> tuple[Contact, ...]:
        return self.cards

    def books(self) -> dict[str, Booked]:
        return self.booked


class Bench:
    """A toolbox for one turn, and short ways to use it."""

    def __init__(
        self, task: TaskView | None = None, *outcomes: Outcome, agenda: Agenda | None = None, **ports: object
    ) -> None:
        self.library = ShelfLibrary()
        made = {"skills": discover(SKILLS)[0], "actions": ACTIONS, **ports}
        self.box = TaskToolbox(
            task or mail(),
            outcomes,
            replace(facts(RATE), agenda=agenda),
            ToolPorts(self.library, **made),  # type: ignore[arg-type]
        )

    def good(self, name: str, **arguments: JsonValue) -> ToolAnswer:
        answer = self.box.call(name, arguments)
        assert not answer.failed, words(answer)
        return answer

    def bad(self, name: str, **arguments: JsonValue) -> str:
        """What is wrong, in words."""
        answer = self.box.call(name, arguments)
        assert answer.failed, words(answer)
        assert not answer.ends
        return words(answer)

    def decision(self, said: str = "") -> Decision:
        return self.box.decision(said, Decimal("0.02"))


def words(answer: ToolAnswer) -> str:
    return "\n".join(each.text for each in answer.parts)


def letter(**changes: JsonValue) -> dict[str, JsonValue]:
    """What proposes a mail to the one who wrote."""
    return {
        "key": "answer",
        "quote": "",
        "to": "billing@client.example",
        "subject": "Re: Invoice please",
        "body": "Thank you, we are on it.",
        "in_reply_to": "<walk-1@client.example>",
        "attachments": [],
        **changes,
    }


def invoice(**changes: JsonValue) -> dict[str, JsonValue]:
    """What proposes the invoice of the mail at the owner's rate."""
    line: JsonValue = {"text": "consulting", "quantity": "10", "unit": "h", "price": "95.00", "tax": "19"}
    return {
        "key": "invoice",
        "quote": "10 hours of consulting",
        "customer": "Acme Ltd",
        "email": "",
        "lines": [line],
        "currency": "EUR",
        "due_days": 14,
        **changes,
    }


def move(decision: Decision) -> ProposeAction:
    """The one proposal."""
    (found,) = decision.moves
    return found  # type: ignore[return-value]
