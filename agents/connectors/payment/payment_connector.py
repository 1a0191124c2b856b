"""Makes the file that pays bills, once; nothing is sent. The owner gives it to their bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.books import amount_text
from agents.connectors.contract import Absent, CannotKnow, CannotUndo, Document, Found, Receipt, sha256_hex
from agents.connectors.filed import Unreadable
from agents.connectors.payment.actions import FOLDER, PaymentPrepare
from agents.connectors.payment.checks import SHELF, away_in, refuse_what_is_not_owed
from agents.connectors.payment.credit_transfer import Header, compose, header_of, id_of
from agents.connectors.payment.payer import read_payer
from agents.connectors.payment.target_days import target_day
from agents.connectors.sepa import EURO
from agents.errors import NeedsOwner, NotAllowed, OutcomeUnknown

if TYPE_CHECKING:
    from agents.connectors.contract import Action, Attachments, ConnectorContext, Lookup


class PaymentConnector:
    """Files for the bank in `Accounting/Payments`."""

    name = "payments"

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context

    def find(self, key: str, action: Action) -> Lookup:  # noqa: ARG002 (its name tells)
        """The receipt of the file that has the key's name, wherever it lies in the folder."""
        for each in SHELF.found(self._context.vault, key):
            header = None if isinstance(each, Unreadable) else header_of(each[1])
            if isinstance(each, Unreadable) or header is None or header.id != id_of(key):
                path = each.path if isinstance(each, Unreadable) else each[0]
                return CannotKnow(f"Was this payment prepared? {path} is not as it was written.")
            return Found(_receipt(*each, header))
        if name := away_in(self._context.vault, key):
            return CannotKnow(f"Was this payment prepared? {name} is not downloaded yet.")
        return Absent()

    def execute(self, action: Action, key: str, attachments: Attachments) -> Receipt:
        """Write the file once.

        Raises:
            NotAllowed: a bill is not open, or not by so much, or an earlier file pays it.
            NeedsOwner: the books have an error, or the handbook names no account of the owner's.
            Transient: nothing happened; the disk refused.
            OutcomeUnknown: a file of this name cannot be read.
        """
        del attachments  # a payment has none
        if not isinstance(action, PaymentPrepare):
            raise NotAllowed(f"{action.action} is no payment", hint="Report this: the wrong connector was chosen.")
        match self.find(key, action):
            case Found(receipt):
                return receipt
            case CannotKnow(question):
                raise OutcomeUnknown(question, hint=f"Look into {FOLDER} before approving again.")
        return self._write(action, key)

    def release(self, key: str, action: Action) -> None:
        """Nothing to forget: the folder itself is looked at."""

    def compensate(self, action: Action, receipt: Receipt) -> Action | CannotUndo:  # noqa: ARG002 (the same for all)
        """Only the owner knows whether the bank has it."""
        file = receipt.documents[0].path if receipt.documents else FOLDER
        return CannotUndo(f"Delete {file} if your bank never had it; else only your bank can call it back.")

    def _write(self, order: PaymentPrepare, key: str) -> Receipt:
        at = self._context.clock.now().replace(microsecond=0)
        today = as_local(at).date()
        if self._context.books is None:
            raise NeedsOwner("There are no books to look a bill up in.", hint="Connect books, or run `init` again.")
        refuse_what_is_not_owed(order, self._context.books(), self._context.vault, today)
        payer = read_payer(self._context.vault)
        if any(each.iban == payer.iban for each in order.payments):
            raise NotAllowed("It would be paid to your own account.", hint="Reject it; name the vendor's account.")
        content = compose(order, key, payer, target_day(max(order.day or today, today)), at)
        path = SHELF.file(self._context.vault, key, content, at)
        return _receipt(path, content, Header(id_of(key), at, len(order.payments), order.total))


def _receipt(path: str, content: bytes, header: Header) -> Receipt:
    many = "a payment" if header.count == 1 else f"{header.count} payments"
    summary = f"a file with {many} over {amount_text(header.total, EURO)}; nothing is sent: give it to your bank"
    document = Document(path.rpartition("/")[2], sha256_hex(content), path)
    return Receipt(PaymentConnector.name, header.id, header.at, summary, documents=(document,), paths=(path,))
