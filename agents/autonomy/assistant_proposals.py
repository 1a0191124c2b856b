"""What another assistant proposed over MCP: what may become of it. Reads only.

The server asks before it records a request, so that the assistant hears the reason; the runner asks again before it
files the proposal, since any program of the owner's can add a row to the journal.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.approval.proposals import Draft
from agents.durability.proposal_rows import OPEN, TO_EMPLOYEE, proposals_of
from agents.durability.said_words import BY_ASSISTANTS
from agents.durability.task_persistence import find_question, find_task
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from agents.durability.proposal_rows import ProposalRow
    from agents.durability.task_persistence import TaskRow

PROPOSE = "propose"
REPLY, EVENT, ANSWER, PAYMENT = "email.send", "calendar.event.create", "employee.answer", "payment.prepare"
BOOKS = frozenset({"invoice.create", "invoice.credit", "bill.book"})
DEALT_WITH = (*OPEN, "done", "rejected", "superseded")  # the owner knows just this; it is never filed a second time
OPEN_TASKS = ("filed", "claimed", "waiting")
MAX_QUOTE_CHARS = 200
STAGE = "stage"  # beside the fields of a mail: which reminder of its task it is, so that its task counts it as that
RULE = "proposed over MCP"
_STAGES = re.compile(r"reminder-[1-9]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an assistant wants to be proposed: in which task, the action as JSON, when, and the move it is.

    A mail that is a reminder has its `STAGE` in the JSON too; it is that move of its task, whatever `move_key` says.
    """

    task: str
    text: str
    at: datetime
    move_key: str


def move_key_of(request: int) -> str:
    """The move of a request, by its number: one request becomes at most one proposal."""
    return f"{BY_ASSISTANTS}{request}"


def drafted(sql: Connection, wish: Wish, models: Mapping[str, type[Action]]) -> Draft | str:
    """The proposal an assistant wants, or why there is none, in our own words; '' = it is filed already."""
    task = find_task(sql, wish.task)
    if task is None:
        return "no task has this id"
    if filed_of(sql, wish):
        return ""
    text, stage = _apart(wish.text)
    action = _action(text, models)
    if isinstance(action, str):
        return action
    earlier = proposals_of(sql, task.id)
    if reason := _objection(sql, action, task) or _not_to_come(action, stage, earlier):
        return reason
    sealed = action.canonical().decode()
    again = OPEN if _may_come_again(action) else DEALT_WITH
    if any(each.action == sealed and each.state in again for each in earlier):
        return "just this was proposed before"
    return _draft(task, action, replace(wish, move_key=stage) if stage else wish)


def filed_of(sql: Connection, wish: Wish) -> str:
    """The id of the proposal that this wish became, empty while it became none; a wish without a move is none yet."""
    text, stage = _apart(wish.text)
    earlier = proposals_of(sql, wish.task) if wish.move_key else ()
    found = (
        each.id
        for each in earlier
        if each.move_key == wish.move_key or (each.move_key, each.rule, each.action) == (stage, RULE, text)
    )
    return next(found, "")


def _apart(text: str) -> tuple[str, str]:
    """The action as JSON, and which reminder of its task it is; empty = none."""
    try:
        fields = json.loads(text)
        stage = fields.pop(STAGE, "")
    except (ValueError, AttributeError, TypeError):
        return text, ""
    whole = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))  # as `Action.canonical`
    return (whole, str(stage)) if stage else (text, "")


def _not_to_come(action: Action, stage: str, earlier: Sequence[ProposalRow]) -> str:
    """Why files may not come with it, or it is no reminder that is still to come; or empty.

    The files of a reminder went to the same address before, with the owner's yes.
    """
    fields = json.loads(action.canonical())
    if not stage:
        return "it carries attachments" if action.action == REPLY and action.sealed_files else ""
    if action.action != REPLY or not _STAGES.fullmatch(stage):
        return "it is no reminder"
    if any(each.move_key == stage and each.state in {*OPEN, "done"} for each in earlier):
        return "this reminder was proposed before"
    sent = [json.loads(each.action) for each in earlier if each.state == "done" and each.action_name == REPLY]
    known = [file for mail in sent if mail["to"] == fields["to"] for file in mail["attachments"]]
    return "" if all(each in known for each in fields["attachments"]) else "it carries files that were never sent there"


def _may_come_again(action: Action) -> bool:
    """A task may be paused today and in a week; the very same mail or request is sent once."""
    return action.action in {f"{TO_EMPLOYEE}{word}" for word in ("pause", "resume", "retry")}


def _action(text: str, models: Mapping[str, type[Action]]) -> Action | str:
    try:
        name = str(json.loads(text)["action"])
    except (ValueError, KeyError, TypeError):
        return "it names no action"
    if name not in {REPLY, EVENT, PAYMENT, *BOOKS} and not name.startswith(TO_EMPLOYEE):
        return "an assistant may not propose this"
    model = models.get(name)
    if model is None:
        return f"nothing here knows {name}"
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return f"it is no valid {name}"


def _objection(sql: Connection, action: Action, task: TaskRow) -> str:
    """Why the owner is not to be asked about it, or empty."""
    if task.state not in OPEN_TASKS:
        return "its task is done already"
    fields = json.loads(action.canonical())
    if action.action == REPLY:
        return _not_an_answer(action, task)
    if action.action == EVENT:
        return "it invites somebody" if fields["attendees"] else ""
    if action.action in {PAYMENT, *BOOKS}:
        known = all(each["iban"] in each["known_ibans"] for each in fields.get("payments", ()))
        return "" if known else "it pays to an account that the books do not know"
    if fields["task"] != task.id:
        return "it is about another task"
    return _not_open(sql, task, fields) if action.action == ANSWER else ""


def _not_an_answer(action: Action, task: TaskRow) -> str:
    """Why the action is no plain answer to the one who wrote, or empty."""
    fields, view = json.loads(action.canonical()), json.loads(task.view)
    if fields["to"] not in {each for each in (task.sender, view.get("reply_to", "")) if each}:
        return "it does not go to the one who wrote"
    if fields["in_reply_to"] not in {"", view["message_id"]}:
        return "it names another mail as the one it answers"
    return ""


def _not_open(sql: Connection, task: TaskRow, fields: Mapping[str, str]) -> str:
    """Why it is no answer to an open question of the task: only one of the choices shown to the owner is."""
    question = find_question(sql, fields["question"])
    if question is None or question.task != task.id or question.state != "open":
        return "this question is not open in the task"
    if question.about:
        return "only the owner knows what became of it"
    if fields["answer"] not in {text for text, _weight in json.loads(question.ask)["choices"]}:
        return "it is none of the choices of the question"
    return ""


def _draft(task: TaskRow, action: Action, wish: Wish) -> Draft:
    view = json.loads(task.view)
    of_task = dict.fromkeys(("to", "in_reply_to", "references"), f"mail:{task.id}")
    return Draft(
        task=task.id,
        move_key=wish.move_key,
        action=action,
        provenance={name: of_task.get(name, "agent") for name in type(action).model_fields if name != "action"},
        quote=property_text(view["subject"], MAX_QUOTE_CHARS),
        rule=RULE,
        brain="connected assistant",
        warnings=tuple(f"⚠ about this mail: {flag}" for flag in view["flags"]),
        asked_at=wish.at,
    )
