"""What all brains have in common that are code in front of another brain: they take the tasks they know by their form.

Such a task is compared, read or reckoned by code, so no model sees it; all else the brain behind it decides.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from agents.durability.engine import UNKEPT
from agents.reasoning.brain import AskOwner, Decision, Finish, ProposeAction, Step
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from agents.vault.files import read_regular
from agents.vault.layout import FILES
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Facts, Outcome, TaskView


class CodeBrain:
    """A brain in front of another one. `models`: those of all actions, by name; `STEP` names what is kept of a turn."""

    STEP: ClassVar[str]

    def __init__(self, inner: Brain, models: Mapping[str, type[Action]]) -> None:
        self._inner = inner
        self._models = models

    @property
    def name(self) -> str:
        """That of the brain behind it."""
        return self._inner.name

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps = UNKEPT) -> Decision:
        """The next moves, decided in one step; of most tasks by the brain behind it."""
        if self.may_be_mine(task):
            kept = steps.run(self.STEP, lambda: self._kept(task, outcomes, facts))
            if kept is not None:
                return decision_from_json(kept, self._models)
        return self._inner.decide(task, outcomes, facts, steps)

    def _kept(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> JsonValue:
        decision = self.decided(task, outcomes, facts)
        return None if decision is None else decision_to_json(decision)

    @abstractmethod
    def may_be_mine(self, task: TaskView) -> bool:
        """Whether it looks like a task for this code; reads nothing but the view."""

    @abstractmethod
    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """The next moves; None when a look into the task shows that it is for the brain behind."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What such a task is about: how its decisions are named, and what is done with it."""

    rule: str
    category: str
    objective: str

    def waits(self, objective: str, *moves: ProposeAction | AskOwner, done_when: str = "") -> Decision:
        """The owner is to say something to each of these."""
        steps = tuple(Step(f"Wait for your {_word(each)}", move_key=each.key) for each in moves)
        return Decision(self.rule, self.category, objective, steps, done_when or "you have said yes or no", moves)

    def end(self, summary: str) -> Decision:
        """Nothing more is to be done."""
        step = Step("Nothing is left to do", done=True)
        moves = (Finish(summary),)
        return Decision(self.rule, self.category, self.objective, (step,), "filed", moves, brain="playbook")


def _word(move: ProposeAction | AskOwner) -> str:
    return "answer" if isinstance(move, AskOwner) else "yes"


def since_reopened(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """What happened since the owner last brought the task back: answers before it did not lead to what they wanted."""
    at = max((at for at, each in enumerate(outcomes, 1) if each.kind == "reopened"), default=0)
    return outcomes[at:]


def last_of(outcomes: Sequence[Outcome], key: str) -> Outcome | None:
    """What became last of a move, whatever else happened in the task since; None when nothing did."""
    return next((each for each in reversed(outcomes) if each.key == key), None)


def is_left_out(outcomes: Sequence[Outcome]) -> bool:
    """Whether the owner does without a question or a proposal of this task, for which there is nothing else to do."""
    return any(each.kind == "skipped" for each in outcomes)


def ended_words(ends: Mapping[str, str], last: Outcome) -> str:
    """How a move ended, by its kind, and why if it failed."""
    return ends[last.kind] + (f": {last.reason}" if last.kind == "failed" and last.reason else "")


def place_of(root: Path, stored: str) -> Path | None:
    """Where a file that came with a task lies, by its name in the vault, whose resolved folder is `root`."""
    return min((root / FILES).glob(f"*/{stored}"), default=None)


def kept_file(root: Path, stored: str, max_bytes: int) -> bytes | Problem:
    """The bytes of a file that came with a task, by its name in the vault, whose resolved folder is `root`."""
    place = place_of(root, stored)
    return read_regular(place, max_bytes) if place else Problem(0, "it is not there any more")
