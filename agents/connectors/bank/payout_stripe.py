"""Reads what Stripe paid out: its payout reconciliation report (itemised), or the export of its balance. Pure.

Source: docs.stripe.com/reports/report-types/payout-reconciliation and docs.stripe.com/reports/reporting-categories;
the export of the balance has `Type` and `Transfer` where the report has `reporting_category` and `automatic_payout_id`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agents.connectors.bank.payout_report import Charge, PaidOut, Report, added_up
from agents.connectors.bank.payout_sheet import open_sheet
from agents.connectors.bank.refusal import RefusedError, told
from agents.connectors.book_figures import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from agents.connectors.bank.csv_table import Row
    from agents.connectors.bank.payout_sheet import Sheet

SERVICE = "Stripe"
WORDS = {
    "payout": ("automatic_payout_id", "transfer"),
    "day": ("automatic_payout_effective_at", "automatic_payout_effective_at_utc", "transfer date (utc)"),
    "id": ("balance_transaction_id", "id"),
    "kind": ("reporting_category", "type"),
    "currency": ("currency",),
    "gross": ("gross", "amount"),
    "fee": ("fee",),
    "net": ("net",),
    "charge": ("charge_id",),
    "source": ("source_id", "source"),
    "name": ("customer_name", "customer name", "shipping_address_name"),
    "mail": ("customer_email", "customer email"),
    "said": ("description",),
    "foreign": ("customer_facing_amount", "customer facing amount"),
    "foreign_currency": ("customer_facing_currency", "customer facing currency"),
}
NEEDED = frozenset({"payout", "day", "id", "kind", "currency", "gross", "fee", "net"})
PAID = frozenset(
    (
        *("charge", "payment", "charge_failure", "payment_failure", "payment_failure_refund"),
        *("refund", "payment_refund", "refund_failure", "partial_capture_reversal"),
        *("dispute", "dispute_reversal", "payment_reversal"),
    )
)
KEPT = frozenset(("fee", "stripe_fee", "network_cost", "tax_fee", "stripe_fx_fee"))
WHOLE_SUM = "payout"
_CHARGEBACK = re.compile(r"charge\s?back|dispute", re.IGNORECASE)
_CHARGE = re.compile(r"\b(?:ch|py)_[A-Za-z0-9]{8,}\b")


def read_stripe(text: str) -> Report:
    """The payouts of a report.

    Raises:
        RefusedError: not all of it can be read.
    """
    sheet = open_sheet(text, WORDS, ("gross", "fee", "net"), ("day",))
    groups: dict[str, list[Row]] = {}
    for row in sheet.rows:
        if of := sheet.text(row, "payout"):  # else it is not paid out yet
            groups.setdefault(of, []).append(row)
    return Report(SERVICE, tuple(_payout(sheet, of, rows) for of, rows in groups.items()))


def _payout(sheet: Sheet, of: str, rows: Sequence[Row]) -> PaidOut:
    currencies = {sheet.currency(row) for row in rows}
    if len(currencies) > 1:
        raise RefusedError(f"The payout {told(of)} has rows in {told(', '.join(sorted(currencies)))}.")
    charges, fee, moved, whole = [], NOTHING, NOTHING, None
    for row in rows:
        kind, gross, kept = sheet.text(row, "kind").casefold(), sheet.amount(row, "gross"), sheet.amount(row, "fee")
        net = sheet.amount(row, "net")
        if gross - kept != net:
            raise RefusedError(f"In line {row.line} of the report the amount less the fee is not the net.")
        if kind == WHOLE_SUM:
            whole = -net
            continue
        moved += net
        fee += kept - gross if kind in KEPT else kept
        if kind in PAID or (kind == "adjustment" and _CHARGEBACK.search(sheet.text(row, "said"))):
            charges += [_charge(sheet, row, gross)] if gross else []
        elif kind not in KEPT:
            raise RefusedError(
                f"Line {row.line} of the report is '{told(kind)}': no payment, refund, chargeback or fee.",
                f"Book the payout {told(of)} by an entry of your own.",
            )
    days = sheet.days_of(rows[0], "day")
    payout = PaidOut(of, days, moved if whole is None else whole, currencies.pop(), tuple(charges), fee)
    return replace(payout, fault=added_up(payout) if payout.charges else "it holds no payment of a customer")


def _charge(sheet: Sheet, row: Row, gross: Decimal) -> Charge:
    foreign, code, said = None, sheet.currency(row, "foreign_currency"), sheet.text(row, "said")
    if code and code != sheet.currency(row) and sheet.text(row, "foreign"):
        foreign = (abs(sheet.amount(row, "foreign")).copy_sign(gross), code)
    of = sheet.text(row, "charge") or sheet.text(row, "source")
    if not _CHARGE.fullmatch(of):
        found = _CHARGE.search(said)
        of = found[0] if found else ""
    name = sheet.text(row, "name") or sheet.text(row, "mail")
    return Charge(sheet.text(row, "id"), row.line, name, gross, of, said, sheet.everything(row), foreign)
