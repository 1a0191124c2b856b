"""Every lasting system call of a run, as strace sees them: killed there, or refused there. Finds what we forgot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.injected import Fault, points_of, trace, why_not
from tests.faults.promises import assert_kept
from tests.faults.stage import PARTS
from tests.faults.sweeping import need

if TYPE_CHECKING:
    from tests.faults.stage import Part, Stage
    from tests.faults.sweeping import Sweep

KILL = Fault("signal=KILL")
A_WHOLE_SWEEP_S = 7200
REFUSALS = {
    "EIO": Fault("error=EIO"),
    "ENOSPC": Fault("error=ENOSPC"),
    "EIO that lasts": Fault("error=EIO", lasts=True),
    "ENOSPC that lasts": Fault("error=ENOSPC", lasts=True),
}

pytestmark = pytest.mark.timeout(A_WHOLE_SWEEP_S)


@pytest.mark.parametrize("part", PARTS)
def test_killed_at_any_lasting_system_call_the_next_run_ends_it_once(stage: Stage, sweep: Sweep, part: Part) -> None:
    need(why_not())
    with stage.play(part) as employee:
        undisturbed, calls = trace(employee)
    assert undisturbed.code == 0
    points = points_of(calls)
    assert len(points) > 300
    for at in sweep.of("killed by strace", len(points), few=4):
        with stage.play(part) as employee:
            ended, calls = trace(employee, KILL, points[at])
            # how often a call is made goes by chance, by a few: a run that ended was never there
            assert ended.killed or points[at] not in points_of(calls), (points[at], ended)
            assert_kept(employee, stage.server, stage.undisturbed[part])


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("part", PARTS)
def test_refused_at_any_lasting_system_call_it_says_so_plainly_and_the_next_run_ends_it_once(
    stage: Stage, sweep: Sweep, part: Part, refusal: str
) -> None:
    need(why_not())
    with stage.play(part) as employee:
        points = points_of(trace(employee)[1])
    struck = 0
    for at in sweep.of(f"refused by strace with {refusal}", len(points), few=3):
        with stage.play(part) as employee:
            ended, calls = trace(employee, REFUSALS[refusal], points[at])
            struck += any("INJECTED" in call for call in calls)
            assert ended.code in {0, 1}, (points[at], ended)
            assert "Traceback" not in ended.said, (points[at], ended.said)
            assert ended.said.strip(), points[at]
            assert_kept(employee, stage.server, stage.undisturbed[part])
    assert struck
