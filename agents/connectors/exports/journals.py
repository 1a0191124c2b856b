"""Journals for Xero and QuickBooks Online, as CSV. Pure.

Both take entries in the currency of the books that balance by themselves; VAT stands on its own lines, so no line asks
for tax. Source: help.xero.com, "Enter multiple manual journals using an import template" (columns, days, 300 lines);
quickbooks.intuit.com, "Import journal entries" (columns; accounts by name, names for what customers and vendors owe).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from agents.connectors.exports.entries import Exported, cell, entries_of
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.connectors.book_export import BookLine
    from agents.connectors.exports.entries import Accounts, Entry

XERO = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
XERO_MOST = 300
QUICKBOOKS = ("Journal No", "Journal Date", "Account Name", "Debits", "Credits", "Description", "Name")
MAX_WORDS = 200
OWED = {"Assets:AR": "Accounts Receivable (A/R)", "Liabilities:AP": "Accounts Payable (A/P)"}


def xero(lines: Iterable[BookLine], accounts: Accounts, tax_rate: str) -> Exported:
    """Manual journals; `tax_rate`: what Xero calls no tax where the owner lives, such as 'No VAT'.

    Raises:
        NotAllowed: there are more lines than Xero takes at once.
        NeedsOwner: accounts have no code there.
    """
    entries, left_out = entries_of(lines)
    codes = accounts.codes(entries)
    rows = [
        (
            cell(f"{entry.document} {entry.said} [{entry.name}]", MAX_WORDS),
            f"{entry.day:%d/%m/%Y}",
            cell(leg.line.text, MAX_WORDS),
            cell(codes[leg.line.account], MAX_WORDS),
            cell(tax_rate, MAX_WORDS),
            f"{leg.amount:.2f}",
        )
        for entry in entries
        for leg in entry.legs
    ]
    if len(rows) > XERO_MOST:
        hint = "Write several files, each of a shorter time, with --from and --to."
        raise NotAllowed(f"These are {len(rows)} lines, and Xero takes {XERO_MOST} at once.", hint=hint)
    return Exported(_table(XERO, rows), left_out)


def quickbooks(lines: Iterable[BookLine], accounts: Accounts) -> Exported:
    """Journal entries; accounts go by their names there."""
    entries, left_out = entries_of(lines)
    rows = []
    for at, entry in enumerate(entries, 1):
        for leg in entry.legs:
            debit, credit = (f"{leg.amount:.2f}", "") if leg.amount > 0 else ("", f"{-leg.amount:.2f}")
            name = cell(_called(leg.line.account, accounts), MAX_WORDS)
            said = cell(f"{entry.document} {entry.said}", MAX_WORDS)
            party = cell(_party(entry), MAX_WORDS)
            rows.append((f"{entry.day:%Y%m%d}-{at}", f"{entry.day:%m/%d/%Y}", name, debit, credit, said, party))
    return Exported(_table(QUICKBOOKS, rows), left_out)


def _called(account: str, accounts: Accounts) -> str:
    """What the owner says it is called there; else what QuickBooks calls it, or its own name."""
    code = accounts.code(account)
    if code and not account.startswith(code):
        return code
    owed = next((name for place, name in OWED.items() if account.startswith(f"{place}:")), "")
    return owed or account.removeprefix(code).rpartition(":")[2].strip()


def _party(entry: Entry) -> str:
    return next((leg.line.party for leg in entry.legs if leg.line.party), "")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
