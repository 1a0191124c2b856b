"""Every line of the books of a time, and as CSV for the tax adviser: UTF-8, semicolons. Pure."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

HEADER = ("date", "document", "party", "text", "account", "amount", "currency", "VAT rate", "receipt", "place")
_FORMULA = "=+-@\t\r"

Vat = Literal["", "charged", "paid"]


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of an entry; lines of one entry have one `day` and `place`.

    `amount` is more than nothing for a debit, in `currency`; `worth` the same in `home`, that of the books, None where
    they do not say it. `rate`: the VAT rate in percent, empty for none; `vat`: the line is VAT itself.
    """

    day: date
    document: str
    party: str
    text: str
    account: str
    amount: Decimal
    currency: str
    rate: str
    receipt: str
    place: str
    worth: Decimal | None
    home: str
    vat: Vat = ""


def export_text(lines: Iterable[BookLine]) -> str:
    """The lines under the header; a text that a table would reckon stands behind an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for each in lines:
        words = [inert(text) for text in (each.document, each.party, each.text, each.account)]
        money = (f"{each.amount:.2f}", each.currency, each.rate)
        writer.writerow((each.day.isoformat(), *words, *money, inert(each.receipt), inert(each.place)))
    return out.getvalue()


def inert(text: str) -> str:
    """A text that no table takes for a formula."""
    return f"'{text}" if text.startswith(tuple(_FORMULA)) else text
