"""Whether bills can be paid now: open in the books, and not paid by an earlier file.

What a file in the folder pays counts as paid, whether or not the books know of it: of a bill that is paid in parts, the
owner moves away what is booked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text
from agents.connectors.filed import SHOWN, Shelf
from agents.connectors.payment.actions import FOLDER
from agents.connectors.payment.credit_transfer import paid_by
from agents.connectors.sepa import EURO
from agents.errors import NotAllowed
from agents.vault.files import read_regular
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from agents.connectors.book_figures import BookReports, OpenDocument, OpenItems
    from agents.connectors.payment.actions import BillPayment, PaymentPrepare

MAX_FILE_BYTES = 1_000_000
SHELF = Shelf("payment", "xml", MAX_FILE_BYTES, FOLDER)
AGAIN = "Reject the proposal, and say again what is to be paid."


def away_in(vault: Path, key: str = "") -> str:
    """The name of a file of the folder that a sync service has taken off this computer, of a key; empty without one."""
    ending = f"-{key[:SHOWN]}.xml" if key else ""
    return next((each.name for each in (vault / FOLDER).rglob(f".*{ending}.icloud")), "")


def asked_for(vault: Path) -> dict[str, tuple[Decimal, str]]:
    """What the files that lie in the folder pay of each bill, and the last of these files.

    Raises:
        NotAllowed: one of them cannot be read.
    """
    if name := away_in(vault):
        raise NotAllowed(f"{name} is not downloaded yet.", hint="Let your sync service bring it, then try again.")
    found: dict[str, tuple[Decimal, str]] = {}
    for path in sorted((vault / FOLDER).rglob("*.xml")):
        content = read_regular(path, MAX_FILE_BYTES)
        if isinstance(content, Problem):
            raise NotAllowed(f"{path.name} cannot be read: {content.message}.", hint=f"Move it out of {FOLDER}.")
        paid = paid_by(content)
        if paid is None:
            raise NotAllowed(f"{path.name} is not as it was written.", hint=f"Move it out of {FOLDER}.")
        for number, amount in paid:
            found[number] = (found.get(number, (Decimal(0), ""))[0] + amount, path.name)
    return found


def refuse_what_is_not_owed(order: PaymentPrepare, reports: BookReports, vault: Path, on: date) -> None:
    """Nothing is paid twice, beyond what is open, or to another account than the proposal said.

    Raises:
        NotAllowed: it would be.
        NeedsOwner: the books have an error.
    """
    items, before, ibans = reports.payables(on), asked_for(vault), reports.ibans()
    for each in order.payments:
        document = open_bill(items, each.number)
        standing = reports.document(each.number, on)
        if standing is None or standing.unclear:  # a movement that names it, or money on account, may have paid it
            why = standing.unclear if standing else "it is not in the books."
            raise NotAllowed(
                f"Whether {each.number} is open is not clear: {why}", hint="Say in the books what that was."
            )
        if (document.party, document.currency) != (each.vendor, EURO):
            raise NotAllowed(f"{each.number} is not owed to {each.vendor} in {EURO}.", hint=AGAIN)
        if set(ibans.get(each.vendor, ())) != set(each.known_ibans):
            raise NotAllowed(f"The books know other accounts of {each.vendor} by now.", hint=AGAIN)
        _refuse_too_much(each, document, *before.get(each.number, (Decimal(0), "")))


def open_bill(items: OpenItems, number: str) -> OpenDocument:
    """The bill of this number, of which something is owed.

    Raises:
        NotAllowed: nothing is, or the books do not say.
    """
    for each in items.documents:
        if each.number == number:
            return each
    unclear = next((words for words in items.unclear if words.startswith(f"{number}:")), "")
    if unclear:
        raise NotAllowed(f"What is open of {unclear}", hint="Put that in order in the books.")
    raise NotAllowed(f"{number} is not open in the books: it is paid, or it is not there.", hint="Look at `books`.")


def _refuse_too_much(payment: BillPayment, document: OpenDocument, before: Decimal, file: str) -> None:
    left = document.open - before
    if payment.amount <= left:
        return
    if not before:
        words = f"{amount_text(payment.amount)} are more than the {amount_text(left, EURO)} open of {payment.number}."
        raise NotAllowed(words, hint=AGAIN)
    raise NotAllowed(
        f"{file} in {FOLDER} pays {amount_text(before, EURO)} of {payment.number} already.",
        hint=f"If your bank never had that file, or its payment is in the books, move it out of {FOLDER}.",
    )
