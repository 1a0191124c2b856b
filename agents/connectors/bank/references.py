"""The numbers of invoices found in what people wrote into a transfer. Pure, and linear in the length of the text.

A text is cut where letters and digits change and at every other character. A number counts only from one such edge to
another, so INV-2026-001 is not found in INV-2026-0012. It is found exactly when all its letters and digits are there
in order, whatever stands between them; loosely when all zeros or the letters in front are missing. Some zeros too
many or too few are a slip, and a slip may have hit any other digit as well.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_TEXT = 600  # characters
MAX_PIECES = 12  # of one number: an RF reference in groups of four has up to 12
MOST_SHARED = 50  # items of one number; one that more have is a customer's number, say, and names none of them
START = 8  # characters of a number that are looked up while a text is read
LEAST_EXACT = 5  # letters and digits; shorter numbers are never exact
LEAST_LOOSE = 5  # digits without any letters
LEAST_TAIL = 3  # digits that may name an invoice of a known party alone
_LEAST_SERIAL = 3
_YEAR = 4
_PIECE = re.compile(r"([a-z]+|[0-9]+)")
_JOINTS = frozenset("-/._")
_INVOICE_WORD = frozenset(("nr", "no", "num", "numero", "rechnung", "invoice", "inv", "facture", "factuur", "rg", "re"))


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text names. `exact` and `loose` hold for each number, in the order of the text, the keys that share it.

    `has_unknown`: something looks like one of the numbers and is none of them. `pieces` are the words and digits of
    the texts, each text for itself.
    """

    exact: tuple[tuple[int, ...], ...] = ()
    loose: tuple[tuple[int, ...], ...] = ()
    has_unknown: bool = False
    pieces: tuple[tuple[str, ...], ...] = ()

    @property
    def tails(self) -> frozenset[str]:
        """Digits that may be the end of a number."""
        long = {each for some in self.pieces for each in some if _is_digits(each) and len(each) >= LEAST_TAIL}
        return self.named_tails | long

    @property
    def named_tails(self) -> frozenset[str]:
        """Those that a word such as "invoice" stands before."""
        pairs = (pair for some in self.pieces for pair in pairwise(some))
        return frozenset(after for before, after in pairs if _is_digits(after) and before in _INVOICE_WORD)


_NOTHING = Mentions()


def plain(text: str) -> str:
    """Lower case without accents."""
    if text.isascii():
        return text[:MAX_TEXT].lower()
    return "".join(
        each for each in unicodedata.normalize("NFKD", text[:MAX_TEXT].casefold()) if not unicodedata.combining(each)
    )


def tail_of(number: str) -> str:
    """The last digits of a number, which people write alone."""
    digits = [each for each in _PIECE.findall(plain(number)) if each[0].isdigit()]
    return digits[-1] if digits else ""


class ReferenceIndex:
    """Numbers with the keys (places in a list) of what they belong to; one number may belong to several."""

    def __init__(self, references: Iterable[tuple[str, int]]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._loose: dict[str, list[int]] = {}
        self._starts: set[str] = set()
        self._leads: set[str] = set()
        self._lengths: set[tuple[str, int]] = set()
        for text, key in references:
            self._add(_PIECE.findall(plain(text)), key)

    def find(self, *texts: str) -> Mentions:
        """Everything that these texts name."""
        if not self._starts:
            return _NOTHING
        exact: dict[tuple[int, ...], None] = {}
        loose: dict[tuple[int, ...], None] = {}
        has_unknown = False
        read = []
        for text in filter(None, texts):
            parts = _PIECE.split(plain(text))
            pieces, between = parts[1::2], parts[::2]
            taken: set[int] = set()
            for begin, end, keys, is_exact in self._hits(pieces, between):
                taken.update(range(begin, end))
                if len(keys) <= MOST_SHARED:
                    (exact if is_exact else loose)[tuple(keys)] = None
            has_unknown = has_unknown or self._has_unknown(pieces, taken)
            read.append(tuple(pieces))
        also = tuple(each for each in loose if each not in exact)
        return Mentions(tuple(exact), also, has_unknown, tuple(read))

    def _add(self, pieces: list[str], key: int) -> None:
        whole, bare = "".join(pieces), _stripped(pieces)
        if not any(each[0].isdigit() for each in pieces):
            return
        has_letters = any(each.isalpha() for each in pieces)
        if has_letters and len(whole) >= LEAST_EXACT:
            self._remember(self._exact, whole, key)
        self._forms(pieces, whole, bare, key)
        if has_letters and pieces[0].isalpha() and len(pieces) > 1:
            self._leads.add(pieces[0])
            rest = pieces[1:]
            self._forms(rest, "".join(rest), _stripped(rest), key)

    def _forms(self, pieces: list[str], whole: str, bare: str, key: int) -> None:
        """The ways to write it loosely."""
        if len(whole) >= LEAST_LOOSE:
            self._remember(self._loose, whole, key)
        if len(pieces) > 1:
            self._remember(self._loose, bare, key)
        if whole.isdigit() and len(whole) > _YEAR:
            self._lengths.add((whole[:_YEAR], len(whole)))
            if len(pieces) > 1:
                self._leads.add(pieces[0])

    def _remember(self, where: dict[str, list[int]], form: str, key: int) -> None:
        known = where.setdefault(form, [])
        if key not in known[-1:]:
            known.append(key)
        if form[:START] not in self._starts or len(form) < START:
            self._starts.update([form[:end] for end in range(1, min(len(form), START) + 1)])

    def _hits(self, pieces: list[str], between: list[str]) -> Iterator[tuple[int, int, list[int], bool]]:
        """The longest number from every piece on, then on behind it."""
        at = 0
        while at < len(pieces):
            found = self._longest(pieces, at) if pieces[at][:START] in self._starts else None
            if found is None:
                at += 1
                continue
            end, keys, is_exact = found
            yield at, end, keys, is_exact and not _goes_on(pieces, at, end, between)
            at = end

    def _longest(self, pieces: list[str], at: int) -> tuple[int, list[int], bool] | None:
        whole, bare, found, has_zeros = "", "", None, False
        for end in range(at + 1, min(at + MAX_PIECES, len(pieces)) + 1):
            piece = pieces[end - 1]
            whole += piece
            bare += ("|" if bare else "") + _bare(piece)
            has_zeros = has_zeros or piece[0] == "0"
            if whole[:START] not in self._starts and (has_zeros or bare[:START] not in self._starts):
                break
            if whole in self._exact:
                found = (end, self._exact[whole], True)
            elif keys := self._loose.get(whole) or (None if has_zeros else self._loose.get(bare)):
                found = (end, keys, False)
        return found

    def _has_unknown(self, pieces: list[str], taken: set[int]) -> bool:
        for at, piece in enumerate(pieces):
            if at in taken or not _is_digits(piece):
                continue
            if (piece[:_YEAR], len(piece)) in self._lengths:
                return True
            before = pieces[at - 1] if at and at - 1 not in taken else ""
            if before in self._leads and len(piece) >= _LEAST_SERIAL:
                return True
        return False


def _is_digits(piece: str) -> bool:
    return piece[0] <= "9"


def _bare(piece: str) -> str:
    return piece.lstrip("0") or "0" if _is_digits(piece) else piece


def _stripped(pieces: list[str]) -> str:
    return "|".join(map(_bare, pieces))


def _goes_on(pieces: list[str], begin: int, end: int, between: list[str]) -> bool:
    """Whether more digits hang on it, as in INV-2026-0017/2: it may be another number."""
    if end < len(pieces) and _is_digits(pieces[end]) and between[end] in _JOINTS:
        return True
    return begin > 0 and _is_digits(pieces[begin - 1]) and _is_digits(pieces[begin]) and between[begin] in _JOINTS
