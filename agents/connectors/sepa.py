"""Accounts, letters and references as the Single Euro Payments Area has them. Pure.

Source: the European Payments Council's lists of SEPA countries (EPC409-09) and of characters (EPC217-08); a creditor's
reference is ISO 11649.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from agents.connectors.plain_text import LETTERS

EURO = "EUR"
MAX_AMOUNT = Decimal("999999999.99")
MAX_NAME_CHARS, MAX_TEXT_CHARS = 70, 140
_OF_THE_EEA = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
        *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
_BEYOND = frozenset(("AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"))
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}")
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
_MARKS = str.maketrans(
    {"&": "+", "@": "(at)", "€": EURO, "_": "-", "\u2010": "-", "–": "-", "—": "-", ";": ",", "[": "(", "{": "("}
    | {"]": ")", "}": ")", "\\": "/", "|": "/"}
    | dict.fromkeys('’‘`´"“”„«»', "'")
)


def packed(text: str) -> str:
    """An IBAN or reference as machines write it: capitals without blanks."""
    return "".join(text.split()).upper()


def spaced(iban: str) -> str:
    """An IBAN as ISO 13616 prints it: groups of four."""
    whole = packed(iban)
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def is_account(iban: str) -> bool:
    """Whether a packed IBAN has its check digits and is of a country that euros can be transferred to."""
    from agents.security.personal_numbers import is_iban  # noqa: PLC0415 (many patterns, used rarely)

    return iban[:2] in _OF_THE_EEA | _BEYOND and is_iban(iban)


def needs_bic(iban: str) -> bool:
    """Whether a bank may ask for the BIC beside the IBAN: beyond the European Economic Area."""
    return iban[:2] in _BEYOND


def is_bic(text: str) -> bool:
    """Whether it has the shape of a BIC (ISO 9362); none of them has a check digit."""
    return bool(_BIC.fullmatch(text))


def is_creditor_reference(text: str) -> bool:
    """Whether a packed text is a creditor's reference, RF and two check digits in front."""
    if not _REFERENCE.fullmatch(text):
        return False
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def for_the_bank(text: str) -> str:
    """A text in the letters every bank takes: ä is ae, & is +, what has no such letter a full stop."""
    apart = unicodedata.normalize("NFKD", text.translate(LETTERS).translate(_MARKS))
    known = "".join(each if each in _LETTERS else "." for each in apart if not unicodedata.combining(each))
    return re.sub("/{2,}", "/", " ".join(known.split())).strip("/ ")
