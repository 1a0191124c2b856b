"""The text of a ledger entry, as it is appended. Pure.

Numbers and dates are ours, texts from outside stand only in escaped strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.ledger.account_names import receivable

if TYPE_CHECKING:
    from datetime import date, datetime

    from agents.connectors.books import Totals
    from agents.connectors.contract import Document

INCOME = "Income:Services"
VAT = "Liabilities:VAT:Output"
OPENED = "2000-01-01"  # every account, as those of the chart: what comes later may be dated earlier
UTC_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One invoice or credit note to be booked. `due` None and `credits` set = a credit note; `at` is UTC.

    `document` is its PDF; None only where nobody was sent one, as in the sample company.
    """

    number: str
    key: str
    day: date
    at: datetime
    customer: str
    email: str
    subject: str
    totals: Totals
    currency: str
    document: Document | None
    due: date | None = None
    credits: str = ""


def entry_text(entry: NewEntry) -> str:
    """The transaction; a credit note is the invoice with all signs turned, linked to it."""
    links = f"^{entry.number.lower()}" + (f" ^{entry.credits.lower()}" if entry.credits else "")
    tag = "#credit" if entry.credits else "#invoice"
    head = f"{entry.day} * {quoted(entry.customer)} {quoted(f'{entry.number} {entry.subject}')} {tag} {links}"
    return "\n".join([head, *_metadata(entry), *_postings(entry)]) + "\n"


def open_text(customer: str) -> str:
    """The directive that opens a customer's account."""
    return f"{OPENED} open {receivable(customer)}\n  customer: {quoted(customer)}\n"


def quoted(text: str) -> str:
    """A beancount string on one line."""
    one_line = " ".join(text.split())
    return '"' + one_line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _metadata(entry: NewEntry) -> list[str]:
    values = {
        "number": quoted(entry.number),
        "credits": quoted(entry.credits) if entry.credits else "",
        "due": str(entry.due or ""),
        "at": quoted(entry.at.strftime(UTC_FORMAT)),
        "email": quoted(entry.email) if entry.email else "",
        "document": quoted(entry.document.path) if entry.document else "",
        "sha256": quoted(entry.document.sha256) if entry.document else "",
        "key": quoted(entry.key),
    }
    return [f"  {name}: {value}" for name, value in values.items() if value]


def _postings(entry: NewEntry) -> list[str]:
    sign = -1 if entry.credits else 1
    rows = [posting(receivable(entry.customer), f"{sign * entry.totals.gross:.2f} {entry.currency}")]
    rows += [f"    applies: {quoted(entry.credits.lower())}"] if entry.credits else []
    for each in entry.totals.rates:
        rate = f"    rate: {quoted(str(each.rate))}"
        rows += [posting(INCOME, f"{-sign * each.net:.2f} {entry.currency}"), rate]
        rows += [posting(VAT, f"{-sign * each.vat:.2f} {entry.currency}"), rate] if each.vat else []
    return rows


def posting(account: str, amount: str) -> str:
    """One line of an entry."""
    return f"  {account:<40} {amount:>16}"
