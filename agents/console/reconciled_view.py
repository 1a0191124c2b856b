"""`books reconcile`: the ledger and Odoo side by side, for people and for machines."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.book_keeping import keeping_of
from agents.connectors.books import amount_text
from agents.connectors.reconciling import reconciled
from agents.console.moving_books import both_of
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from agents.connectors.book_figures import SourceRow
    from agents.connectors.book_state import BookState
    from agents.connectors.reconciling import Explained, Reconciliation
    from agents.console.wiring import House

NAME, MONEY = 40, 18


def compared_on(house: House, day: date | None) -> Reconciliation:
    """Both books at the end of a day; None: of the day before they were moved, or of today where they never were."""
    since = keeping_of(house.place.root).since
    moved = since - timedelta(days=1) if since else as_local(house.clock.now()).date()
    return reconciled(both_of(house), day or moved)


def machine_view(report: Reconciliation) -> dict[str, object]:
    """All of it, for machines."""
    return {
        "on": report.here.on,
        "agree": report.agree,
        "accounts": [_pair(report, *place) for place in sorted({*report.here.balances, *report.there.balances})],
        "documents": [_document(report, number) for number in sorted({*report.here.items, *report.there.items})],
        "differences": [_explained(each) for each in report.found],
        "unclear": [*report.unclear],
    }


def shown(report: Reconciliation) -> Iterator[str]:
    """The same for people."""
    yield f"The ledger and Odoo at the end of {report.here.on}\n"
    yield f"  {'':<{NAME}} {'ledger':>{MONEY}} {'Odoo':>{MONEY}}"
    for place in sorted({*report.here.balances, *report.there.balances}):
        yield _row(place[0], place[1], report.here.balances.get(place), report.there.balances.get(place))
    for number in sorted({*report.here.items, *report.there.items}):
        here, there = report.here.items.get(number), report.there.items.get(number)
        if of := here or there:
            amounts = (here.open if here else None, there.open if there else None)
            yield _row(f"{number} {of.party}", of.currency, *amounts)
    for each in report.found:
        by = amount_text(each.difference.by, each.difference.currency)
        yield f"\nDiffers by {by}: {on_one_line(str(each.difference))}"
        for where, rows in (("ledger", each.here), ("Odoo", each.there)):
            yield from (f"  only in the {where}: {_entry(row)}" for row in rows)
    yield from (f"\nunclear: {on_one_line(words)}" for words in report.unclear)
    yield "\nBoth agree." if report.agree else "\nThey do not agree."


def _row(name: str, currency: str, here: Decimal | None, there: Decimal | None) -> str:
    amounts = (amount_text(each, currency) if each is not None else "-" for each in (here, there))
    begin = f"{' ' if here == there else '!'} {on_one_line(name):<{NAME}} "
    return begin + " ".join(f"{each:>{MONEY}}" for each in amounts)


def _pair(report: Reconciliation, name: str, currency: str) -> dict[str, object]:
    here, there = (each.balances.get((name, currency)) for each in (report.here, report.there))
    return {"account": name, "currency": currency, "ledger": here, "odoo": there}


def _document(report: Reconciliation, number: str) -> dict[str, object]:
    return {"number": number, "ledger": _open(report.here, number), "odoo": _open(report.there, number)}


def _open(state: BookState, number: str) -> dict[str, object] | None:
    item = state.items.get(number)
    return {"party": item.party, "due": item.due, "open": item.open, "currency": item.currency} if item else None


def _explained(found: Explained) -> dict[str, object]:
    difference = found.difference
    return {
        "what": difference.what,
        "ledger": difference.here,
        "odoo": difference.there,
        "by": difference.by,
        "currency": difference.currency,
        "entries": [on_one_line(_entry(row)) for row in chain(found.here, found.there)],
    }


def _entry(row: SourceRow) -> str:
    return f"{row.day}  {amount_text(row.amount, row.currency)}  {on_one_line(row.said)}  [{on_one_line(row.place)}]"
