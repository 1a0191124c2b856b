"""Reads a receipt: amount, currency, day, vendor, tax. What is not plain is left empty. Standard library only."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,' ]\d{3})+|\d{1,7})[.,](\d{2})(?![\d%]|[.,]\d)(?!\s*%)")
TOTAL = (
    re.compile(
        r"(?i)\b(?:grand total|total paid|amount paid|total due|zu zahlen|gesamtbetrag|endbetrag|total ttc|net à payer)"
        r"\b"
    ),
    re.compile(r"(?i)\b(?:total|gesamt|summe|totaal|importe|montant|betrag|amount)\b"),
    re.compile(r"(?i)\b(?:paid|card|cash|visa|mastercard|paypal|bezahlt|karte|bar|carte|tarjeta|pin)\b"),
)
NO_TOTAL = re.compile(
    r"(?i)\b(?:sub-?total|zwischensumme|sous-total|vat|tax|mwst|ust|tva|btw|iva|steuer|netto|net|change|rückgeld)\b"
)
TAX = re.compile(r"(?i)\b(?:vat|sales tax|tax|mwst|ust|mehrwertsteuer|umsatzsteuer|tva|btw|iva)\b")
NO_TAX = re.compile(r"(?i)\b(?:excl|ohne|before|net|netto|nr|no|number|id|hors|incl|inkl)\b")
CURRENCIES = {"€": "EUR", "eur": "EUR", "$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "chf": "CHF", "sfr": "CHF"}
CURRENCY = re.compile(r"(?i)€|\$|£|\b(?:eur|usd|gbp|chf|sfr)\b")
MONTHS = (
    ("jan", "januar", "janv"), ("feb", "febr", "févr"), ("mar", "mär", "mrz", "mars"), ("apr", "avr"), ("may", "mai"),
    ("jun", "juin"), ("jul", "juil"), ("aug", "août"), ("sep", "sept"), ("oct", "okt"), ("nov",), ("dec", "dez", "déc"),
)  # fmt: skip
ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})\b")
SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
NAMED = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|\.)?\s+([A-Za-zä-ü]{3,9})\.?,?\s+(\d{4})\b")
NAMED_FIRST = re.compile(r"\b([A-Za-zä-ü]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
NO_VENDOR = re.compile(
    r"(?i)^\W*(?:receipt|invoice|order|quittung|rechnung|beleg|kassenbon|bon|reçu|ticket|facture|date|datum|thank|danke)"
)
MAX_CHARS, MAX_LINES, OLDEST_YEARS, MIN_LETTERS, HEAD_LINES = 20_000, 400, 10, 3, 6


class Receipt(NamedTuple):
    """What could be read; an empty text or None is what could not."""

    amount: Decimal | None
    currency: str
    day: date | None
    vendor: str
    tax: Decimal | None


def read_receipt(text: str, vendor: str, today: date) -> Receipt:
    """Read it; `vendor` is who sent it by mail, if it came so."""
    lines = [" ".join(line.split()) for line in text[:MAX_CHARS].splitlines()[:MAX_LINES] if line.strip()]
    amount = total(lines)
    tax = tax_of(lines)
    if amount is None or (tax is not None and tax >= amount):
        tax = None
    return Receipt(amount, currency(text), day(text, today), vendor or first_name(lines), tax)


def amounts(line: str) -> list[Decimal]:
    """The amounts with two decimals in a line."""
    return [Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{cents}") for whole, cents in AMOUNT.findall(line)]


def total(lines: list[str]) -> Decimal | None:
    """The amount beside the strongest word for a total; None when two such lines disagree, or there is none."""
    for cue in TOTAL:
        found = [
            amounts(line)[-1] for line in lines if cue.search(line) and not NO_TOTAL.search(line) and amounts(line)
        ]
        if found:
            return found[0] if len(set(found)) == 1 else None
    return None


def tax_of(lines: list[str]) -> Decimal | None:
    """The tax, when exactly one line names it."""
    found = [amounts(line)[-1] for line in lines if TAX.search(line) and not NO_TAX.search(line) and amounts(line)]
    return found[0] if len(found) == 1 else None


def currency(text: str) -> str:
    """The one currency that is named."""
    found = {CURRENCIES[each.lower()] for each in CURRENCY.findall(text[:MAX_CHARS])}
    return found.pop() if len(found) == 1 else ""


def day(text: str, today: date) -> date | None:
    """The one day that is named and can be the day of a receipt; a day that could be read in two ways is none."""
    found = {
        each for each in days(text[:MAX_CHARS]) if each and each <= today and today.year - each.year <= OLDEST_YEARS
    }
    return found.pop() if len(found) == 1 else None


def days(text: str) -> list[date | None]:
    """Every day that is written out."""
    found = [made(year, month, number) for year, month, number in ISO.findall(text)]
    found += [
        made(f"20{year}" if len(year) < len("2026") else year, month, number)
        for number, month, year in DOTTED.findall(text)
    ]
    for first, second, year in SLASHED.findall(text):
        both = {made(year, first, second), made(year, second, first)} - {None}
        found.append(both.pop() if len(both) == 1 else None)
    found += [made(year, month_number(name), number) for number, name, year in NAMED.findall(text)]
    return found + [made(year, month_number(name), number) for name, number, year in NAMED_FIRST.findall(text)]


def month_number(name: str) -> int:
    """1 to 12, or 0 when it is no month."""
    start = name.lower()
    return next((at for at, names in enumerate(MONTHS, 1) if start.startswith(names)), 0)


def made(year: str | int, month: str | int, number: str | int) -> date | None:
    """The day, or None when there is none such."""
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def first_name(lines: list[str]) -> str:
    """The first line that could be a name: letters, and no amount, address, total or heading."""
    return next((line[:80] for line in lines[:HEAD_LINES] if is_name(line)), "")


def is_name(line: str) -> bool:
    """Whether a line at the head of a receipt can be who wrote it."""
    letters = sum(char.isalpha() for char in line)
    says_more = "@" in line or amounts(line) or any(cue.search(line) for cue in (*TOTAL, NO_VENDOR))
    return letters >= MIN_LETTERS and letters > len(line) / 2 and not says_more
