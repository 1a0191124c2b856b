"""What the ledger says of an invoice that is to be credited, and the credit note's paper. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import RateTotal, Totals
from agents.connectors.credit_notes import HINT, Creditable
from agents.connectors.ledger.booked import RECEIVABLES, totals_of
from agents.connectors.ledger.paper import Paper, PaperLine
from agents.errors import NeedsOwner, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agents.connectors.invoice_orders import InvoiceCredit
    from agents.connectors.ledger.beancount_file import Loaded, Transaction
    from agents.connectors.ledger.invoice_words import Words

NOTHING = Decimal("0.00")


def creditable(loaded: Loaded, number: str) -> Creditable:
    """The invoice of this number with what its credit notes have left of it, whatever day they are of.

    Raises:
        NotAllowed: there is no single one, or it cannot be told what was credited at which rate.
        NeedsOwner: the ledger has an error, so that a credit note may be missing.
    """
    if loaded.errors:
        error = loaded.errors[0]
        raise NeedsOwner(
            f"The ledger has an error, so nobody can tell what of {number} is credited already: {error.message}",
            hint=f"Put {error.file}:{error.line} in order first.",
        )
    found = [each for each in loaded.by_meta("number", number) if "invoice" in each.tags]
    if len(found) != 1:
        raise NotAllowed(f"The ledger holds no single invoice {number}.", hint=f"Look for {number} in the ledger.")
    invoice = found[0]
    notes = [each for each in loaded.transactions if _takes_back(each, number)]
    totals, currency = _plain(invoice)
    left = {each.rate: (each.net, each.vat) for each in totals.rates}
    for note in notes:
        for each in _of_the_same(note, invoice, currency).rates:
            net, vat = left.get(each.rate, (NOTHING, NOTHING))
            left[each.rate] = (net + each.net, vat + each.vat)
    rates = tuple(RateTotal(rate, *sums) for rate, sums in sorted(left.items()) if any(sums))
    rest = Totals(rates)
    email = invoice.meta.get("email", "")
    return Creditable(number, invoice.payee, email, invoice.day, currency, rest, totals.gross - rest.gross)


def credit_paper(
    number: str, day: date, credited: tuple[Creditable, Totals], order: InvoiceCredit, words: Words
) -> Paper:
    """The credit note as it is printed: the lines of a part, else one for each rate."""
    invoice, sums = credited
    about = words.credit_line.format(number=order.number, day=words.day(invoice.day))
    nets: Iterable[tuple[str, Decimal, Decimal]] = ((about, each.rate, each.net) for each in sums.rates)
    if order.lines:
        nets = ((each.text or about, each.tax, each.net) for each in order.lines)
    lines = tuple(PaperLine(text, None, "", None, rate, net) for text, rate, net in nets)
    left = order.left if order.lines or invoice.credited else None
    about_it = (order.customer, invoice.email, lines, sums, order.currency)
    return Paper(number, day, None, *about_it, credits=order.number, reason=order.reason, left=left)


def _takes_back(entry: Transaction, number: str) -> bool:
    """Whether it is a credit note of this invoice, ours or the owner's own."""
    if "credit" not in entry.tags:
        return False
    named = {entry.meta.get("credits", ""), *entry.links, *(leg.meta.get("applies", "") for leg in entry.postings)}
    return number in {each.upper() for each in named}


def _plain(entry: Transaction) -> tuple[Totals, str]:
    found = totals_of(entry)
    if found is None:
        place = f"{entry.file}:{entry.line}"
        raise NotAllowed(
            f"{place} does not say any more what was asked for at which VAT rate.", hint=f"Look at {place}."
        )
    return found


def _of_the_same(note: Transaction, invoice: Transaction, currency: str) -> Totals:
    """What a credit note takes back, with a minus: it must be of this invoice alone, in its currency."""
    totals, other = _plain(note)
    accounts = {leg.account for each in (note, invoice) for leg in each.postings if leg.account.startswith(RECEIVABLES)}
    if other != currency or len(accounts) != 1:
        raise NotAllowed(f"{note.file}:{note.line} credits something else too.", hint=HINT)
    return totals
