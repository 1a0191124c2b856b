"""What an assistant may ask to be paid: bills that are open, to the one account that the books know of each vendor."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from agents.connectors.books import cents
from agents.connectors.payment.actions import BillPayment, PaymentPrepare
from agents.connectors.payment.checks import open_bill, refuse_what_is_not_owed
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from agents.connectors.book_figures import BookReports, OpenDocument


def payment_of(
    reports: BookReports, root: Path, numbers: Iterable[str], days: tuple[date, date | None]
) -> PaymentPrepare:
    """The payment of all that is open of these bills. `days`: today, and when it is to be paid (None = soon).

    Raises:
        NotAllowed: a bill is not plainly open, was paid by an earlier file, or no one account is known. What the books
            say of it is not repeated: it may be the words of others.
        ValidationError: it is no payment, such as one of nothing.
    """
    today, on = days
    items, known = reports.payables(today), reports.ibans()
    wanted = dict.fromkeys(each.strip().upper() for each in numbers)
    with _in_our_words():
        bills = [open_bill(items, each) for each in wanted]
    order = PaymentPrepare(payments=tuple(_to_the_known(each, known.get(each.party, ())) for each in bills), day=on)
    with _in_our_words():
        refuse_what_is_not_owed(order, reports, root, today)
    return order


def _to_the_known(bill: OpenDocument, accounts: tuple[str, ...]) -> BillPayment:
    if len(accounts) != 1:
        hint = "Ask the owner to type `books pay`, which asks for the account."
        raise NotAllowed(f"The books know no one account for {bill.number}.", hint=hint)
    return BillPayment(
        number=bill.number,
        vendor=bill.party,
        iban=accounts[0],
        amount=cents(bill.open),
        reference=bill.reference or bill.number,
        known_ibans=accounts,
    )


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except NotAllowed as err:
        said = "The books do not say plainly that all of these bills are open and not paid."
        raise NotAllowed(said, hint="Call find_document for each.") from err
