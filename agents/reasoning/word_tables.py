"""The words of each language, from `patterns/<language>.yaml`; read once. To add a language, add its file.

The files are part of the program, as code is: reading them is no I/O a decision depends on.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field

from agents.reasoning.phrases import PhraseBook, compile_pattern, folded, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = "patterns"
DEFAULT_LANGUAGE = "en"
Words = tuple[str, ...]


class _Cues(BaseModel):
    """The small words that tell what a number means."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    per: Words = ()  # between a price and its unit
    rate: Words = ()  # before a price of one unit
    total: Words = ()  # beside a price of the whole
    gross: Words = ()  # a price with tax
    deadline_before: Words = ()  # before a time that is no work
    deadline_after: Words = ()
    unsure: Words = ()  # before a number that is only roughly so
    joins: Words = ()  # before the second part of a number or a range
    of: Words = ()  # between a quantity and what it is of


class _Bank(BaseModel):
    """The words in the header of a bank's table."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    date: Words = ()
    amount: Words = ()
    paid_in: Words = ()
    paid_out: Words = ()


class LanguageFile(BaseModel):
    """One file of `patterns/`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    language: str
    common: str  # frequent small words, to tell the language
    work: str  # what was done, when nothing says it better
    numbers: dict[str, str] = Field(default_factory=dict)
    units: dict[str, Words] = Field(default_factory=dict)
    unit_rates: dict[str, Words] = Field(default_factory=dict)
    currencies: dict[str, Words] = Field(default_factory=dict)
    cues: _Cues = _Cues()
    services: dict[str, Words] = Field(default_factory=dict)
    closings: Words = ()
    expenses: dict[str, Words] = Field(default_factory=dict)
    bank: _Bank = _Bank()
    topics: dict[str, dict[int, Words]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WordTables:
    """All languages together; what differs by language is kept by its code."""

    languages: tuple[LanguageFile, ...]
    numbers: dict[str, Decimal]
    units: dict[str, str]
    unit_rates: dict[str, str]
    currencies: dict[str, str]
    services: dict[str, str]
    books: dict[str, PhraseBook]

    def cues(self, name: str) -> Words:
        """The cue words of one kind in all languages, longest first."""
        found = {word.casefold() for each in self.languages for word in getattr(each.cues, name)}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))

    def language_of(self, text: str) -> str:
        """The language most of whose small words occur; English when none does."""
        words = [word for sentence in sentences(text) for word in sentence]
        scores = {each.language: _common(each, words) for each in self.languages}
        best = max(scores, key=lambda code: (scores[code], code == DEFAULT_LANGUAGE))
        return best if scores[best] else DEFAULT_LANGUAGE


def _common(language: LanguageFile, words: list[str]) -> int:
    known = frozenset(folded(language.common).split())
    return sum(word in known for word in words)


@lru_cache(maxsize=1)
def load_word_tables() -> WordTables:
    """All languages.

    Raises:
        ValueError: a file says something its model does not know (a defect of ours, found by the tests).
    """
    folder = files("agents.reasoning").joinpath(FOLDER)
    paths = sorted((each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name)
    return build_tables(tuple(_language(each.read_text(encoding="utf-8")) for each in paths))


def _language(text: str) -> LanguageFile:
    return LanguageFile.model_validate(yaml.load(text, Loader=yaml.CBaseLoader))  # noqa: S506 (builds strings only)


def build_tables(languages: tuple[LanguageFile, ...]) -> WordTables:
    """The tables of these languages."""
    numbers = {word: Decimal(value) for each in languages for word, value in each.numbers.items()}
    return WordTables(
        languages=languages,
        numbers=numbers,
        units=_by_word(each.units for each in languages),
        unit_rates=_by_word(each.unit_rates for each in languages),
        currencies=_by_word(each.currencies for each in languages),
        services=_by_word(each.services for each in languages),
        books={each.language: _book(each, numbers) for each in languages},
    )


def _by_word(tables: Iterable[dict[str, Words]]) -> dict[str, str]:
    return {word.casefold(): name for table in tables for name, words in table.items() for word in words}


def _book(language: LanguageFile, numbers: dict[str, Decimal]) -> PhraseBook:
    topics = {
        topic: [compile_pattern(source, weight) for weight, sources in weights.items() for source in sources]
        for topic, weights in language.topics.items()
    }
    return PhraseBook(topics, numbers, language.common.split())
