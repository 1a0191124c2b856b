"""Reading numbers, prices and quantities out of free text, in the languages of the word tables. Pure.

What is not plain (a range, 'about', two meanings) is reported as unsure, never guessed: an unsure number is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TEXT_CHARS = 20_000
MINUTES_PER_HOUR = 60
THOUSANDS_DIGITS = 3
_GROUPED = r"[0-9]{1,3}(?:[.,'’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,2})?"
_PLAIN = r"[0-9]{1,9}(?:[.,][0-9]{1,2})?"
_NUMBER = rf"(?:{_GROUPED}|{_PLAIN})"
_SPACED = rf"(?:[0-9]{{1,3}}(?: [0-9]{{3}})+(?:[.,][0-9]{{1,2}})?|{_NUMBER})"
_STARTS = r"(?<![\w.,/+\-–−])"  # not inside a word, a date, another number; not negative
_WHOLE = re.compile(rf"[+]?(?:{_SPACED}|[0-9]{{1,9}}[.,][0-9]{{1,4}})")
_HALF = re.compile(r"(?<=\d)\s?½")
LOOK_BEHIND, LOOK_AHEAD = 40, 30


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of work: '10 hours' is 10 h. `text` is how it was said, `start` where."""

    value: Decimal
    unit: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Price:
    """A sum of money. `currency` empty = not said. `of` is a unit ('h'), 'each' for one of whatever, 'total' or ''."""

    amount: Decimal
    currency: str
    of: str
    text: str
    start: int
    gross: bool = False


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a text says in numbers. `unsure`, `unsure_price`: it also holds a range or 'about', so it must be asked."""

    quantities: tuple[Quantity, ...]
    prices: tuple[Price, ...]
    unsure: bool
    unsure_price: bool


def read_number(text: str) -> Decimal | None:
    """A number as people write it: '95', '95.00', '1.234,50', "1'234.50", '1 234,50'; None when it is none.

    One separator with three digits behind it groups thousands ('1.234' is 1234): money has two places.
    """
    stripped = text.strip()
    return _decimal(stripped) if _WHOLE.fullmatch(stripped) else None


def _decimal(text: str) -> Decimal:
    digits = re.sub(r"[ '’\u00a0\u202f+]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    whole, mark, places = digits[:last], digits[last], digits[last + 1 :]
    if len(places) == THOUSANDS_DIGITS and (mark not in whole or _is_grouped(whole, mark)) and not _mixed(whole, mark):
        return Decimal(_only_digits(digits))
    return Decimal(f"{_only_digits(whole)}.{places}")


def _mixed(whole: str, mark: str) -> bool:
    return any(other in whole for other in ".," if other != mark)


def _is_grouped(whole: str, mark: str) -> bool:
    return all(len(part) == THOUSANDS_DIGITS for part in whole.split(mark)[1:])


def _only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def read_amounts(text: str) -> Amounts:
    """All prices and quantities of the first 20,000 characters."""
    shown = _HALF.sub(".5", text[:MAX_TEXT_CHARS]).replace("½", "0.5").replace("\u00a0", " ")
    patterns = _patterns()
    prices, spans = [], []
    unsure, unsure_price = bool(patterns.range.search(shown)), False
    for found in patterns.price.finditer(shown):
        before, after = _around(shown, found.start(), found.end())
        unsure_price = unsure_price or _is_unsure(before)
        prices.append(_price(found, before, after))
        spans.append(found.span())
    quantities: list[Quantity] = []
    for found in patterns.quantity.finditer(shown):
        if any(start < found.end("n") and found.start("n") < end for start, end in spans):
            continue
        before, after = _around(shown, found.start(), found.end())
        if patterns.deadline_before.search(before) or patterns.deadline_after.match(after):
            continue
        if _is_unsure(before):
            unsure = True
        else:
            quantities += _quantity(found)
    return Amounts(_distinct(quantities), _distinct_prices(prices), unsure, unsure_price)


def _is_unsure(before: str) -> bool:
    return bool(_patterns().unsure.search(before) or _patterns().joined.search(before))


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - LOOK_BEHIND) : start], text[end : end + LOOK_AHEAD]


def _quantity(found: re.Match[str]) -> tuple[Quantity, ...]:
    """One quantity; minutes become hours when that is exact to the cent of an hour."""
    tables = load_word_tables()
    said = found["n"].casefold()
    value = tables.numbers[said] if said in tables.numbers else _decimal(said)
    unit = tables.units[found["u"].casefold()]
    if unit == "min":
        hours = value / MINUTES_PER_HOUR
        if hours != hours.quantize(Decimal("0.01")):
            return ()
        value, unit = hours, "h"
    return (Quantity(value, unit, found[0].strip(), found.start()),) if value > 0 else ()


def _price(found: re.Match[str], before: str, after: str) -> Price:
    tables, patterns = load_word_tables(), _patterns()
    sign = found["before"] or found["after"] or ""
    currency = tables.currencies.get(sign.casefold(), "")
    number = next(found[name] for name in ("n1", "n2", "n3", "n4") if found[name])
    unit = found["u"] or found["u3"] or ""
    of = tables.units[unit.casefold()] if unit else "each" if found["n4"] else _meaning(before, after)
    gross = bool(patterns.gross_after.match(after) or patterns.gross_before.search(before))
    return Price(_decimal(number), currency, of, found[0].strip(), found.start(), gross)


def _meaning(before: str, after: str) -> str:
    """What a price without a unit behind it is the price of, by the words beside it."""
    patterns = _patterns()
    named = patterns.unit_rate.search(before) or patterns.unit_rate_after.match(after)
    if named:
        return load_word_tables().unit_rates[" ".join(named["r"].casefold().split())]
    if patterns.total_before.search(before) or patterns.total_after.match(after):
        return "total"
    return "each" if patterns.rate.search(before) else ""


def _distinct(found: Iterable[Quantity]) -> tuple[Quantity, ...]:
    seen: dict[tuple[Decimal, str], Quantity] = {}
    for each in found:
        seen.setdefault((each.value.normalize(), each.unit), each)
    return tuple(seen.values())


def _distinct_prices(found: Iterable[Price]) -> tuple[Price, ...]:
    seen: dict[tuple[Decimal, str, str], Price] = {}
    for each in found:
        seen.setdefault((each.amount.normalize(), each.currency, each.of), each)
    return tuple(seen.values())


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The regular expressions made from the word tables; each looks at a bounded piece of text."""

    price: re.Pattern[str]
    quantity: re.Pattern[str]
    unit_rate: re.Pattern[str]
    unit_rate_after: re.Pattern[str]
    total_before: re.Pattern[str]
    total_after: re.Pattern[str]
    gross_before: re.Pattern[str]
    gross_after: re.Pattern[str]
    rate: re.Pattern[str]
    unsure: re.Pattern[str]
    joined: re.Pattern[str]
    deadline_before: re.Pattern[str]
    deadline_after: re.Pattern[str]
    range: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    tables = load_word_tables()
    units, words = _any(tables.units), _any(tables.numbers)
    per, signs = _any(tables.cues("per")), _any(tables.currencies)
    rates = _any(tables.unit_rates)
    behind = rf"(?:\s{{0,2}}(?:{per})\s{{0,2}}(?P<u>{units})\b)"
    bare = (
        rf"{_STARTS}(?P<n3>{_NUMBER})\s{{0,2}}(?:/|(?:{per})\s)\s{{0,2}}(?P<u3>{units})\b"
        rf"|@\s{{0,2}}(?P<n4>{_NUMBER})(?![\w.,]?\d)"
    )
    # a sign before the number, a sign behind it, or none at all but a unit: '80/hr', '@ 80'
    money = (
        rf"(?:{_STARTS}(?P<before>{signs})\s{{0,2}}(?P<n1>{_SPACED})|{_STARTS}(?P<n2>{_SPACED})(?:,-|,--|\.-)?\s{{0,2}}"
        rf"(?P<after>{signs})(?!\w))(?![\d])(?:\s{{0,2}}net(?:to|t)?)?{behind}?|{bare}"
    )
    quantity = rf"{_STARTS}(?P<n>{_NUMBER}|{words})[\s\-]{{0,2}}(?P<u>{units})(?!\w)\.?"
    counting = _any(word for word, value in tables.numbers.items() if value > 1)
    some = rf"(?:[0-9]|\b(?:{words}))"
    return _Patterns(
        range=_compile(rf"[0-9]\s?[-–]\s?{_NUMBER}\s{{0,2}}(?:{units})(?!\w)"),
        price=_compile(money),
        quantity=_compile(quantity),
        unit_rate=_compile(
            rf"\b(?P<r>{rates})\W{{0,3}}(?:(?:of|is|von|ist|beträgt|de|est)\W{{1,2}})?(?:(?:{signs})\s?)?$"
        ),
        unit_rate_after=_compile(rf"\s{{0,2}}(?P<r>{rates})\b"),
        total_before=_compile(rf"(?<!\w)(?:{_any(tables.cues('total'))})\W{{0,3}}(?:(?:of|von|de)\W{{1,2}})?$"),
        total_after=_compile(rf"\W{{0,3}}(?:{_any(tables.cues('total'))})\b"),
        gross_before=_compile(rf"(?<!\w)(?:{_any(tables.cues('gross'))})\W{{0,3}}$"),
        gross_after=_compile(rf"\W{{0,3}}(?:\w{{1,8}}\W{{1,2}}){{0,2}}(?:{_any(tables.cues('gross'))})(?!\w)"),
        rate=_compile(rf"(?<!\w)(?:{_any(tables.cues('rate'))})\W{{0,3}}$"),
        unsure=_compile(rf"(?<!\w)(?:{_any(tables.cues('unsure'))})\s{{0,2}}$"),
        joined=_compile(
            rf"{some}\W{{0,2}}(?<![^\W\d_])(?:{_any(tables.cues('joins'))})\s{{0,2}}$|(?<!\w)(?:{counting})\s{{1,2}}$"
        ),
        deadline_before=_compile(
            rf"(?<!\w)(?:{_any(tables.cues('deadline_before'))})\s{{1,2}}(?:(?:the|den|der|next|nächsten|last|letzten)\s)?$"
        ),
        deadline_after=_compile(rf"\s{{0,2}}(?:{_any(tables.cues('deadline_after'))})\b"),
    )


def _compile(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _any(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s{1,2}") for word in longest_first)
