"""What the sample company is told as: orders for any books on their days, receipts, and what is odd on purpose. Pure.

Numbers of documents in the orders are as the ledger gives them; whoever writes them into other books puts theirs there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_orders import BankBook, BillBook, Move
    from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit

Oddity = Literal[
    "amount",
    "changed_iban",
    "duplicate_payment",
    "duplicate_subscription",
    "price_rise",
    "unused",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One order and the day on which it is carried out; `number` is that of the document it makes, if one."""

    day: date
    order: InvoiceCreate | InvoiceCredit | BillBook | BankBook
    number: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """Something that is odd on purpose: with whom, over how much, and the movements (`bank_id`) that show it."""

    kind: Oddity
    party: str
    amount: Decimal
    bank_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Two years, up to the day before `today`. `receipts`: the text of each receipt that is known, by its name."""

    seed: int
    today: date
    steps: tuple[Step, ...]
    labels: tuple[Label, ...]
    receipts: dict[str, str]

    @property
    def moves(self) -> tuple[Move, ...]:
        """Every movement of the bank, the oldest first."""
        orders = (each.order for each in self.steps)
        return tuple(move for order in orders if order.action == "bank.book" for move in order.moves)
