"""The embedded brain: triage by the word tables, then the skill for that kind decides; in doubt it asks.

Same view, outcomes and facts, same decision. A skill's script never names a recipient and never acts: what it answers
becomes typed moves here, and what cannot be used becomes a question with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import agents.connectors
from agents.connectors.email.actions import EmailSend
from agents.discovery import members
from agents.durability.engine import UNKEPT
from agents.reasoning.brain import AskOwner, Choice, Decision, Finish, Step
from agents.reasoning.came_back import after_bounce, notice_filed
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from agents.reasoning.embedding import NgramEmbedder
from agents.reasoning.kinds import settle
from agents.reasoning.lessons import compare
from agents.reasoning.reading import as_given
from agents.reasoning.script_moves import LETTER, ScriptMoves
from agents.reasoning.setbacks import FILE_IT, I_DO_IT, closing
from agents.reasoning.skill_library import SkillProblem, run_script
from agents.reasoning.skill_shelf import SkillShelf, by_category, kinds_of
from agents.reasoning.triage import classify, compared_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.durability.skill_rows import AcceptedSkill
    from agents.reasoning.brain import Facts, Move, Outcome, TaskView
    from agents.reasoning.embedding import Embedder
    from agents.reasoning.kinds import Kinds
    from agents.reasoning.script_wire import ScriptResult
    from agents.reasoning.skill_library import Skill

FILED = "nothing is left to do"


class PlaybookBrain:
    """Decides by rules, lessons and skills. `actions` are the models a script may propose, by name; None = all.

    `accepted` tells which trees of skills the owner accepted, asked before each decision; None = all that are there.
    `embedder` compares tasks with those the owner sorted; None = in the way that needs nothing installed.
    """

    name = "playbook"

    def __init__(
        self,
        skills_root: Path,
        actions: Mapping[str, type[Action]] | None = None,
        accepted: Callable[[], Mapping[str, AcceptedSkill]] | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._embedder = embedder or NgramEmbedder()
        self._shelf = SkillShelf(skills_root, accepted)
        self._actions = _connector_actions() if actions is None else dict(actions)
        self._models: dict[str, type[Action]] = {**self._actions, LETTER: EmailSend}

    @property
    def skills(self) -> tuple[Skill, ...]:
        """The skills that may run, as they are now: whoever uses them has the very bytes that were checked."""
        return self._shelf.look().accepted

    @property
    def models(self) -> Mapping[str, type[Action]]:
        """The models of all actions it may decide on, by name."""
        return self._models

    @property
    def kinds(self) -> Kinds:
        """The kinds of task they take."""
        return kinds_of(self._shelf.look())

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps = UNKEPT) -> Decision:
        """The next moves of a task, decided in one step; an AskOwner where the rules are not sure."""
        kept = steps.run("decide", lambda: decision_to_json(self._decide(task, outcomes, facts)))
        return decision_from_json(kept, self._models)

    def _decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        found = self._shelf.look()
        skills = by_category(found.accepted)
        learned = compare(compared_text(task), facts.lessons, self._embedder)
        triage = classify(task, facts.handbook.rules, learned)
        settled = settle(task, outcomes, triage, kinds_of(found))
        if decided := _before_any_skill(task, outcomes, settled.category):
            return decided
        if settled.ask is not None:
            return _only(settled.ask, settled.rule, settled.category, settled.objective)
        if settled.files:
            return _only(Finish(f"filed: {settled.label}"), settled.rule, settled.category, "File it")
        skill = skills[settled.category]
        rule = f"{skill.name} ({settled.rule})" if settled.rule else skill.name
        if skill.script is None:
            return _only(Finish(f"filed: {skill.label}"), rule, settled.category, "File it")
        result = run_script(skill, as_given(task, outcomes, facts, triage))
        if isinstance(result, SkillProblem):
            return _only(_abstain(result.reason), "abstain", settled.category, "Ask the owner")
        moves = ScriptMoves(task, outcomes, facts, triage.language, self._actions)
        return self._decision(moves, result, rule, settled.category)

    def _decision(self, moves: ScriptMoves, result: ScriptResult, rule: str, category: str) -> Decision:
        made = moves.of(result)
        if isinstance(made, str):
            return _only(_abstain(made), "abstain", category, "Ask the owner")
        return Decision(
            rule=rule,
            category=category,
            objective=result.objective,
            steps=tuple(Step(each.text, each.done, each.move) for each in result.steps),
            done_when=result.done_when,
            moves=made,
        )


def _before_any_skill(task: TaskView, outcomes: tuple[Outcome, ...], category: str) -> Decision | None:
    """What is decided alike whatever the task is about."""
    end = closing(outcomes)
    if end is not None:
        return _only(end, "owner", category, "Close the task as you said")
    return notice_filed(task, outcomes) or after_bounce(outcomes, task, category)


def _only(move: Move, rule: str, category: str, objective: str) -> Decision:
    """A decision that is one question, or the end."""
    done = isinstance(move, Finish)
    key = move.key if isinstance(move, AskOwner) else ""
    step = Step("Nothing is left to do" if done else "Wait for your answer", done=done, move_key=key)
    return Decision(rule, category, objective, (step,), "filed" if done else "you have answered", (move,))


def _abstain(reason: str) -> AskOwner:
    question = f"I cannot decide this by myself: {reason}. What shall I do?"
    return AskOwner("abstain", question, (Choice(I_DO_IT), Choice(FILE_IT)))


def _connector_actions() -> dict[str, type[Action]]:
    """The action models of every connector, by name."""
    manifests = (module.MANIFEST for module in members(agents.connectors, "manifest"))
    models = (model for manifest in manifests for model in manifest.actions)
    return {str(model.model_fields["action"].default): model for model in models}
