"""Practice time: what a file says, and nothing else when it says nothing usable."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.clock import FileClock, SystemClock, chosen_clock
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_what_the_file_says_each_time_it_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2026-11-23T09:00:00+01:00\n", encoding="utf-8")
    clock = chosen_clock(file)
    assert clock.now() == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert clock.now().tzinfo == UTC
    file.write_text("2031-01-01T00:00:00Z", encoding="utf-8")
    assert clock.now() == datetime(2031, 1, 1, tzinfo=UTC)


def test_the_machine_goes_on_counting_and_dating_files_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2031-01-01T00:00:00Z", encoding="utf-8")
    clock, machine = FileClock(file), SystemClock()
    assert abs(clock.machine_now() - machine.now()) < timedelta(minutes=1)
    assert machine.machine_now() <= machine.now()
    before_s = clock.monotonic_s()
    assert clock.monotonic_s() >= before_s


def test_without_a_file_it_is_the_machines_own_clock() -> None:
    assert type(chosen_clock(None)) is SystemClock


@pytest.mark.parametrize(
    "content", [b"", b"soon", b"2026-11-23", b"2026-11-23T09:00:00", b"2026-02-30T09:00:00Z", b"\xff\xfe", b"1" * 5000]
)
def test_a_file_that_says_no_time_with_a_zone_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "clock"
    file.write_bytes(content)
    with pytest.raises(NeedsOwner) as refused:
        chosen_clock(file)
    assert str(file) in str(refused.value)
    assert "unset AI_EMPLOYEE_CLOCK" in refused.value.hint


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("gone", "pipe", "."):
        with pytest.raises(NeedsOwner):
            chosen_clock(tmp_path / name)


def test_a_file_that_goes_while_it_runs_is_told_too(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2031-01-01T00:00:00Z", encoding="utf-8")
    clock = chosen_clock(file)
    file.unlink()
    with pytest.raises(NeedsOwner):
        clock.now()
