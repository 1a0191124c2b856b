"""Files what others did in Odoo: it is told, and there is nothing to decide; all else the brain behind it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain, Subject

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Facts, Outcome, TaskView

OF_ODOO = "odoo:"  # how the message id of a task begins that tells what others did in Odoo
SUBJECT = Subject("odoo", "odoo", "Tell what happened in Odoo")
MAX_SUMMARY_CHARS = 200


class OdooNewsBrain(CodeBrain):
    """Takes the tasks that tell of Odoo, until the owner says that one is about something else."""

    STEP = "odoo"

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether the watcher of Odoo made it."""
        return task.kind == "file" and task.category in {"", "odoo"} and task.message_id.startswith(OF_ODOO)

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision:
        """Nothing is left to do; its first line says what it is about."""
        del outcomes, facts
        return SUBJECT.end(task.text.partition("\n")[0][:MAX_SUMMARY_CHARS])
