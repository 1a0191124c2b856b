"""What can be done about bills that are owed: have a file made that pays them, for the owner to give to their bank."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agents.connectors.books import amount_text
from agents.connectors.contract import Action, Money, Row, Stakes
from agents.connectors.invoice_orders import Name, Number, Price, Text
from agents.connectors.sepa import (
    EURO,
    MAX_AMOUNT,
    MAX_NAME_CHARS,
    MAX_TEXT_CHARS,
    for_the_bank,
    is_account,
    is_bic,
    needs_bic,
    packed,
    spaced,
)

MAX_PAYMENTS, NAMED = 50, 3
FOLDER = "Accounting/Payments"


def _packed(value: object) -> object:
    return packed(value) if isinstance(value, str) else value


Iban = Annotated[str, BeforeValidator(_packed), Field(max_length=34)]


class BillPayment(BaseModel):
    """One bill and the account it is paid to: `amount` in euros, `vendor` as the books name them.

    `reference` tells the vendor what is paid. `bic` is needed beyond the European Economic Area only. `known_ibans`:
    the accounts this vendor was paid to before, as the books say.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    number: Number
    vendor: Name
    iban: Iban
    amount: Annotated[Price, Field(gt=0, decimal_places=2)]
    reference: Annotated[Text, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
    bic: Annotated[str, BeforeValidator(_packed)] = ""
    known_ibans: Annotated[tuple[Iban, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _can_be_paid(self) -> Self:
        if not is_account(self.iban):
            raise ValueError(
                f"{self.iban} is no account in the SEPA area: a digit is wrong, or its country is none of it"
            )
        if self.bic and not is_bic(self.bic):
            raise ValueError(f"{self.bic} is no BIC")
        if needs_bic(self.iban) and not self.bic:
            raise ValueError(f"an account in {self.iban[:2]} needs its BIC")
        if not any(each.isalnum() for each in self.payee) or not any(each.isalnum() for each in self.purpose):
            raise ValueError("banks take Latin letters only; the name or the reference has none")
        return self

    @property
    def payee(self) -> str:
        """The vendor's name in the letters that banks take."""
        return for_the_bank(self.vendor)[:MAX_NAME_CHARS].rstrip("/ ")

    @property
    def purpose(self) -> str:
        """The reference in these letters."""
        return for_the_bank(self.reference)[:MAX_TEXT_CHARS].rstrip("/ ")

    def text(self) -> str:
        """'119.00 EUR to Paper & Co, DE02 1203 0000 0000 2020 51, P-100'."""
        return f"{amount_text(self.amount, EURO)} to {self.vendor}, {spaced(self.iban)}, {self.reference}"

    def caution(self) -> str:
        """What to look at twice about its account, or empty."""
        if self.iban in self.known_ibans:
            return ""
        vendor, iban = self.vendor, spaced(self.iban)
        if not self.known_ibans:
            return f"The books know no account of {vendor} yet: compare {iban} with what you have from them."
        before = ", ".join(map(spaced, self.known_ibans))
        changed = f"⚠ THE ACCOUNT HAS CHANGED: {vendor} was paid to {before} until now, and this goes to {iban}."
        return f"{changed} This is how fraud is done: call them, at a number you knew before."


class PaymentPrepare(Action):
    """Make a file that pays bills, for the owner's bank. `day` is when it is to be paid, None = as soon as may be."""

    action: Literal["payment.prepare"] = "payment.prepare"
    payments: Annotated[tuple[BillPayment, ...], Field(min_length=1, max_length=MAX_PAYMENTS)]
    day: date | None = None

    @model_validator(mode="after")
    def _pays_each_once(self) -> Self:
        if len({each.number for each in self.payments}) < len(self.payments):
            raise ValueError("a bill is named twice")
        if self.total > MAX_AMOUNT:
            raise ValueError("the sum is more than a file may hold")
        return self

    @property
    def total(self) -> Decimal:
        """The control sum, in euros."""
        return sum((each.amount for each in self.payments), Decimal("0.00"))

    @property
    def money(self) -> Money:
        """What leaves once the bank has the file."""
        return Money(self.total, EURO)

    @property
    def stakes(self) -> Stakes:
        """Whoever gives the file to the bank pays; what it says is decided here."""
        return Stakes.MONEY_LEAVES

    @property
    def recipient_argument(self) -> str:
        """Where the accounts come from decides."""
        return "payments"

    def recipient(self) -> str:
        """The vendors' names."""
        return ", ".join(dict.fromkeys(each.vendor for each in self.payments))

    def title(self) -> str:
        """'Prepare a payment of 119.00 EUR to Paper & Co, DE02 1203 0000 0000 2020 51, P-100?'."""
        if len(self.payments) == 1:
            return f"Prepare a payment of {self.payments[0].text()}?"
        more = len(self.payments) - NAMED
        named = "; ".join(each.text() for each in self.payments[:NAMED]) + (f"; and {more} more" if more > 0 else "")
        return f"Prepare {len(self.payments)} payments over {amount_text(self.total, EURO)}: {named}?"

    def rows(self) -> tuple[Row, ...]:
        """Every payment, the sum, the day, and what happens."""
        of_each = (row for at, each in enumerate(self.payments, 1) for row in _rows(each, at))
        return (
            *of_each,
            Row("total", amount_text(self.total, EURO)),
            Row("on", f"{self.day}, or the next day of banks" if self.day else "the next day of banks", "day"),
            Row("becomes", f"a file for your bank in {FOLDER}; nothing is sent"),
        )

    def cautions(self) -> tuple[str, ...]:
        """Accounts that are new, and above all those that have changed."""
        return tuple(filter(None, (each.caution() for each in self.payments)))

    def undo(self) -> str:
        """Until the bank has it."""
        return "yes, by deleting the file, until you give it to your bank"


def _rows(payment: BillPayment, at: int) -> tuple[Row, ...]:
    shown = (("bill", payment.number), ("to", payment.vendor), ("account", spaced(payment.iban)), ("BIC", payment.bic))
    texts = (*shown, ("amount", amount_text(payment.amount, EURO)), ("reference", payment.reference))
    rows = [Row(f"{what} {at}", value, "payments") for what, value in texts if value]
    if (payment.payee, payment.purpose) != (payment.vendor, payment.reference):
        rows.append(Row(f"for the bank {at}", f"{payment.payee}, {payment.purpose}"))
    return tuple(rows)
