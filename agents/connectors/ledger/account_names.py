"""Which account holds what a customer owes, or what is owed to a vendor. Pure.

Account parts start with a capital or a digit and hold ASCII letters, digits and hyphens: readable on every machine.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from agents.connectors.plain_text import LETTERS

_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?: [A-Za-z0-9]+)*")
MAX_PART_CHARS = 40
HASH_CHARS = 16
BANK, CASH, TRANSIT = "Assets:Bank:", "Assets:Cash", "Assets:Transit"
NO_BANK_TELLS = {
    "Cash": CASH,
    "Private": "Equity:Private",  # what the owner takes out and puts in
    "Opening": "Equity:Opening-Balances",  # what was there before the books began
    "VAT-Paid": "Liabilities:VAT-Paid",  # what the tax office got of the VAT, or gave back
}


def receivable(customer: str) -> str:
    """The account of one customer: `Assets:AR:Acme-Ltd`; two different names never share one."""
    return f"Assets:AR:{_part(customer, 'Customer')}"


def payable(vendor: str) -> str:
    """The account of one vendor: `Liabilities:AP:Paper-Co`; two different names never share one."""
    return f"Liabilities:AP:{_part(vendor, 'Vendor')}"


def bank_account(name: str) -> str:
    """The account a statement is of: `Assets:Bank:Checking`; 'Cash' is what lies in the till."""
    return CASH if name == "Cash" else f"{BANK}{name}"


def other_side(name: str) -> str:
    """Where a transfer goes: between two accounts of a bank it is under way until the other one tells of it too."""
    return NO_BANK_TELLS.get(name, TRANSIT)


def _part(party: str, unwritable: str) -> str:
    """The last part of a party's account.

    A plain name (ASCII words, first one capital) maps to itself with hyphens for blanks, which loses nothing. Any other
    name gets a readable part and, after two hyphens (no plain name has them), 64 bits of its SHA-256.
    """
    if _PLAIN.fullmatch(party) and len(party) <= MAX_PART_CHARS:
        return party.replace(" ", "-")
    digest = hashlib.sha256(party.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARS]
    return f"{_readable(party) or unwritable}--{digest}"


def _readable(party: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", party.translate(LETTERS)).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", ascii_only)
    return "-".join(word[0].upper() + word[1:] for word in words)[:MAX_PART_CHARS].strip("-")
