"""Every line of the books of a time as CSV, for the tax adviser: UTF-8, semicolons. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER = ("date", "document", "party", "text", "account", "amount", "currency", "VAT rate", "receipt", "place")
_FORMULA = "=+-@\t\r"
_OURS = frozenset({0, 5, 6, 7})  # dates, amounts, currencies and rates are never others' words


def export_text(rows: Iterable[tuple[str, ...]]) -> str:
    """The rows under the header, each as long as it; a text that a table would reckon stands behind an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(cell if at in _OURS else _inert(cell) for at, cell in enumerate(row))
    return out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(tuple(_FORMULA)) else text
