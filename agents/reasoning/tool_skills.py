"""The tools for skills: read one, or let its script look at the task. Only skills the owner accepted are there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agents.reasoning.brain import Finish, Step
from agents.reasoning.reading import as_given
from agents.reasoning.script_moves import ScriptMoves
from agents.reasoning.skill_library import SkillProblem, run_script
from agents.reasoning.tool_desk import TurnPlan, failed, listed, said
from agents.reasoning.triage import classify

if TYPE_CHECKING:
    from agents.reasoning.script_wire import ScriptResult
    from agents.reasoning.skill_library import Skill
    from agents.reasoning.tool_desk import Desk
    from agents.reasoning.tool_wire import LoadSkill, RunSkill
    from agents.reasoning.toolbox import ToolAnswer


def load_skill(desk: Desk, asked: LoadSkill) -> ToolAnswer:
    """What a skill says."""
    skill = _skill(desk, asked.skill)
    if isinstance(skill, str):
        return failed(skill)
    desk.skill = skill.name
    return said(f"Skill {skill.name}:", skill.body)


def run_skill_script(desk: Desk, asked: RunSkill) -> ToolAnswer:
    """What a skill's script says of the task; its moves become those of this turn when they are adopted."""
    skill = _skill(desk, asked.skill)
    if isinstance(skill, str):
        return failed(skill)
    if skill.script is None:
        return failed(f"The skill {skill.name} has no script.")
    triage = classify(desk.task, desk.facts.handbook.rules)
    result = run_script(skill, as_given(desk.task, desk.outcomes, desk.facts, triage))
    if isinstance(result, SkillProblem):
        return failed(f"The script of {skill.name} gave no answer: {result.reason}.")
    shown = desk.outside(f"mail:{desk.task.id}", json.dumps(result.model_dump(mode="json"), ensure_ascii=False))
    if not asked.adopt:
        return said(f"What the script of {skill.name} would do:", shown)
    if wrong := _adopted(desk, result, triage.language):
        return failed(wrong)
    desk.skill = skill.name
    steps = tuple(Step(each.text, each.done, each.move) for each in result.steps)
    takes = triage.category in skill.categories or not skill.categories
    category = triage.category if takes else skill.categories[0]
    desk.plan = TurnPlan(category, result.objective, steps, result.done_when)
    return said("Its moves are yours now. Nothing has happened; the owner decides.", shown, ends=True)


def _adopted(desk: Desk, result: ScriptResult, language: str) -> str:
    """Take the moves over; why not, or empty."""
    made = ScriptMoves(desk.task, desk.outcomes, desk.facts, language, desk.ports.actions).of(result)
    if isinstance(made, str):
        return f"Its moves cannot be made: {made}."
    if desk.moves:
        return f"In this turn you have said already: {listed(filter(None, desk.moves))}. Adopt a script's moves alone."
    desk.moves |= {"" if isinstance(each, Finish) else each.key: each for each in made}
    return ""


def _skill(desk: Desk, name: str) -> Skill | str:
    skills = {each.name: each for each in desk.ports.skills}
    return skills.get(name) or f"There is no such skill. There are: {listed(skills)}."
