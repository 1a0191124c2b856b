"""How well the rules find what was hidden for them, and pass over what only looks like it; the figures are printed."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.connectors.sample.company import SEED
from agents.insight.anomalies import anomalies
from tests.insight.hidden_worlds import INJECTED, company
from tests.insight.look_alikes import LOOK_ALIKES

if TYPE_CHECKING:
    from agents.insight.anomaly_facts import Anomaly, Kind, Moved

WORLDS, IN_EACH = 10, 20


@dataclass
class Score:
    """What was hidden, what of it was found, and what was said that is wrong: by case."""

    hidden: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        return self.found.total() / self.hidden.total()

    @property
    def precision(self) -> float:
        return self.found.total() / (self.found.total() + self.wrong.total())

    def told(self) -> str:
        missed = {name: f"{many} of {self.hidden[name]}" for name, many in (self.hidden - self.found).items()}
        many = self.hidden.total()
        figures = f"precision {self.precision:.3f}, recall {self.recall:.3f} over {many} hidden and {many} look-alikes"
        return f"{figures}\nmissed: {missed}\nwrong: {dict(self.wrong)}"


def test_what_is_hidden_is_found_and_what_only_looks_odd_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    """The seed is another one each time; it is printed, and makes the same worlds again."""
    seed = secrets.randbelow(1_000_000)
    score = Score()
    for number in range(WORLDS):
        look_into(score, seed + number, number)
    with capsys.disabled():
        print(f"\nanomalies, seed {seed}: {score.told()}")  # noqa: T201
    assert score.hidden.total() == WORLDS * IN_EACH
    assert score.precision >= 0.9, f"seed {seed}: {score.told()}"
    assert score.recall >= 0.8, f"seed {seed}: {score.told()}"


def look_into(score: Score, seed: int, number: int) -> None:
    """One company, twenty odd things and twenty that are fine; each case has its turn."""
    world = company(date(2026, 1, 1) + timedelta(days=seed % 365), seed)
    hidden: list[tuple[str, Kind, str, Moved | None]] = []
    cases: dict[str, str] = {}
    for at in range(number * IN_EACH, (number + 1) * IN_EACH):
        case, kind = INJECTED[at % len(INJECTED)]
        payee = world.payee()
        odd = case(world, payee)
        hidden.append((case.__name__, kind, payee, odd))
        look_alike = LOOK_ALIKES[at % len(LOOK_ALIKES)]
        payee = world.payee()
        look_alike(world, payee)
        cases[payee] = look_alike.__name__
    score.hidden.update(name for name, *_ in hidden)
    told = [each for each in anomalies(world.facts()) if (each.kind, each.payee) not in world.own]
    for name, kind, payee, odd in hidden:
        mine = [each for each in told if each.kind == kind and is_about(each, payee, odd)]
        score.found[name] += bool(mine)
        told = [each for each in told if each not in mine]
    score.wrong.update(f"{cases.get(each.payee, each.payee)}: {each.kind}" for each in told)


def is_about(told: Anomaly, payee: str, odd: Moved | None) -> bool:
    return odd.row in told.rows if odd else told.payee == payee


@pytest.mark.parametrize("today", [date(2026, 11, 28), date(2027, 2, 3), date(2027, 6, 15)])
def test_of_the_sample_company_all_is_found_that_is_odd_on_purpose_and_little_else(today: date) -> None:
    world = company(today, SEED)
    world.mentions["Stockphoto Plus"] = world.ago(100)
    found = {(each.kind, each.payee) for each in anomalies(world.facts())}
    assert found >= world.own
    assert len(found - world.own) <= 1
