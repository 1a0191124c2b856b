"""Values as one line of YAML that Obsidian and every YAML reader take for what they are. Pure.

Text is plain when nobody can take it for anything else, else double-quoted with JSON's escapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

PropertyValue = str | int | Decimal | bool | date | datetime | None | Sequence[str]
MAX_FLOW_CHARS = 100
_PLAIN = re.compile(r"[^\W\d_][\w ./+()&@-]*|\d{4}-\d\d-\d\d-[a-z][a-z0-9-]*")
_TYPED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# line breaks and blanks only some YAML readers see, and what no UTF-8 file can hold
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def yaml_scalar(text: str) -> str:
    """The text as one YAML value on one line; lone surrogates, which no file can hold, become U+FFFD."""
    if _PLAIN.fullmatch(text) and text[-1] != " " and text.casefold() not in _TYPED:
        return text
    quoted = json.dumps(_SURROGATE.sub("\ufffd", text), ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def yaml_property(name: str, value: PropertyValue) -> str:
    """`name: value` and a line ending; a long list gets one item a line.

    Raises:
        ValueError: the time has a zone (notes show local time without one), or the number is not finite.
    """
    if value is None:
        return f"{name}:\n"
    if isinstance(value, str):
        return f"{name}: {yaml_scalar(value)}\n"
    if isinstance(value, Sequence):
        return _items(name, [yaml_scalar(item) for item in value])
    return f"{name}: {_typed(value)}\n"


def _items(name: str, items: list[str]) -> str:
    flow = f"{name}: [{', '.join(items)}]\n"
    return flow if len(flow) <= MAX_FLOW_CHARS else f"{name}:\n" + "".join(f"  - {item}\n" for item in items)


def _typed(value: Decimal | date | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{value} is not a number a note can show")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is not None:
        raise ValueError("notes show local time without zone; use agents.clock.as_local")
    return value.isoformat(timespec="seconds")
