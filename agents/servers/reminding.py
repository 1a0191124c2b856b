"""What an assistant may have an invoice reminded by: the letter that the employee itself would write now, or none.

The skill that reminds decides, on the same facts as in a turn; what it would do instead says why there is no letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.autonomy.book_facts import credits_that_wait, with_standings
from agents.autonomy.owner_facts import OwnerFacts
from agents.autonomy.views import outcomes, task_view
from agents.connectors.books_now import books_of_now
from agents.connectors.email.actions import EmailSend
from agents.durability.control_rows import EVERYTHING, holds
from agents.durability.journal import looking
from agents.durability.proposal_rows import OPEN, proposals_of, tasks_of_receipts
from agents.durability.skill_rows import accepted_skills
from agents.durability.task_persistence import find_task
from agents.errors import NotAllowed
from agents.reasoning.brain import Finish, ProposeAction
from agents.reasoning.playbook import PlaybookBrain
from agents.reasoning.setbacks import left_out
from agents.servers.door import open_to_assistants
from agents.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.durability.skill_rows import AcceptedSkill
    from agents.reasoning.brain import Move
    from agents.servers.door import Door

ISSUED, INVOICES = "invoice.create", "invoice_request"
REMINDER = re.compile(r"reminder-[1-9]")
WAIT = "Wait; nothing is to be asked for."
WRITES = f"{WAIT} The employee writes it by itself then."
REOPEN = "Ask the owner to name days in the handbook (`payment reminders`), and to put the task's note back."
BANK = (
    "the bank's movements in the books are too old to tell whether it is paid",
    "Ask the owner to drop a newer statement.",
)
NO_LETTER = {
    r"(?:notice|reminder-\d)-due": ("its next letter is still to come", WRITES),
    r"reminder-\d-bank": BANK,
    "bank": BANK,
    "paid": ("the owner wants no more reminders of it", "Ask the owner."),
    "credited": ("a credit note over it waits for the owner", "Wait until the owner has decided."),
    "promised": ("the customer promised to pay by a day that is still to come", WAIT),
    "reply": (
        "the customer answered, and only the owner knows what that means",
        "Ask the owner to answer.",
    ),
    "books": ("the books do not say plainly that it is open", "Call find_document for it."),
    "overdue": ("every letter that the handbook names is written", "Ask the owner what is to be done."),
    "notice": ("it is not due yet", WAIT),
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """The letter: the task that issued the invoice, which reminder of it this is, and the mail."""

    task: str
    stage: str
    mail: EmailSend


def reminder_of(door: Door, number: str) -> Reminder:
    """The reminder that is due of this invoice now.

    Raises:
        NotAllowed: none is, and why; or the employee did not issue it, or its task is private, held or done.
    """
    with door.journal() as journal, journal.begin() as sql:
        row = find_task(sql, tasks_of_receipts(sql, ISSUED).get(number, ""))
        if row is None:
            hint = "Ask the owner to remind them where the invoice was made."
            raise NotAllowed("The employee issued no invoice of this number.", hint=hint)
        open_to_assistants(row.id, door.privacy())
        earlier = proposals_of(sql, row.id)
        is_held = bool(holds(sql).keys() & {EVERYTHING, row.id})
    if row.state == "done":
        raise NotAllowed(f"The task of {number} is done, so nobody is reminded.", hint=REOPEN)
    if is_held:
        raise NotAllowed("The owner lets the task of this invoice rest.", hint=WAIT)
    for move in _decided(door, row.id):
        if isinstance(move, ProposeAction) and isinstance(move.action, EmailSend) and REMINDER.fullmatch(move.key):
            if any(each.move_key == move.key and each.state in OPEN for each in earlier):
                raise NotAllowed(f"The reminder of {number} waits for the owner already.", hint=WAIT)
            return Reminder(row.id, move.key, move.action)
        raise _none(number, move)
    raise _none(number, Finish(""))


def _decided(door: Door, task: str) -> tuple[Move, ...]:
    """What the employee would do about the task now."""
    settings = Settings()

    def accepted() -> Mapping[str, AcceptedSkill]:
        with looking(door.state) as sql:
            return accepted_skills(sql)

    brain = PlaybookBrain(settings.skills_folder(), accepted=accepted)
    with looking(door.state) as sql:
        row = find_task(sql, task)
        if row is None:
            return ()
        view, known = task_view(sql, row, INVOICES), outcomes(sql, task, brain.models)
        asked_back = credits_that_wait(sql)
    root = door.place.root.resolve()
    own = OwnerFacts(root, door.clock, settings.proposal_days, models=brain.models).owner_files().facts
    facts = with_standings(own, known, books_of_now(door.context), lambda: asked_back)
    return left_out(brain.decide(view, known, facts).moves, known)


def _none(number: str, move: Move) -> NotAllowed:
    """Why there is no letter, by what is done instead."""
    if isinstance(move, Finish):
        return NotAllowed(f"Nobody is reminded of {number}: nothing of it is open.", hint="Call find_document for it.")
    for key, (why, hint) in NO_LETTER.items():
        if re.fullmatch(rf"{key}(?:-\d+)?", move.key):
            return NotAllowed(f"Nobody is reminded of {number} now: {why}.", hint=hint)
    return NotAllowed(f"Nobody is reminded of {number} now.", hint="Ask the owner, who has a question about it first.")
