"""Numbers in a text, each with the source it was printed from; and a checker that reads them back. Pure.

A text is written with a mark where a number stands. `finish` puts the numbers in and remembers, in order, what each
claims. `check` knows only the finished text, those claims and the sources: every run of digits in the text must be
claimed, and a number must be what its source says. Words that hold digits - dates, names, links - are claimed as words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from agents.insight.measured import Unit

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_MINUS = frozenset("-−")
_BEHIND = {"percent": " %", "days": " days", "hours": " h", "months": " months"}
_PLACES: dict[str, int] = {"money": 2, "ratio": 2, "percent": 1, "days": 1, "hours": 1, "months": 1}


class Source(NamedTuple):
    """Where a number comes from: `when` ('now', 'before 1', 'average', 'plan' ...), the metric, and which value."""

    when: str
    key: str
    label: str = ""
    currency: str = ""

    def __str__(self) -> str:
        """In words: 'now revenue.month (week, EUR)'."""
        which = ", ".join(each for each in (self.label, self.currency) if each)
        return f"{self.when} {self.key}{f' ({which})' if which else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a source says."""

    amount: Decimal
    unit: Unit

    @property
    def printed(self) -> Decimal:
        """Rounded as it is printed, half up."""
        return self.amount.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

    @property
    def places(self) -> int:
        """How many digits stand behind the point."""
        whole = self.unit == "number" and self.amount == self.amount.to_integral_value()
        return 0 if whole else _PLACES.get(self.unit, 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What stands at a mark; `source` None: words that are no number of ours."""

    shown: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A text, and what its digits claim to be, in the order of the text."""

    text: str
    claims: tuple[Claim, ...]


class Numbers:
    """Marks for one text. Every number is looked up in `figures`, never handed in."""

    def __init__(self, figures: Mapping[Source, Figure]) -> None:
        self._figures = figures
        self._claims: list[Claim] = []

    def has(self, source: Source) -> bool:
        """Whether the source says anything."""
        return source in self._figures

    def amount(self, source: Source) -> Decimal:
        """What the source says, to decide by; never to be printed.

        Raises:
            KeyError: the source says nothing.
        """
        return self._figures[source].amount

    def change(self, before: Source, after: Source) -> Decimal | None:
        """By how much it rose, as printed; None where one of both says nothing."""
        if not self.has(before) or not self.has(after):
            return None
        return self._figures[after].printed - self._figures[before].printed

    def show(self, source: Source, *, unit: bool = True) -> str:
        """A mark for a number as people read it: '1,130.50 EUR', '92.0 %'; `unit` False leaves out what stands behind.

        Raises:
            KeyError: the source says nothing.
        """
        figure = self._figures[source]
        behind = f" {source.currency}" if source.currency else _BEHIND.get(figure.unit, "")
        return self._mark(Claim(f"{figure.printed:,.{figure.places}f}{behind if unit else ''}", source))

    def drawn(self, source: Source) -> str:
        """A mark for a number as a drawing needs it: '1130.50'."""
        figure = self._figures[source]
        return self._mark(Claim(f"{figure.printed:.{figure.places}f}", source))

    def words(self, text: str) -> str:
        """The text, its digits claimed as words; marks that stand in it stay."""
        parts = _MARK.split(text)  # every second one is the number of a mark
        return "".join(_marked(part) if at % 2 else self._claimed(part) for at, part in enumerate(parts))

    def finish(self, template: str) -> Finished:
        """The text with everything in its place."""
        order = [int(each) for each in _MARK.findall(template)]
        text = _MARK.sub(lambda found: self._claims[int(found[1])].shown, template)
        return Finished(text, tuple(self._claims[each] for each in order))

    def _claimed(self, text: str) -> str:
        return _DIGITS.sub(lambda found: self._mark(Claim(found[0])), text)

    def _mark(self, claim: Claim) -> str:
        self._claims.append(claim)
        return _marked(str(len(self._claims) - 1))


def _marked(number: str) -> str:
    return f"{_OPEN}{number}{_CLOSE}"


class _Found(NamedTuple):
    digits: str
    line: int
    is_negative: bool


def check(finished: Finished, figures: Mapping[Source, Figure]) -> tuple[str, ...]:
    """What is wrong with the numbers of a text, a sentence each with its line; empty when every one has its source."""
    found = [*_found(finished.text)]
    claimed = [(digits, claim) for claim in finished.claims for digits in _DIGITS.findall(claim.shown)]
    matcher = SequenceMatcher(None, [each.digits for each in found], [digits for digits, _ in claimed], autojunk=False)
    mistakes: list[str] = []
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(found[start:end], claimed[first:last], strict=True)
            mistakes += [wrong for each, (_, claim) in pairs if (wrong := _wrong(each, claim, figures))]
            continue
        mistakes += [f"line {each.line}: {each.digits} has no source" for each in found[start:end]]
        mistakes += [
            f"{digits} ({_name(claim)}) does not stand where it belongs" for digits, claim in claimed[first:last]
        ]
    return tuple(mistakes)


def _wrong(found: _Found, claim: Claim, figures: Mapping[Source, Figure]) -> str:
    if claim.source is None:
        return ""
    figure = figures.get(claim.source)
    if figure is None:
        return f"line {found.line}: {found.digits} claims {claim.source}, which says nothing"
    read = Decimal(found.digits.replace(",", "")) * (-1 if found.is_negative else 1)
    if read == figure.printed:
        return ""
    return f"line {found.line}: {read} stands there, and {claim.source} is {figure.printed}"


def _name(claim: Claim) -> str:
    return str(claim.source) if claim.source else "words"


def _found(text: str) -> Iterator[_Found]:
    for number, line in enumerate(text.split("\n"), 1):
        for each in _DIGITS.finditer(line):
            yield _Found(each[0], number, line[: each.start()][-1:] in _MINUS)


def moved(before: Mapping[Source, Figure], after: Mapping[Source, Figure]) -> tuple[Source, ...]:
    """The sources that say something else, or only now, or no more; in order."""
    return tuple(sorted(each for each in before.keys() | after.keys() if before.get(each) != after.get(each)))


def shown_sources(claims: Sequence[Claim]) -> frozenset[Source]:
    """The sources of the numbers of a text."""
    return frozenset(each.source for each in claims if each.source)
