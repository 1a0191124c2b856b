"""What is to be done about the wish to have something of an invoice credited: one proposal, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.autonomy.code_brain import Subject, ended_words, is_left_out, last_of, since_reopened
from agents.autonomy.credit_brain import CATEGORY
from agents.connectors.books import amount_text
from agents.connectors.invoice_orders import CreditLine
from agents.errors import WAITS, EmployeeError, NotAllowed
from agents.reasoning.brain import ProposeAction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agents.autonomy.credit_brain import Invoiced, Wish
    from agents.connectors.book_figures import BookReports
    from agents.connectors.credit_notes import Creditable
    from agents.reasoning.brain import Decision, Outcome

KEY = "credit"
SUBJECT = Subject("credit", CATEGORY, "Have an invoice credited")
ENDS = {
    "done": "the credit note is booked, and its PDF lies with your invoices; it was not sent",
    "rejected": "nothing was credited, as you said",
    "expired": "no answer in time; nothing was credited",
    "failed": "nothing was credited",
}


def decide(
    wish: Wish, outcomes: tuple[Outcome, ...], reports: Callable[[], BookReports], invoiced: Invoiced
) -> Decision:
    """The next move."""
    since = since_reopened(outcomes)
    last = last_of(since, KEY)
    if is_left_out(since):
        return SUBJECT.end(ENDS["rejected"])
    if last is not None and last.kind in ENDS:
        return SUBJECT.end(ended_words(ENDS, last))
    try:
        return _proposed(wish, reports().creditable(wish.number), invoiced)
    except WAITS:
        raise
    except EmployeeError as err:
        return SUBJECT.end(f"nothing was credited: {err} {err.hint}")
    except ValidationError as err:
        return SUBJECT.end(f"nothing was credited: {err.errors()[0]['msg'].removeprefix('Value error, ')}")


def _proposed(wish: Wish, invoice: Creditable, invoiced: Invoiced) -> Decision:
    order = invoice.order(_lines(wish, invoice, invoiced), wish.reason)
    said = "owner" if wish.net is not None else "books"
    provenance = {"number": "owner", "reason": "owner", "customer": "books", "lines": said}
    provenance |= dict.fromkeys(("total", "left", "currency"), "books")
    move = ProposeAction(KEY, order, provenance, "", tuple(_told(invoice)))
    return SUBJECT.waits("Have credited what you said", move)


def _lines(wish: Wish, invoice: Creditable, invoiced: Invoiced) -> Iterator[CreditLine]:
    """The lines that are named, as they were invoiced, or the amount; none = all that is left."""
    known = invoiced(wish.number) if wish.lines else ()
    for at in wish.lines:
        if at > len(known):
            there = f"it has {len(known)}" if known else "its lines are not known here any more"
            hint = f"Name an amount: `books credit {wish.number} --net 100.00 --rate 19`."
            raise NotAllowed(f"{wish.number} has no line {at} that could be credited; {there}.", hint=hint)
        line = known[at - 1]
        yield CreditLine(text=line.text, net=line.net, tax=line.tax)
    if wish.net is not None:
        yield _amount(wish, invoice)


def _amount(wish: Wish, invoice: Creditable) -> CreditLine:
    if wish.currency not in {"", invoice.currency}:
        raise NotAllowed(f"{wish.number} is in {invoice.currency}.", hint=f"Name an amount in {invoice.currency}.")
    rates = [each.rate for each in invoice.left.rates]
    if wish.tax is None and len(rates) > 1:
        named = " and ".join(f"{each} %" for each in rates)
        raise NotAllowed(f"{wish.number} has {named} VAT.", hint="Say at which rate, such as: at 19 %.")
    rate = wish.tax if wish.tax is not None else next(iter(rates), 0)
    return CreditLine.model_validate({"net": wish.net, "tax": rate})


def _told(invoice: Creditable) -> Iterator[str]:
    """What the owner is to know besides the order."""
    if invoice.credited:
        yield f"⚠ {amount_text(invoice.credited, invoice.currency)} of it were credited before"
