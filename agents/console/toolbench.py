"""The toolbox a model gets, wired with one vault: what it may read, and what the owner's rules say of its proposals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from agents.approval.policy_facts import risk_now
from agents.approval.risk import Case, Tier
from agents.autonomy.library import VaultLibrary
from agents.durability.journal import looking
from agents.durability.note_index import NoteIndex
from agents.durability.task_persistence import find_task
from agents.reasoning.tool_bench import TaskToolbox
from agents.reasoning.tool_desk import ToolPorts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agents.approval.decisions import Policy
    from agents.console.wiring import House
    from agents.reasoning.brain import Facts, Outcome, ProposeAction, TaskView
    from agents.reasoning.skill_library import Skill
    from agents.reasoning.toolbox import Toolbox

    OpenToolbox = Callable[[TaskView, tuple[Outcome, ...], Facts], Toolbox]


def toolbox_of(house: House, policy: Callable[[], Policy], skills: Callable[[], Sequence[Skill]]) -> OpenToolbox:
    """What opens the toolbox for one turn of a task, in any thread.

    `policy` is what the owner's rules say now, `skills` are those the owner accepted by now.
    """

    def open_toolbox(task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Toolbox:
        index = NoteIndex(house.state, house.place.root)
        library = VaultLibrary(house.place.root, partial(looking, house.state), index, house.receivables)
        refusal = partial(_refusal, house, policy, task.id)
        return TaskToolbox(task, outcomes, facts, ToolPorts(library, skills(), house.models, refusal))

    return open_toolbox


def _refusal(house: House, policy: Callable[[], Policy], task: str, move: ProposeAction) -> str:
    """Why the owner's rules never allow this; empty = they may, and how sure they must be is asked when it is filed."""
    with looking(house.state) as sql:
        row = find_task(sql, task)
        case = Case(move.action, move.provenance, row.sender if row else "")
        risk = risk_now(sql, case, policy(), house.clock.now())
    return risk.rule if risk.tier is Tier.NEVER else ""
