"""The employee as a program of its own, started the way an owner starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.flows.employee import Employee

PROJECT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 0.02
PATIENCE_S = 90.0


@dataclass(frozen=True)
class Program:
    """A program that runs; what it says goes to a file."""

    process: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        """Everything it said so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def until(self, holds: Callable[[], object]) -> None:
        """Wait for a condition; a program that ends before, or takes for ever, fails the test."""
        pause = threading.Event()
        for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
            if holds():
                return
            assert self.process.poll() is None, self.said()
            pause.wait(LOOK_EVERY_S)
        raise AssertionError(self.said())

    def ends(self) -> int:
        """Its exit code, when it ends; one that takes for ever fails the test with what it said."""
        try:
            return self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(self.said()) from None

    def signal(self, number: int) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.ends()


def command_line(employee: Employee, *words: str, project: Path = PROJECT) -> list[str]:
    """The command line for one command in this vault."""
    return [sys.executable, str(project / "orchestrator.py"), *words, "--vault", str(employee.vault)]


@contextmanager
def started(employee: Employee, *command: str, here: Path = PROJECT) -> Iterator[Program]:
    """A program in the folder `here`, with the employee's settings; it is gone afterwards. No package is downloaded."""
    settings = {name: value for name, value in employee.settings.items() if value is not None}
    output = employee.room / f"output-{len(list(employee.room.glob('output-*')))}.txt"
    with output.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=here,
            env={**os.environ, **settings, "PIP_NO_INDEX": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Program(process, output)
    finally:
        process.kill()
        process.wait()
