"""What an audit finds: one thing, with words for the owner, the rows that show it, and what a tick asks for. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.connectors.book_figures import SourceRow

LOOK, SOON, NOW = 1, 2, 3  # how grave it is
MARK_DIGITS = 10
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `kind` and `about` tell it from others, and stay the same as long as it is the same thing.

    `words` is a sentence in which names stand as they came from outside: who shows it makes it harmless. `ask` is the
    request that a tick files: it becomes the owner's own word, so it holds numbers, days and amounts and never a text
    from outside; empty where there is nothing to ask for. `amount` is what is at stake, in `currency`.
    """

    kind: str
    about: str
    gravity: int
    words: str
    ask: str = ""
    amount: Decimal = Decimal("0.00")
    currency: str = ""
    rows: tuple[SourceRow, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from others, for ever."""
        return f"{self.kind} {self.about}"

    @property
    def mark(self) -> str:
        """The key as it stands in a note: ten hex digits."""
        return hashlib.sha256(self.key.encode(errors="surrogatepass")).hexdigest()[:MARK_DIGITS]


def own_number(text: str) -> str:
    """The number of a document where it is nothing but one, so that it may stand in a request; else empty."""
    return text if _NUMBER.fullmatch(text) else ""
