"""What of an invoice can still be credited, and the order that credits it: reckoned once, for books and whoever asks.

Lines are counted by VAT rate, before VAT. The VAT of a part is rounded half up; whoever takes the rest of a rate takes
the rest of its VAT, so that all credit notes of an invoice together come to its cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import RateTotal, Totals, amount_text, totals
from agents.connectors.invoice_orders import InvoiceCredit
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agents.connectors.invoice_orders import CreditLine

NOTHING = Decimal("0.00")
HINT = "Look at the invoice and its credit notes, and ask for less."
ANEW = "Ask for the credit note anew."


@dataclass(frozen=True, slots=True)
class Creditable:
    """An invoice as far as it can be credited: `left` by VAT rate, `credited` (VAT included) was taken back before."""

    number: str
    customer: str
    email: str
    day: date
    currency: str
    left: Totals
    credited: Decimal

    def order(self, lines: Iterable[CreditLine] = (), reason: str = "") -> InvoiceCredit:
        """The order that takes these lines back; without any, all that is left.

        Raises:
            NotAllowed: nothing is left, or not so much at the rate of a line.
        """
        wanted = tuple(lines)
        gross = self.sums(wanted).gross
        return InvoiceCredit(
            number=self.number,
            reason=reason,
            customer=self.customer,
            total=gross,
            currency=self.currency,
            lines=wanted,
            left=self.left.gross - gross,
        )

    def sums(self, lines: Iterable[CreditLine]) -> Totals:
        """What these lines come to with their VAT; without any, all that is left.

        Raises:
            NotAllowed: nothing is left, or not so much at the rate of a line.
        """
        if self.left.gross <= 0:
            raise NotAllowed(f"{self.number} is credited already.", hint=HINT)
        if over := [each for each in self.left.rates if each.net < 0 or each.vat < 0]:
            raise NotAllowed(f"More of {self.number} than it asks for was credited at {over[0].rate} %.", hint=HINT)
        wanted = totals((each.net, each.tax) for each in lines)
        if any(each.net <= 0 for each in wanted.rates):
            raise NotAllowed("A credit note takes back more than 0.00 at each tax rate.", hint=HINT)
        return Totals(tuple(map(self._at_its_rate, wanted.rates))) if wanted.rates else self.left

    def _at_its_rate(self, wanted: RateTotal) -> RateTotal:
        nothing = RateTotal(wanted.rate, NOTHING, NOTHING)
        left = next((each for each in self.left.rates if each.rate == wanted.rate), nothing)
        if wanted.net > left.net:
            asked, there = amount_text(wanted.net, self.currency), amount_text(left.net, self.currency)
            where = f"{self.number} has left at {wanted.rate} %"
            raise NotAllowed(f"{asked} before VAT are more than the {there} that {where}.", hint=HINT)
        return left if wanted.net == left.net else RateTotal(wanted.rate, wanted.net, min(wanted.vat, left.vat))


def checked_credit(invoice: Creditable, order: InvoiceCredit) -> Totals:
    """What an order takes back by rate, when the books are as it says.

    Raises:
        NotAllowed: they are not.
    """
    if invoice.customer != order.customer:
        raise NotAllowed(f"{order.number} is not to {order.customer}.", hint=f"Look for {order.number} in the books.")
    sums = invoice.sums(order.lines)
    there = (sums.gross, invoice.left.gross - sums.gross, invoice.currency)
    if there != (order.total, order.left, order.currency):
        taken, left = (amount_text(each, invoice.currency) for each in there[:2])
        said = f"By the books this takes {taken} off {order.number} and leaves {left}: it is not as the proposal says."
        raise NotAllowed(said, hint=ANEW)
    return sums
