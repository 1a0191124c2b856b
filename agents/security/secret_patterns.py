"""Finds secrets in a text by their form, and masks them: the gate before notes, commits, log lines and errors. Pure.

The time grows with the length of the text: one pass throws away what cannot hold a secret, and every pattern is
bounded. What no form gives away - a bare password in a sentence - is not found; ADR 0042 says what that means.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.security.secret_kinds import CODE_LIST, KEY_FILES, PLAIN_WORDS, TOKENS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agents.security.secret_kinds import Kind

_LOT = 1_000_000  # characters looked at in one pass
LONG_WORD = 16  # characters; no secret that is one word is shorter
_MARK = re.compile(r"[-_.~$:=/]")


def _with_starts(kinds: Iterable[Kind]) -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    """With what of each anchor stands in a single word."""
    return tuple((kind, tuple(each.split()[0] for each in kind.anchors)) for kind in kinds)


_MARKED = _with_starts(kind for kind in TOKENS if all(map(_MARK.search, kind.anchors)))
_PLAIN = _with_starts(kind for kind in TOKENS if not all(map(_MARK.search, kind.anchors)))
_FILES = _with_starts(KEY_FILES)
_SPOKEN = _with_starts((*WORDS, PLAIN_WORDS))
_ESCAPE = re.compile(r"\\(?=[^\w\s]|_)")
_CODE = re.compile(r"[1-9]\d{3} \d{4}")
_CODE_START = re.compile(r"[1-9]\d{3}(?: |$)")
_SYMBOL = re.compile(r"[^\W\d_][^\w\s.,;:!?'’/|()-]|[^\w\s.,;:!?'’/|()-][^\W_]|_")
_NO_VALUE = re.compile(
    r"(?i)(?:\\u27e8|https?://|www\.|mailto:|[{$%<\[(]|\*{3}|x{4}|\.{3}|…|_{3}|-{3}|⟨|"
    r"(?:none|null|true|false|nil|empty|leer|see|siehe|please|bitte|required|optional|your|ihr|dein|the|das|die|der|"
    r"not|nicht|kein|keine|must|muss|reset|change|changed|forgot|forgotten|vergessen|enter|leave|given|sent|under|will|"
    r"keep|never|same|ask|call|redacted|hidden|protected|geschützt|secret|string|str|needed|missing|invalid|wrong|falsch|"
    r"expired|abgelaufen|ok|yes|no|ja|nein|for|with|and|or|is|ist|in|on|at|to|of|by|only|field|value|input)(?![\w-]))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: what it is, and where."""

    kind: str
    start: int
    end: int


def find_secrets(text: str) -> tuple[Found, ...]:
    """Every secret in the text, in order; none overlaps another. What markdown or JSON escapes is read as meant."""
    found = [*_candidates(text)]
    if _ESCAPE.search(text):
        found += _behind_escapes(text)
    return _joined(sorted(found, key=lambda each: (each.start, -each.end)))


def any_secret(texts: Iterable[str]) -> bool:
    """Whether one of many texts holds a secret; a few may seem to only where one follows another. They share a pass."""
    lot: list[str] = []
    length = 0
    for text in texts:
        lot.append(text)
        length += len(text)
        if length >= _LOT:
            if find_secrets("\n\n".join(lot)):
                return True
            lot, length = [], 0
    return bool(find_secrets("\n\n".join(lot)))


def kinds_in(text: str) -> str:
    """The kinds of secrets in the text, each once, in words; empty when there is none."""
    return ", ".join(dict.fromkeys(each.kind for each in find_secrets(text)))


def masked(text: str) -> str:
    """The text with words in place of every secret; doing it again changes nothing."""
    found = find_secrets(text)
    if not found:
        return text
    parts, at = [], 0
    for each in found:
        parts += [text[at : each.start], f"⟨secret: {each.kind}, {each.end - each.start} characters⟩"]
        at = each.end
    return "".join([*parts, text[at:]])


def _candidates(text: str) -> Iterator[Found]:
    lines = set(text.split("\n"))  # each once, and so each word: what a lot of notes says, it says often
    words = set(" ".join(lines).replace('"', " ").split())  # a log says its names in quotes, and no anchor has any
    said = " ".join(words)
    long = [word for word in words if len(word) >= LONG_WORD]
    yield from _tokens(text, " ".join(filter(_MARK.search, long)), _MARKED)
    yield from _tokens(text, " ".join(long), _PLAIN)
    yield from _tokens(text, said, _FILES)
    yield from _spoken(text, _lower(said))
    if _CODE_START.search(said) and _CODE.search("\n".join(lines)):
        yield from (Found("list of codes", *each.span()) for each in CODE_LIST.finditer(text))


def _tokens(text: str, said: str, kinds: tuple[tuple[Kind, tuple[str, ...]], ...]) -> Iterator[Found]:
    for kind, starts in kinds:
        for start in starts:
            if start in said:
                yield from _matches(kind, kind.anchors, text, text)
                break


def _spoken(text: str, said: str) -> Iterator[Found]:
    low = ""
    for kind, starts in _SPOKEN:
        anchors = tuple(anchor for anchor, start in zip(kind.anchors, starts, strict=True) if start in said)
        if anchors:
            low = low or _lower(text)
            yield from _matches(kind, anchors, text, low)


def _behind_escapes(text: str) -> Iterator[Found]:
    """The same in the text without its escaping backslashes, told by where it stands in the text as it is."""
    escapes = [each.start() for each in _ESCAPE.finditer(text)]
    removed = [at - number for number, at in enumerate(escapes)]  # where each would stand in the text without them
    for each in _candidates(_ESCAPE.sub("", text)):
        start, end = (at + bisect_right(removed, at) for at in (each.start, each.end - 1))
        yield Found(each.kind, start, end + 1)


def _matches(kind: Kind, anchors: tuple[str, ...], text: str, within: str) -> Iterator[Found]:
    """Where the kind stands; `within` is the text, perhaps in lower case, in which these anchors are looked for."""
    group = "value" if "?P<value>" in kind.form else 0
    for anchor in anchors:
        at = within.find(anchor)
        while at >= 0:
            match = _match(kind, text, at)
            if match and not (group and _is_no_value(kind, match[group])):
                yield Found(kind.name, *match.span(group))
            at = within.find(anchor, max(match.end() if match else 0, at + len(anchor)))


def _match(kind: Kind, text: str, at: int) -> re.Match[str] | None:
    return next(filter(None, (kind.pattern.match(text, at - back) for back in kind.back if back <= at)), None)


def _lower(text: str) -> str:
    """In lower case, every character where it was."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(each if len(each.lower()) > 1 else each.lower() for each in text)


def _is_no_value(kind: Kind, value: str) -> bool:
    return _NO_VALUE.match(value) is not None or (kind.strong and not _is_strong(value))


def _is_strong(value: str) -> bool:
    """Whether this is no plain word: it has a digit, a symbol, or a capital letter inside."""
    mixed = any(map(str.isupper, value[1:])) and not value.isupper()
    return mixed or any(map(str.isdigit, value)) or _SYMBOL.search(value) is not None


def _joined(found: list[Found]) -> tuple[Found, ...]:
    """Without overlaps; the longer one, or the one that begins first, names the kind."""
    joined: list[Found] = []
    for each in found:
        if joined and each.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Found(last.kind, last.start, max(last.end, each.end))
        else:
            joined.append(each)
    return tuple(joined)
