"""Which account holds what a customer owes. Pure.

Account parts start with a capital or a digit and hold ASCII letters, digits and hyphens: readable on every machine.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9]*(?: [A-Za-z0-9]+)*")
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae"}
    | {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)
MAX_PART_CHARS = 40
HASH_CHARS = 16


def receivable(customer: str) -> str:
    """The account of one customer: `Assets:AR:Acme-Ltd`; two different names never share one.

    A plain name (ASCII words, first one capital) maps to itself with hyphens for blanks, which loses nothing. Any other
    name gets a readable part and, after two hyphens (no plain name has them), 64 bits of its SHA-256.
    """
    if _PLAIN.fullmatch(customer) and len(customer) <= MAX_PART_CHARS:
        return f"Assets:AR:{customer.replace(' ', '-')}"
    digest = hashlib.sha256(customer.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARS]
    return f"Assets:AR:{_readable(customer)}--{digest}"


def _readable(customer: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", customer.translate(_LETTERS)).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", ascii_only)
    part = "-".join(word[0].upper() + word[1:] for word in words)[:MAX_PART_CHARS].strip("-")
    return part or "Customer"
