"""The words, dates and numbers of invoices in the languages we print. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything printed that is neither the owner's nor the customer's; `{}` fields as their names say."""

    language: str
    invoice: str
    credit_note: str
    invoice_number: str
    credit_number: str
    day_label: str
    due_label: str
    cancels_label: str
    columns: tuple[str, str, str, str, str, str]
    net: str
    vat: str
    total: str
    credit_total: str
    pay_heading: str
    pay: str
    pay_now: str
    credit_heading: str
    credit_text: str
    credit_part: str
    credit_line: str
    reason: str
    holder: str
    bank: str
    reference: str
    scan: str
    tax_id: str
    thanks: str
    page: str

    def day(self, day: date) -> str:
        """'23 November 2026' or '23.11.2026'."""
        if self.language == "de":
            return f"{day:%d.%m.%Y}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def amount(self, amount: Decimal, currency: str = "") -> str:
        """'1,130.50 EUR' or '1.130,50 EUR'; with a true minus sign."""
        text = amount_text(amount, currency).replace("-", "\u2212")
        return text.translate(_SWAPPED) if self.language == "de" else text

    def number(self, number: Decimal) -> str:
        """'7.5' or '7,5'."""
        text = format(number, "f")
        return text.translate(_SWAPPED) if self.language == "de" else text


_SWAPPED = str.maketrans(",.", ".,")

_ENGLISH = Words(
    language="en",
    invoice="Invoice",
    credit_note="Credit note",
    invoice_number="Invoice number",
    credit_number="Credit note number",
    day_label="Date",
    due_label="Payment due",
    cancels_label="Credits invoice",
    columns=("No.", "Description", "Quantity", "Unit price", "VAT", "Amount"),
    net="Net amount",
    vat="VAT {rate} % on {net}",
    total="Total",
    credit_total="Total credit",
    pay_heading="Payment",
    pay="Please pay {amount} by {due} and quote {number}.",
    pay_now="Please pay {amount} on receipt and quote {number}.",
    credit_heading="Credit",
    credit_text="This credit note cancels invoice {number} in full. The total is credited to you.",
    credit_part="This credit note takes {amount} off invoice {number}, which now comes to {left}.",
    credit_line="Credit of invoice {number} of {day}",
    reason="Reason: {reason}",
    holder="Account holder",
    bank="Bank",
    reference="Reference",
    scan="Scan with your banking app",
    tax_id="Tax ID",
    thanks="Thank you for your business.",
    page="Page {page} of {pages}",
)

_GERMAN = Words(
    language="de",
    invoice="Rechnung",
    credit_note="Rechnungskorrektur",
    invoice_number="Rechnungsnummer",
    credit_number="Belegnummer",
    day_label="Datum",
    due_label="Zahlbar bis",
    cancels_label="Zu Rechnung",
    columns=("Pos.", "Beschreibung", "Menge", "Einzelpreis", "USt.", "Betrag"),
    net="Nettobetrag",
    vat="USt. {rate} % auf {net}",
    total="Gesamtbetrag",
    credit_total="Gutschriftsbetrag",
    pay_heading="Zahlung",
    pay="Bitte zahlen Sie {amount} bis zum {due} und geben Sie {number} an.",
    pay_now="Bitte zahlen Sie {amount} nach Erhalt und geben Sie {number} an.",
    credit_heading="Gutschrift",
    credit_text="Dieser Beleg storniert die Rechnung {number} vollständig. Der Betrag wird Ihnen gutgeschrieben.",
    credit_part="Dieser Beleg mindert die Rechnung {number} um {amount} auf {left}.",
    credit_line="Gutschrift zur Rechnung {number} vom {day}",
    reason="Grund: {reason}",
    holder="Kontoinhaber",
    bank="Bank",
    reference="Verwendungszweck",
    scan="Mit der Banking-App scannen",
    tax_id="Steuernummer",
    thanks="Vielen Dank für Ihren Auftrag.",
    page="Seite {page} von {pages}",
)


def words_of(language: str) -> Words:
    """The words of a language: 'de', else English."""
    return _GERMAN if language == "de" else _ENGLISH
