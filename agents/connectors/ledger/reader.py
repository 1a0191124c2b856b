"""How invoices stand, read from the owner's ledger. Reads only; the ledger is loaded when one of its files changed."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.book_keeping import MAIN
from agents.connectors.books import Unclear
from agents.connectors.ledger.ledger_cache import LedgerCache
from agents.connectors.ledger.ledger_files import FOLDER, GONE, Unreadable, read_ledger
from agents.connectors.ledger.mistakes import mistakes_of, unreadable
from agents.connectors.ledger.receivables import Register

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from agents.clock import Clock
    from agents.connectors.books import BookMistake, Standing

TRIES = 5
RESTLESS = f"{FOLDER} changes all the time; it could not be read."
Signature = tuple[tuple[str, int, int, int, int], ...]


class LedgerReader:
    """The receivables of the ledger in `root`. May be asked by several threads."""

    def __init__(self, root: Path, state: Path, clock: Clock) -> None:
        self._root = root
        self._cache = LedgerCache(root, state)
        self._clock = clock
        self._lock = threading.Lock()
        self._read: tuple[Signature, Register | str] | None = None
        self._mistakes: tuple[BookMistake, ...] | None = None
        self.loads = 0

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        """How the invoices of these numbers stand today; what is wrong with the ledger makes all of them unclear."""
        wanted = tuple(dict.fromkeys(numbers))
        if not wanted:
            return {}
        today = as_local(self._clock.now()).date()
        with self._lock:
            register = self._register()
        if isinstance(register, str):
            return {number: Unclear(number, register) for number in wanted}
        return {number: register.standing(number, today) for number in wanted}

    def customers(self) -> dict[str, str]:
        """The customer of every invoice, by its number, in the order of the books; empty when they cannot be read."""
        with self._lock:
            register = self._register()
        return {} if isinstance(register, str) else register.customers()

    def bank_to(self) -> date | None:
        """Up to when the bank's movements are in; None when there are none, or the ledger cannot be read."""
        with self._lock:
            register = self._register()
        return None if isinstance(register, str) else register.bank_to

    def mistakes(self) -> tuple[BookMistake, ...] | None:
        """Everything that is wrong with the ledger; nothing where there is none."""
        with self._lock:
            return None if self._register() == RESTLESS else self._mistakes

    def fingerprint(self) -> Signature:
        """What changes when a file of the ledger does."""
        return _signature(self._root)

    def _register(self) -> Register | str:
        """The register of the files as they are now, or why there is none."""
        for _ in range(TRIES):
            before = _signature(self._root)
            if self._read and self._read[0] == before:
                return self._read[1]
            texts = read_ledger(self._root)
            if _signature(self._root) == before:
                self._read = (before, self._loaded(texts))
                return self._read[1]
        return RESTLESS

    def _loaded(self, texts: dict[str, str] | Unreadable) -> Register | str:
        if isinstance(texts, Unreadable):
            self._mistakes = () if (texts.file, texts.message) == (MAIN, GONE) else unreadable(texts)
            return f"{texts}."
        self.loads += 1
        ledger = self._cache.ledger(texts)
        self._mistakes = mistakes_of(ledger.errors, texts)
        return Register(ledger)


def _signature(root: Path) -> Signature:
    """What changes when a ledger file is written, replaced, comes or goes."""
    found = []
    for folder, _, names in os.walk(root / FOLDER):
        for name in names:
            if ".beancount" in name:
                path = os.path.join(folder, name)  # noqa: PTH118 (thousands of invoices lie beside)
                try:
                    status = os.lstat(path)
                except FileNotFoundError:  # gone since it was listed
                    continue
                found.append((path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return tuple(sorted(found))
