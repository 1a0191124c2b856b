"""How documents are called: by their number in Odoo, or, of what was moved over, by the number it always had.

Odoo numbers a document that is moved over anew; the number that stands on the paper, and on what is paid, stands in its
`invoice_origin`, which nobody types. Source: ADR 0071.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.connectors.odoo.records import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

ORIGIN = "invoice_origin"
_MOVED = re.compile(r"(?:INV|BILL)-[0-9]{4}-[0-9]{4,6}")


def called(row: Mapping[str, JsonValue]) -> str:
    """The number of a document of which `name` and `invoice_origin` were read."""
    return text(row[ORIGIN]) if was_moved(row) else text(row["name"])


def was_moved(row: Mapping[str, JsonValue]) -> bool:
    """Whether a document was open in other books, and moved over."""
    return _MOVED.fullmatch(text(row[ORIGIN])) is not None


def with_number(numbers: Iterable[str]) -> list[JsonValue]:
    """The documents of these numbers, as Odoo searches them."""
    wanted = [*dict.fromkeys(numbers)]
    return _either(wanted, "")


def with_number_or_crediting(numbers: Iterable[str]) -> list[JsonValue]:
    """The documents of these numbers and their credit notes, as Odoo searches them."""
    wanted = [*dict.fromkeys(numbers)]
    return ["|", *_either(wanted, ""), *_either(wanted, "reversed_entry_id.")]


def _either(wanted: list[str], of: str) -> list[JsonValue]:
    names: list[JsonValue] = [f"{of}name", "in", [*wanted]]
    moved: list[JsonValue] = [each for each in wanted if _MOVED.fullmatch(each)]
    return ["|", names, [f"{of}{ORIGIN}", "in", moved]] if moved else [names]
