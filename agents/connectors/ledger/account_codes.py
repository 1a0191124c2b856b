"""What the owner's accounts are called in other programs, as it stands below their `open`: `datev: "4930"`. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPEN = re.compile(
    r"(?m)^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ \t]+open[ \t]+([A-Z][A-Za-z]*:[A-Z0-9][\w:-]*)(?![\w:-]).*$((?:\n[ \t]+\S.*)*)"
)


def account_codes(texts: Iterable[str], program: str) -> dict[str, str]:
    """The account of a program ('datev') for each of ours that says it."""
    said = re.compile(rf'(?m)^[ \t]+{program}:[ \t]*"([^"]{{1,100}})"')
    found = {}
    for text in texts:
        for account, meta in _OPEN.findall(text) if program in text else ():
            if code := said.search(meta):
                found[account] = code[1]
    return found
