"""The rules, and a model behind them once one is connected: what asking one takes is loaded only then (1.5 MB)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.autonomy.model_spending import Spending, spending_section
from agents.clock import as_local
from agents.console.claude_connection import limits_of, obstacle
from agents.durability.spend_rows import spent
from agents.reasoning.brain import PLAYBOOK

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.approval.decisions import Policy
    from agents.console.wiring import House
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Brain, Decision, Facts, Outcome, TaskView
    from agents.reasoning.playbook import PlaybookBrain


class ModelWhenConnected:
    """A brain; whether a model is connected is looked at for every turn."""

    name = PLAYBOOK

    def __init__(self, house: House, rules: PlaybookBrain, policy: Callable[[], Policy]) -> None:
        self._house, self._rules, self._policy = house, rules, policy
        self._model: Brain | None = None

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps) -> Decision:
        """The next moves: the rules' own, or those of a brain that may ask a model."""
        if self._model is None and obstacle(self._house) is None:
            return replace(self._rules.decide(task, outcomes, facts, steps), brain=PLAYBOOK)
        return self._opened().decide(task, outcomes, facts, steps)

    def _opened(self) -> Brain:
        if self._model is None:
            from agents.console.model_brain import claude_brain
            from agents.console.toolbench import toolbox_of

            toolbox = toolbox_of(self._house, self._policy, lambda: self._rules.skills)
            self._model = claude_brain(self._house, self._rules, toolbox)
        return self._model


def spending(house: House) -> str:
    """The Dashboard's section about what the model costs."""
    day = as_local(house.clock.now()).date()
    with house.journal.begin() as sql:
        so_far = spent(sql, "", day)
    return spending_section(Spending(day, so_far, limits_of(house), house.settings.model, obstacle(house)))
