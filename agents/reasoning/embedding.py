"""Texts as vectors, so that likeness can be reckoned: the port, and the way that needs nothing installed. Pure.

A vector says roughly which letters a text is made of; it is kept beside the owner's corrections, never read as text.
"""

from __future__ import annotations

import base64
import math
import zlib
from array import array
from collections import Counter
from functools import lru_cache
from operator import mul
from typing import TYPE_CHECKING, Protocol, TypeAlias

from agents.reasoning.phrases import folded, sentences
from agents.reasoning.word_tables import load_word_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Vector: TypeAlias = "array[float]"  # of length 1, or nothing but zeros
NGRAM_SIZES = (3, 4)
NGRAM_DIMENSIONS = 1024
MAX_WORDS = 250
_HIGHEST = 127  # of a signed byte


class Embedder(Protocol):
    """Makes vectors; the more alike two texts are, the nearer to 1 is `likeness` of theirs.

    `name` is kept beside a vector: only vectors of one name can be compared. `near` is the likeness from which on two
    texts count as the same kind of mail. `sharpness` turns differences of likeness into odds: `exp(sharpness * d)`.
    """

    @property
    def name(self) -> str:
        """Which way of making vectors this is."""
        ...

    @property
    def near(self) -> float:
        """0..1."""
        ...

    @property
    def sharpness(self) -> float:
        """Above 0."""
        ...

    def embed(self, text: str) -> Vector:
        """The vector of a text. Never raises, whatever the text says."""
        ...


class NgramEmbedder:
    """Counts pieces of words: knows no meaning, but the same sender's next mail of the same kind."""

    name = "ngram-1"
    near = 0.6
    sharpness = 20.0

    def embed(self, text: str) -> Vector:
        """The vector of a text."""
        values = [0.0] * NGRAM_DIMENSIONS
        for piece, count in Counter(_pieces(text)).items():
            code = zlib.crc32(piece.encode(errors="replace"))
            values[code % NGRAM_DIMENSIONS] += math.copysign(math.sqrt(count), 1 if code >> 31 else -1)
        return of_length_one(values)


def _pieces(text: str) -> Iterator[str]:
    """The words that say something, and what they are made of."""
    for word in words_of(text):
        if word in _small_words():
            continue
        whole = f"<{'0' if word.isdecimal() else word}>"
        yield whole
        for size in NGRAM_SIZES:
            yield from (whole[at : at + size] for at in range(len(whole) - size + 1))


def words_of(text: str) -> list[str]:
    """The first words of a text, folded; signs of sentences are left out."""
    found = [word for sentence in sentences(text) for word in sentence if word not in "^?"]
    return found[:MAX_WORDS]


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset(word for each in load_word_tables().languages for word in folded(each.common).split())


def of_length_one(values: Iterable[float]) -> Vector:
    """These values as a vector of length 1; zeros stay zeros."""
    found = array("f", values)
    length = math.sqrt(likeness(found, found)) or 1.0
    return array("f", (value / length for value in found))


def likeness(one: Vector, other: Vector) -> float:
    """How alike two vectors are: from -1 to 1, the cosine."""
    return math.fsum(map(mul, one, other))


def packed(vector: Vector) -> str:
    """The vector as the journal keeps it: one byte a value, in base64."""
    most = max(map(abs, vector), default=0.0) or 1.0
    return base64.b64encode(array("b", (round(value * _HIGHEST / most) for value in vector)).tobytes()).decode()


@lru_cache(maxsize=1024)
def unpacked(text: str) -> Vector:
    """The vector that was packed; empty when this is none."""
    try:
        return of_length_one(array("b", base64.b64decode(text, validate=True)))
    except ValueError:
        return array("f")
