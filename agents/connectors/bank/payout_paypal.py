"""Reads what PayPal paid out: its activity report with the balance, in which a payout is a withdrawal. Pure.

A withdrawal counts only where it empties the account: then all that came since the one before is what it passes on.
Source: PayPal, Activity Download Specification; the words are those of the English, German and French site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from agents.connectors.bank.payout_report import Charge, PaidOut, Report, added_up
from agents.connectors.bank.payout_sheet import open_sheet
from agents.connectors.bank.refusal import RefusedError, told
from agents.connectors.book_figures import NOTHING
from agents.connectors.books import cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from agents.connectors.bank.csv_table import Row
    from agents.connectors.bank.payout_sheet import Sheet

SERVICE = "PayPal"
WORDS = {
    "day": ("date", "datum"),
    "name": ("name", "nom"),
    "kind": ("type", "typ", "description", "beschreibung"),
    "status": ("status", "état", "statut"),
    "currency": ("currency", "währung", "devise"),
    "gross": ("gross", "brutto", "avant commission"),
    "fee": ("fee", "gebühr", "entgelt", "commission"),
    "net": ("net", "netto"),
    "id": ("transaction id", "transaktionscode", "numéro de transaction"),
    "about": ("reference txn id", "zugehöriger transaktionscode", "numéro de la transaction de référence"),
    "balance": ("balance", "guthaben", "solde"),
    "effect": ("balance impact", "auswirkung auf guthaben", "impact sur le solde"),
    "said": ("item title", "artikelbezeichnung", "titre de l'objet"),
}
NEEDED = frozenset({"day", "name", "kind", "status", "currency", "gross", "fee", "net", "id", "about", "balance"})
NOT_DONE = frozenset(
    (
        *("pending", "denied", "canceled", "cancelled", "expired", "failed", "voided", "unclaimed", "removed"),
        *("ausstehend", "offen", "abgelehnt", "storniert", "abgebrochen", "abgelaufen", "fehlgeschlagen"),
        *("en attente", "refusé", "annulé", "expiré", "échoué"),
    )
)
NO_EFFECT = frozenset({"memo", "mémo"})
_WITHDRAWAL = re.compile(r"withdrawal|auto-?sweep|abbuchung|auszahlung|virement|retrait", re.IGNORECASE)
_EXCHANGE = re.compile(r"currency conversion|währungsumrechnung|conversion de devise", re.IGNORECASE)
_BACK = re.compile(
    r"refund|reversal|chargeback|dispute|rückzahlung|rückbuchung|rückerstattung|konflikt|remboursement|annulation|litige",
    re.IGNORECASE,
)
_FEE = re.compile(r"\bfees?\b|gebühr|entgelt|\bfrais\b|\bcommission\b", re.IGNORECASE)
_HOLD = re.compile(r"\bholds?\b|einbehalt|autorisierung|authorization|blocage|autorisation", re.IGNORECASE)


def read_paypal(text: str) -> Report:
    """The payouts of a report.

    Raises:
        RefusedError: not all of it can be read, or a row is missing from it.
    """
    sheet = open_sheet(text, WORDS, ("gross", "fee", "net", "balance"), ("day",))
    rows = [row for row in sheet.rows if _counts(sheet, row)]
    by_currency: dict[str, list[_Line]] = {}
    for row in rows:
        by_currency.setdefault(sheet.currency(row), []).append(_line(sheet, row))
    changes = {sheet.text(row, "about") for row in rows if _EXCHANGE.search(sheet.text(row, "kind"))}
    changed = {of: row for row in rows if (of := sheet.text(row, "id")) in changes}
    paid_out = (_in_order(lines) for lines in by_currency.values() if any(map(_is_withdrawal, lines)))
    return Report(SERVICE, tuple(each for lines in paid_out for each in _payouts(sheet, lines, changed)))


@dataclass(frozen=True, slots=True)
class _Line:
    """One row that changed the balance of its currency. `fee` is more than nothing when PayPal kept it."""

    row: Row
    kind: str
    currency: str
    gross: Decimal
    fee: Decimal
    net: Decimal
    balance: Decimal
    about: str


@dataclass(slots=True)
class _Open:
    """What came since the last withdrawal. `before`: what was left by that."""

    before: Decimal
    charges: list[Charge] = field(default_factory=list)
    fee: Decimal = NOTHING
    held: Decimal = NOTHING
    strays: list[_Line] = field(default_factory=list)


def _counts(sheet: Sheet, row: Row) -> bool:
    return (
        sheet.text(row, "status").casefold() not in NOT_DONE and sheet.text(row, "effect").casefold() not in NO_EFFECT
    )


def _line(sheet: Sheet, row: Row) -> _Line:
    gross, fee, net = (sheet.amount(row, about) for about in ("gross", "fee", "net"))
    if gross + fee != net:
        raise RefusedError(f"In line {row.line} of the report gross and fee do not come to net.")
    balance, about = sheet.amount(row, "balance"), sheet.text(row, "about")
    return _Line(row, sheet.text(row, "kind"), sheet.currency(row), gross, -fee, net, balance, about)


def _in_order(lines: Sequence[_Line]) -> Sequence[_Line]:
    """The rows of one currency, oldest first: as the balances follow one another."""
    for some in (lines, lines[::-1]):
        if all(one.balance + two.net == two.balance for one, two in pairwise(some)):
            return some
    raise RefusedError(
        "The balances in the report do not follow one another: rows are missing from it.",
        "Export all transactions of the time, with the column of the balance.",
    )


def _is_withdrawal(line: _Line) -> bool:
    return line.gross < 0 and bool(_WITHDRAWAL.search(line.kind)) and not _BACK.search(line.kind)


def _payouts(sheet: Sheet, lines: Sequence[_Line], changed: Mapping[str, Row]) -> Iterable[PaidOut]:
    """`changed`: the payments whose money PayPal changed into another currency, by their ids."""
    now = _Open(lines[0].balance - lines[0].net)
    for line in lines:
        row = changed.get(line.about)
        if _is_withdrawal(line):
            yield _payout(sheet, line, now)
            now = _Open(line.balance)
        elif not _EXCHANGE.search(line.kind):
            _take(sheet, line, now, is_changed=sheet.text(line.row, "id") in changed)
        elif row is None:
            now.strays.append(line)
        elif sheet.currency(row) != line.currency:
            _take_foreign(sheet, row, line, now)


def _take(sheet: Sheet, line: _Line, now: _Open, *, is_changed: bool) -> None:
    if is_changed:
        return  # what it came to is told where it was changed
    if _FEE.search(line.kind):
        now.fee -= line.net
    elif _HOLD.search(line.kind):
        now.held += line.net
    elif _is_customers(line):
        now.fee += line.fee
        now.charges.append(_charge(sheet, line.row, line.gross))
    else:
        now.strays.append(line)


def _is_customers(line: _Line) -> bool:
    """Whether it is what a customer paid, or got back; else the owner has bought something."""
    return line.gross > 0 or bool(_BACK.search(line.kind))


def _take_foreign(sheet: Sheet, row: Row, line: _Line, now: _Open) -> None:
    """A payment in another currency: the fee was kept in that, so it is changed at the same rate."""
    paid = _line(sheet, row)
    if not paid.net or not _is_customers(paid):
        now.strays.append(line)
        return
    worth = cents(line.net * paid.gross / paid.net)
    now.fee += worth - line.net
    now.charges.append(replace(_charge(sheet, row, worth), foreign=(paid.gross, paid.currency)))


def _charge(sheet: Sheet, row: Row, gross: Decimal) -> Charge:
    own = sheet.text(row, "id")
    of = own if gross > 0 else sheet.text(row, "about")
    said = sheet.text(row, "said") or sheet.text(row, "kind")
    return Charge(own, row.line, sheet.text(row, "name"), gross, of, said, sheet.everything(row))


def _payout(sheet: Sheet, line: _Line, now: _Open) -> PaidOut:
    days = sheet.days_of(line.row, "day")
    made = PaidOut(sheet.text(line.row, "id"), days, -line.gross, line.currency, tuple(now.charges), now.fee + line.fee)
    return replace(made, fault=_fault(made, line, now))


def _fault(made: PaidOut, line: _Line, now: _Open) -> str:
    if now.before or line.balance:
        return (
            "it did not empty the account, so nobody can tell what it passed on: withdraw all, and export from then on"
        )
    if now.strays:
        said = f"line {now.strays[0].row.line} of the report, '{told(now.strays[0].kind)}',"
        return f"{said} is no payment of a customer, no refund and no fee"
    if now.held:
        return "money of it was held back"
    return added_up(made) if made.charges else "it holds no payment of a customer"
