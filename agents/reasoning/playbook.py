"""The embedded brain: triage by the word tables, then the skill for that kind decides; in doubt it asks.

Same view, outcomes and facts, same decision. A skill's script never names a recipient and never acts: what it answers
becomes typed moves here, and what cannot be used becomes a question with the reason.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from pydantic import ValidationError

import agents.connectors
from agents.clock import from_local
from agents.connectors.contract import AttachmentRef
from agents.connectors.email.actions import EmailSend
from agents.discovery import members
from agents.durability.engine import UNKEPT
from agents.reasoning.brain import AskOwner, Choice, Condition, Decision, Finish, ProposeAction, Step, WaitUntil
from agents.reasoning.decision_wire import decision_from_json, decision_to_json
from agents.reasoning.kinds import Kinds, settle
from agents.reasoning.letters import write_letter
from agents.reasoning.reading import as_given, customer_of
from agents.reasoning.script_wire import ScriptAsk, ScriptFinish, ScriptLetter, ScriptPropose, ScriptWait
from agents.reasoning.setbacks import FILE_IT, I_DO_IT, after_setbacks, closing
from agents.reasoning.skill_library import Skill, SkillProblem, discover, run_script
from agents.reasoning.triage import classify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from agents.connectors.contract import Action
    from agents.durability.engine import Steps
    from agents.reasoning.brain import Facts, Move, Outcome, TaskView
    from agents.reasoning.script_wire import ScriptCondition, ScriptMove, ScriptResult
    from agents.reasoning.triage import Triage

LETTER = "email.send"  # never proposed with arguments of a script: only as a letter to the sender
FILED = "nothing is left to do"


class PlaybookBrain:
    """Decides by rules and skills. `actions` are the models a script may propose, by name; None = all connectors'."""

    name = "playbook"

    def __init__(self, skills_root: Path, actions: Mapping[str, type[Action]] | None = None) -> None:
        self.skills, self.problems = discover(skills_root)
        self._by_kind: dict[str, Skill] = {skill.category: skill for skill in self.skills if skill.category}
        self._kinds = Kinds({kind: skill.label for kind, skill in self._by_kind.items()})
        found = _connector_actions() if actions is None else dict(actions)
        self._actions = {name: model for name, model in found.items() if name != LETTER}
        self._models: dict[str, type[Action]] = {**self._actions, LETTER: EmailSend}

    def decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, steps: Steps = UNKEPT) -> Decision:
        """The next moves of a task, decided in one step; an AskOwner where the rules are not sure."""
        kept = steps.run("decide", lambda: decision_to_json(self._decide(task, outcomes, facts)))
        return decision_from_json(kept, self._models)

    def _decide(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        triage = classify(task, facts.handbook.rules)
        settled = settle(task, outcomes, triage, self._kinds)
        end = closing(outcomes)
        if end is not None:
            return _only(end, "owner", settled.category, "Close the task as you said")
        if settled.ask is not None:
            return _only(settled.ask, settled.rule, settled.category, settled.objective)
        if settled.files:
            return _only(Finish(f"filed: {settled.label}"), settled.rule, settled.category, "File it")
        skill = self._by_kind[settled.category]
        rule = f"{skill.name} ({settled.rule})" if settled.rule else skill.name
        if skill.script is None:
            return _only(Finish(f"filed: {skill.label}"), rule, settled.category, "File it")
        result = run_script(skill, as_given(task, outcomes, facts, triage))
        if isinstance(result, SkillProblem):
            return _only(_abstain(result.reason), "abstain", settled.category, "Ask the owner")
        return self._decision(_Turn(task, outcomes, facts, triage), result, rule, settled.category)

    def _decision(self, turn: _Turn, result: ScriptResult, rule: str, category: str) -> Decision:
        moves: list[Move] = []
        for said in result.moves:
            move = self._move(turn, said)
            if isinstance(move, str):
                return _only(_abstain(move), "abstain", category, "Ask the owner")
            moves.append(move)
        changes = {each.key: each.changes for each in result.moves if isinstance(each, ScriptPropose | ScriptLetter)}
        return Decision(
            rule=rule,
            category=category,
            objective=result.objective,
            steps=tuple(Step(each.text, each.done, each.move) for each in result.steps),
            done_when=result.done_when,
            moves=after_setbacks(moves, turn.outcomes, changes),
        )

    def _move(self, turn: _Turn, said: ScriptMove) -> Move | str:
        """The typed move, or why it cannot be made."""
        if isinstance(said, ScriptAsk):
            choices = tuple(Choice(each.text, each.weight) for each in said.choices)
            return AskOwner(said.key, said.question, choices, said.quote)
        if isinstance(said, ScriptFinish):
            return Finish(said.summary, _conditions(said.holds))
        if isinstance(said, ScriptWait):
            return WaitUntil(said.key, said.why, _moment(said.until), _conditions(said.conditions))
        if isinstance(said, ScriptLetter):
            return turn.letter(said)
        return self._propose(turn, said)

    def _propose(self, turn: _Turn, said: ScriptPropose) -> Move | str:
        model = self._actions.get(str(said.action.get("action")))
        if model is None:
            return "its script proposed an action it may not propose"
        try:
            action = model.model_validate(said.action)
        except ValidationError as err:
            first = err.errors()[0]
            return f"the action would not be valid: {'.'.join(map(str, first['loc']))} {first['msg']}"
        return ProposeAction(said.key, action, dict(said.provenance), said.quote, (*said.warnings, *turn.warnings()))


class _Turn:
    """What a script's moves are made with."""

    def __init__(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, triage: Triage) -> None:
        self.task, self.outcomes, self._facts, self._triage = task, outcomes, facts, triage

    def warnings(self) -> tuple[str, ...]:
        """What intake found odd about the mail."""
        return tuple(f"⚠ about this mail: {flag}" for flag in self.task.flags)

    def letter(self, said: ScriptLetter) -> Move | str:
        """An answer to the one who wrote, to nobody else; a question when there is nobody to answer."""
        task = self.task
        if not task.sender_address:
            question = "The answer is ready, but the mail names no address to send it to. What shall I do?"
            return AskOwner(f"{said.key}-nobody", question, (Choice(I_DO_IT), Choice(FILE_IT)))
        letter = write_letter(said.template, self._triage.language, self._values() | said.values)
        files = self._files(said.documents)
        if letter is None or files is None:
            return f"the letter {said.template} cannot be written with what is known"
        try:
            action = EmailSend(
                to=task.sender_address,
                subject=letter.subject,
                body=letter.body,
                in_reply_to=task.message_id,
                attachments=files,
            )
        except ValidationError as err:
            return f"the letter would not be valid: {err.errors()[0]['msg']}"
        mail = f"mail:{task.id}"
        provenance = {
            "to": mail,
            "subject": "computed",
            "body": "computed",
            "in_reply_to": mail,
            "attachments": "computed",
        }
        return ProposeAction(said.key, action, provenance, said.quote, (*said.warnings, *self.warnings()))

    def _values(self) -> dict[str, str]:
        handbook = self._facts.handbook
        return {
            "name": customer_of(self.task)[0],
            "subject": self.task.subject,
            "company": handbook.company,
            "owner_name": handbook.owner_name,
            "tone": handbook.tone.casefold(),
        }

    def _files(self, wanted: tuple[str, ...]) -> tuple[AttachmentRef, ...] | None:
        """The documents of this task's receipts; None when one is not among them."""
        known = {
            each.sha256: each.name for outcome in self.outcomes if outcome.receipt for each in outcome.receipt.documents
        }
        if not known.keys() >= set(wanted):
            return None
        return tuple(AttachmentRef(name=known[sha256], sha256=sha256) for sha256 in wanted)


def _conditions(said: tuple[ScriptCondition, ...]) -> tuple[Condition, ...]:
    return tuple(Condition(each.kind, each.about) for each in said)


def _moment(said: datetime | date | None) -> datetime | None:
    """The aware moment: a day begins at midnight where the owner is, a time without zone is the owner's."""
    if said is None:
        return None
    moment = said if isinstance(said, datetime) else datetime.combine(said, time())
    return moment.astimezone(UTC) if moment.tzinfo else from_local(moment)


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
