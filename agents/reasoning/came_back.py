"""What is to be done when a mail of a task came back: the owner is asked, and may name another address. Pure.

The same for every skill. Nothing is ever sent to the same address twice, and no address is taken from the notice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agents.connectors.email.actions import EmailSend
from agents.connectors.mail_address import ascii_address
from agents.reasoning.brain import AskOwner, Choice, Decision, Finish, ProposeAction, Step
from agents.reasoning.setbacks import I_DO_IT, after_setbacks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agents.reasoning.brain import Move, Outcome, TaskView

NOTICE = "mail_notice"  # the category of a mail server's notice about a mail of ours
BOUNCED = "bounced"
AGAIN = "again"
SETTLED = "it is settled: go on without it"
_ADDRESS_LIKE = re.compile(r"[^\s@<>\"'(),;:]{1,64}@[^\s@<>\"'(),;:]{1,253}")
_RULE, _OBJECTIVE = "mail-came-back", "See to a mail that came back"


def notice_filed(task: TaskView, outcomes: Sequence[Outcome]) -> Decision | None:
    """The end of a task that is such a notice: its own task tells of it. None when it is another, or was reopened."""
    if not task.notice_of or task.category or outcomes:
        return None
    end = Finish(f"noted at the mail it is about, [[{task.notice_of}]], and in the task of that mail")
    step = Step("Nothing is left to do", done=True)
    return Decision(_RULE, NOTICE, "File a notice of a mail server", (step,), "filed", (end,))


def after_bounce(outcomes: tuple[Outcome, ...], task: TaskView, category: str) -> Decision | None:
    """What the owner is asked about the first mail that came back and is not settled, or what follows from the answer.

    None: nothing came back, or all of it is settled.
    """
    found = (_about(at, outcomes, task) for at, each in enumerate(outcomes) if each.kind == BOUNCED)
    move = next((each for each in found if each), None)
    if move is None:
        return None
    words = "Wait for your answer" if isinstance(move, AskOwner) else "Send it to the address you named"
    key = move.key if isinstance(move, AskOwner | ProposeAction) else ""
    done_when = "the mail has arrived, or you have said that it need not"
    return Decision(_RULE, category, _OBJECTIVE, (Step(words, move_key=key),), done_when, (move,))


def _about(at: int, outcomes: tuple[Outcome, ...], task: TaskView) -> Move | None:
    """The question or the proposal about one mail; None when it is settled."""
    bounced, later = outcomes[at], outcomes[at + 1 :]
    again = f"{bounced.key}-{AGAIN}"
    if any(each.key == again and each.kind in {"done", "skipped"} for each in later):
        return None
    keys = {f"{bounced.key}-{BOUNCED}", f"{again}-rejected"}
    said = [each for each in later if each.kind == "answered" and each.key in keys]
    if not said:
        return _ask(bounced, "")
    if said[-1].value == SETTLED:
        return None
    mail = _addressed(bounced, said[-1].value)
    if isinstance(mail, str):
        return _ask(bounced, mail)
    where = f"mail:{task.id}"
    provenance = dict.fromkeys(("subject", "body", "attachments"), "computed") | {"to": "owner"}
    provenance |= dict.fromkeys(("in_reply_to", "references"), where)
    (move,) = after_setbacks((ProposeAction(again, mail, provenance, ""),), outcomes, {again: (SETTLED, I_DO_IT)})
    return move


def _ask(bounced: Outcome, start: str) -> AskOwner:
    to = f" to {bounced.action.recipient()}" if bounced.action else ""
    question = (
        f"{start}Your mail{to} came back: {bounced.reason}. Where shall it go instead? Write the address, or choose."
    )
    return AskOwner(f"{bounced.key}-{BOUNCED}", question, (Choice(SETTLED), Choice(I_DO_IT)), bounced.value)


def _addressed(bounced: Outcome, answer: str) -> EmailSend | str:
    """The same mail to the address that the owner named, or what is wrong with the answer, to be said first."""
    found = {each.lower(): each for each in _ADDRESS_LIKE.findall(answer) if ascii_address(each.rstrip("."))}
    if len(found) != 1:
        return "I need exactly one mail address. "
    address = next(iter(found.values())).rstrip(".")
    mail = bounced.action
    if not isinstance(mail, EmailSend):
        return "I cannot send this by myself. "
    if address.lower() == mail.recipient().lower():
        return "That is the address it came back from. "
    try:
        return EmailSend.model_validate({**mail.model_dump(), "to": address})
    except ValidationError:
        return "No mail can go to that address. "
