"""Promises of the quiet period."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.clock import NOON
from tests.watchers.samples import written
from watchers.quiet import QuietPeriod

if TYPE_CHECKING:
    from pathlib import Path

FUTURE = NOON + timedelta(days=1)


def test_an_old_file_is_quiet_at_once(tmp_path: Path) -> None:
    status = written(tmp_path / "a", "a").stat()
    assert QuietPeriod().remaining_s("a", status, NOON, 2.0) == 0


def test_without_a_quiet_period_everything_is_quiet(tmp_path: Path) -> None:
    status = written(tmp_path / "a", "a", FUTURE).stat()
    assert QuietPeriod().remaining_s("a", status, NOON, 0.0) == 0


def test_a_file_of_the_future_that_grows_starts_again(tmp_path: Path) -> None:
    quiet, path = QuietPeriod(), written(tmp_path / "a", "a", FUTURE)
    assert quiet.remaining_s("a", path.stat(), NOON, 2.0) == 2.0
    assert quiet.remaining_s("a", path.stat(), NOON + timedelta(seconds=1), 2.0) == 1.0
    written(path, "aa", FUTURE)
    assert quiet.remaining_s("a", path.stat(), NOON + timedelta(seconds=2), 2.0) == 2.0
    assert quiet.remaining_s("a", path.stat(), NOON + timedelta(seconds=9), 2.0) == 0


def test_a_clock_set_back_starts_again_and_never_waits_longer_than_the_period(tmp_path: Path) -> None:
    quiet, status = QuietPeriod(), written(tmp_path / "a", "a", FUTURE).stat()
    quiet.remaining_s("a", status, NOON, 2.0)
    assert quiet.remaining_s("a", status, NOON - timedelta(days=1), 2.0) == 2.0


@pytest.mark.parametrize(("kept", "wait_s"), [(["a"], 1.0), ([], 2.0)])
def test_files_that_are_gone_are_forgotten(tmp_path: Path, kept: list[str], wait_s: float) -> None:
    quiet, path = QuietPeriod(), written(tmp_path / "a", "a", FUTURE)
    quiet.remaining_s("a", os.lstat(path), NOON, 2.0)
    quiet.forget_all_but(kept)
    assert quiet.remaining_s("a", os.lstat(path), NOON + timedelta(seconds=1), 2.0) == wait_s


@pytest.mark.parametrize("days", [-40, 40])
def test_where_the_vault_has_another_time_the_machines_own_counts(tmp_path: Path, days: int) -> None:
    status = written(tmp_path / "a", "a", NOON).stat()
    machine = [NOON, NOON + timedelta(seconds=2)]
    quiet, practice = QuietPeriod(lambda: machine.pop(0)), NOON + timedelta(days=days)
    assert quiet.remaining_s("a", status, practice, 2.0) == 2.0
    assert quiet.remaining_s("a", status, practice, 2.0) == 0
