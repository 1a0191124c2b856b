"""An answer to a task's mail belongs to its thread, and may go elsewhere than where the mail came from. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.email.actions import EmailSend

if TYPE_CHECKING:
    from agents.connectors.contract import Action
    from agents.reasoning.brain import TaskView


def in_thread(action: Action, task: TaskView) -> Action:
    """The action; as an answer to the task's mail it names the mails before that one too."""
    if isinstance(action, EmailSend) and action.in_reply_to and action.in_reply_to == task.message_id:
        return action.model_copy(update={"references": task.thread})
    return action


def thread_source(action: Action, task: TaskView) -> dict[str, str]:
    """Where the mails before it come from, as provenance; nothing when it names none."""
    return {"references": f"mail:{task.id}"} if isinstance(action, EmailSend) and action.references else {}


def goes_elsewhere(action: Action, task: TaskView) -> tuple[str, ...]:
    """A warning when it goes to the address that the mail wants answers at, and not to the one it came from."""
    if not isinstance(action, EmailSend) or not task.reply_to or action.to != task.reply_to:
        return ()
    came = task.sender_address or "an address that cannot be answered"
    return (f"⚠ the mail came from {came} and wants its answer at {task.reply_to}: do you know that address?",)
