"""Reports of payment services as their sites export them, cut to what matters."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STRIPE = (
    *("automatic_payout_id", "automatic_payout_effective_at", "balance_transaction_id", "created", "available_on"),
    *("currency", "gross", "fee", "net", "reporting_category", "source_id", "description", "customer_facing_amount"),
    *("customer_facing_currency", "customer_name", "customer_email", "charge_id", "payment_metadata[invoice]"),
)
BALANCE = (
    *("id", "Type", "Source", "Amount", "Fee", "Net", "Currency", "Created (UTC)", "Available On (UTC)"),
    *("Description", "Customer Facing Amount", "Customer Facing Currency", "Transfer", "Transfer Date (UTC)"),
)
PAYPAL = (
    *("Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net", "From Email Address"),
    *("To Email Address", "Transaction ID", "Item Title", "Reference Txn ID", "Invoice Number", "Balance"),
    "Balance Impact",
)
GERMAN = (
    *("Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr", "Netto"),
    *("Absender E-Mail-Adresse", "Empfänger E-Mail-Adresse", "Transaktionscode", "Artikelbezeichnung"),
    *("Zugehöriger Transaktionscode", "Rechnungsnummer", "Guthaben", "Auswirkung auf Guthaben"),
)


def table(heading: Sequence[str], rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> str:
    """The rows as CSV, each cell in quotes."""
    out = io.StringIO()
    writer = csv.DictWriter(out, heading, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def charged(at: int, gross: str, fee: str, net: str, **said: str) -> dict[str, str]:
    """A row of Stripe's payout reconciliation; without more, a charge of the payout po_1 of 20 November."""
    row = {
        "automatic_payout_id": "po_1",
        "automatic_payout_effective_at": "2026-11-20 00:00:00",
        "balance_transaction_id": f"txn_{at}",
        "created": "2026-11-17 10:00:00",
        "currency": "eur",
        "gross": gross,
        "fee": fee,
        "net": net,
        "reporting_category": "charge",
        "charge_id": f"ch_0000000{at}",
    }
    return row | {name.replace("invoice", "payment_metadata[invoice]"): value for name, value in said.items()}


def stripe(*rows: Mapping[str, str]) -> str:
    """Stripe's payout reconciliation report, itemised."""
    return table(STRIPE, rows)


def moved(at: int, kind: str, amounts: tuple[str, str, str], balance: str, **said: str) -> dict[str, str]:
    """A row of PayPal's activity: gross, fee and net, and the balance after it."""
    names = ("Gross", "Fee", "Net")
    row = {
        "Date": "18/11/2026",
        "Time": f"10:00:{at:02}",
        "TimeZone": "CET",
        "Type": kind,
        "Status": "Completed",
        "Currency": "EUR",
        "Transaction ID": f"PP{at}",
        "Balance": balance,
        "Balance Impact": "Debit" if amounts[0].startswith("-") else "Credit",
    }
    return row | dict(zip(names, amounts, strict=True)) | {key.replace("_", " "): value for key, value in said.items()}


def paypal(*rows: Mapping[str, str]) -> str:
    """PayPal's activity in English, with the balance."""
    return table(PAYPAL, rows)


def german(*rows: Mapping[str, str]) -> str:
    """The same in German: other words, a comma before the cents, a point in the day."""
    words = dict(zip(PAYPAL, GERMAN, strict=True))
    values = {"Completed": "Abgeschlossen", "Debit": "Soll", "Credit": "Haben", "18/11/2026": "18.11.2026"}
    kinds = {
        "Express Checkout Payment": "Allgemeine Zahlung",
        "General Withdrawal": "Allgemeine Abbuchung",
        "Payment Refund": "Rückzahlung",
    }
    marks = str.maketrans(",.", ".,")
    amounts = {"Gross", "Fee", "Net", "Balance"}

    def said(name: str, value: str) -> str:
        return value.translate(marks) if name in amounts else (values | kinds).get(value, value)

    return table(GERMAN, [{words[name]: said(name, value) for name, value in row.items()} for row in rows])
