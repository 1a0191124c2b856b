"""Names of firms and people compared: case, accents, legal forms and the order of words do not count. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME = 140  # characters; SEPA has 70, some banks join two lines
MAX_ALIKE = 20  # parties that share a word with a name and are looked at
CUT_OFF_FROM = 12  # letters; a shorter name is hardly one that a bank has cut off
_TELLING = 4  # letters of a word that says something alone
_LETTER_WITH_DOT = re.compile(r"\b(\w)\.")
_WORD = re.compile(r"[^\W_]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
_SMALL_WORDS = frozenset(("and", "und", "et", "the", "y", "e"))
_LEGAL_FORMS = frozenset(
    (
        *("gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "gbr", "ek", "ev", "eg", "se", "co", "haftungsbeschrankt"),
        *("haftungsbeschraenkt", "ltd", "limited", "llc", "llp", "inc", "corp", "plc", "sas", "sasu", "sarl", "sa"),
        *("srl", "spa", "sl", "bv", "nv", "vof", "ab", "as", "aps", "oy", "oyj", "sro", "doo", "zoo", "kft"),
    )
)


@dataclass(frozen=True, slots=True)
class NameKey:
    """A name for comparing: its words in order of the alphabet, once for each way to write umlauts."""

    words: tuple[tuple[str, ...], ...]
    forms: frozenset[str]

    def contradicts(self, other: NameKey) -> bool:
        """Whether both name a legal form, and not the same one."""
        return bool(self.forms and other.forms) and not self.forms & other.forms


@lru_cache(maxsize=4096)
def name_key(name: str) -> NameKey:
    """What is left of a name when only what tells firms apart counts."""
    plain = _LETTER_WITH_DOT.sub(r"\1", unicodedata.normalize("NFC", name[:MAX_NAME]).casefold())
    found, forms = [], frozenset[str]()
    for spelling in dict.fromkeys((plain.translate(_GERMAN), plain)):
        words = _WORD.findall(spelling if spelling.isascii() else _bare(spelling))
        forms |= _LEGAL_FORMS.intersection(words)
        telling = [word for word in words if word not in _LEGAL_FORMS and word not in _SMALL_WORDS]
        if words:
            found.append(tuple(sorted(telling or words)))
    return NameKey(tuple(dict.fromkeys(found)), forms)


def runs_of(name: str) -> tuple[str, ...]:
    """What of a name says in a text who it is: each two of its words that follow one another, or its only one.

    Without numbers and legal forms. Known flaw: 'Mueller' is not found where 'Müller' stands.
    """
    words = [word for word in _WORD.findall(name[:MAX_NAME]) if not any(char.isdigit() for char in word)]
    telling = [word for word in words if word.casefold() not in _LEGAL_FORMS | _SMALL_WORDS]
    return tuple(map(" ".join, pairwise(telling))) or tuple(telling)


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(each for each in letters if not unicodedata.combining(each))


@dataclass(frozen=True, slots=True)
class Alike:
    """The known names that are `same` as one on a bank line, and those that are merely `close` to it."""

    same: frozenset[str] = frozenset()
    close: frozenset[str] = frozenset()


class NameIndex:
    """Known names, found without looking at all of them; the answers are kept."""

    def __init__(self, names: Iterable[str]) -> None:
        self._keys = {name: name_key(name) for name in dict.fromkeys(names)}
        self._by_words: dict[tuple[str, ...], list[str]] = {}
        self._by_word: dict[str, list[str]] = {}
        self._found: dict[str, Alike] = {"": Alike()}
        for name, key in self._keys.items():
            for words in key.words:
                self._by_words.setdefault(words, []).append(name)
            for word in {word for words in key.words for word in words if len(word) >= _TELLING}:
                self._by_word.setdefault(word, []).append(name)

    def find(self, name: str) -> Alike:
        """Who this is."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> Alike:
        key = name_key(name)
        equal = {known for words in key.words for known in self._by_words.get(words, ())}
        same = {known for known in equal if not key.contradicts(self._keys[known])}
        if any(self._keys[one].contradicts(self._keys[two]) for one in same for two in same):
            same = set()  # two firms of one name, told apart by the legal form that is missing here
        words = sorted((word for each in key.words for word in each if word in self._by_word), key=self._rarity)
        near = dict.fromkeys(known for word in words for known in self._by_word[word][:MAX_ALIKE])
        close = {known for known in list(near)[:MAX_ALIKE] if known not in same and _is_close(key, self._keys[known])}
        return Alike(frozenset(same), frozenset(close | (equal - same)))

    def _rarity(self, word: str) -> tuple[int, str]:
        return len(self._by_word[word]), word


def _is_close(one: NameKey, two: NameKey) -> bool:
    """Whether one holds all words of the other, or is the other cut off."""
    for mine in one.words:
        for theirs in two.words:
            fewer, more = sorted((set(mine), set(theirs)), key=len)
            left = fewer - more
            if not left or (len(left) == 1 and _is_cut_off(next(iter(left)), more, fewer)):
                return True
    return False


def _is_cut_off(word: str, more: set[str], fewer: set[str]) -> bool:
    return sum(map(len, fewer)) >= CUT_OFF_FROM and any(other.startswith(word) for other in more - fewer)
