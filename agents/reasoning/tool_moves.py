"""The tools that say what is to be done: each becomes a typed move of this turn, and nothing happens yet. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, cast

from pydantic import ValidationError

from agents.reasoning.brain import AskOwner, Choice, Condition, Finish, ProposeAction, Step, WaitUntil
from agents.reasoning.mail_answers import goes_elsewhere, in_thread, thread_source
from agents.reasoning.script_moves import moment, warnings_about
from agents.reasoning.script_wire import ABOUT
from agents.reasoning.tool_desk import TurnPlan, failed, listed, said
from agents.reasoning.tool_wire import problems
from agents.reasoning.value_sources import provenance_of

if TYPE_CHECKING:
    from agents.connectors.contract import Action
    from agents.reasoning.brain import Move
    from agents.reasoning.tool_desk import Desk
    from agents.reasoning.tool_wire import Ask, Done, Plan, Propose, Wait
    from agents.reasoning.toolbox import ToolAnswer

Kind = Literal["paid", "reply", "done", "task"]
MAX_MOVES = 10
MAX_WAIT_DAYS = 366
ASKS = "The model asks: "  # the owner sees whose words a question is made of
# keys of questions of ours, whose answers mean something to us
RESERVED = frozenset(
    {"stuck", "files", "secret", "cap", "deadlock", "abstain", "kind", "handle", "suspicious", "reopened"}
)
_OF_SETBACKS = ("-rejected", "-expired", "-failed", "-nobody", "-bounced")
_NEVER = r"(?!)"
_DONE = re.compile(r"\s*(?:[-*]\s*)?\[[xX]\]\s*")
_ABOUT = {**ABOUT, "task": r"[0-9]{4}-[0-9]{2}-[0-9]{2}-[a-z0-9-]{1,80}"}


def propose(desk: Desk, asked: Propose, model: type[Action]) -> ToolAnswer:
    """Propose an action; where each of its values comes from is looked up here."""
    if wrong := _refused(desk, asked.key):
        return failed(wrong)
    try:
        action = model.model_validate({**asked.order, "action": model.model_fields["action"].default})
    except ValidationError as err:
        return failed(f"This is no valid order: {problems(err, 'order')}.")
    if asked.quote and not desk.quotes(asked.quote):
        return failed("The quote does not stand in the task: copy words from it as they are, or leave it empty.")
    if unknown := _unknown_files(desk, action):
        return failed(f"Only documents of this task's receipts can be attached; these are none: {unknown}.")
    action = in_thread(action, desk.task)
    provenance = provenance_of(action, desk.sources()) | thread_source(action, desk.task)
    warnings = (*goes_elsewhere(action, desk.task), *warnings_about(desk.task))
    move = ProposeAction(asked.key, action, provenance, asked.quote, warnings)
    if reason := desk.ports.refusal(move):
        return failed(f"The owner's rules never allow this: {reason}. Do without it, or ask the owner.")
    desk.moves[asked.key] = move
    return said(f"Noted as a proposal for the owner, who decides: {asked.key}. Nothing has happened.")


def _unknown_files(desk: Desk, action: Action) -> str:
    receipts = (each.receipt for each in desk.outcomes if each.receipt)
    known = {(each.name, each.sha256) for receipt in receipts for each in receipt.documents}
    return ", ".join(each.name for each in action.sealed_files if (each.name, each.sha256) not in known)


def ask_owner(desk: Desk, asked: Ask) -> ToolAnswer:
    """Ask the owner; the turn ends, their answer begins the next one."""
    if wrong := _refused(desk, asked.key):
        return failed(wrong)
    if not asked.question.strip():
        return failed("The question is empty.")
    choices = dict.fromkeys(words for each in asked.choices if (words := " ".join(each.split())))
    ask = AskOwner(asked.key, ASKS + " ".join(asked.question.split()), tuple(map(Choice, choices)))
    return _ended(desk, asked.key, ask, "The owner is asked.")


def wait_until(desk: Desk, asked: Wait) -> ToolAnswer:
    """Wait for a moment or for conditions; the turn ends."""
    if wrong := _refused(desk, asked.key):
        return failed(wrong)
    until, conditions = _moment(asked.until), _conditions(desk, asked.conditions)
    if isinstance(until, str) or isinstance(conditions, str):
        return failed(until if isinstance(until, str) else str(conditions))
    if until is None and not conditions:
        return failed("A wait needs a time or a condition.")
    ahead = (until.date() - desk.facts.today).days if until else 0
    if not 0 <= ahead <= MAX_WAIT_DAYS:
        return failed(f"Wait until a day between today, {desk.facts.today}, and {MAX_WAIT_DAYS} days from now.")
    wait = WaitUntil(asked.key, " ".join(asked.why.split()), until, conditions)
    return _ended(desk, asked.key, wait, "The task waits.")


def update_plan(desk: Desk, asked: Plan) -> ToolAnswer:
    """Say how the plan stands now."""
    steps = tuple(Step(_DONE.sub("", each), done=bool(_DONE.match(each))) for each in asked.steps)
    desk.plan = TurnPlan(asked.category, asked.objective, steps, asked.done_when)
    return said("The plan is noted.")


def finish(desk: Desk, asked: Done) -> ToolAnswer:
    """Close the task, if all conditions hold; the turn ends."""
    if others := [key for key in desk.moves if key]:
        words = f"In this turn you also said: {listed(others)}. The task goes on until that is settled"
        return failed(f"{words}; finish in a later turn.")
    holds = _conditions(desk, asked.holds)
    if isinstance(holds, str):
        return failed(holds)
    words = "The task is closed when code finds that all of that holds." if holds else "The task is closed."
    return _ended(desk, "", Finish(" ".join(asked.summary.split()), holds), words)


def _ended(desk: Desk, key: str, move: Move, words: str) -> ToolAnswer:
    desk.moves[key] = move
    return said(words, ends=True)


def _refused(desk: Desk, key: str) -> str:
    """Why no move with this key can be taken in; empty = it can."""
    if "" in desk.moves:
        return "You have finished the task in this turn."
    if key in RESERVED or key.endswith(_OF_SETBACKS):
        return f"The key {key} is taken; choose another one."
    if key not in desk.moves and len(desk.moves) >= MAX_MOVES:
        return f"There are {MAX_MOVES} moves in this turn already; let the owner decide about them first."
    return ""


def _conditions(desk: Desk, said: tuple[str, ...]) -> tuple[Condition, ...] | str:
    """The conditions of 'paid INV-2026-0001', 'reply', 'done KEY' and 'task ID'; or what is wrong with one of them."""
    found = []
    for each in said:
        kind, _, about = " ".join(each.split()).partition(" ")
        if not re.fullmatch(_ABOUT.get(kind, _NEVER), about):
            return "A condition is one of: paid INVOICE-NUMBER, reply, done KEY-OF-A-PROPOSAL, task TASK-ID."
        if kind == "paid" and about not in desk.ports.library.books():
            return "The books hold no invoice with this number."
        found.append(Condition(cast("Kind", kind), about))
    return tuple(found)


def _moment(words: str) -> datetime | str | None:
    """The aware moment, None without one, or what is wrong."""
    day_chars = len("2026-11-23")
    try:
        if not words:
            return None
        return moment(date.fromisoformat(words) if len(words) == day_chars else datetime.fromisoformat(words))
    except (ValueError, OverflowError):
        return "The time is not written as ISO has it: 2026-11-23 or 2026-11-23T09:00."
