"""Who and what for in an MT940 statement: field 86 in the forms that banks fill it with. Pure.

German banks: a business code and numbered parts (`166?00...?20...`), SEPA words within the purpose (`SVWZ+`). Dutch and
Belgian ones: words between strokes (`/REMI/`). Else it is text. Source: DK, Anlage 3, chapter 8; ING and ABN AMRO's
descriptions of MT940.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# a direct debit or a transfer that came back
_RETURN_CODES = frozenset({"108", "109", "159", "181", "184"})
_NUMBERED = re.compile(r"(\d{3})([^A-Za-z0-9\s])(?=\d\d)", re.ASCII)
_PURPOSE = frozenset({*range(20, 30), *range(60, 64)})
_PART_CHARS = 27  # a part as long as this goes on in the next without a blank
_SEPA = re.compile(r"(?:^|(?<=[^A-Z]))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+")
_STROKES = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|KREF|PREF|MARF|MREF|CSID|CNTP|ISDT|ORDP|BENM|RTRN|PURP|ULTD|ULTC|RTYP|RREF)/"
)


@dataclass(frozen=True, slots=True)
class Details:
    """What field 86 says, each part empty where it does not."""

    party: str = ""
    text: str = ""
    reference: str = ""
    iban: str = ""
    is_return: bool = False


def read_details(value: str) -> Details:
    """The parts of a field 86, whose lines still have their breaks."""
    joined = value.replace("\n", "")
    numbered = _NUMBERED.match(joined)
    if numbered:
        return _german(numbered[1], joined[numbered.end() - 1 :], numbered[2])
    found = _STROKES.split(joined)
    if len(found) > 1:
        return _by_strokes(dict(zip(found[1::2], found[2::2], strict=True)))
    return Details(text=value.replace("\n", " "))


def _german(code: str, text: str, mark: str) -> Details:
    parts: dict[int, str] = {}
    for found in re.split(rf"{re.escape(mark)}(?=\d\d)", text, flags=re.ASCII)[1:]:
        parts.setdefault(int(found[:2]), found[2:])
    words = _by_words(_purpose(parts))
    return Details(
        party=(parts.get(32, "") + parts.get(33, "")) or words.get("ABWA", "") or words.get("ABWE", ""),
        text=words.get("SVWZ", "") or words.get("", "") or parts.get(0, ""),
        reference=words.get("EREF", "") or words.get("KREF", ""),
        iban=parts.get(31, "") or words.get("IBAN", ""),
        is_return=code in _RETURN_CODES,
    )


def _purpose(parts: dict[int, str]) -> str:
    text = ""
    for number in sorted(_PURPOSE & parts.keys()):
        part = parts[number]
        starts_word = _SEPA.match(part) is not None
        text += ("\n" if starts_word else "") + part + ("" if len(part) >= _PART_CHARS else " ")
    return text


def _by_words(purpose: str) -> dict[str, str]:
    """The text behind each SEPA word; what stands before the first is under the empty one."""
    found = _SEPA.split(purpose)
    words = {"": found[0].strip()}
    for word, text in zip(found[1::2], found[2::2], strict=True):
        words.setdefault(word, text.strip())
    return words


def _by_strokes(words: dict[str, str]) -> Details:
    other = [*words.get("CNTP", "").split("/"), "", "", ""]  # IBAN, BIC, name, town
    text = re.sub(r"^(?:USTD|STRD)/(?:CUR|ISO)?/?", "", words.get("REMI", "")).strip("/")
    return Details(
        party=words.get("NAME", "") or other[2],
        text=text or words.get("TRTP", ""),
        reference=words.get("EREF", "").strip("/"),
        iban=words.get("IBAN", "") or other[0],
        is_return="RTRN" in words,
    )
