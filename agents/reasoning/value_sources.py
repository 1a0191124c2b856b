"""Where each value of an action comes from: looked up by code in what stands where, never said by a model. Pure.

What the owner wrote counts as theirs only where the value stands there whole, as it is. What stands in a text from
outside is that text's, however it is written there. What stands nowhere is the model's own word, `model`, which the
policy treats as text from outside. So a value can lose trust by what is found, but no claim ever gives it any.
Numbers in free text count as the owner's only in their own words about this task; those of handbook, rates and books
count for the arguments they are about, or any 14 would be a term of payment.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.connectors.mail_address import ascii_address, readable_domain
from agents.reasoning.amounts import read_number
from agents.vault.look_alikes import looks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.connectors.contract import Action

MODEL = "model"
OWNER = "owner"
COMPUTED = "computed"  # by our own code: what is not said at all
MAX_TEXT_CHARS = 200_000  # of one text, before anything is looked for in it
MAX_LOOK_ALIKE_CHARS = 2_000
MIN_ACCOUNT_DIGITS = 5
# of two parts of one argument the less trusted says where it comes from
_TRUST = (MODEL, "mail", "note", "agent", COMPUTED, "receipt", "books", "contacts", "rates", "handbook", OWNER)
_JOINS = frozenset(".,-/_:+@'")  # between letters and digits they make one word
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{3,60}[A-Za-z0-9]")
_APART = "[ \u00a0\u202f./-]?"
_NUMBER = re.compile(
    r"(?<![\w.,/+\-–−:])[0-9]{1,12}(?:[.,'’\u00a0\u202f][0-9]{1,4}){0,5}(?![-/.,:]?[0-9])"
    r"(?=(?:h|hrs?|std|min|kg|km|eur|usd|chf|gbp)\b|\W|$)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9](?:[0-9.,'’ \u00a0\u202f]{0,30}[0-9])?")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that was read. `source`: 'owner', 'contacts', or from outside 'mail:<task>', 'note:<name>'.

    `numbers`: whether amounts in it count, or only words, addresses and account numbers.
    """

    source: str
    text: str
    numbers: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """A value that one of the owner's files gives. `names`: the arguments it counts for; none = any text."""

    source: str
    value: str | Decimal
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sources:
    """What a value may stand in: the owner's texts, their known values, and texts from outside, in this order."""

    own: tuple[Text, ...] = ()
    known: tuple[Known, ...] = ()
    outside: tuple[Text, ...] = ()


def provenance_of(action: Action, sources: Sources) -> dict[str, str]:
    """Where each argument comes from, at any depth: of its parts, the least trusted. Names as in the action's model."""
    found: dict[str, str] = {}
    fields = type(action).model_fields
    for name, value in action:
        if name == "action":
            continue
        is_default = not fields[name].is_required() and value == fields[name].get_default()
        leaves = [] if is_default else [*_leaves(action.model_dump()[name], (name,))]
        for path, leaf in leaves or [((name,), None)]:
            source = source_of(leaf, path[-1], sources)
            for each in dict.fromkeys(path):
                found[each] = _less_trusted(found.get(each, source), source)
    return found


def source_of(value: object, name: str, sources: Sources) -> str:
    """Where one value comes from; `name` is its argument. What is empty is nobody's: our own code left it out."""
    if value is None or value == "":
        return COMPUTED
    for text in sources.own:
        if _stands_in(value, text):
            return text.source
    for known in sources.known:
        if _is_known(value, name, known):
            return known.source
    return next((text.source for text in sources.outside if _looks_to_stand_in(value, text)), MODEL)


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, path)
    else:
        yield path, value


def _less_trusted(one: str, other: str) -> str:
    return min(one, other, key=_trust)


def _trust(source: str) -> int:
    kind = source.partition(":")[0]
    return _TRUST.index(kind) if kind in _TRUST else 0


def _is_known(value: object, name: str, known: Known) -> bool:
    if known.names and name not in known.names:
        return False
    if isinstance(known.value, Decimal):
        return isinstance(value, Decimal | int) and not isinstance(value, bool) and Decimal(value) == known.value
    return isinstance(value, str) and bool(known.value) and _evened(value) == _evened(known.value)


def _stands_in(value: object, text: Text) -> bool:
    """Whether the owner's own text holds the value, whole and as it is."""
    if isinstance(value, str):
        return any(_holds(_evened(text.text), each) for each in _spellings(value)) or _holds_account(text.text, value)
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or not text.numbers:
        return False
    return Decimal(value) in {read_number(each[0]) for each in _NUMBER.finditer(text.text[:MAX_TEXT_CHARS])}


def _looks_to_stand_in(value: object, text: Text) -> bool:
    """Whether a text from outside holds something that may be read as the value."""
    if isinstance(value, str):
        return _stands_in(value, text) or _looks_alike(value, text.text)
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return False
    return any(abs(Decimal(value)) in _readings(each[0]) for each in _DIGITS.finditer(text.text[:MAX_TEXT_CHARS]))


def _looks_alike(value: str, text: str) -> bool:
    """Whether it is there but for letters of other alphabets, accents, blanks and signs."""
    shape = _shape(value[:MAX_LOOK_ALIKE_CHARS])
    return bool(shape) and len(value) <= MAX_LOOK_ALIKE_CHARS and shape in _shape(text[:MAX_TEXT_CHARS])


@lru_cache(maxsize=64)
def _shape(text: str) -> str:
    return looks(text)


def _readings(digits: str) -> Iterator[Decimal]:
    """Every number that these digits and signs may be."""
    plain = re.sub(r"[^0-9]", "", digits)
    yield Decimal(plain)
    for sign in ".,":
        whole, mark, places = digits.rpartition(sign)
        whole, places = re.sub(r"[^0-9]", "", whole), re.sub(r"[^0-9]", "", places)
        if mark and places:
            yield Decimal(f"{whole or '0'}.{places}")
    for part in re.split(r"[^0-9]+", digits):
        if part:
            yield Decimal(part)


@lru_cache(maxsize=64)
def _evened(text: str) -> str:
    """One form of the same words: NFC, small letters, blanks collapsed."""
    return " ".join(unicodedata.normalize("NFC", text[:MAX_TEXT_CHARS]).casefold().split())


def _spellings(value: str) -> Iterable[str]:
    """The value, and for an address how its domain reads in letters and in ASCII."""
    address = ascii_address(value.strip())
    if address is None:
        return (_evened(value),)
    local, _, domain = address.rpartition("@")
    return dict.fromkeys([_evened(value), _evened(address), _evened(f"{local}@{readable_domain(domain)}")])


def _holds(text: str, value: str) -> bool:
    """Whether the text holds the value as words of their own: no letter, digit or joined word at either end."""
    at = text.find(value) if value else -1
    while at >= 0:
        if not _is_joined(text[:at][-2:][::-1]) and not _is_joined(text[at + len(value) :][:2]):
            return True
        at = text.find(value, at + 1)
    return False


def _is_joined(beside: str) -> bool:
    """Whether what stands beside a place, nearest first, belongs to the same word."""
    first, second = beside[:1], beside[1:2]
    return _is_of_word(first) or (first in _JOINS and _is_of_word(second))


def _is_of_word(char: str) -> bool:
    return char.isalnum() or char == "_" or (char != "" and unicodedata.combining(char) > 0)


def _holds_account(text: str, value: str) -> bool:
    """Whether an account, phone or invoice number stands there, in groups or without."""
    if not _ACCOUNT.fullmatch(value) or sum(each.isdigit() for each in value) < MIN_ACCOUNT_DIGITS:
        return False
    signs = re.sub(r"[ ./-]", "", value)
    pattern = rf"(?<![A-Za-z0-9]){_APART.join(signs)}(?![A-Za-z0-9])"
    return re.search(pattern, text[:MAX_TEXT_CHARS], re.IGNORECASE) is not None
