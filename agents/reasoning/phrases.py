"""Finding phrases in a text: a small pattern language that people can read and edit, matched in linear time. Pure.

A pattern is words separated by blanks: `a|b` is either, `word*` any word that starts so, `NUMBER` a number, `?` the
end of a question, `^` the start of a sentence, `...` up to four words, `...9` up to nine. No phrase crosses a sentence.
Case, accents and umlauts written as two letters make no difference, nor does one slip of the finger in a word of six
letters or more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_GAP = 4
MIN_TYPO_CHARS = 6
MAX_TEXT_CHARS = 20_000
MAX_WORD_CHARS = 40
START, QUESTION, NUMBER = "^", "?", "NUMBER"
_TOKEN = re.compile(r"\w+|[.!?]+(?=\s|$)|\n\s*\n|[:;](?=\s)|[€$£]")
_APOSTROPHES = str.maketrans("", "", "'’`´")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_STACK = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")  # normalising a long stack takes quadratic time
_LEFT_OUT = frozenset({"Mn", "Cf"})  # accents, and what is invisible and would split a word
_END = re.compile(r"[.!?:;\s]+")

Sentence = tuple[str, ...]


def folded(text: str) -> str:
    """The text as it is compared: lower case, no accents, `ü` as `ue`, no apostrophes, nothing invisible."""
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    lowered = unicodedata.normalize("NFC", _STACK.sub(r"\1", text)).casefold().translate(_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_UMLAUTS)).casefold()
    return "".join(char for char in decomposed if unicodedata.category(char) not in _LEFT_OUT)


@lru_cache(maxsize=256)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The words of each sentence of the first 20,000 characters; it starts with `^`, a question ends with `?`."""
    found: list[list[str]] = [[START]]
    for token in _TOKEN.findall(folded(text[:MAX_TEXT_CHARS])):
        if not _END.fullmatch(token):
            found[-1].append(token[:MAX_WORD_CHARS])
            continue
        if QUESTION in token:
            found[-1].append(QUESTION)
        found.append([START])
    return tuple(tuple(words) for words in found if len(words) > 1)


@dataclass(frozen=True, slots=True)
class _Element:
    """One word of a pattern: what may stand there, after a gap of up to `gap` other words."""

    words: frozenset[str]
    gap: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One phrase and what it weighs; negative = a reason against."""

    source: str
    weight: int
    elements: tuple[_Element, ...]


def compile_pattern(source: str, weight: int) -> Pattern:
    """A pattern from its text.

    Raises:
        ValueError: it has no words.
    """
    elements, gap = [], 0
    for part in source.split():
        if part.startswith("..."):
            gap = int(part[3:] or DEFAULT_GAP)
            continue
        elements.append(_Element(frozenset(_alternative(each) for each in part.split("|")), gap))
        gap = 0
    if not elements:
        raise ValueError(f"the pattern {source!r} has no words")
    return Pattern(source, weight, tuple(elements))


def _alternative(word: str) -> str:
    return word if word in {START, QUESTION, NUMBER} else folded(word)


class PhraseBook:
    """Patterns by topic, and the vocabulary they are made of. `right_words` are never taken for slips of others."""

    def __init__(
        self, topics: Mapping[str, Iterable[Pattern]], number_words: Iterable[str] = (), right_words: Iterable[str] = ()
    ) -> None:
        self._numbers = frozenset(map(folded, number_words))
        self._right = frozenset(map(folded, right_words))
        self._by_first: dict[str, list[tuple[str, Pattern]]] = {}
        self._words: set[str] = set()
        for topic, patterns in topics.items():
            for pattern in patterns:
                self._add(topic, pattern)
        self._prefixes = frozenset(word[:-1] for word in self._words if word.endswith("*"))
        self._prefix_lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._slips = self._index_slips()

    def _add(self, topic: str, pattern: Pattern) -> None:
        for word in pattern.elements[0].words:
            self._by_first.setdefault(word, []).append((topic, pattern))
        for element in pattern.elements:
            self._words |= element.words

    def _index_slips(self) -> dict[str, str]:
        """Every long word of the vocabulary, whole and with one letter left out, to the word."""
        slips: dict[str, str] = {}
        for word in sorted(self._words):
            stem = word.removesuffix("*")
            if len(stem) >= MIN_TYPO_CHARS:
                for form in (stem, *_shortened(stem)):
                    slips.setdefault(form, word)
        return slips

    def weigh(self, text: str) -> dict[str, tuple[Pattern, ...]]:
        """The patterns of each topic that occur in the text; each counts once."""
        found: dict[str, dict[str, Pattern]] = {}
        for sentence in sentences(text):
            known = [self._meanings(word) for word in sentence]
            for at, meanings in enumerate(known):
                for topic, pattern in self._starting_with(meanings):
                    if pattern.source not in found.get(topic, {}) and _matches(pattern, known, at):
                        found.setdefault(topic, {})[pattern.source] = pattern
        return {topic: tuple(patterns.values()) for topic, patterns in found.items()}

    def _starting_with(self, meanings: frozenset[str]) -> Iterable[tuple[str, Pattern]]:
        for word in meanings:
            yield from self._by_first.get(word, ())

    def _meanings(self, word: str) -> frozenset[str]:
        """What a word of a text stands for in patterns."""
        found = {word} if word in self._words else set()
        found |= {f"{word[:size]}*" for size in self._prefix_lengths if word[:size] in self._prefixes}
        if word.isdecimal() or word in self._numbers:
            found.add(NUMBER)
        return frozenset(found) or self._slip(word)

    def _slip(self, word: str) -> frozenset[str]:
        if len(word) < MIN_TYPO_CHARS or not word.isalpha() or word in self._right:
            return frozenset()
        forms = (word, *_shortened(word))
        return frozenset(self._slips[form] for form in forms if form in self._slips)


def _shortened(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _matches(pattern: Pattern, known: list[frozenset[str]], start: int) -> bool:
    """Whether the pattern's words stand in order from `start` on, within their gaps."""
    places = {start}
    for number, element in enumerate(pattern.elements):
        reach = 0 if number == 0 else element.gap
        places = {
            at + 1
            for place in places
            for at in range(place, min(place + reach + 1, len(known)))
            if not element.words.isdisjoint(known[at])
        }
        if not places:
            return False
    return True
