"""The connector of any books: which action goes to which page of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.book_keeping import LEDGER
from agents.connectors.book_orders import BankBook, BankExplain, BillBook, BookOrder, CreditApply
from agents.connectors.contract import CannotUndo
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from agents.connectors.books import Books
    from agents.connectors.contract import Action, Attachments, Lookup, Receipt

BOOK_ACTIONS: tuple[type[Action], ...] = (InvoiceCreate, InvoiceCredit, BillBook, BankBook, BankExplain, CreditApply)


class BooksConnector:
    """Performs on some books what an approved proposal says. `name`: who keeps them, as in receipts."""

    def __init__(self, books: Books, name: str) -> None:
        self._books = books
        self.name = name

    def find(self, key: str, action: Action) -> Lookup:
        """The receipt read back from the books; Absent only when all of them could be read."""
        if isinstance(action, BookOrder):
            return self._books.find_record(action, key)
        return self._books.find(key)

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:  # noqa: ARG002 (books take none)
        """Book it once.

        Raises:
            NotAllowed: the books refuse the entry, or the invoice cannot be credited.
            NeedsOwner: the books or the handbook must be put in order first.
            Transient: nothing happened; the books were busy, the disk full, or nobody answered.
            OutcomeUnknown: it cannot be told whether the entry stands.
        """
        match action:
            case InvoiceCreate():
                return self._books.issue(action, key)
            case InvoiceCredit():
                return self._books.credit(action, key)
            case BillBook() | BankBook() | BankExplain() | CreditApply():
                return self._books.record(action, key)
            case _:
                raise NotAllowed(f"The books know no {action.action}.", hint="Reject the proposal.")

    def release(self, key: str, action: Action) -> None:
        """Nothing to forget: the books themselves are looked at."""

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:
        """The credit note of an invoice; a credit note itself stands."""
        if isinstance(action, BookOrder):
            where = "in manual.beancount" if receipt.provider == LEDGER else "in Odoo"
            return CannotUndo(f"The books are turned round by an entry of your own {where}.")
        if not isinstance(action, InvoiceCreate):
            return CannotUndo("A credit note stands; issue the invoice anew.")
        return InvoiceCredit(
            number=receipt.provider_id,
            customer=action.customer,
            total=action.totals.gross,
            currency=action.currency,
        )
