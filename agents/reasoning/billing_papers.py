"""Recognises invoices and receipts by their text, and reads who wants how much. Pure, and raises on no text.

What is not plain is left empty, never guessed. Everything read is what a stranger wrote: it sorts and is shown, and no
action takes a value from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.durability.deadlines import CENTURY, month_named
from agents.reasoning.amounts import read_number
from agents.security.personal_numbers import is_iban

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

MAX_CHARS, MAX_LINES, MAX_LINE_CHARS = 20_000, 400, 200
HEAD_LINES = 8
MAX_NAME_CHARS = 80
ENOUGH = 3
OLDEST_YEAR = 2000

_INVOICE = re.compile(r"(?i)^\W*(?:tax |commercial |proforma )?(?:invoice|rechnung|facture|factura|fattura|factuur)\b")
_RECEIPT = re.compile(
    r"(?i)^\W*(?:sales |cash )?(?:receipt|quittung|kassenbon|kassenbeleg|beleg|bon|reçu|ticket|recibo|scontrino"
    r"|kassabon)\b"
)
_NUMBERED = re.compile(
    r"(?i)\b(?:invoice|rechnungs?|facture|factura|fattura|factuur)[ -]{0,2}(?:no|nr|number|nummer|n°|num|#)\b"
)
_OWED = re.compile(
    r"(?i)\b(?:due date|amount due|balance due|payment due|payable|payment terms|please pay|please transfer|zahlbar"
    r"|fällig|zahlungsziel|überweisen|échéance|vencimiento|scadenza|vervaldatum)\b"
)
_PAID = re.compile(
    r"(?i)\b(?:paid|paid by|card payment|cash|change|visa|mastercard|paypal|bezahlt|bar|karte|ec-karte|girocard"
    r"|rückgeld|payé|carte|pagado|tarjeta|pagato|betaald|contant)\b"
)
_UNPAID = re.compile(r"(?i)\b(?:not|un|to be|nicht|noch|unless) ?(?:yet )?(?:paid|bezahlt)\b")
_AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,'’ ]\d{3})+[.,]\d\d|\d{1,7}[.,]\d\d)(?![\d%]|[.,]\d)(?!\s?%)")
_TOTALS = (
    re.compile(
        r"(?i)\b(?:grand total|amount due|balance due|total due|total paid|amount paid|zu zahlen|zahlbetrag"
        r"|gesamtbetrag|rechnungsbetrag|endbetrag|total ttc|net à payer|totale|te betalen)\b"
    ),
    re.compile(r"(?i)\b(?:total|gesamt|summe|totaal|importe|montant)\b"),
)
PART = re.compile(
    r"(?i)\b(?:sub-?total|zwischensumme|sous-total|net(?! à payer)|netto?|excl|hors|before|change|rückgeld)\b"
)
_INCLUDED = re.compile(r"(?i)\b(?:incl|inkl|ttc|with|mit)")
TAX = re.compile(r"(?i)\b(?:vat|sales tax|tax|mwst|ust|mehrwertsteuer|umsatzsteuer|tva|btw|iva)\b")
_NO_TAX = re.compile(r"(?i)\b(?:excl|ohne|before|nett?o?|nr|no|number|id|hors|incl|inkl|total|gesamt)\b")
_VAT_WORDS = re.compile(r"(?i)\b(?:vat|ust|umsatzsteuer|uid|tva|iva|btw|tax)\b")
_VAT_ID = re.compile(
    r"\b(?:AT ?U|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK)[ ]?"
    r"[0-9A-Z]{0,2}[ .]?(?:[0-9][ .]?){7,12}(?:B[0-9]{2})?\b"
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
_CURRENCY = re.compile(r"(?i)€|\$|£|\b(?:eur|usd|gbp|chf|sfr|sek|nok|dkk|pln|czk)\b")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "SFR": "CHF"}
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_NAMED = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|\.)? (?:de |di )?([^\W\d_]{3,10})\.?,? (?:de )?(\d{4})\b")
_NAMED_FIRST = re.compile(r"\b([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_DUE = re.compile(r"(?i)\b(?:due|payable|zahlbar|fällig|until|bis)\b")
_HEADING = re.compile(
    r"(?i)\b(?:invoice|receipt|rechnung|quittung|beleg|bon|facture|reçu|ticket|date|datum|page|seite|total"
    r"|bill to|tel|www)\b|^\W*(?:order|thank|thanks|danke|merci|gracias|paid|bezahlt|card|karte|visa|mastercard)\b"
)


class PaperKind(StrEnum):
    """What a paper is."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Paper:
    """What could be read. Empty, or None, is what could not. Ids and accounts without blanks; `tax` is an amount.

    `days`: each day on it that is not the one until which it is to be paid.
    """

    kind: PaperKind
    vendor: str = ""
    days: tuple[date, ...] = ()
    total: Decimal | None = None
    currency: str = ""
    tax: Decimal | None = None
    vat_ids: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()

    @property
    def day(self) -> date | None:
        """The one day on it; None where there are several."""
        return self.days[0] if len(self.days) == 1 else None


def read_paper(text: str) -> Paper:
    """What kind of paper a text is, and what stands on it if it is an invoice or a receipt."""
    lines = lines_of(text)
    total = _total(lines, _TOTALS)
    kind = _kind(lines) if total is not None else PaperKind.OTHER
    return Paper(kind) if kind is PaperKind.OTHER else _read(lines, kind, total)


def read_purchase(text: str) -> Paper:
    """What any text says of a purchase, such as a mail that confirms one: without a total, what was paid is it."""
    lines = lines_of(text)
    paid = [line for line in lines if not _UNPAID.search(line)]
    return _read(lines, PaperKind.OTHER, _total(paid, (*_TOTALS, _PAID)))


def lines_of(text: str) -> list[str]:
    """The lines of a paper that are looked at, without doubled blanks."""
    lines = text[:MAX_CHARS].splitlines()[:MAX_LINES]
    return [" ".join(line.split())[:MAX_LINE_CHARS] for line in lines if line.strip()]


def _read(lines: Sequence[str], kind: PaperKind, total: Decimal | None) -> Paper:
    tax = tax_in(lines)
    signs = (each.upper() for line in lines for each in _CURRENCY.findall(line))
    found = {_SIGNS.get(each, each) for each in signs}
    return Paper(
        kind,
        next((line[:MAX_NAME_CHARS] for line in lines[:HEAD_LINES] if _is_name(line)), ""),
        tuple(dict.fromkeys(day for line in lines if not _DUE.search(line) for day in _days(line))),
        total,
        found.pop() if len(found) == 1 else "",
        tax if tax is not None and total is not None and tax < total else None,
        tuple(dict.fromkeys(_vat_ids(lines))),
        tuple(dict.fromkeys(_ibans(lines))),
    )


def described(paper: Paper) -> str:
    """What stands on it in one line, with a word for what could not be read."""
    amount = "no total found" if paper.total is None else f"{paper.total:.2f} {paper.currency or '(no currency found)'}"
    more = [f"of it {paper.tax:.2f} tax"] if paper.tax is not None else []
    more += [f"VAT id {each}" for each in paper.vat_ids[:2]] + [f"account {each}" for each in paper.ibans[:2]]
    day = paper.day.isoformat() if paper.day else "no day found"
    return ", ".join((paper.vendor or "no vendor found", amount, day, *more))


def _kind(lines: Sequence[str]) -> PaperKind:
    head = lines[:HEAD_LINES]
    owed = 2 * any(map(_INVOICE.search, head)) + any(map(_NUMBERED.search, lines))
    owed += any(map(_OWED.search, lines)) + any(True for _ in _ibans(lines))
    paid = 2 * any(map(_RECEIPT.search, head))
    paid += 2 * any(_PAID.search(line) and not _UNPAID.search(line) and _AMOUNT.search(line) for line in lines)
    paid += any(map(TAX.search, lines))
    if max(owed, paid) < ENOUGH or owed == paid:
        return PaperKind.OTHER
    return PaperKind.INVOICE if owed > paid else PaperKind.RECEIPT


def amounts_in(line: str) -> list[Decimal]:
    """The amounts of a line with two places; no percentages."""
    return [amount for each in _AMOUNT.findall(line) if (amount := read_number(each)) is not None]


def _total(lines: Sequence[str], cues: Iterable[re.Pattern[str]]) -> Decimal | None:
    """The amount beside the strongest word for a total; None where two such lines disagree, or there is none."""
    for cue in cues:
        found = {amounts_in(line)[-1] for line in lines if cue.search(line) and _says_total(line)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _says_total(line: str) -> bool:
    """Whether the amount on a line can be all of it: no part, no change, and no tax unless it says 'with tax'."""
    count, amount, tax = len(amounts_in(line)), _AMOUNT.search(line), TAX.search(line)
    if not count or amount is None or PART.search(line):
        return False
    return tax is None or (count == 1 and (tax.start() > amount.start() or _INCLUDED.search(line) is not None))


def tax_in(lines: Sequence[str]) -> Decimal | None:
    """The tax, where exactly one line names it."""
    found = [
        amounts_in(line)[-1] for line in lines if TAX.search(line) and not _NO_TAX.search(line) and amounts_in(line)
    ]
    return found[0] if len(found) == 1 else None


def _days(line: str) -> Iterator[date]:
    """Every day that is written out and can be read in one way only."""
    written = [(int(year), int(month), int(day)) for year, month, day in _ISO.findall(line)]
    written += [(_year(year), int(month), int(day)) for day, month, year in _DOTTED.findall(line)]
    written += [(int(year), month_named(name), int(day)) for day, name, year in _NAMED.findall(line)]
    written += [(int(year), month_named(name), int(day)) for name, day, year in _NAMED_FIRST.findall(line)]
    yield from filter(None, (_valid(*each) for each in written))
    for first, second, year in _SLASHED.findall(line):
        both = {_valid(int(year), int(first), int(second)), _valid(int(year), int(second), int(first))} - {None}
        if len(both) == 1:
            yield from filter(None, both)


def _year(digits: str) -> int:
    return int(digits) + (CENTURY if len(digits) == len("26") else 0)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= OLDEST_YEAR else None
    except ValueError:
        return None


def _vat_ids(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if _VAT_WORDS.search(line):
            yield from (re.sub(r"[ .]", "", each) for each in _VAT_ID.findall(line))


def _ibans(lines: Sequence[str]) -> Iterator[str]:
    """The accounts whose check digits hold; what stands behind one on its line may be letters of the next word."""
    for line in lines:
        for found in _IBAN.findall(line):
            words = found.split(" ")
            shorter = ("".join(words[:count]) for count in range(len(words), 0, -1))
            yield from [each for each in shorter if is_iban(each)][:1]


def _is_name(line: str) -> bool:
    """Whether a line at the head can be who wrote it."""
    letters = sum(char.isalpha() for char in line)
    says_more = "@" in line or amounts_in(line) or _HEADING.search(line) or any(_days(line))
    return letters > len(line) / 2 and letters >= len("ABC") and not says_more
