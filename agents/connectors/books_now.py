"""The books of whoever keeps them at that moment: what was switched counts at the next look of a running `run`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import agents.connectors
from agents.connectors.book_keeping import LEDGER, MAIN, keeping_of
from agents.connectors.books import BookMistake, Unclear
from agents.discovery import members
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agents.connectors.book_figures import BookReports
    from agents.connectors.books import Receivables, Standing
    from agents.connectors.contract import BookReaders, Connector, ConnectorContext, Manifest


class BooksOfNow:
    """The books in the one of these folders that keeps them now. Several threads may ask.

    While nobody can tell who keeps them, nothing is booked or told, and that is a mistake in the books.
    """

    def __init__(self, manifests: Iterable[Manifest], context: ConnectorContext) -> None:
        self._context = context
        self._keepers = {each.name: (each, each.books) for each in manifests if each.books}
        self._read: dict[str, Receivables] = {}

    def open(self) -> Connector:
        """Where entries go.

        Raises:
            NeedsOwner: nobody can tell who keeps the books, or they cannot be opened.
        """
        manifest, _ = self._keeper()
        return manifest.open(self._seen_by(manifest))

    def reports(self) -> BookReports:
        """The figures as they are now.

        Raises:
            NeedsOwner: as `open`, or the books have an error.
            Transient: they do not answer.
        """
        manifest, books = self._keeper()
        return books.open_reports(self._seen_by(manifest))

    def customers(self) -> dict[str, str]:
        """As `Receivables.customers`."""
        return self._receivables().customers()

    def bank_to(self) -> date | None:
        """As `Receivables.bank_to`."""
        return self._receivables().bank_to()

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        """As `Receivables.standings`."""
        return self._receivables().standings(numbers)

    def mistakes(self) -> tuple[BookMistake, ...] | None:
        """As `Checked.mistakes`."""
        return self._receivables().mistakes()

    def fingerprint(self) -> object:
        """As `Checked.fingerprint`."""
        return self._receivables().fingerprint()

    def _keeper(self) -> tuple[Manifest, BookReaders]:
        return self._keepers[keeping_of(self._context.vault).keeper]

    def _seen_by(self, manifest: Manifest) -> ConnectorContext:
        """What the books of a folder may use: of others, those of the ledger that was moved into them."""
        if manifest.name == LEDGER or LEDGER not in self._keepers:
            return self._context
        _, ledger = self._keepers[LEDGER]
        return replace(self._context, books_before=partial(ledger.open_reports, self._context))

    def _receivables(self) -> Receivables:
        try:
            manifest, books = self._keeper()
        except NeedsOwner as err:
            return _NobodysBooks(str(err), err.hint)
        if manifest.name not in self._read:
            self._read.setdefault(manifest.name, books.open_receivables(self._context))
        return self._read[manifest.name]


def books_of_now(context: ConnectorContext) -> BooksOfNow:
    """The owner's books, among every folder in which they can be kept."""
    return BooksOfNow((module.MANIFEST for module in members(agents.connectors, "manifest")), context)


@dataclass(frozen=True, slots=True)
class _NobodysBooks:
    """Nobody can tell who keeps the books: why, and what would mend it."""

    why: str
    fix: str

    def customers(self) -> dict[str, str]:
        return {}

    def bank_to(self) -> date | None:
        return None

    def standings(self, numbers: Iterable[str]) -> dict[str, Standing]:
        return {number: Unclear(number, f"{self.why}.") for number in numbers}

    def mistakes(self) -> tuple[BookMistake, ...]:
        return (BookMistake("keeper", MAIN, 0, self.why, self.fix),)

    def fingerprint(self) -> object:
        return self.why
