"""Which movement a line tells of: the same in every export, so that what overlaps is neither doubled nor lost. Pure.

The bank's own id counts only together with day and amount, since banks use ids again. Where there is none, or a word
that says so (NONREF), the written text stands in for it. What is still equal is numbered within its day.
The other format of a bank gives other ids for the same movement; whoever books notices that by the balance.

Known flaw: two equal movements of one day and without ids, of which each is in another file and in none of the files
both, count as one. The closing balance then does not come out, which is how it is noticed (ADR 0057).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.bank.statement import Balance, BankLine, Statement

ID_HEX_CHARS = 24
# what stands where an id or a reference should be
_NO_IDS = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "NOREFERENCE", "NONE", "NULL", "NA", "NV"})


def real_id(text: str) -> str:
    """The id, or empty when it is none: blanks, only noughts, or a word for "none"."""
    found = " ".join(text.split())
    if found.isalnum() and found.strip("0") and found.upper() not in _NO_IDS:  # nearly all of them
        return found
    bare = "".join(char for char in found if char.isalnum()).upper()
    return "" if bare in _NO_IDS or not bare.strip("0") else found


def with_ids(form: str, statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements of one file in the order of the file, each `bank_id` (so far the bank's own, or empty) made good.

    Numbers of equal lines go on into the next statement of an account only if that one begins with the balance the one
    before ended with: else it may tell the same days again.
    """
    found: list[Statement] = []
    running: dict[str, tuple[Balance | None, Counter[str]]] = {}
    for statement in statements:
        closing, seen = running.get(statement.account, (None, Counter()))
        follows = statement.opening and closing and statement.opening.amount == closing.amount
        seen = seen if follows else Counter()
        found.append(replace(statement, lines=_numbered(form, statement, seen)))
        running[statement.account] = (statement.closing, seen)
    return tuple(found)


def _numbered(form: str, statement: Statement, seen: Counter[str]) -> tuple[BankLine, ...]:
    lines = []
    for line in statement.lines:
        basis = _basis(statement.account, line)
        seen[basis] += 1
        digest = hashlib.sha256(f"{basis}\x1f{seen[basis]}".encode("utf-8", "surrogatepass")).hexdigest()
        lines.append(replace(line, bank_id=f"{form}:{digest[:ID_HEX_CHARS]}"))
    return tuple(lines)


def _basis(account: str, line: BankLine) -> str:
    """Everything that tells a movement apart but its number; marked, so that an id is never taken for a text."""
    own = real_id(line.bank_id)
    last = f"id\x1f{own}" if own else f"text\x1f{_words(line)}"
    return f"{account}\x1f{line.day}\x1f{line.amount:f}\x1f{line.currency}\x1f{last}"


def _words(line: BankLine) -> str:
    """What is written, however it was wrapped and capitalised."""
    joined = f"{line.party}\x1e{line.text}\x1e{line.reference}\x1e{line.iban}"
    return "".join(unicodedata.normalize("NFKC", joined).casefold().split())
