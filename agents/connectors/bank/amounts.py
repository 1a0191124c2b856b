"""Amounts as banks write them, as `Decimal` with the places of their currency. Pure. Source: ISO 4217."""

from __future__ import annotations

import re
from decimal import Decimal

_THREE_PLACES = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_TWO, _THREE = Decimal("0.01"), Decimal("0.001")
_CODE = re.compile(r"[A-Z]{3}")
# nobody's account holds more, and a longer number is no amount
MAX_DIGITS = 18
MAX_CHARS = 40  # noughts before it make it no other
_MACHINE = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")


def is_currency(code: str) -> bool:
    """Whether it has the form of a currency's code."""
    return _CODE.fullmatch(code) is not None


def whole_units(number: Decimal, currency: str) -> Decimal | None:
    """The amount, of `MAX_DIGITS` at most, with the places of its currency, two at least; None when it has more."""
    unit = _THREE if currency in _THREE_PLACES else _TWO
    rounded = number.quantize(unit)
    return rounded if rounded == number else None


def machine_amount(text: str, currency: str) -> Decimal | None:
    """An amount as formats for machines have it: no thousands marks, a point or a comma before the parts."""
    if len(text) > MAX_CHARS or not _MACHINE.fullmatch(text):
        return None
    number = Decimal(text.replace(",", "."))
    return whole_units(number, currency) if len(number.as_tuple().digits) <= MAX_DIGITS else None
