"""What the owner's corrections say of a mail: kinds of mail as the owner sorted them, and how alike a new one is. Pure.

Only what the owner did teaches. One lesson speaks for mails that are nearly the same; for others it takes several that
agree. Where lessons and word tables disagree, the owner is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import TYPE_CHECKING

from agents.reasoning.embedding import likeness, of_length_one, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agents.reasoning.embedding import Embedder, Vector

FILED = "filed"  # no kind: the owner put such a mail away, and nothing was done
MAX_LESSONS = 40  # of one kind, the newest: what floods one kind cannot crowd out another
AGREEMENT = 2  # lessons it takes for mails that are only somewhat alike, or against the word tables
RULE_SHARPNESS = 0.45  # what one point of the word tables is worth, on the scale of `Embedder.sharpness`
DOUBT = 1.0  # the same for 'none of these'
SURE = 0.75  # the share of all odds from which on a kind is taken without asking


@dataclass(frozen=True, slots=True)
class Lesson:
    """A task the owner sorted. `vector` is packed and `made_by` the embedder of this name."""

    task: str
    kind: str
    made_by: str
    vector: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the lessons say of one mail.

    `near` are the tasks that are nearly the same mail, by kind; `scores` by kind, on a scale of which `exp` gives odds;
    `counts` how many lessons each kind has.
    """

    near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def nearest(self) -> str:
        """The kind of nearly the same mails, when more than half of them are of it; else empty."""
        most = max(self.near, key=lambda kind: len(self.near[kind]), default="")
        everything = sum(map(len, self.near.values()))
        return most if most and 2 * len(self.near[most]) > everything else ""


NOTHING_LEARNED = Likeness()


def compare(text: str, lessons: Sequence[Lesson], embedder: Embedder) -> Likeness:
    """How alike a text is to what the owner sorted; nothing is embedded while nothing was learned."""
    if not lessons:
        return NOTHING_LEARNED
    vector = embedder.embed(text)
    known = tuple(each for each in lessons if each.made_by == embedder.name)
    near: dict[str, tuple[str, ...]] = {}
    for each in known:
        if likeness(vector, unpacked(each.vector)) >= embedder.near:
            near[each.kind] = (*near.get(each.kind, ()), each.task)
    middles = _middles(known)
    scores = {kind: embedder.sharpness * likeness(vector, middle) for kind, (middle, _count) in middles.items()}
    return Likeness(near, scores, {kind: count for kind, (_middle, count) in middles.items()})


@lru_cache(maxsize=4)
def _middles(lessons: tuple[Lesson, ...]) -> dict[str, tuple[Vector, int]]:
    """The middle of each kind, shorter the fewer lessons it has, and how many they are."""
    by_kind: dict[str, list[Vector]] = {}
    for each in lessons:
        by_kind.setdefault(each.kind, []).append(unpacked(each.vector))
    return {kind: (_middle(vectors), len(vectors)) for kind, vectors in by_kind.items()}


def _middle(vectors: list[Vector]) -> Vector:
    total: Iterable[float] = vectors[0]
    for each in vectors[1:]:
        total = map(add, total, each)
    trust = len(vectors) / (len(vectors) + 1)
    middle = of_length_one(total)
    for at, value in enumerate(middle):
        middle[at] = trust * value
    return middle


def chances(weights: Mapping[str, int], learned: Likeness) -> dict[str, float]:
    """The chance of each kind from 0 to 1, by the word tables and the lessons together; the rest of 1 is doubt."""
    kinds = {*weights, *learned.scores}
    scores = {k: RULE_SHARPNESS * weights.get(k, 0) + learned.scores.get(k, 0.0) for k in kinds}
    best = max(*scores.values(), DOUBT) if scores else DOUBT
    odds = {kind: math.exp(score - best) for kind, score in scores.items()}
    total = sum(odds.values()) + math.exp(DOUBT - best)
    return {kind: each / total for kind, each in odds.items()}


def decide(by_words: str, unclear: str, chance: Mapping[str, float], learned: Likeness) -> str:
    """The kind, or `unclear`: `by_words` is what the word tables are sure of, or `unclear` too."""
    likely = max(chance, key=lambda kind: chance[kind], default=unclear)
    near = learned.nearest
    if near and near not in {by_words, FILED}:
        agreed = len(learned.near[near]) >= AGREEMENT
        return near if agreed or (by_words == unclear and likely == near) else unclear
    if by_words != unclear:
        return by_words if by_words in {likely, near} else unclear
    taught = learned.counts.get(likely, 0) >= AGREEMENT and len(learned.counts) > 1 and likely != FILED
    return likely if taught and chance[likely] >= SURE else unclear
