"""What a movement of the bank was for: a payment, a purchase, a transfer, or what a payment service pays out at once.

Amounts are positive unless said otherwise, with two places; a category is a name of the owner's chart ('Office').
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.connectors.books import amount_text, totals
from agents.connectors.invoice_orders import Name, Number, Percent, Price, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.books import Totals

MAX_COSTS, MAX_PARTS, MAX_SHARES = 50, 50, 200
MAX_CATEGORY_CHARS = 40
CATEGORY_PATTERN = r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$"

Category = Annotated[str, Field(pattern=CATEGORY_PATTERN, max_length=MAX_CATEGORY_CHARS)]
AccountName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$", max_length=40)]
Amount = Annotated[Price, Field(gt=0, decimal_places=2)]
Signed = Annotated[Price, Field(decimal_places=2)]
NothingOrMore = Annotated[Price, Field(ge=0, decimal_places=2)]
Rate = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6)]
Line = Annotated[Text, Field(max_length=300)]


class _Model(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class Cost(_Model):
    """What was bought: `net` before VAT, `tax` in percent, of which the owner gets the VAT back."""

    category: Category
    net: Amount
    tax: Percent = Decimal(0)


class Part(_Model):
    """What of a payment goes to one invoice or bill, in the currency of that document."""

    number: Number
    amount: Amount


class Payment(_Model):
    """A movement that pays documents of one customer or vendor.

    `fee` was kept by whoever passed the money on. What is left of the movement stays to the party's credit, until it is
    applied to a document: a prepayment, or too much.
    """

    kind: Literal["payment"] = "payment"
    party: Name
    vendor: bool = False
    parts: Annotated[tuple[Part, ...], Field(max_length=MAX_PARTS)] = ()
    fee: NothingOrMore = Decimal("0.00")


class Spending(_Model):
    """A movement that bought something at once; the costs with their VAT are the movement."""

    kind: Literal["spending"] = "spending"
    costs: Annotated[tuple[Cost, ...], Field(min_length=1, max_length=MAX_COSTS)]
    receipt: Line = ""


class Transfer(_Model):
    """A movement from or to another account of the owner's, or their private money (`Private`)."""

    kind: Literal["transfer"] = "transfer"
    account: AccountName


class Share(_Model):
    """What one customer paid through a payment service, before its fee; less than nothing = it went back to them.

    `amount` is in the currency of the invoice `number`; `worth`, with the same sign, is what it came to on the account,
    where that has another. Without a number it stands to the customer's credit.
    """

    party: Name
    number: Number | None = None
    amount: Signed
    worth: Signed | None = None

    @property
    def came_to(self) -> Decimal:
        """What of the movement it is, in the account's currency."""
        return self.amount if self.worth is None else self.worth

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        if self.amount == 0 or self.amount * self.came_to <= 0:
            raise ValueError("a share and its worth are more than nothing, or both less")
        if self.number is None and (self.amount < 0 or self.worth is not None):
            raise ValueError("money that went back, or of another currency, names its invoice")
        return self


class Payout(_Model):
    """A movement by which a payment service passes on what several customers paid, less what it keeps.

    `fee` is all that it kept, less than nothing where it gave more back; it is a cost of `category`, without VAT.
    """

    kind: Literal["payout"] = "payout"
    service: Name
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=MAX_SHARES)]
    fee: Signed = Decimal("0.00")
    category: Category = "Bank-Fees"

    @property
    def in_order(self) -> tuple[Share, ...]:
        """The shares, what came before what went back: that may be of the same invoice."""
        return tuple(sorted(self.shares, key=lambda each: each.amount < 0))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The invoices it names."""
        return tuple(dict.fromkeys(each.number for each in self.shares if each.number))


class Unexplained(_Model):
    """A movement nobody knows the reason of yet."""

    kind: Literal["unexplained"] = "unexplained"


AnyReason = Payment | Payout | Spending | Transfer | Unexplained
Reason = Annotated[AnyReason, Field(discriminator="kind")]


def sums_of(costs: Iterable[Cost]) -> Totals:
    """The sums of some costs, by VAT rate."""
    return totals((each.net, each.tax) for each in costs)


def reason_text(reason: AnyReason) -> str:
    """'payment of Acme Ltd: INV-2026-0001 950.00'."""
    match reason:
        case Payment():
            parts = ", ".join(f"{each.number} {amount_text(each.amount)}" for each in reason.parts)
            fee = f", fee {amount_text(reason.fee)}" if reason.fee else ""
            return f"payment {'to' if reason.vendor else 'of'} {reason.party}: {parts or 'on account'}{fee}"
        case Payout():
            count = "1 payment" if len(reason.shares) == 1 else f"{len(reason.shares)} payments"
            return f"payout of {reason.service}: {count}, fee {amount_text(reason.fee)} ({reason.category})"
        case Spending():
            costs = (f"{each.category} {amount_text(each.net)} + {each.tax} % VAT" for each in reason.costs)
            return ", ".join((*costs, *([f"receipt {reason.receipt}"] if reason.receipt else ())))
        case Transfer():
            return f"transfer, {reason.account}"
        case Unexplained():
            return "not explained yet"


def share_text(share: Share, currency: str) -> str:
    """'INV-2026-0001 119.00 EUR · Acme Ltd'; `currency` is the account's."""
    about = share.number or "on account"
    worth = f" (another currency, {amount_text(share.came_to, currency)})" if share.worth is not None else ""
    amount = amount_text(share.amount, currency if share.worth is None else "")
    return f"{about} {amount}{worth} · {share.party}{', paid back' if share.amount < 0 else ''}"
