"""What is printed on an invoice or a credit note. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agents.connectors.books import Totals


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One printed line; without `quantity` and `price` only its text, VAT rate (percent) and amount are shown."""

    text: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    tax: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice, or a credit note when `credits` names the invoice it takes back; then `due` is None.

    `left` is what that invoice comes to afterwards, VAT included, when it was not taken back whole at once.
    """

    number: str
    day: date
    due: date | None
    customer: str
    email: str
    lines: tuple[PaperLine, ...]
    totals: Totals
    currency: str
    credits: str = ""
    reason: str = ""
    left: Decimal | None = None
