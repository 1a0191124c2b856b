"""The words, dates and numbers of invoices in the languages we print. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.connectors.books import amount_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
}
_SWAPPED = {"de": str.maketrans(",.", ".,"), "fr": str.maketrans(",.", "\u00a0,")}


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
        """'23 November 2026', '23.11.2026' or '1er décembre 2026'."""
        if self.language == "de":
            return f"{day:%d.%m.%Y}"
        first = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return f"{first} {_MONTHS[self.language][day.month - 1]} {day.year}"

    def amount(self, amount: Decimal, currency: str = "") -> str:
        """'1,130.50 EUR', '1.130,50 EUR' or '1 130,50 EUR'; with a true minus sign."""
        return amount_text(amount, currency).replace("-", "\u2212").translate(_SWAPPED.get(self.language, {}))

    def number(self, number: Decimal) -> str:
        """'7.5' or '7,5'."""
        return format(number, "f").translate(_SWAPPED.get(self.language, {}))


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


_FRENCH = Words(
    language="fr",
    invoice="Facture",
    credit_note="Avoir",
    invoice_number="Numéro de facture",
    credit_number="Numéro d'avoir",
    day_label="Date",
    due_label="À payer le",
    cancels_label="Facture d'origine",
    columns=("N°", "Désignation", "Quantité", "Prix unitaire", "TVA", "Montant"),
    net="Total HT",
    vat="TVA {rate} % sur {net}",
    total="Total TTC",
    credit_total="Total de l'avoir",
    pay_heading="Règlement",
    pay="Merci de régler {amount} avant le {due} en indiquant {number}.",
    pay_now="Merci de régler {amount} à réception en indiquant {number}.",
    credit_heading="Avoir",
    credit_text="Cet avoir annule la facture {number} en totalité. Le total vous est crédité.",
    credit_part="Cet avoir réduit la facture {number} de {amount} ; elle s'élève désormais à {left}.",
    credit_line="Avoir sur la facture {number} du {day}",
    reason="Motif : {reason}",
    holder="Titulaire",
    bank="Banque",
    reference="Référence",
    scan="À scanner avec votre appli bancaire",
    tax_id="N° fiscal",
    thanks="Merci de votre confiance.",
    page="Page {page} sur {pages}",
)

_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH}
_COLUMNS = ("no.", "description", "quantity", "unit price", "vat", "amount")
_LABELS = {  # what an owner may call otherwise: what it is called in English, in small letters
    "invoice": "invoice",
    "credit note": "credit_note",
    "invoice number": "invoice_number",
    "credit note number": "credit_number",
    "date": "day_label",
    "payment due": "due_label",
    "credits invoice": "cancels_label",
    "net amount": "net",
    "total": "total",
    "total credit": "credit_total",
    "payment": "pay_heading",
    "credit": "credit_heading",
    "account holder": "holder",
    "bank": "bank",
    "reference": "reference",
    "tax id": "tax_id",
}
LABELS = frozenset({*_LABELS, *_COLUMNS})


def words_of(language: str, own: Mapping[str, str] | None = None) -> Words:
    """The words of a language, English of one that is not known; `own` are the owner's for some of the `LABELS`."""
    words, own = _LANGUAGES.get(language, _ENGLISH), own or {}
    columns = tuple(own.get(name, word) for name, word in zip(_COLUMNS, words.columns, strict=True))
    at, text, quantity, price, tax, amount = columns
    vat = words.vat.replace(words.columns[_COLUMNS.index("vat")], tax.replace("{", "{{").replace("}", "}}"))
    said = {field: own[name] for name, field in _LABELS.items() if name in own}
    return replace(words, columns=(at, text, quantity, price, tax, amount), vat=vat, **said)
