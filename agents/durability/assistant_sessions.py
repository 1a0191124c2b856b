"""Sessions of an assistant that can reach the files of this computer, as the plugin's guard notes them in the journal.

A session has begun, was seen at each of its tool calls, and has ended when it said so - or when its process is gone, or
nothing was seen of it for half a day: it can do nothing without being seen.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from agents.durability.skill_schema import ASSISTANT_SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SILENT = timedelta(hours=12)  # unseen for so long, it is over
LAST_CALL = timedelta(minutes=10)  # how long its last tool may have worked after it was seen
SLACK = timedelta(seconds=5)  # a clock of files is not quite the clock of programs
_START_FIELD = 21  # of /proc/<pid>/stat, behind the name (Source: proc(5), field 22)


@dataclass(frozen=True, slots=True)
class Session:
    """One session. `ended` None = it has not said that it ended; `pid` 0 = nobody knows its process."""

    id: str
    pid: int
    mark: str
    began: datetime
    seen: datetime
    ended: datetime | None

    def until(self, now: datetime, is_alive: Callable[[int, str], bool]) -> datetime:
        """When it ended, as far as anybody knows; later than `now` while it goes on."""
        if self.ended is not None:
            return self.ended + SLACK
        goes_on = now - self.seen < SILENT and (self.pid == 0 or is_alive(self.pid, self.mark))
        return (now if goes_on else self.seen) + LAST_CALL


def add_session(sql: Connection, session: Session) -> None:
    """A session begins, or is seen again."""
    values = {"seen_at": session.seen.isoformat(), "ended_at": session.ended.isoformat() if session.ended else ""}
    if sql.execute(update(ASSISTANT_SESSIONS).where(ASSISTANT_SESSIONS.c.id == session.id).values(**values)).rowcount:
        return
    began = {"id": session.id, "pid": session.pid, "mark": session.mark, "began_at": session.began.isoformat()}
    sql.execute(insert(ASSISTANT_SESSIONS).values(**began, **values))


def sessions(sql: Connection) -> tuple[Session, ...]:
    """Every session that is known, the oldest first."""
    rows = sql.execute(select(ASSISTANT_SESSIONS).order_by(ASSISTANT_SESSIONS.c.began_at, ASSISTANT_SESSIONS.c.id))
    moment = datetime.fromisoformat
    return tuple(
        Session(
            row.id,
            row.pid,
            row.mark,
            moment(row.began_at),
            moment(row.seen_at),
            moment(row.ended_at) if row.ended_at else None,
        )
        for row in rows
    )


def went_on_at(
    sql: Connection,
    moments: Iterable[datetime],
    now: datetime,
    is_alive: Callable[[int, str], bool] | None = None,
) -> bool:
    """Whether a session went on at one of these moments, all by the machine's own clock."""
    alive, asked = is_alive or process_lives, tuple(moments)
    return any(each.began - SLACK <= moment <= each.until(now, alive) for each in sessions(sql) for moment in asked)


def process_lives(pid: int, mark: str, proc: Path = Path("/proc"), kill: Callable[[int, int], None] = os.kill) -> bool:
    """Whether just this process still runs. Where nobody can tell two of one number apart, the number counts."""
    if mark and proc.is_dir():
        return process_mark(pid, proc) == mark
    try:
        kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, and is somebody else's
        return True
    return True


def process_mark(pid: int, proc: Path = Path("/proc")) -> str:
    """When the process began, in ticks since the machine did; empty when it is gone, or the system does not say."""
    try:
        about = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = about.rpartition(")")[2].split()
    return fields[_START_FIELD - 2]
