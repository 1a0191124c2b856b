"""What the books can do: issue an invoice, and credit it again, whole or in part.

The models are canonical: the same order in other words (10.0 h, trailing blanks) has the same bytes and digest.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from agents.connectors.books import CENT, Totals, amount_text, cents, plain_line, shortest, totals
from agents.connectors.contract import Action, Money, Row, Stakes

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_LINES = 200
MAX_NUMBER_CHARS = 35  # what banks take of the number of a payment
NUMBER_PATTERN = r"[A-Za-z0-9](?:[./-]?[A-Za-z0-9]){0,34}"  # INV-2026-0011, and INV/2026/00011 of other books


def _clean(value: object) -> object:
    return plain_line(value) if isinstance(value, str) else value


def _price(value: Decimal) -> Decimal:
    brief = shortest(value)
    return brief if int(brief.as_tuple().exponent) < -2 else brief.quantize(CENT)  # noqa: PLR2004 (cents)


Text = Annotated[str, BeforeValidator(_clean)]
Name = Annotated[Text, Field(min_length=1, max_length=200)]
Number = Annotated[str, Field(pattern=f"^{NUMBER_PATTERN}$", max_length=MAX_NUMBER_CHARS)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=4), AfterValidator(shortest)]
Price = Annotated[Decimal, Field(max_digits=12, decimal_places=4), AfterValidator(_price)]
Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=3), AfterValidator(shortest)]


class InvoiceLine(BaseModel):
    """One line: `price` per `unit` in the invoice's currency (negative = a discount), `tax` in percent."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    text: Annotated[Text, Field(min_length=1, max_length=1000)]
    quantity: Quantity
    unit: Annotated[Text, Field(max_length=20)] = ""
    price: Price
    tax: Percent

    @property
    def net(self) -> Decimal:
        """Quantity times price in cents, half up."""
        return cents(self.quantity * self.price)


class InvoiceCreate(Action):
    """Issue an invoice. Number, PDF and ledger entry come into being when it runs; due `due_days` after its date."""

    action: Literal["invoice.create"] = "invoice.create"
    customer: Name
    email: Annotated[Text, Field(max_length=254)] = ""
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    currency: Currency
    due_days: Annotated[int, Field(ge=0, le=365)]

    @model_validator(mode="after")
    def _asks_for_money(self) -> Self:
        if self.totals.gross <= 0 or any(each.net < 0 for each in self.totals.rates):
            raise ValueError("an invoice must ask for more than 0.00, and for no negative sum at any tax rate")
        return self

    @property
    def totals(self) -> Totals:
        """Net, VAT per rate and gross."""
        return totals((line.net, line.tax) for line in self.lines)

    @property
    def money(self) -> Money:
        """What the customer will owe, VAT included."""
        return Money(self.totals.gross, self.currency)

    @property
    def stakes(self) -> Stakes:
        """Money is asked for."""
        return Stakes.MONEY_ASKED

    @property
    def recipient_argument(self) -> str:
        """The customer's origin decides."""
        return "customer"

    def recipient(self) -> str:
        """The customer's name."""
        return self.customer

    def title(self) -> str:
        """'Create an invoice over 1,130.50 EUR (950.00 net) for Acme Ltd?'."""
        sums = self.totals
        net = f" ({amount_text(sums.net)} net)" if sums.vat else ""
        return f"Create an invoice over {amount_text(sums.gross, self.currency)}{net} for {self.customer}?"

    def rows(self) -> tuple[Row, ...]:
        """Customer, every line, the sums and the terms."""
        sums, currency = self.totals, self.currency
        email = (Row("customer's mail", self.email, "email"),) if self.email else ()
        return (
            Row("customer", self.customer, "customer"),
            *email,
            *(Row(f"line {at}", _line_text(line, currency), "lines") for at, line in enumerate(self.lines, 1)),
            Row("net", amount_text(sums.net, currency)),
            *(Row("VAT", f"{each.rate} % = {amount_text(each.vat, currency)}", "tax") for each in sums.rates),
            Row("total", amount_text(sums.gross, currency)),
            Row("to be paid within", f"{self.due_days} days", "due_days"),
        )

    def undo(self) -> str:
        """A credit note takes it back."""
        return "yes, by a credit note"


class CreditLine(BaseModel):
    """What is taken back: `net` before VAT (negative = a discount that goes with it), at the invoice's `tax` (percent).

    Without `text`, an amount of the invoice.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    text: Annotated[Text, Field(max_length=1000)] = ""
    net: Annotated[Price, Field(decimal_places=2)]
    tax: Percent


class InvoiceCredit(Action):
    """Take a whole invoice back with a credit note. `customer`, `total` (gross) and `currency` must match the books.

    With `lines`, a part of it; without, all that earlier credit notes left. `left` is what the invoice comes to
    afterwards, VAT included; it must match the books too. No model is told of parts: what is left is reckoned by code.
    """

    action: Literal["invoice.credit"] = "invoice.credit"
    number: Number
    reason: Annotated[Text, Field(max_length=500)] = ""
    customer: Name
    total: Annotated[Price, Field(gt=0, decimal_places=2)]
    currency: Currency
    lines: Annotated[tuple[CreditLine, ...], Field(max_length=MAX_LINES), SkipJsonSchema()] = ()
    left: Annotated[Price, Field(ge=0, decimal_places=2), SkipJsonSchema()] = Decimal("0.00")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        """The books say what it comes to exactly; by a cent for each rate it may differ from what is reckoned here."""
        sums = totals((line.net, line.tax) for line in self.lines)
        if any(each.net <= 0 for each in sums.rates):
            raise ValueError("a credit note takes back more than 0.00 at each tax rate")
        if self.lines and abs(self.total - sums.gross) > CENT * len(sums.rates):
            raise ValueError(f"the lines come to {amount_text(sums.gross)} with VAT, not to {amount_text(self.total)}")
        if self.left and not self.lines:
            raise ValueError("a credit note over all of an invoice leaves nothing of it")
        return self

    @property
    def money(self) -> Money:
        """What is forgiven, VAT included."""
        return Money(self.total, self.currency)

    @property
    def stakes(self) -> Stakes:
        """Money is given up."""
        return Stakes.MONEY_FORGIVEN

    @property
    def recipient_argument(self) -> str:
        """The customer's origin decides."""
        return "customer"

    def recipient(self) -> str:
        """The customer's name."""
        return self.customer

    def title(self) -> str:
        """'Credit invoice INV-2026-0001 over 1,130.50 EUR to Acme Ltd?', or 'Credit 119.00 EUR of invoice ...'."""
        amount = amount_text(self.total, self.currency)
        if self.lines:
            return f"Credit {amount} of invoice {self.number} to {self.customer}?"
        return f"Credit invoice {self.number} over {amount} to {self.customer}?"

    def rows(self) -> tuple[Row, ...]:
        """The invoice, who gets the credit, which lines, how much, what is left of the invoice, and why."""
        return (
            Row("invoice", self.number, "number"),
            Row("customer", self.customer, "customer"),
            *self._part_rows(),
            Row("total", amount_text(self.total, self.currency), "total"),
            *((Row("left of the invoice", amount_text(self.left, self.currency), "left"),) if self.lines else ()),
            Row("reason", self.reason or "none given", "reason"),
        )

    def _part_rows(self) -> Iterable[Row]:
        for at, each in enumerate(self.lines, 1):
            text = f"{each.text or 'an amount'}: {amount_text(each.net, self.currency)} + {each.tax} % VAT"
            yield Row(f"line {at}", text, "lines")
        if self.lines:
            net = sum((each.net for each in self.lines), Decimal("0.00"))
            yield Row("net", amount_text(net, self.currency))
            yield Row("VAT", amount_text(self.total - net, self.currency))

    def undo(self) -> str:
        """Only by asking anew."""
        return "no; a new invoice can be issued"


def _line_text(line: InvoiceLine, currency: str) -> str:
    amount = " ".join(part for part in (f"{line.quantity}", line.unit, line.text) if part)
    return f"{amount} x {amount_text(line.price, currency)} = {amount_text(line.net, currency)}"
