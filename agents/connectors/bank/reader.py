"""Statements out of whatever file the bank gave: the format is decided by the content, and nothing is half-read. Pure.

A file is read whole, refused with a sentence for the owner, or waits until the owner decides how it is to be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.connectors.bank.camt import read_camt
from agents.connectors.bank.checking import check
from agents.connectors.bank.csv_profile import NeedsProfile, Profile
from agents.connectors.bank.csv_reading import learnt_profile, read_csv
from agents.connectors.bank.decoding import decode
from agents.connectors.bank.identity import with_ids
from agents.connectors.bank.mt940 import is_mt940, read_mt940
from agents.connectors.bank.ofx import is_ofx, read_ofx
from agents.connectors.bank.refusal import MAX_BYTES, Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.bank.statement import Statement

__all__ = ["NeedsProfile", "Profile", "Refusal", "learn", "read_statements"]

_OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"\x1f\x8b": "a packed file",
}
_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)
_CHOOSE = "Export it as CAMT, MT940, OFX or CSV; unpack an archive first."


def read_statements(
    content: bytes, name: str, profiles: Mapping[str, Profile]
) -> tuple[Statement, ...] | Refusal | NeedsProfile:
    """Every statement of a file. `name` is the file's; `profiles` are those of CSV formats, by their digest."""
    try:
        form, found = _read(content, name, profiles)
        if isinstance(found, NeedsProfile):
            return found
        check(found)
    except RefusedError as err:
        return err.refusal
    return with_ids(form, found)


def learn(content: bytes, profiles: Mapping[str, Profile]) -> Profile | None:
    """What a CSV file proves about its format, to be kept for later files; None when it is none or not read."""
    try:
        text = _text(content)
        return None if _is_xml(content) or is_ofx(text) or is_mt940(text) else learnt_profile(text, profiles)
    except RefusedError:
        return None


def _read(
    content: bytes, name: str, profiles: Mapping[str, Profile]
) -> tuple[str, tuple[Statement, ...] | NeedsProfile]:
    if _is_xml(content):
        if _HTML.match(content[:2_000]):
            raise RefusedError("The file is a web page: the bank's site did not give the export.", _CHOOSE)
        return "camt", read_camt(_sized(content))
    text = _text(content)
    if is_ofx(text):
        return "ofx", read_ofx(text)
    if is_mt940(text):
        return "mt940", read_mt940(text)
    found = read_csv(text, name, profiles)
    if found is None:
        raise RefusedError("The file is in no format of bank statements that is known here.", _CHOOSE)
    return "csv", found


def _is_xml(content: bytes) -> bool:
    """Whether it begins like XML; OFX 2 does too, and has no namespace."""
    head = content[:2_000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<") and b"OFX" not in head


def _sized(content: bytes) -> bytes:
    if len(content) > MAX_BYTES:
        raise RefusedError(
            f"The file has {len(content):,} bytes; {MAX_BYTES:,} are read at most.", "Export a shorter time."
        )
    return content


def _text(content: bytes) -> str:
    kind = next((kind for mark, kind in _OTHER_KINDS.items() if content.startswith(mark)), "")
    if kind:
        raise RefusedError(f"The file is {kind} and no bank statement that can be read.", _CHOOSE)
    if not content.strip():
        raise RefusedError("The file is empty.")
    return decode(_sized(content))
