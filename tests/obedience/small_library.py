"""What a toolbox reads, as a handful of values: the fast path of thousands of calls. A run uses the real one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import InvoiceStanding
from agents.connectors.contract import Money
from agents.durability.note_index import Hit
from agents.reasoning.tool_desk import Booked, Contact, ReadNote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agents.reasoning.brain import TaskView

CONTACT = Contact("Anna Muster", "---\nemail: anna@muster.example\niban: DE89 3704 0044 0532 0130 00\n---\n", True)  # noqa: FBT003 (the field speaks)
NUMBER = "INV-2026-0001"
STANDING = InvoiceStanding(NUMBER, Money(Decimal("1130.50"), "EUR"), Decimal("30.50"), date(2026, 12, 7))


class SmallLibrary:
    """One note, one contact, one invoice."""

    def task(self, task: str) -> TaskView | None:  # noqa: ARG002 (there is no other)
        return None

    def note(self, name: str) -> ReadNote | str:
        return ReadNote(name, "# Museum\n") if name.endswith("museum.md") else "There is no note of this name."

    def search(self, words: str) -> tuple[Hit, ...]:
        return (Hit("Projects/museum.md", "Museum", words),)

    def contacts(self) -> tuple[Contact, ...]:
        return (CONTACT,)

    def books(self) -> Mapping[str, Booked]:
        return {NUMBER: Booked("Acme Ltd", STANDING)}

    def may_tell(self, numbers: Iterable[str]) -> frozenset[str]:
        return frozenset(numbers)
