"""Files what others did in Odoo where nothing is to be decided; the rest goes to the brain behind, with its skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.code_brain import CodeBrain, Subject
from agents.reasoning.triage import ODOO, is_odoo_news

if TYPE_CHECKING:
    from agents.reasoning.brain import Decision, Facts, Outcome, TaskView

SUBJECT = Subject("odoo", ODOO, "Tell what happened in Odoo")
MAX_SUMMARY_CHARS = 200
FOR_THE_OWNER = frozenset(
    {"late", "edited", "undone", "unpaid", "many"}
)  # words of the watcher's ids; many = any of all


class OdooNewsBrain(CodeBrain):
    """Takes the tasks that tell of Odoo, until the owner says that one is about something else."""

    STEP = "odoo"

    def may_be_mine(self, task: TaskView) -> bool:
        """Whether the watcher of Odoo made it."""
        return is_odoo_news(task) and task.category in {"", ODOO}

    def decided(self, task: TaskView, outcomes: tuple[Outcome, ...], facts: Facts) -> Decision | None:
        """Nothing is left to do, and its first line says what it is about; None where the owner is to know."""
        del outcomes, facts
        if FOR_THE_OWNER & {*task.message_id.split()[-3:]}:
            return None
        return SUBJECT.end(task.text.partition("\n")[0][:MAX_SUMMARY_CHARS])
