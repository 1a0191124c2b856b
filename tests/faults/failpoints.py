"""A run that kills itself, without a farewell, before its n-th lasting step.

A step is what the disk or the world keeps: a flush, a name given or taken, a commit that wrote rows, words to a mail
server. So a kill lies between any two of them, also between a receipt and the filing of the next turn. Only the
runner's own thread counts: how often the engine's threads look at their database depends on the time they have.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, event

from tests.faults.forked import Ended, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from _typeshed import HasFileno

    from tests.flows.employee import Employee

STEPS = frozenset({"os.link", "os.remove", "os.rename", "os.mkdir", "os.truncate", "smtplib.send"})
WRITING = frozenset({"INSERT", "UPDATE", "DELETE"})
NEVER = sys.maxsize


class Steps:
    """Counts lasting steps; before step `last` the process is killed."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.taken: list[str] = []

    def take(self, name: str) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        if len(self.taken) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.taken.append(name)

    def watch(self) -> None:
        """Count in this process from now on, for good."""
        flush = os.fsync

        def fsync(fd: HasFileno | int) -> None:
            self.take("fsync")
            flush(fd)

        os.fsync = fsync
        sys.addaudithook(lambda name, _: self.take(name) if name in STEPS else None)
        event.listen(Engine, "before_cursor_execute", self._writes)
        event.listen(Engine, "commit", self._commits)

    def _writes(self, connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip()[:6].upper() in WRITING:
            connection.info["wrote"] = True

    def _commits(self, connection: Connection) -> None:
        if connection.info.pop("wrote", False):
            self.take("commit")


def mortal(last: int, room: Path) -> Callable[[], None]:
    """Die before this step; returns what tells the steps that were taken, when it comes to its end."""
    steps = Steps(last)
    steps.watch()

    def tell() -> None:
        (room / "steps").write_text(" ".join(steps.taken), encoding="utf-8")

    return tell


def run_until(employee: Employee, last: int) -> Ended:
    """Run; it is killed before step `last`, or comes to its end."""
    ended = Run(employee, partial(mortal, last)).to_its_end()
    assert ended.killed or ended.code == 0, ended.said
    return ended


def steps_of(employee: Employee) -> list[str]:
    """Run to the end; the lasting steps that took."""
    assert not run_until(employee, NEVER).killed
    return (employee.room / "steps").read_text(encoding="utf-8").split()
