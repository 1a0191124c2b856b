"""Whether a table is an export of a bank, or one of a shop, of customers, of anything: by its heading. Pure.

Looked at are the first lines only, each for itself, so that a damaged file is known for what it was meant to be. What
passes is read, and the owner still says which account it is where the file does not.
"""

from __future__ import annotations

import codecs
import csv
import re
from typing import TYPE_CHECKING

from agents.connectors.bank.csv_profile import digest_of
from agents.connectors.bank.csv_table import DELIMITERS, MAX_HEADING_LINE, MAX_LINE_CHARS, MIN_COLUMNS, names_of
from agents.connectors.bank.csv_words import (
    ACCOUNT,
    AMOUNT,
    BALANCE,
    BIC,
    CREDIT,
    DAY,
    DEBIT,
    FLAG,
    IBAN,
    KIND,
    PAYEE,
    PAYER,
    TEXT,
    VALUE_DAY,
    role_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

HEAD_BYTES = 100_000
_MONEY = frozenset({AMOUNT, DEBIT, CREDIT})
_BANKS_SAY = frozenset({ACCOUNT, BALANCE, BIC, DEBIT, FLAG, IBAN, KIND, PAYEE, PAYER, TEXT, VALUE_DAY})
_ENOUGH = 2
# what stands over tables of sales, bills and people, and over none of a bank
_OTHERS = re.compile(
    r"\b(?:order|sku|products?|quantity|qty|shipping|discount|coupon|invoice|due|customer(?! ref)|e-?mail|phone|street"
    r"|bestell\w*|artikel\w*|menge|produkt\w*|versand\w*|rabatt|rechnung\w*|fällig\w*|kunde|kunden(?:nummer|nr|name)"
    r"|telefon\w*|straße|tax|vat|mwst|ust|commande|quantité|produit|client|facture|pedido|cantidad|factura"
    r"|bestelling|klant\w*|factuur\w*)\b",
    re.IGNORECASE,
)


def is_export(content: bytes, known: Collection[str]) -> bool:
    """Whether the heading is that of a bank's export. `known`: the digests of headings that have a profile."""
    return any(digest_of(names_of(cells)) in known or _is_heading(cells) for cells in first_rows(content))


def _is_heading(cells: tuple[str, ...]) -> bool:
    """A day, an amount and what only banks tell; with one of the two missing, more of what only banks tell."""
    if len(cells) < MIN_COLUMNS or any(_OTHERS.search(cell) for cell in cells):
        return False
    roles = {found[0] for cell in cells if (found := role_of(cell))}
    told = roles & _BANKS_SAY
    if DAY in roles and roles & _MONEY:
        return bool(told)
    return bool(roles & (_MONEY | {DAY})) and len(told) >= _ENOUGH


def first_rows(content: bytes, most: int = MAX_HEADING_LINE) -> Iterator[tuple[str, ...]]:
    """The first lines of a file, each cut at every delimiter that it holds."""
    head = content[:HEAD_BYTES]
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    if "\ufffd" in text and not is_wide:
        text = head.decode("cp1252", "replace")
    for line in text.splitlines()[:most]:
        for delimiter in DELIMITERS:
            if delimiter in line and len(line) <= MAX_LINE_CHARS:
                yield from (tuple(map(str.strip, cells)) for cells in csv.reader([line], delimiter=delimiter))
