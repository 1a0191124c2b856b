"""How a door records what an assistant wants to be proposed: checked, counted, and with the id it will have."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from agents.approval.proposals import id_of
from agents.autonomy.assistant_proposals import PROPOSE, STAGE, Wish, drafted, filed_of, move_key_of
from agents.connectors.book_orders import BillBook
from agents.connectors.calendar.actions import CalendarEventCreate
from agents.connectors.email.actions import EmailSend
from agents.connectors.employee.actions import WORDS_OF_ASSISTANTS
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.connectors.payment.actions import PaymentPrepare
from agents.durability.bell import ring
from agents.durability.journal import journal_id, looking, read_meta
from agents.durability.proposal_rows import find_proposal
from agents.durability.said_words import (
    ASSISTANT,
    asked_by_assistants,
    find_request,
    waiting_of_assistants,
)
from agents.durability.task_persistence import add_request, requests_pending
from agents.errors import NotAllowed
from agents.security.secret_patterns import kinds_in
from agents.servers.door import known_task, open_to_assistants
from agents.servers.progress import tell
from agents.servers.waiting_view import MAX_WORD_CHARS, NOTICE, Shown
from agents.vault.neutralize import property_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationError
    from sqlalchemy import Connection

    from agents.connectors.contract import Action
    from agents.durability.task_persistence import RequestRow, TaskRow
    from agents.servers.door import Door

MAX_IN_TASK = 3  # proposals of assistants that wait in one task; more would bury what the owner has to decide
MAX_WAITING = 20  # that wait in all tasks
MAX_A_DAY = 60  # that are asked for within 24 hours, whatever becomes of them
PATIENCE_S, LOOK_EVERY_S = 2.0, 0.1
_BOOKS: tuple[type[Action], ...] = (InvoiceCreate, InvoiceCredit, BillBook, PaymentPrepare)
_ACTIONS: tuple[type[Action], ...] = (EmailSend, CalendarEventCreate, *_BOOKS, *WORDS_OF_ASSISTANTS)
MODELS: dict[str, type[Action]] = {str(each.model_fields["action"].default): each for each in _ACTIONS}
State = Literal["recorded", "refused", "waiting", "approved", "unknown", "done", "failed", "over"]
AS_FILED: dict[str, State] = {
    "waiting": "waiting",
    "approved": "approved",
    "unknown": "unknown",
    "done": "done",
    "failed": "failed",
}
MEANS: dict[State, str] = {
    "recorded": "It becomes a proposal when the employee runs next. Nothing has happened.",
    "refused": "The employee did not propose it; the reason is quoted. Nothing has happened.",
    "waiting": "The proposal waits for the owner's yes. Nothing has happened.",
    "approved": "The owner said yes; it is not done yet.",
    "unknown": "The owner said yes, and nobody knows yet whether it happened. Do not propose it again.",
    "done": "The owner said yes, and it is done.",
    "failed": "The owner said yes, and it could not be done.",
    "over": "The owner said no, let it expire, or changed it. Nothing has happened.",
}


class Why(Shown):
    """Why it came to nothing, which may quote what the owner or a service said; empty = no reason is known."""

    reason: str


class Recorded(Shown):
    """What became of a request so far: its number, the id of its proposal, and what its state means.

    `status`: 'recorded', 'refused', 'waiting', 'approved', 'unknown', 'done', 'failed' or 'over'.
    """

    notice: str = NOTICE
    status: State
    request: int
    proposal: str
    means: str
    from_outside: Why


def record(door: Door, task_id: str, make: Callable[[TaskRow], Action], *, listed_by: str, stage: str = "") -> Recorded:
    """Record what an assistant wants; while the employee runs, wait a moment until it has taken it up.

    `stage`: which reminder of its task a mail is; empty = none.

    Raises:
        NotAllowed: it is not to be proposed, and why.
    """
    with door.journal() as journal, journal.begin() as sql:
        row = known_task(sql, task_id, listed_by=listed_by)
        open_to_assistants(row.id, door.privacy())
        number = _recorded(sql, row, _text_of(make(row), stage), door.clock.now())
    ring(door.state)
    return _taken_up(door, number)


def became_of(door: Door, request: int) -> Recorded:
    """What became of a request of an assistant.

    Raises:
        NotAllowed: no assistant made a request of this number, or its task is private.
    """
    with door.journal() as journal, journal.begin() as sql:
        row = find_request(sql, request)
        if row is None or row.kind != PROPOSE:
            raise NotAllowed("No proposal was asked for under this number.", hint="Give the number you were told.")
        open_to_assistants(row.target, door.privacy())
        return _standing(sql, row, _proposal_of(sql, row))


def not_that(err: ValidationError, what: str) -> NotAllowed:
    """What is wrong with an order that an assistant gave, in its own words: 'This is no mail: ...'."""
    reasons = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in err.errors())
    return NotAllowed(f"This is no {what}: {reasons}.", hint="Change it.")


def _text_of(action: Action, stage: str) -> str:
    text = action.canonical().decode()
    return json.dumps({**json.loads(text), STAGE: stage}, ensure_ascii=False) if stage else text


def _recorded(sql: Connection, row: TaskRow, text: str, now: datetime) -> int:
    """The number of the request; the very same twice is one."""
    if kinds := kinds_in(text):
        raise NotAllowed(f"This was not recorded: it holds a secret ({kinds}).", hint="Leave the secret out.")
    asked = [each for each in requests_pending(sql) if each.kind == PROPOSE]
    for each in asked:
        if (each.target, each.text) == (row.id, text):
            return each.number
    draft = drafted(sql, Wish(row.id, text, now, ""), MODELS)
    if isinstance(draft, str):
        raise NotAllowed(f"This was not recorded: {draft}.", hint="Look at what waits already.")
    _no_flood(sql, row.id, [each.target for each in asked], now)
    values = {"at": now.isoformat(), "kind": PROPOSE, "target": row.id, "text": text, "actor": ASSISTANT}
    return add_request(sql, values)


def _no_flood(sql: Connection, task: str, asked: list[str], now: datetime) -> None:
    """Keep assistants from burying the owner in proposals.

    Raises:
        NotAllowed: enough of them wait, or were asked for today.
    """
    here = asked.count(task) + waiting_of_assistants(sql, task)
    everywhere = len(asked) + waiting_of_assistants(sql)
    today = asked_by_assistants(sql, now - timedelta(hours=24))
    wait = "Wait until the owner has decided."
    if here >= MAX_IN_TASK:
        raise NotAllowed(f"{here} proposals of assistants wait in this task already.", hint=wait)
    if everywhere >= MAX_WAITING:
        raise NotAllowed(f"{everywhere} proposals of assistants wait for the owner already.", hint=wait)
    if today >= MAX_A_DAY:
        raise NotAllowed(f"Assistants asked for {today} proposals within a day.", hint="Go on tomorrow.")


def _proposal_of(sql: Connection, row: RequestRow) -> str:
    """The id of a request's proposal, as it is or as it will be; empty when it names no known action."""
    wish = Wish(row.target, row.text, datetime.fromisoformat(row.at), move_key_of(row.number))
    filed = filed_of(sql, wish)
    draft = "" if filed else drafted(sql, wish, MODELS)
    if isinstance(draft, str):
        return filed
    return id_of(draft, wish.at, int(read_meta(sql, "epoch", "1")), journal_id(sql))


def _taken_up(door: Door, number: int) -> Recorded:
    """How the request stands: at once when nobody runs, else as soon as the employee has taken it up."""
    looks = round(PATIENCE_S / LOOK_EVERY_S) if door.runs_now() else 0
    for look in range(looks):
        with looking(door.state) as sql:
            row = find_request(sql, number)
        if row is None or row.state != "pending":
            break
        tell(look, looks, "recorded; the employee is taking it up")
        threading.Event().wait(LOOK_EVERY_S)
    return became_of(door, number)


def _standing(sql: Connection, row: RequestRow, proposal: str) -> Recorded:
    status, reason = _status(sql, row, proposal)
    words = Why(reason=property_text(reason, MAX_WORD_CHARS))
    return Recorded(status=status, request=row.number, proposal=proposal, means=MEANS[status], from_outside=words)


def _status(sql: Connection, row: RequestRow, proposal: str) -> tuple[State, str]:
    if row.state == "pending":
        return "recorded", ""
    filed = find_proposal(sql, proposal) if proposal else None
    if filed is None:
        return "refused", row.result
    return AS_FILED.get(filed.state, "over"), filed.reason
