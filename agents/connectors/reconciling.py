"""The ledger and Odoo side by side at the end of a day: what differs, by how much, and which entries may explain it.

An entry that is in both under the same day and amount explains nothing. Of the others those come first that are the
difference itself, then the newest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from agents.connectors.book_state import RESULT, Difference, differences
from agents.connectors.ledger.figures import LedgerFigures
from agents.connectors.odoo.odoo_figures import OdooFigures
from agents.connectors.odoo.odoo_state import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.connectors.book_figures import BookReports, SourceRow
    from agents.connectors.book_state import BookState
    from agents.connectors.moving import Both

MAX_ROWS = 3


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference, and the first entries that may explain it: those of the ledger, then those of Odoo."""

    difference: Difference
    here: tuple[SourceRow, ...]
    there: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both books at the end of a day, `here` the ledger and `there` Odoo, and everything in which they differ.

    `unclear`: in words, what either of them cannot tell.
    """

    here: BookState
    there: BookState
    found: tuple[Explained, ...]

    @property
    def unclear(self) -> tuple[str, ...]:
        """What neither of both can tell for sure."""
        return (*self.here.unclear, *self.there.unclear)

    @property
    def agree(self) -> bool:
        """Whether both hold the same, and all of it is clear."""
        return not self.found and not self.unclear


def reconciled(both: Both, on: date) -> Reconciliation:
    """Compare both books at the end of a day.

    Raises:
        NeedsOwner: the ledger cannot be read, or has an error.
        Transient: Odoo does not answer.
    """
    here, there = both.states(on)
    explaining = _Rows(both, on)
    return Reconciliation(here, there, tuple(explaining.explained(each) for each in differences(here, there)))


class _Rows:
    """The entries behind what differs."""

    def __init__(self, both: Both, on: date) -> None:
        self._both = both
        self._on = on
        self._ledger = both.ledger()
        self._accounts = both.accounts(self._ledger)

    def explained(self, found: Difference) -> Explained:
        here, there = self._of_document(found) if not self._is_account(found) else self._of_account(found)
        here, there = _apart(here, there)
        return Explained(found, _first(here, found), _first(there, found))

    def _is_account(self, found: Difference) -> bool:
        return found.what.startswith(("Assets:", "Liabilities:", "Equity:", *RESULT))

    def _of_account(self, found: Difference) -> tuple[list[SourceRow], list[SourceRow]]:
        start = self._on.replace(month=1, day=1) if found.what.startswith(RESULT) else date.min
        rows = self._ledger.rows(lambda name: self._accounts.called(name) == found.what, (start, self._on), 1)
        numbers = self._accounts.odoo_accounts(found.what)
        there = rows_of(self._both.records, self._both.chart, numbers, self._on)
        return [row for _, row in rows], [row for row in there if row.day >= start]

    def _of_document(self, found: Difference) -> tuple[list[SourceRow], list[SourceRow]]:
        sides: tuple[BookReports, BookReports] = (
            LedgerFigures(self._ledger, ""),
            OdooFigures(self._both.records, self._both.chart),
        )
        here, there = (_rows_of(each, found.what, self._on) for each in sides)
        return here, there


def _rows_of(figures: BookReports, number: str, on: date) -> list[SourceRow]:
    standing = figures.document(number, on)
    return [*standing.rows] if standing else []


def _apart(here: Iterable[SourceRow], there: Iterable[SourceRow]) -> tuple[list[SourceRow], list[SourceRow]]:
    """What is in one and not in the other, by day, amount and currency."""
    here, there = [*here], [*there]
    return _without(here, there), _without(there, here)


def _without(rows: Iterable[SourceRow], others: Iterable[SourceRow]) -> list[SourceRow]:
    left = Counter((each.day, each.amount, each.currency) for each in others)
    found = []
    for row in rows:
        said = (row.day, row.amount, row.currency)
        if left[said]:
            left[said] -= 1
        else:
            found.append(row)
    return found


def _first(rows: Iterable[SourceRow], found: Difference) -> tuple[SourceRow, ...]:
    of_currency = [row for row in rows if row.currency == found.currency]
    newest = sorted(of_currency, key=lambda row: row.day, reverse=True)
    return tuple(sorted(newest, key=lambda row: abs(row.amount) != abs(found.by))[:MAX_ROWS])
