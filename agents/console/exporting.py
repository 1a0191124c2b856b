"""`books export --as`: the books of a time as another program takes them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.connectors.exports.datev import Batch, datev
from agents.connectors.exports.entries import Accounts, Exported
from agents.connectors.exports.journals import quickbooks, xero
from agents.connectors.ledger.account_codes import account_codes
from agents.connectors.ledger.ledger_files import ledger_texts
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from datetime import date

    from agents.console.wiring import House

JOURNAL, DATEV, XERO, QUICKBOOKS = PROFILES = ("journal", "datev", "xero", "quickbooks")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner wants written: a profile, a time, and what DATEV and Xero ask for besides."""

    profile: str
    start: date
    end: date
    adviser: int = 0
    client: int = 0
    tax_rate: str = ""


def exported(house: House, wish: Wish) -> Exported:
    """The file.

    Raises:
        NotAllowed: there is no such profile, or the program does not take this time or these numbers.
        NeedsOwner: the books have an error, or accounts have no number there.
    """
    if wish.profile not in PROFILES:
        raise NotAllowed(f"There is no profile {wish.profile}.", hint=f"Name one of {', '.join(PROFILES)}.")
    reports = house.book_reports
    if wish.profile == JOURNAL:
        return Exported(reports.export(wish.start, wish.end).encode("utf-8-sig"), ())
    lines, accounts = reports.lines(wish.start, wish.end), _accounts(house, wish.profile)
    if wish.profile == XERO:
        return xero(lines, accounts, wish.tax_rate)
    if wish.profile == QUICKBOOKS:
        return quickbooks(lines, accounts)
    batch = Batch(wish.start, wish.end, as_local(house.clock.now()), wish.adviser, wish.client)
    return datev(lines, accounts, batch)


def _accounts(house: House, program: str) -> Accounts:
    texts = ledger_texts(house.place.root)
    return Accounts(program, account_codes(texts.values(), program))
