"""Which movement a line tells of: the same in every export, so that what overlaps is neither doubled nor lost. Pure.

The bank's own id counts only together with day and amount, since banks use ids again. Where there is none, or a word
that says so (NONREF), the written text stands in for it. What is still equal is numbered within its day.
The other format of a bank gives other ids for the same movement: `likeness` and `may_be_same` are for noticing that.

Known flaw: two equal movements of one day and without ids, of which each is in another file and in none of the files
both, count as one. The closing balance then does not come out, which is how it is noticed (ADR 0057).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from agents.connectors.bank.line_text import account_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from agents.connectors.bank.statement import Balance, BankLine, Statement

ID_HEX_CHARS = 24
# what stands where an id or a reference should be
_NO_IDS = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NOREF", "NOREFERENCE", "NONE", "NULL", "NA", "NV"})
Likeness = tuple[str, str, str]


class Continuity(Enum):
    """How a statement stands to the balance known before it."""

    FOLLOWS = "follows"
    GAP = "gap"
    UNKNOWN = "unknown"


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


def likeness(line: BankLine) -> Likeness:
    """What is equal for one movement in whatever format the bank tells it: day, amount, currency."""
    return (line.day.isoformat(), f"{line.amount:f}", line.currency)


def may_be_same(one: BankLine, other: BankLine) -> bool:
    """Whether two lines of one account with different ids can be one movement: alike, and nothing both say differs."""
    told = ((one.iban, other.iban), (one.reference, other.reference))
    return likeness(one) == likeness(other) and all(
        not mine or not theirs or account_name(mine) == account_name(theirs) for mine, theirs in told
    )


def new_lines(known_ids: AbstractSet[str], statements: Iterable[Statement]) -> tuple[tuple[str, BankLine], ...]:
    """What is not known yet, with its account: each once, however many of the statements tell it."""
    found: dict[str, tuple[str, BankLine]] = {}
    for statement in statements:
        for line in statement.lines:
            if line.bank_id not in known_ids:
                found.setdefault(line.bank_id, (statement.account, line))
    return tuple(found.values())


def follows(previous: Balance | None, statement: Statement) -> Continuity:
    """Whether nothing is missing between a known balance and this statement, which may tell some of the days again.

    Then the known balance is the opening one plus the lines up to its day, or up to some line of its day.
    """
    if previous is None or statement.opening is None:
        return Continuity.UNKNOWN
    before = sum((line.amount for line in statement.lines if line.day < previous.day), Decimal(0))
    balance = statement.opening.amount + before
    reached = {balance}
    for line in statement.lines:
        if line.day == previous.day:
            balance += line.amount
            reached.add(balance)
    return Continuity.FOLLOWS if previous.amount in reached else Continuity.GAP
