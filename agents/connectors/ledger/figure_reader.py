"""The figures of the ledger as its files are now. Reads only."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.figures import LedgerFigures
from agents.connectors.ledger.ledger_files import MAIN, Unreadable, read_ledger
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION_CHARS = 12


def read_figures(root: Path) -> LedgerFigures:
    """The figures of the ledger in `root`, all of which was checked.

    Raises:
        NeedsOwner: a file cannot be read, or the ledger has an error.
    """
    texts = read_ledger(root)
    if isinstance(texts, Unreadable):
        raise NeedsOwner(f"The ledger cannot be read: {texts}", hint=f"Restore {texts.file} from the history.")
    return LedgerFigures(load(texts, MAIN, root), texts, version_of(texts))


def version_of(texts: Mapping[str, str]) -> str:
    """Twelve hex digits that tell the bytes of every file."""
    told = hashlib.sha256()
    for name in sorted(texts):
        told.update(f"{name}\0{len(texts[name])}\0".encode())
        told.update(texts[name].encode())
    return told.hexdigest()[:VERSION_CHARS]
