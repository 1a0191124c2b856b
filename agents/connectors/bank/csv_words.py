"""The words banks write over columns, and in them, in German, English, French, Spanish and Dutch. Pure.

Within a role the words stand in the order of preference: a file with "Buchungstag" and "Datum" means the first.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType

# roles of columns; those with several columns come last
DAY, VALUE_DAY, AMOUNT, DEBIT, CREDIT, FLAG = "day", "value_day", "amount", "debit", "credit", "flag"
CURRENCY, BALANCE, ACCOUNT, IBAN, BIC, ID = "currency", "balance", "account", "iban", "bic", "id"
REFERENCE, STATUS, PARTY, PAYER, PAYEE, KIND, TEXT = "reference", "status", "party", "payer", "payee", "kind", "text"
MONEY = (AMOUNT, DEBIT, CREDIT, BALANCE)

_LISTS = {
    DAY: "Buchungstag | Buchungsdatum | Datum der Buchung | Buchung | Booking date | Posting date | Completed Date"
    " | Transaction date | Date de comptabilisation | Date comptable | Date de l'opération | Date opération"
    " | Date operation | Fecha contable | Fecha operación | Fecha de operación | Boekdatum | Boekingsdatum"
    " | Transactiedatum | Transaktionsdatum | Datum | Date | Fecha",
    VALUE_DAY: "Valutadatum | Valuta | Wertstellung | Wertstellungstag | Value date | Date de valeur | Date valeur"
    " | Fecha valor | Fecha de valor | Rentedatum | Started Date",
    AMOUNT: "Betrag | Umsatz | Amount | Transaction amount | Montant | Importe | Bedrag | Transactiebedrag",
    DEBIT: "Soll | Belastung | Belastungen | Lastschrift | Ausgang | Ausgaben | Debit | Debit Amount | Paid out"
    " | Money out | Withdrawal | Withdrawals | Débit | Cargo | Cargos | Debe | Gastos | Uitgaven | Debet",
    CREDIT: "Haben | Gutschrift | Gutschriften | Eingang | Einnahmen | Credit | Credit Amount | Paid in | Money in"
    " | Deposit | Deposits | Crédit | Abono | Abonos | Haber | Ingresos | Inkomsten",
    FLAG: "Soll/Haben | Soll-/Haben-Kennzeichen | S/H | Debit/Credit | Credit/Debit | D/C | Dr/Cr | Af Bij | Bij/Af"
    " | Debet/Credit | Credit Debit Indicator | Débit/Crédit | Sens | Cargo/Abono | Debe/Haber",
    CURRENCY: "Währung | Waehrung | Currency | Devise | Divisa | Moneda | Munt | Valutacode | Ccy",
    BALANCE: "Saldo | Saldo nach Buchung | Kontostand | Balance | Running balance | Solde | Saldo na mutatie"
    " | Saldo na trn | Account balance | Bal After Bkng | Current balance | RunningBalance",
    ACCOUNT: "Auftragskonto | IBAN Auftragskonto | Own account | Own IBAN | Account | Account number | Konto"
    " | Kontonummer | Compte | Numéro de compte | Cuenta | Rekening | Rekeningnummer | IBAN/BBAN",
    IBAN: "IBAN Zahlungsbeteiligter | Kontonummer/IBAN | IBAN | IBAN Auftraggeber/Empfänger | Partner IBAN"
    " | Counterparty IBAN | Counterparty account | Tegenrekening | Tegenrekening IBAN/BBAN | Compte contrepartie"
    " | Counterpty IBAN/BBAN",
    BIC: "BIC (SWIFT-Code) Zahlungsbeteiligter | BIC (SWIFT-Code) | BIC | BLZ | SWIFT | BIC tegenpartij"
    " | Counterparty BIC",
    ID: "Transaction ID | Transaktions-ID | Transaktionsnummer | Umsatz-ID | Buchungsreferenz | Bank reference"
    " | Numéro d'opération | ID de la transaction | Volgnr | Seq No | Transactie-ID | ID",
    REFERENCE: "Kundenreferenz (End-to-End) | Ende-zu-Ende-Referenz | End-to-End-Referenz | End-to-End-ID"
    " | Kundenreferenz | Reference | Référence | Referencia | Betalingskenmerk | Kenmerk | Transactiereferentie"
    " | Transaction Reference",
    STATUS: "Status | State | Umsatzstatus | Buchungsstatus | Info | Statut | Estado",
    PARTY: "Beguenstigter/Zahlungspflichtiger | Begünstigter/Zahlungspflichtiger | Name Zahlungsbeteiligter"
    " | Auftraggeber/Empfänger | Auftraggeber/Zahlungsempfänger | Empfänger/Auftraggeber | Counterparty"
    " | Counterparty name | Partner Name | Merchant | Name | Contrepartie | Nom de la contrepartie | Tiers"
    " | Beneficiario/Ordenante | Ordenante/Beneficiario | Tegenpartij | Naam tegenpartij | Naam / Omschrijving"
    " | Name Counterpty",
    PAYER: "Zahlungspflichtige*r | Zahlungspflichtiger | Auftraggeber | Payer | Ordenante | Donneur d'ordre",
    PAYEE: "Zahlungsempfänger*in | Zahlungsempfänger | Empfänger | Payee | Beneficiary | Bénéficiaire | Beneficiario",
    KIND: "Buchungstext | Umsatztyp | Umsatzart | Vorgang | Transaction type | Type | Tipo | Mutatiesoort",
    TEXT: "Verwendungszweck | Vorgang/Verwendungszweck | Description | Details | Narrative | Memo | Payment reference"
    " | Particulars | Libellé | Détail | Informations complémentaires | Communication | Concepto | Descripción"
    " | Observaciones | Omschrijving | Mededelingen | Omschrijving-1 | Omschrijving-2 | Omschrijving-3 | Message"
    " | Description-1 | Description-2 | Description-3"
    " | Purpose | Zweck",
}
ROLES = tuple(_LISTS)
MANY = frozenset({TEXT})

_MINUS = "S | Soll | D | Debit | DBIT | DR | Debet | Af | Cargo | Debe | Débit | -"
_PLUS = "H | Haben | C | Credit | CRDT | CR | Bij | Abono | Haber | Crédit | +"
_BOOKED = (
    "Gebucht | Umsatz gebucht | Gebuchter Umsatz | Booked | BOOK | Completed | Posted | Settled | Done | Cleared"
    " | Comptabilisé | Exécuté | Contabilizado | Geboekt | Verwerkt"
)
_ANNOUNCED = (
    "Vorgemerkt | Umsatz vorgemerkt | Vorgemerkter Umsatz | Vormerkung | Pending | PDNG | Reverted | Declined | Failed"
    " | Cancelled | Canceled | En attente | Pendiente | In behandeling | Gereserveerd"
)
_OPENING = "Anfangssaldo | Startsaldo | Alter Kontostand | Opening balance | Solde initial | Saldo inicial | Beginsaldo"
_CLOSING = "Endsaldo | Neuer Kontostand | Closing balance | Solde final | Saldo final | Eindsaldo"
_UNIT = re.compile(r"\s*(?:\(\s*([A-Z]{3}|€|£|\$)\s*\)|\b(?:in|en)?\s+([A-Z]{3}|€|£|\$))\s*$")
SIGNS = MappingProxyType({"€": "EUR", "£": "GBP", "$": ""})  # many countries have dollars


@cache
def bare(word: str) -> str:
    """A word as words are compared: letters and digits, no accents, no capitals; a lone sign stays."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if char.isalnum()) or word.strip()


def _bares(listed: str) -> tuple[str, ...]:
    return tuple(bare(word.strip()) for word in listed.split(" | "))


WORDS = MappingProxyType({role: _bares(listed) for role, listed in _LISTS.items()})
MINUS, PLUS = frozenset(_bares(_MINUS)), frozenset(_bares(_PLUS))
BOOKED, ANNOUNCED = frozenset(_bares(_BOOKED)), frozenset(_bares(_ANNOUNCED))
OPENING, CLOSING = frozenset(_bares(_OPENING)), frozenset(_bares(_CLOSING))


def unit_of(heading: str) -> str:
    """The currency that a heading names behind its word, as in `Betrag (EUR)`; empty when none."""
    found = _UNIT.search(heading)
    unit = (found[1] or found[2]) if found else ""
    return SIGNS.get(unit, unit)


@cache
def role_of(heading: str) -> tuple[str, int] | None:
    """The role of a column and how good its word is (0 is best); None when the word is not known."""
    for name in (bare(heading), bare(_UNIT.sub("", heading))):
        for role, words in WORDS.items():
            if name in words:
                return role, words.index(name)
    return None
