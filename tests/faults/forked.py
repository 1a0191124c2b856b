"""A `run --once` in a process of its own, forked from a server that has everything imported.

What it says is written into shared memory, so that a fault in a system call never hits the words we judge it by.
"""

from __future__ import annotations

import io
import mmap
import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.console import commands
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess
    from multiprocessing.synchronize import Event
    from pathlib import Path

PATIENCE_S = 90.0
SAID_BYTES = 1 << 16
KILLED = -signal.SIGKILL
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.warm"])


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (negative: the signal), and what it said."""

    code: int
    said: str

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.code == KILLED


class _Said(io.TextIOBase):
    """A stream into memory that is shared with the parent. No system call is made to write to it."""

    def __init__(self, place: Path) -> None:
        with place.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SAID_BYTES)
        self._at = 0

    def write(self, text: str, /) -> int:
        content = text.encode(errors="replace")[: SAID_BYTES - self._at]
        self._memory[self._at : self._at + len(content)] = content
        self._at += len(content)
        return len(text)


def nothing(_room: Path) -> None:
    """Prepare nothing."""


def _run(room: Path, prepare: Callable[[Path], Callable[[], None] | None], ready: Event, go: Event) -> None:
    employee = Employee(room)
    os.environ.update({name: value for name, value in employee.settings.items() if value is not None})
    sys.stdout = sys.stderr = _Said(room / "said")
    ready.set()
    go.wait()
    after = prepare(room)
    try:
        commands.cli(["run", "--once", "--vault", str(employee.vault)], standalone_mode=False)
    finally:
        if after:
            after()


class Run:
    """One run that waits, with everything loaded, until it is let go."""

    def __init__(self, employee: Employee, prepare: Callable[[Path], Callable[[], None] | None] = nothing) -> None:
        self._place = employee.room / "said"
        self._place.write_bytes(bytes(SAID_BYTES))
        self._go = CONTEXT.Event()
        ready = CONTEXT.Event()
        self._process: ForkServerProcess = CONTEXT.Process(target=_run, args=(employee.room, prepare, ready, self._go))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid
        assert ready.wait(PATIENCE_S)

    def to_its_end(self) -> Ended:
        """Let it go, and wait until it is gone."""
        self._go.set()
        self._process.join(PATIENCE_S)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            raise AssertionError(f"it hangs; it said: {self._said()}")
        return Ended(code, self._said())

    def _said(self) -> str:
        return self._place.read_bytes().rstrip(b"\0").decode()
