"""Sorting mails without a key: how the labelled mails fare, and the milliseconds of processor time one takes.

The learn part stands for the owner's corrections, the test part is what arrives. Figures with `e5` need the extra of
requirements-embeddings.txt. The floor is one look of a compiled pattern at every word.
"""

from __future__ import annotations

import json
import re
import resource
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from agents.reasoning.embedding import NgramEmbedder
from agents.reasoning.embedding_e5 import PACKAGE, open_embedder
from agents.reasoning.lessons import compare
from agents.reasoning.triage import classify, compared_text
from benchmarks.common.drops import is_quick
from benchmarks.common.labelled import fare, found, lessons, part

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.reasoning.embedding import Embedder

WORDS = re.compile(r"[^\W_]+")
KB_PER_MB = 1_024


def main() -> None:
    """Print the figures."""
    test = part("test")
    figures: dict[str, float] = {
        "floor_ms": cpu_ms(lambda: [WORDS.sub("", each.view.text) for each in test]) / len(test)
    }
    for what in ("amounts", "due", "client"):
        seen, present = found(test, what)
        figures[f"{what}_percent"] = round(100 * seen / present, 1)
    figures |= measured("words", NgramEmbedder(), taught=False)
    figures |= measured("ngram", NgramEmbedder())
    if find_spec(PACKAGE):
        before = peak_mb()
        figures |= measured("e5", open_embedder())
        figures["e5_mb"] = round(peak_mb() - before, 1)
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def measured(name: str, embedder: Embedder, *, taught: bool = True) -> dict[str, float]:
    """How the test part fares, and what one of its mails costs."""
    test = part("test")
    learned = lessons(part("learn"), embedder) if taught else ()
    marks = fare(test, learned, embedder)

    def sort_all() -> None:
        for each in test:
            classify(each.view, (), compare(compared_text(each.view), learned, embedder))

    return {
        f"{name}_alone_percent": marks.decided_alone,
        f"{name}_right_percent": marks.right_of_decided,
        f"{name}_top_three_percent": marks.top_three,
        f"{name}_mail_ms": cpu_ms(sort_all) / len(test),
    }


def cpu_ms(work: Callable[[], object]) -> float:
    """The best of several rounds."""
    best = float("inf")
    for _ in range(1 if is_quick() else 3):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best * 1_000


def peak_mb() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB


if __name__ == "__main__":
    main()
