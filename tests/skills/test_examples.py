"""Every skill has one example task, `tests/skills/<name>.json`, and decides it as the example says.

An example: `says` (the text), optionally `kind` (email, file, ask), `subject`, `rates` (rows of Rates.md), `word` (the
owner's own for the kind). Expected: `category`, the type of the first `move`, what it `shows`, and steps of the `plan`.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from agents.reasoning.brain import Rate
from agents.reasoning.skill_library import discover
from tests.reasoning.builders import SKILLS, asked, dropped, facts, mail, playbook

EXAMPLES = Path(__file__).parent
BRAIN = playbook()


class Example(BaseModel):
    """One example task."""

    model_config = ConfigDict(extra="forbid")

    says: str
    kind: str = "email"
    subject: str = "Invoice please"
    rates: tuple[tuple[str, str, str, Decimal, str, Decimal], ...] = ()
    word: str = ""
    category: str
    move: str
    shows: tuple[str, ...]
    plan: tuple[str, ...] = ()


def test_every_skill_has_an_example() -> None:
    skills, problems = discover(SKILLS)
    assert problems == ()
    assert {each.name for each in skills} == {path.stem for path in EXAMPLES.glob("*.json")}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_skill_decides_its_example(path: Path) -> None:
    example = Example.model_validate_json(path.read_bytes())
    views = {"email": lambda: mail(example.says, subject=example.subject), "file": lambda: dropped(example.says)}
    task = views.get(example.kind, lambda: asked(example.says))()
    rates = tuple(Rate(*row, line) for line, row in enumerate(example.rates, 3))
    decision = BRAIN.decide(replace(task, category=example.word), (), facts(*rates))
    assert decision.rule.partition(" (")[0] == path.stem
    assert decision.category == example.category
    assert type(decision.moves[0]).__name__ == example.move
    shown = repr(decision.moves[0])
    assert [words for words in example.shows if words not in shown] == []
    steps = [each.text for each in decision.steps]
    assert [words for words in example.plan if words not in steps] == []
