"""Replies that another assistant proposed over MCP: what may become of one. Reads only.

The server asks before it records a request, so that the assistant hears the reason; the runner asks again before it
files the proposal, since any program of the owner's can add a row to the journal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.approval.proposals import Draft
from agents.durability.proposal_rows import OPEN, proposals_of
from agents.durability.task_persistence import find_task
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from agents.durability.task_persistence import TaskRow

PROPOSE = "propose"
ACTION = "email.send"
BY_ASSISTANTS = "mcp:"  # how the move keys of such proposals begin
DEALT_WITH = (*OPEN, "done", "rejected", "superseded")  # the owner knows just this; it is never filed a second time
OPEN_TASKS = ("filed", "claimed", "waiting")
MAX_QUOTE_CHARS = 200


def move_key_of(request: int) -> str:
    """The move of a request, by its number: one request becomes at most one proposal."""
    return f"{BY_ASSISTANTS}{request}"


def drafted(sql: Connection, task_id: str, text: str, move_key: str, models: Mapping[str, type[Action]]) -> Draft | str:
    """The proposal for an action given as JSON, or why there is none, in our own words; '' = it is filed already."""
    task = find_task(sql, task_id)
    if task is None:
        return "no task has this id"
    earlier = proposals_of(sql, task.id)
    if any(each.move_key == move_key for each in earlier):
        return ""
    action = _action(text, models)
    if isinstance(action, str):
        return action
    if reason := _not_an_answer(action, task):
        return reason
    sealed = action.canonical().decode()
    if any(each.action == sealed and each.state in DEALT_WITH for each in earlier):
        return "just this was proposed before"
    return _draft(task, action, move_key)


def _action(text: str, models: Mapping[str, type[Action]]) -> Action | str:
    model = models.get(ACTION)
    if model is None:
        return f"nothing here knows {ACTION}"
    try:
        return model.model_validate_json(text)
    except ValidationError:
        return f"it is no valid {ACTION}"


def _not_an_answer(action: Action, task: TaskRow) -> str:
    """Why the action is no plain answer to the one who wrote, in a task that is still open; or empty."""
    if task.state not in OPEN_TASKS:
        return "its task is done already"
    fields = json.loads(action.canonical())
    if not task.sender or fields["to"] != task.sender:
        return "it does not go to the one who wrote"
    if fields["in_reply_to"] not in {"", json.loads(task.view)["message_id"]}:
        return "it names another mail as the one it answers"
    return "it carries attachments" if action.sealed_files else ""


def _draft(task: TaskRow, action: Action, move_key: str) -> Draft:
    view = json.loads(task.view)
    mail = f"mail:{task.id}"
    return Draft(
        task=task.id,
        move_key=move_key,
        action=action,
        provenance={"to": mail, "subject": "agent", "body": "agent", "in_reply_to": mail},
        quote=property_text(view["subject"], MAX_QUOTE_CHARS),
        rule="proposed over MCP",
        brain="connected assistant",
        warnings=tuple(f"⚠ about this mail: {flag}" for flag in view["flags"]),
    )
