"""The machine's clock jumps, between runs and under one: a day, a change of summer time, past the 32-bit seconds."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.faults.promises import assert_each_in_one_place, assert_whole
from tests.faults.sweeping import need
from tests.flows.employee import Employee, mail, request
from tests.flows.programs import command_line, started
from tests.flows.steps import BOOKED, only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.sweeping import Sweep

BERLIN = "Europe/Berlin"
# libfaketime (0.9.10) takes the sleep until a moment of the monotonic clock, which Python makes, for nonsense
SLEEP_WITHOUT_A_MOMENT = (
    "import threading, time\ntime.sleep = lambda seconds: threading.Event().wait(seconds) and None\n"
)
# the clock at each of three runs: mail dropped, invoice approved, mail approved
JUMPS = (
    ("+0", "-1d", "-1d"),  # back a day
    ("+0", "+1d", "+0"),
    ("@2027-03-28 01:59:58", "@2027-03-28 03:00:05", "@2027-03-28 03:05:00"),  # into summer time
    ("@2038-01-19 04:14:05", "@2038-01-19 04:14:06", "@2038-01-20 00:00:00"),  # past the 32-bit seconds
    ("@2026-10-25 02:59:58", "@2026-10-25 02:30:00", "@2026-10-25 03:00:30"),  # out of summer time, an hour twice
)
A_WHOLE_SWEEP_S = 1800


@cache
def why_not() -> str:
    """Why no clock can be faked here; empty when one can."""
    return "" if shutil.which("faketime") else "faketime is not installed"


@cache
def library() -> str:
    """The library that fakes the clock, as the loader wants it."""
    line = ["faketime", "-f", "+0", "printenv", "LD_PRELOAD"]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True)
class Traveller(Employee):
    """An employee whose machine has another clock: offset or moment as faketime writes them, kept in a file.

    Only what the machine calls the time of day jumps: neither what it counts pauses with nor the times of files.
    `at_once`: a process that runs already sees the jump too, at some cost.
    """

    quiet_s: float = 0
    at_once: bool = False

    @property
    def settings(self) -> dict[str, str | None]:
        faked = {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self.room / "clock"),
            "FAKETIME_NO_CACHE": "1" if self.at_once else "0",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": str(self.room / "python"),
            "TZ": BERLIN,
            "AI_EMPLOYEE_SCAN_EVERY_S": "0.2",
        }
        return super().settings | faked | {"AI_EMPLOYEE_QUIET_S": str(self.quiet_s)}

    def jump(self, clock: str) -> None:
        """From now on the clock says this."""
        aside = self.room / "clock.new"
        aside.write_text(f"{clock}\n", encoding="ascii")
        aside.rename(self.room / "clock")

    def once(self) -> str:
        """A `run --once` by the clock as it is, in a process of its own; what it said."""
        with started(self, *command_line(self, "run", "--once")) as program:
            code = program.ends()
            said = program.said()
        assert code == 0, said
        assert "Traceback" not in said
        return said

    def booked(self) -> int:
        """How many invoices are in the books."""
        return len(re.findall(BOOKED, self.ledger()))


def traveller(room: Path, quiet_s: float = 0, *, at_once: bool = False) -> Traveller:
    """In a fresh vault, at the hour of this machine."""
    need(why_not())
    (room / "python").mkdir()
    (room / "python" / "sitecustomize.py").write_text(SLEEP_WITHOUT_A_MOMENT, encoding="ascii")
    employee = Traveller(room, quiet_s=quiet_s, at_once=at_once)
    employee.jump("+0")
    employee.init()
    return employee


@pytest.mark.timeout(A_WHOLE_SWEEP_S)
def test_whatever_the_clock_says_each_effect_is_made_once(tmp_path: Path, sweep: Sweep) -> None:
    need(why_not())
    for at in sweep.of("clocks that jump between runs", len(JUMPS), few=2):
        room = tmp_path / str(at)
        room.mkdir()
        employee = traveller(room)
        employee.drop("request.eml", mail(request()))
        for clock, action in zip(JUMPS[at], ("invoice.create", "email.send", ""), strict=True):
            employee.jump(clock)
            employee.once()
            if action:
                employee.approve(only(employee.pending(action)))
        assert (employee.booked(), len(employee.outbox())) == (1, 1), JUMPS[at]
        assert employee.status()["done"] == 1
        assert_each_in_one_place(employee)
        assert_whole(employee)


def test_a_yes_counts_until_it_expires_by_the_clock_of_the_machine(tmp_path: Path) -> None:
    employee = traveller(tmp_path)
    employee.drop("request.eml", mail(request()))
    employee.once()
    late = only(employee.pending("invoice.create"))
    employee.approve(late)
    employee.jump("+8d")
    employee.once()
    assert employee.booked() == 0
    assert late.stem not in employee.ids("approved")
    employee.jump("-30d")
    employee.once()
    assert employee.booked() == 0, "what has expired stays so when the clock goes back"
    assert_each_in_one_place(employee)
    assert_whole(employee)


def test_a_clock_that_jumps_under_a_watching_run_hangs_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    employee = traveller(tmp_path, quiet_s=0.3, at_once=True)
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching" in program.said())
        for number, clock in enumerate(("-1d", "+2d", "@2038-01-19 04:14:00"), start=1):
            employee.jump(clock)
            employee.drop(f"request-{number}.eml", mail(request(), number=number))
            program.until(lambda: any(each.is_file() for each in employee.pending("invoice.create")))
            employee.approve(only(employee.pending("invoice.create")))
            program.until(lambda at=number: employee.booked() == at)  # type: ignore[misc]
        assert program.signal(signal.SIGTERM) == 0
        assert "Traceback" not in program.said()
    employee.once()
    assert employee.booked() == 3
    assert len(employee.pending("email.send")) + len(employee.questions()) == 3, "expired ones are asked about"
    assert_each_in_one_place(employee)
    assert_whole(employee)
