"""The labelled mails of tests/data/triage, and how they fare: decided alone and right, top three, what was found.

Every mail of the learn part stands for one correction of the owner. The test part is never tuned on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.durability.deadlines import deadline_in
from agents.reasoning.amounts import read_amounts
from agents.reasoning.brain import AttachedFile, TaskView
from agents.reasoning.embedding import packed
from agents.reasoning.lessons import Lesson, compare
from agents.reasoning.reading import client_of
from agents.reasoning.triage import UNCLEAR, Triage, classify, compared_text, newest_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from agents.reasoning.embedding import Embedder

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "data" / "triage"
RECEIVED = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday: every due date counts from here
TOP = 3


@dataclass(frozen=True, slots=True)
class Labelled:
    """One mail and what a person says of it. `due`, `client` empty, `amounts` none: there is nothing to find."""

    kind: str
    language: str
    view: TaskView
    amounts: frozenset[tuple[Decimal, str]]
    due: str
    client: str


@dataclass(frozen=True, slots=True)
class Marks:
    """How a part fared, in counts. `wrong` names every mail decided alone and wrongly."""

    items: int
    decided: int
    right: int
    in_top: int
    wrong: tuple[str, ...]

    @property
    def decided_alone(self) -> float:
        """Percent of all."""
        return round(100 * self.decided / self.items, 1)

    @property
    def right_of_decided(self) -> float:
        """Percent of those decided."""
        return round(100 * self.right / max(self.decided, 1), 1)

    @property
    def top_three(self) -> float:
        """Percent of all."""
        return round(100 * self.in_top / self.items, 1)


def part(name: str) -> tuple[Labelled, ...]:
    """The part `learn` or `test`."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_labelled(json.loads(line), f"{name}-{number}") for number, line in enumerate(lines, 1))


def _labelled(row: dict[str, Any], name: str) -> Labelled:
    is_file = row.get("task") == "file"
    file = AttachedFile("sha-0.txt", "scan.txt", "text/plain", len(row["text"]), row["text"])
    view = TaskView(
        id=name,
        kind="file" if is_file else "email",
        sender_name=row["name"],
        sender_address=row["from"],
        subject=row["subject"],
        text="" if is_file else row["text"],
        received=RECEIVED,
        sender_known=False,
        attachments=(file,) if is_file else (),
    )
    amounts = frozenset(_amount(each) for each in row.get("amounts", ()))
    return Labelled(row["kind"], row["lang"], view, amounts, row.get("due", ""), row.get("client", ""))


def _amount(words: str) -> tuple[Decimal, str]:
    value, currency = words.split()
    return Decimal(value), currency


def lessons(items: Iterable[Labelled], embedder: Embedder) -> tuple[Lesson, ...]:
    """What the owner taught, if they sorted these mails."""
    return tuple(
        Lesson(each.view.id, each.kind, embedder.name, packed(embedder.embed(compared_text(each.view))))
        for each in items
    )


def fare(items: Sequence[Labelled], learned: Sequence[Lesson], embedder: Embedder) -> Marks:
    """How these mails fare with what was learned from others."""
    decided = right = in_top = 0
    wrong: list[str] = []
    for each in items:
        others = tuple(lesson for lesson in learned if lesson.task != each.view.id)
        found = classify(each.view, (), compare(compared_text(each.view), others, embedder))
        is_right = found.category == each.kind
        decided += found.category != UNCLEAR
        right += is_right
        in_top += is_right or each.kind in _first(found)
        if found.category != UNCLEAR and not is_right:
            wrong.append(f"{each.view.id}: {each.kind} taken for {found.category}")
    return Marks(len(items), decided, right, in_top, tuple(wrong))


def _first(found: Triage) -> list[str]:
    return [kind for kind, _weight in found.ranked[:TOP]]


def found(items: Iterable[Labelled], what: str) -> tuple[int, int]:
    """How many of the amounts, due dates or clients that a person sees were found, and how many there are."""
    is_found = _FINDERS[what]
    present = [each for each in items if getattr(each, what)]
    return sum(is_found(each) for each in present), len(present)


def _amounts_found(each: Labelled) -> bool:
    texts = [newest_words(each.view), *(file.text or "" for file in each.view.attachments)]
    seen = {(price.amount, price.currency) for text in texts for price in read_amounts(text).prices}
    return each.amounts <= seen


def _due_found(each: Labelled) -> bool:
    return deadline_in(newest_words(each.view), RECEIVED.date()) == date.fromisoformat(each.due)


def _client_found(each: Labelled) -> bool:
    return client_of(each.view, each.kind)[0] == each.client


_FINDERS: dict[str, Callable[[Labelled], bool]] = {
    "amounts": _amounts_found,
    "due": _due_found,
    "client": _client_found,
}
