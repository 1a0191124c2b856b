"""Some books as the suite holds them, and orders in the words of these books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from agents.connectors.book_orders import BankBook, BankExplain, CreditApply, Payment, Payout
from agents.connectors.invoice_orders import InvoiceCredit

if TYPE_CHECKING:
    from datetime import date

    from agents.connectors.book_figures import BookReports
    from agents.connectors.book_orders import Move, Part
    from agents.connectors.contract import Connector
    from tests.connectors.books_story import Order

OrderT = TypeVar("OrderT", bound="Order")


class Ledger(Protocol):
    """Some books, empty, with the accounts Checking, Savings and Cash; what is written is found by a new process."""

    def open(self) -> Connector:
        """The connector as a new process would open it."""
        ...

    def set_day(self, today: date) -> None:
        """Make it noon of a day."""
        ...

    def reports(self) -> BookReports:
        """The figures of the books as they are now."""
        ...

    def number(self, ledger_number: str) -> str:
        """How these books call the document that the ledger calls INV-2026-0001; their own words stay."""
        ...


def called(books: Ledger, order: OrderT) -> OrderT:
    """The order, with every document called as these books call it."""
    match order:
        case InvoiceCredit():
            return order.model_copy(update={"number": books.number(order.number)})
        case CreditApply():
            return order.model_copy(update={"parts": _parts(books, order.parts)})
        case BankBook():
            return order.model_copy(update={"moves": _moves(books, order.moves)})
        case BankExplain():
            return order.model_copy(update={"moves": _moves(books, order.moves)})
        case _:
            return order


def _parts(books: Ledger, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(each.model_copy(update={"number": books.number(each.number)}) for each in parts)


def _moves(books: Ledger, moves: tuple[Move, ...]) -> tuple[Move, ...]:
    return tuple(_move(books, each) for each in moves)


def _move(books: Ledger, move: Move) -> Move:
    if isinstance(move.reason, Payout):
        shares = (
            each.model_copy(update={"number": each.number and books.number(each.number)}) for each in move.reason.shares
        )
        return move.model_copy(update={"reason": move.reason.model_copy(update={"shares": tuple(shares)})})
    if not isinstance(move.reason, Payment):
        return move
    reason = move.reason.model_copy(update={"parts": _parts(books, move.reason.parts)})
    return move.model_copy(update={"reason": reason})
