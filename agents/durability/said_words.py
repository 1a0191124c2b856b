"""What was said to the employee with the owner's yes to a proposal, as requests of the journal that bear its key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from agents.durability.schema import PROPOSALS, REQUESTS
from agents.durability.task_persistence import RequestRow, add_request, columns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

SAID = "said:"  # how the actor of such a request begins; the key of the proposal follows
ASSISTANT = "mcp"  # the actor of what an assistant proposes
BY_ASSISTANTS = "mcp:"  # how the move keys of proposals of assistants begin; the number of the request follows


@dataclass(frozen=True, slots=True)
class SaidWord:
    """One word: the key of its proposal (64 hex digits), when (ISO, UTC), and the request as a command makes it."""

    key: str
    at: str
    kind: str
    target: str
    text: str
    number: int = 0


def is_said(row: RequestRow) -> bool:
    """Whether the owner did not say it themselves, but said yes to its being said."""
    return row.actor.startswith(SAID)


def find_word(sql: Connection, key: str) -> SaidWord | None:
    """The word that was said for this proposal, or None."""
    row = sql.execute(select(REQUESTS).where(REQUESTS.c.actor == f"{SAID}{key}")).first()
    return SaidWord(key, row.at, row.kind, row.target, row.text, row.number) if row else None


def say_word(sql: Connection, word: SaidWord) -> SaidWord:
    """Ask the runner for it; the word with the number of its request."""
    values = {"at": word.at, "kind": word.kind, "target": word.target, "text": word.text, "actor": SAID + word.key}
    return replace(word, number=add_request(sql, values))


def find_request(sql: Connection, number: int) -> RequestRow | None:
    """One request, or None."""
    row = sql.execute(select(REQUESTS).where(REQUESTS.c.number == number)).first()
    return RequestRow(**columns(row)) if row else None


def asked_by_assistants(sql: Connection, since: datetime) -> int:
    """How many proposals assistants asked for since an aware moment, whatever became of them."""
    wanted = select(func.count()).select_from(REQUESTS)
    mine = (REQUESTS.c.actor == ASSISTANT) & (REQUESTS.c.at >= since.isoformat())
    return int(sql.execute(wanted.where(mine)).scalar_one())


def waiting_of_assistants(sql: Connection, task: str = "") -> int:
    """How many proposals of assistants wait for the owner: in one task, or in all."""
    mine = (PROPOSALS.c.state == "waiting") & PROPOSALS.c.move_key.startswith(BY_ASSISTANTS, autoescape=True)
    wanted = select(func.count()).select_from(PROPOSALS).where(mine)
    return int(sql.execute(wanted.where(PROPOSALS.c.task == task) if task else wanted).scalar_one())
