"""Every tool a model gets, in one table, and the toolbox of one turn that offers them (`toolbox.Toolbox`).

To add a tool: its input in `tool_wire.py`, its function beside its like, its row in the table here. Each action of a
connector is a tool of its own, found by its manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import ValidationError

from agents.durability.proposal_rows import OF_CONTACTS, TO_EMPLOYEE
from agents.errors import EmployeeError
from agents.reasoning import tool_wire as wire
from agents.reasoning.brain import AskOwner, Decision, Finish, ProposeAction, Step, WaitUntil
from agents.reasoning.setbacks import after_setbacks
from agents.reasoning.tool_calendar import read_calendar
from agents.reasoning.tool_desk import Desk, TurnPlan, failed, listed
from agents.reasoning.tool_moves import ask_owner, finish, propose, update_plan, wait_until
from agents.reasoning.tool_reading import read_books, read_contacts, read_note, read_task, search_vault
from agents.reasoning.tool_skills import load_skill, run_skill_script
from agents.reasoning.triage import classify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from pydantic import JsonValue

    from agents.connectors.contract import Action
    from agents.reasoning.brain import Facts, Move, Outcome, TaskView
    from agents.reasoning.tool_desk import ToolPorts
    from agents.reasoning.toolbox import ToolAnswer

Input = TypeVar("Input", bound=wire.ToolInput)
PROPOSE = "propose_"
MAX_SAID_CHARS = 20_000
CALENDAR = "calendar"  # in the names of tools that are told only where one is connected
BOOKKEEPING = (
    "bank.",
    "bill.",
    "credit.",
    "payment.",
)  # what moved and what it paid is told by code that compares, never guessed
NOT_FOR_A_BRAIN = (TO_EMPLOYEE, OF_CONTACTS, *BOOKKEEPING, "calendar.event.delete")  # the last is what `undo` files


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `schema` is what a model may say to it, as it is told; `inputs` checks what it says."""

    name: str
    description: str
    inputs: type[wire.ToolInput]
    run: Callable[[Desk, wire.ToolInput], ToolAnswer]
    schema: Mapping[str, JsonValue]


def _tool(name: str, description: str, inputs: type[Input], run: Callable[[Desk, Input], ToolAnswer]) -> Tool:
    untyped = cast("Callable[[Desk, wire.ToolInput], ToolAnswer]", run)
    return Tool(name, description, inputs, untyped, wire.strict_schema(inputs))


READING = (
    _tool("read_task", "Read a task with its files.", wire.ReadTask, read_task),
    _tool("read_note", "Read a note of the vault.", wire.ReadNote, read_note),
    _tool("search_vault", "Find notes by words.", wire.Search, search_vault),
    _tool("read_contacts", "Find contacts.", wire.Search, read_contacts),
    _tool("read_books", "See how invoices stand.", wire.ReadBooks, read_books),
    _tool("read_calendar", "See what is planned, and free hours.", wire.ReadCalendar, read_calendar),
    _tool("load_skill", "Read a skill before you do what it is for.", wire.LoadSkill, load_skill),
    _tool("run_skill_script", "Let a skill's script decide by rule.", wire.RunSkill, run_skill_script),
)
MOVING = (
    _tool("ask_owner", "Ask what only the owner can say.", wire.Ask, ask_owner),
    _tool(
        "wait_until",
        "Wait for a time or a condition: paid INVOICE, reply, done KEY (of a proposal), task ID.",
        wire.Wait,
        wait_until,
    ),
    _tool("update_plan", "Write the plan anew.", wire.Plan, update_plan),
    _tool("finish", "Close the task if all conditions hold (as in wait_until).", wire.Done, finish),
)


def tools_of(actions: Mapping[str, type[Action]]) -> tuple[Tool, ...]:
    """Every tool, in the order in which they are told: those that read, one for each action, those that move.

    Words to the employee are for assistants that look in from outside: who thinks for it does not answer its questions.
    """
    names = (each for each in sorted(actions) if not each.startswith(NOT_FOR_A_BRAIN))
    return (*READING, *(_proposing(name, actions[name]) for name in names), *MOVING)


@cache
def _proposing(name: str, model: type[Action]) -> Tool:
    """The tool that proposes one kind of action: what it takes is the action's own model."""
    run = cast("Callable[[Desk, wire.ToolInput], ToolAnswer]", partial(propose, model=model))
    schema = wire.joined(wire.strict_schema(wire.Propose, without="order"), wire.strict_schema(model, without="action"))
    words = " ".join((model.__doc__ or "").split()).partition(". ")[0].rstrip(".")
    return Tool(f"{PROPOSE}{name.replace('.', '_')}", f"{words}.", wire.Propose, run, schema)


class TaskToolbox:
    """The toolbox of one turn of one task."""

    def __init__(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts, ports: ToolPorts) -> None:
        self._desk = Desk(task, outcomes, facts, ports)
        self._tools = {each.name: each for each in tools_of(ports.actions)}

    def definitions(self) -> tuple[Mapping[str, JsonValue], ...]:
        """Name, description, input_schema and `strict: true` of each tool that is of use here."""
        knows_calendar = self._desk.facts.agenda is not None
        return tuple(
            {"name": each.name, "description": each.description, "input_schema": {**each.schema}, "strict": True}
            for each in self._tools.values()
            if knows_calendar or CALENDAR not in each.name
        )

    def call(self, name: str, arguments: JsonValue) -> ToolAnswer:
        """Let a tool answer; what is wrong is a failed answer in plain words."""
        tool = self._tools.get(name)
        if tool is None:
            return failed(f"There is no such tool. There are: {listed(self._tools)}.")
        try:
            return tool.run(self._desk, tool.inputs.model_validate(arguments))
        except ValidationError as err:
            return failed(f"This is not what {name} takes: {wire.problems(err)}.")
        except EmployeeError as err:
            return failed(f"{err} {err.hint}")

    def decision(self, said: str, cost_usd: Decimal) -> Decision:
        """What the calls came to; a setback is asked about and not repeated, whatever the model said."""
        desk = self._desk
        moves = after_setbacks(desk.moves.values(), desk.outcomes, {})
        plan = desk.plan or self._unwritten(moves)
        return Decision(
            rule=f"the model, with the skill {desk.skill}" if desk.skill else "the model",
            category=desk.task.category or plan.category,
            objective=plan.objective,
            steps=(*plan.steps, *(each for each in map(_step, moves) if not _is_told(each, plan.steps))),
            done_when=plan.done_when,
            moves=moves,
            model_says=said[:MAX_SAID_CHARS],
            cost_usd=cost_usd,
        )

    def _unwritten(self, moves: tuple[Move, ...]) -> TurnPlan:
        """The plan of a turn in which the model wrote none: its moves are its steps."""
        kind = classify(self._desk.task, self._desk.facts.handbook.rules).category
        ends = any(isinstance(each, Finish) for each in moves)
        done_when = "nothing is left to do" if ends else "you have decided"
        return TurnPlan(kind, "Decide what this task needs", (), done_when)


def _is_told(step: Step, steps: tuple[Step, ...]) -> bool:
    """Whether the plan has a line for this move already, as that of a script does."""
    return any(each.move_key == step.move_key for each in steps if each.move_key)


def _step(move: Move) -> Step:
    if isinstance(move, ProposeAction):
        return Step(move.action.title(), move_key=move.key)
    if isinstance(move, AskOwner):
        return Step("Wait for your answer", move_key=move.key)
    if isinstance(move, WaitUntil):
        return Step(f"Wait: {move.why}")
    return Step("Nothing is left to do", done=True)
