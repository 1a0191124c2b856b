"""The figures of the ledger as its files are now. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.ledger.figures import LedgerFigures
from agents.connectors.ledger.ledger_cache import LedgerCache, version_of
from agents.connectors.ledger.ledger_files import ledger_texts

if TYPE_CHECKING:
    from pathlib import Path


def read_figures(root: Path, state: Path) -> LedgerFigures:
    """The figures of the ledger in `root`, all of which was checked as it is now.

    Raises:
        NeedsOwner: a file cannot be read, or the ledger has an error.
    """
    texts = ledger_texts(root)
    return LedgerFigures(LedgerCache(root, state).ledger(texts), version_of(texts))
