"""A `run --once` that kills itself, without a farewell, before its n-th lasting step.

A step is what the disk or the world keeps: a flush, a name given or taken, a commit of the journal, words to a mail
server. Each run is a process of its own, forked from a server that has imported everything already.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING

from sqlalchemy import Engine, event

from agents.console import checking, commands, running, screens, wiring, workshop
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import HasFileno

STEPS = frozenset({"os.link", "os.remove", "os.rename", "os.mkdir", "os.truncate", "smtplib.send"})
NEVER = sys.maxsize
PATIENCE_S = 60.0
IMPORTED = (checking, commands, running, screens, wiring, workshop)  # what `run` would import when it begins
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


class Steps:
    """Counts lasting steps; before step `last` the process is killed."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.taken: list[str] = []

    def take(self, name: str) -> None:
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
        event.listen(Engine, "commit", lambda _: self.take("commit"))


def _run(room: Path, last: int) -> None:
    employee = Employee(room)
    os.environ.update({name: value for name, value in employee.settings.items() if value is not None})
    steps = Steps(last)
    steps.watch()
    commands.cli(["run", "--once", "--vault", str(employee.vault)], standalone_mode=False)
    (room / "steps").write_text(" ".join(steps.taken), encoding="utf-8")


def run_until(employee: Employee, last: int) -> bool:
    """Run; whether it was killed before step `last`, or came to its end."""
    process = CONTEXT.Process(target=_run, args=(employee.room, last))
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode != 0


def steps_of(employee: Employee) -> list[str]:
    """Run to the end; the lasting steps that took."""
    assert not run_until(employee, NEVER)
    return (employee.room / "steps").read_text(encoding="utf-8").split()
