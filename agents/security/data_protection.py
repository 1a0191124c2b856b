"""Personal data and secrets become placeholders before a text leaves for a model, and come back into its answer.

A placeholder, `⟨mail-1⟩`, stands for one value within one request. What looks like one in the text itself is replaced
as well, so nothing from outside can forge one, and putting back is exact: `restore(*redact(text)) == text` for any
text. Pure; linear in the length of the text. What it cannot see: see ADR 0041.
"""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.security.known_names import KnownNames, Person
from agents.security.personal_numbers import REGIONS, Span, personal_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    SecretFinder = Callable[[str], Iterable[tuple[int, int]]]

__all__ = ["Person", "Redactor", "invented", "left_out", "replaced", "restore"]

# where two findings overlap, all of it goes, under the first of their kinds
KINDS = ("quoted", "secret", "mail", "iban", "card", "phone", "id", "account", "number", "name", "address")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_PLACEHOLDER = re.compile("\u27e8([a-z]{1,12})-([0-9]{1,9})\u27e9")
_AT = re.compile(r"@|\uff20|%40|[(\[{] ?(?:[aA][tT]|ät) ?[)\]}]")
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060"
_LOCAL_MARKS = frozenset(".!#$%&'*+/=?^_`{|}~-" + _UNSEEN)  # RFC 5322, atext
_LABEL = rf"[^\W_](?:[^\W_]|[-{_UNSEEN}]){{0,62}}"
_DOMAIN = re.compile(rf"{_LABEL}(?:(?:\.| ?[(\[{{] ?(?:dot|punkt) ?[)\]}}] ?){_LABEL}){{1,8}}", re.IGNORECASE)


class Redactor:
    """Replaces what leads to a person, and secrets.

    `people` are those whose names and addresses are known; `secrets` finds where secrets stand, as offsets; `regions`
    say how phone numbers are written at home, the owner's own country first.
    """

    def __init__(self, people: Iterable[Person], secrets: SecretFinder, *, regions: tuple[str, ...] = REGIONS) -> None:
        self._names = KnownNames(people)
        self._secrets = secrets
        self._regions = regions

    def redact(self, text: str, known: Mapping[str, str] = _NOTHING) -> tuple[str, dict[str, str]]:
        """The text with placeholders, and what each stands for.

        `known` is what earlier texts of the same request gave: the same value gets the same placeholder, and the answer
        holds both.
        """
        mapping = dict(known)
        by_value = {(_kind(placeholder), value): placeholder for placeholder, value in known.items()}
        used = Counter(map(_kind, known))
        pieces, at = [], 0
        for span in _merged(self._spans(text)):
            value = text[span.start : span.end]
            placeholder = by_value.get((span.kind, value))
            if placeholder is None:
                used[span.kind] += 1
                placeholder = by_value[span.kind, value] = f"\u27e8{span.kind}-{used[span.kind]}\u27e9"
                mapping[placeholder] = value
            pieces += [text[at : span.start], placeholder]
            at = span.end
        return "".join([*pieces, text[at:]]), mapping

    def _spans(self, text: str) -> Iterator[Span]:
        yield from (Span(*each.span(), "quoted") for each in _PLACEHOLDER.finditer(text))
        yield from (Span(start, end, "secret") for start, end in self._secrets(text))
        yield from _mail_addresses(text)
        yield from personal_numbers(text, self._regions)
        yield from self._names.spans(text)


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """The text with every known placeholder put back, as often as it stands there; others stay visible."""
    return _PLACEHOLDER.sub(lambda found: mapping.get(found[0], found[0]), text)


def invented(text: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The placeholders of an answer that stand for nothing, in order."""
    found = (each[0] for each in _PLACEHOLDER.finditer(text))
    return tuple(dict.fromkeys(each for each in found if each not in mapping))


def left_out(text: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The placeholders that an answer does not use, in order."""
    there = {each[0] for each in _PLACEHOLDER.finditer(text)}
    return tuple(each for each in mapping if each not in there)


def replaced(mapping: Mapping[str, str]) -> dict[str, int]:
    """How many values of each kind were replaced; never which."""
    counted = Counter(map(_kind, mapping))
    return {kind: counted[kind] for kind in KINDS if counted[kind]}


def _kind(placeholder: str) -> str:
    return placeholder[1:].partition("-")[0]


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """In order and apart: what overlaps is one span, so no end of a value stays behind."""
    current: Span | None = None
    for span in sorted(each for each in spans if each.end > each.start):
        if current is None:
            current = span
        elif span.start < current.end:
            kind = min(current.kind, span.kind, key=KINDS.index)
            current = Span(current.start, max(current.end, span.end), kind)
        else:
            yield current
            current = span
    if current is not None:
        yield current


def _mail_addresses(text: str) -> Iterator[Span]:
    """Found from the sign in their middle: a pattern that begins with the local part takes quadratic time."""
    behind = 0
    for sign in _AT.finditer(text):
        begin, end = sign.span()
        if end - begin > len("%40"):  # in brackets, often between blanks
            begin -= text[begin - 1 : begin] == " "
            end += text[end : end + 1] == " "
        start = _local_part(text, begin, behind)
        behind = end
        domain = _DOMAIN.match(text, end) if start < begin else None
        if domain and not domain[0].rpartition(".")[2].isdigit():
            yield Span(start, domain.end(), "mail")


def _local_part(text: str, end: int, behind: int) -> int:
    """Where the local part that ends here begins; `behind` is the end of the sign before."""
    if end - behind > 1 and text[end - 1] == '"':
        quote = text.rfind('"', max(behind, end - 66), end - 1)
        return end if quote < 0 else quote
    start = end
    while start > behind and (text[start - 1].isalnum() or text[start - 1] in _LOCAL_MARKS):
        start -= 1
    return start
