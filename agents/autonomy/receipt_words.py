"""How receipts and movements that may belong together are told to the owner, and what they are asked. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.connectors.book_figures import PRIVATELY
from agents.connectors.books import amount_text
from agents.reasoning.brain import AskOwner, Choice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from agents.connectors.bank.slips import Slip

MAX_OFFERED = 5
LEAVE, NONE_OF_THESE = Choice("leave it unexplained"), Choice("none of these")


def move_line(day: date, amount: Decimal, currency: str, party: str, text: str) -> str:
    """'2026-11-20 · -7.00 EUR · Office shop · card'."""
    return " · ".join(part for part in (str(day), amount_text(amount, currency), party, text) if part)


def slip_line(slip: Slip) -> str:
    """'2026-11-02, Paper & More, 64.31 EUR, sha-0123456789abcdef.pdf'; no two papers have the same."""
    day, name = slip.days[0], slip.path.rpartition("/")[2]
    return ", ".join((str(day), slip.vendor or "no vendor found", amount_text(slip.total, slip.currency), name))


def source_of(path: str) -> str:
    """Where a value comes from that a paper says: a text from outside, so that it is no word of the books."""
    return f"note:{PurePosixPath(path).stem}"


def unclear(slip: Slip) -> str:
    """What is said of VAT that cannot be read for sure."""
    return f"⚠ VAT stands on {slip_line(slip)}, but how much at which rate is not plain: none is booked"


def what_for(
    key: str, about: str, shares: Sequence[tuple[str, int]], usual: Sequence[str], quote: str = ""
) -> AskOwner:
    """What somebody was paid for: what it was before, with percentages; where it is the first time, the usual costs."""
    percent = " A percentage says how often it was so." if shares else ""
    offered = [Choice(name, weight) for name, weight in shares] or [Choice(name) for name in usual]
    private = () if any(each.text == PRIVATELY for each in offered) else (Choice(PRIVATELY),)
    return AskOwner(key, f"What did you pay {about}?{percent}", (*offered[:MAX_OFFERED], *private, LEAVE), quote)
