"""Whether a vault runs on practice time, said so that nobody overlooks it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents.clock import FileClock, as_local
from agents.durability.journal import last_link
from agents.security.audit_logger import fields_of

if TYPE_CHECKING:
    from agents.clock import Clock
    from agents.console.wiring import House

TOLERANCE = timedelta(days=1)  # a clock that was set right, a time zone that was mistaken


def practice(clock: Clock) -> str:
    """What a person must know before anything else; empty on real time."""
    if not isinstance(clock, FileClock):
        return ""
    now = clock.now()
    return (
        f"PRACTICE TIME: the file {clock.file} says {as_local(now):%Y-%m-%d %H:%M}, "
        f"{_beside(now - clock.machine_now())}. Notes, invoices and mails are dated by it, and what you approve really "
        "happens. Unset AI_EMPLOYEE_CLOCK to work on real time."
    )


def machine_view(clock: Clock) -> dict[str, object] | None:
    """The same for programs; None on real time."""
    return {"file": str(clock.file), "now": clock.now().isoformat()} if isinstance(clock, FileClock) else None


def after_practice(house: House) -> str:
    """Whether the vault was run on a time that is still to come; empty when it was not."""
    with house.journal.begin() as sql:
        newest = last_link(sql)
    if newest is None:
        return ""
    moment = datetime.fromisoformat(str(fields_of(newest)["timestamp"]))
    if moment - house.clock.now() <= TOLERANCE:
        return ""
    return (
        f"The newest event is dated {as_local(moment):%Y-%m-%d %H:%M}, which is still to come: this vault was run on "
        "practice time, or the clock of this computer is wrong. Look at the dates before you approve anything."
    )


def _beside(ahead: timedelta) -> str:
    """'3 days ahead of this computer's clock'."""
    hours = round(abs(ahead) / timedelta(hours=1))
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")  # noqa: PLR2004 (two days)
    if not number:
        return "like this computer's clock"
    where = "ahead of" if ahead > timedelta() else "behind"
    return f"{number} {unit}{'' if number == 1 else 's'} {where} this computer's clock"
