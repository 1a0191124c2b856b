"""While an assistant's session goes on that can reach your files, a move, a tick or a typed yes is nobody's word.

Then a yes needs a proof that it is the owner (ADR 0046). A no never does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agents.durability.assistant_sessions import went_on_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from agents.clock import Clock

GOES_ON = (
    "an assistant's session (Claude Code) goes on, or went on when this was said, so a yes needs a proof that it is "
    "you: an unused code of your list in its property code, or approve ID --code CODE; or end the session and say it "
    "again"
)


def objection(sql: Connection, clock: Clock, changed_s: Iterable[float]) -> str:
    """Why a yes without a proof does not count; empty when it does.

    `changed_s` is when the system last changed what the yes stands in, in seconds since 1970: nobody can write that.
    """
    now = clock.machine_now()
    moments = [now, *(datetime.fromtimestamp(each, UTC) for each in changed_s)]
    return GOES_ON if went_on_at(sql, moments, now) else ""
