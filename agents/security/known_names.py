"""Names and addresses that are known, found in text in one pass that costs the same for ten contacts as for thousands.

The text is read word by word; a word that begins a known name is compared with what follows. Case, inflection
(`Anna's`, `Annas`), accents and `ue` for `ü` do not hide a name. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.security.personal_numbers import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_GAP_CHARS = 4  # between two words of one name: a comma and a blank, a line ending and a quote's mark
MIN_NAME_CHARS = 2
MIN_PART_CHARS = 3
FEW = 40
_JOINERS = "\u0300-\u036f\u00ad\u200b-\u200d\u2060"  # marks of a decomposed letter; what nobody sees within a word
_WORD = re.compile(rf"[^\W_]+(?:[{_JOINERS}]+[^\W_]*)*")
_WITHIN = re.compile(rf"[^\W_]|[{_JOINERS}]")  # before it, a word would have begun earlier
_NEXT = re.compile(rf"[\W_]{{1,{MAX_GAP_CHARS}}}({_WORD.pattern})")
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060]")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
_LEGAL = (
    "gmbh ag kg ohg gbr ug ev eg mbh co kgaa se ltd limited llc llp lp inc corp corporation plc sa sas sarl srl spa bv"
    " nv ab as aps oy oyj sl kft doo sro zoo pty company gesellschaft"
)
_TITLES = (
    "dr prof professor ing dipl mag med jun sen junior senior herr frau mr mrs ms miss mister sir madame monsieur señor"
    " von van der den del della dos das des the and und et for für zum zur vom"
)
_DAYS = (
    "january february march april may june july august september october november december"
    " januar februar märz mai juni juli oktober dezember"
    " monday tuesday wednesday thursday friday saturday sunday"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag"
)
_CURRENCIES = "eur usd gbp chf euro euros dollar dollars"  # a sender may call themselves anything; amounts stay whole
_LEGAL_FORMS = frozenset(_LEGAL.split())
_COMMON = frozenset(
    [*_TITLES.split(), *_DAYS.split(), *_CURRENCIES.split()]
)  # no names by themselves; within a whole name they count


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to protect: names as they are written, and lines of their postal address."""

    names: tuple[str, ...]
    address: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    """What may follow the words so far; `kind` says what they are already, empty = not a whole name yet.

    `any_case`: also where the first of them is written small.
    """

    following: dict[str, _Node] = field(default_factory=dict)
    kind: str = ""
    any_case: bool = False

    def is_whole(self, *, small: bool) -> bool:
        return bool(self.kind) and (self.any_case or not small)


class KnownNames:
    """Finds what is known of these people."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._root = _Node()
        whole: set[str] = set()
        for person in people:
            whole.update(unicodedata.normalize("NFC", name).strip() for name in person.names if _is_caseless(name))
            for words, kind, any_case in _phrases(person):
                self._learn(words, kind, any_case=any_case)
        longest = sorted(whole, key=lambda each: (-len(each), each))
        self._whole = re.compile("|".join(map(re.escape, longest))) if longest else None

    def _learn(self, words: tuple[str, ...], kind: str, *, any_case: bool) -> None:
        node = self._root
        for word in words:
            node = node.following.setdefault(word, _Node())
        node.kind = node.kind or kind
        node.any_case = node.any_case or any_case

    def spans(self, text: str) -> Iterator[Span]:
        """Where they are named; of several names that begin at one word, the longest."""
        if self._whole:
            yield from (Span(*each.span(), "name") for each in self._whole.finditer(text))
        words = set(_WORD.findall("\n".join(set(text.split()))))  # no word has a blank within, and most come again
        begins = {word for word in words if _next(self._root, _folded(word))}
        until = 0
        for word in _places(text, begins):
            if word.start() >= until and (span := self._longest(word, text)):
                until = span.end
                yield span

    def _longest(self, first: re.Match[str], text: str) -> Span | None:
        small = not first[0][0].isupper()
        found: Span | None = None
        node, end = _next(self._root, _folded(first[0])), first.end()
        while node:
            if node.is_whole(small=small):
                found = Span(first.start(), end, node.kind)
            following = _NEXT.match(text, end)
            if following is None:
                break
            node, end = _next(node, _folded(following[1])), following.end()
        return found


def _places(text: str, wanted: set[str]) -> Iterable[re.Match[str]]:
    """Where these words stand, in order. A few are looked up one by one, much faster than to go word by word."""
    if len(wanted) > FEW:
        return (word for word in _WORD.finditer(text) if word[0] in wanted)
    found = []
    for each in wanted:
        at = text.find(each)
        while at >= 0:
            word = _WORD.match(text, at)
            if word and word[0] == each and not (at and _WITHIN.match(text, at - 1)):
                found.append(word)
            at = text.find(each, at + len(each))
    return sorted(found, key=re.Match.start)


def _next(node: _Node, word: str) -> _Node | None:
    """The node of the next word; a name's last word may be inflected, and nothing follows it then."""
    found = node.following.get(word)
    if found is None and word.endswith("s"):
        ended = node.following.get(word[:-1])
        found = _Node(kind=ended.kind, any_case=ended.any_case) if ended and ended.kind else None
    return found


def _phrases(person: Person) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """What is looked for: words that follow each other, what they are, and whether they count when written small."""
    for name in person.names:
        for words in _spellings(name):
            yield from _names(words, written_small=name[:1].islower())
    for line in person.address:
        for words in _spellings(line):
            if len(words) > 1:  # a town alone is nobody's address
                yield words, "address", True


def _names(words: tuple[str, ...], *, written_small: bool) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """The whole name, and of a person also first and last name alone; of a company the name without its legal form."""
    core = tuple(each for each in words if each not in _LEGAL_FORMS)
    if not core or _COMMON.issuperset(words) or len("".join(words)) < MIN_NAME_CHARS:
        return
    yield words, "name", len(words) > 1 or written_small
    if len(core) < len(words):
        yield core, "name", len(core) > 1
        return
    for word in core:
        if len(word) >= MIN_PART_CHARS and word.isalpha() and word not in _COMMON:
            yield (word,), "name", False


def _spellings(name: str) -> set[tuple[str, ...]]:
    """The words of a name as they are compared, also with letters spelled out and without accents."""
    words = tuple(_folded(each) for each in _WORD.findall(name))
    plain = tuple(_without_accents(each) for each in words)
    spelled_out = tuple(_without_accents(each.translate(_SPELLED_OUT)) for each in words)
    return {each for each in (words, plain, spelled_out) if each}


def _folded(word: str) -> str:
    """A word as it is compared: composed, without case and without what nobody sees."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", word)).casefold()


def _without_accents(word: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))


def _is_caseless(name: str) -> bool:
    """Whether its letters have no case, as in Chinese or Thai: such names stand within a text without blanks."""
    return any(unicodedata.category(each) == "Lo" for each in name)
