"""Disks that are full, or read-only for a while: real ones, small, in a mount namespace of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.faults.sweeping import need
from tests.flows.programs import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.sweeping import Sweep

LEFT_BYTES = range(0, 260_000, 4_096)  # from nothing to enough
A_WHOLE_SWEEP_S = 3600

pytestmark = pytest.mark.timeout(A_WHOLE_SWEEP_S)


@cache
def why_not() -> str:
    """Why no disk can be mounted here; empty when one can."""
    if os.geteuid():
        return "only root may mount a disk"
    if not shutil.which("unshare"):
        return "there is no unshare (util-linux)"
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return tried.stderr.decode(errors="replace").strip()


def on_small_disks(room: Path, *left_bytes: int) -> list[dict[str, object]]:
    """What runs said there; the program itself checks the promises."""
    words = [sys.executable, "-m", "tests.faults.cramped", str(room), *map(str, left_bytes)]
    done = subprocess.run(["unshare", "-m", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_full_disk_is_told_plainly_and_with_room_again_everything_is_done_once(tmp_path: Path, sweep: Sweep) -> None:
    need(why_not())
    told = on_small_disks(
        tmp_path, *(LEFT_BYTES[at] for at in sweep.of("a full disk, by bytes left", len(LEFT_BYTES), 3))
    )
    assert {each["code"] for each in told} == {0, 1}
    for each in told:
        said = str(each["said"])
        assert "Traceback" not in said, each
        assert each["code"] == 0 or "space" in said, each
    assert [each for each in told if each["left"] == 0 and each["code"] == 1]


def test_a_vault_that_is_read_only_for_a_while_stops_no_watching_run(tmp_path: Path) -> None:
    need(why_not())
    (told,) = on_small_disks(tmp_path)
    assert told["code"] == 0, told
    assert "Traceback" not in str(told["said"])
