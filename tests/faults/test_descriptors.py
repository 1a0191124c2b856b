"""A run that may open only so many files: it says so, and the next run, without the limit, ends what was begun."""

from __future__ import annotations

import resource
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.forked import Run
from tests.faults.promises import assert_kept
from tests.faults.stage import PARTS
from tests.faults.sweeping import need

if TYPE_CHECKING:
    from tests.faults.stage import Part, Stage
    from tests.faults.sweeping import Sweep

OPEN_FILES = Path("/proc/self/fd")
MORE_FILES = 14  # than are open at its start, and a run wants for nothing


def _limited(more: int, _room: Path) -> None:
    highest = max(int(each.name) for each in OPEN_FILES.iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + more, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


@pytest.mark.parametrize("part", PARTS)
def test_out_of_descriptors_it_says_so_and_the_next_run_ends_it_once(stage: Stage, sweep: Sweep, part: Part) -> None:
    need("" if OPEN_FILES.is_dir() else f"there is no {OPEN_FILES}")
    refused = 0
    for more in sweep.of("out of descriptors", MORE_FILES, few=3):
        with stage.play(part) as employee:
            ended = Run(employee, partial(_limited, more)).to_its_end()
            assert ended.code in {0, 1}, ended
            assert "Traceback" not in ended.said, (more, ended.said)
            assert ended.said.strip(), more
            refused += ended.code
            assert_kept(employee, stage.server, stage.undisturbed[part])
    assert refused
