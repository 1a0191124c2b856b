"""The benchmark's own judgement: ratios, the 20 % rule, the table, and what is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks import run
from benchmarks.common.figures import REACH, Reach, faults, judged, table
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

SLOW = Reach("latency, times the floor's", "p50", 5.0, "floor")
FAST = Reach("burst, part of the floor's", "burst", 0.5, "floor_burst", at_least=True)
PLAIN = Reach("memory, MB", "rss", 90.0)


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [(2.0, 2.3, False), (2.0, 2.4, True), (2.0, 1.0, False)],
)
def test_a_ratio_that_grew_by_a_fifth_is_worse(before: float, now: float, *, worse: bool) -> None:
    (row,) = judged({"p50": now * 10, "floor": 10.0}, {"p50": before, "floor": 1.0}, [SLOW])
    assert (row.is_met, row.is_worse) == (True, worse)


@pytest.mark.parametrize(("now", "worse"), [(0.8, True), (0.84, False), (1.5, False)])
def test_of_a_rate_the_smaller_one_is_worse(now: float, *, worse: bool) -> None:
    (row,) = judged({"burst": now, "floor_burst": 1.0}, {"burst": 1.0, "floor_burst": 1.0}, [FAST])
    assert row.is_worse is worse


def test_a_plain_figure_is_not_compared_with_another_machine() -> None:
    (row,) = judged({"rss": 80.0}, {"rss": 20.0}, [PLAIN])
    assert (row.is_met, row.is_worse, row.before) == (True, False, None)


def test_what_is_not_met_or_worse_has_to_be_explained() -> None:
    now = {"p50": 60.0, "floor": 10.0, "burst": 0.6, "floor_burst": 1.0, "rss": 80.0}
    rows = judged(now, {"burst": 1.0, "floor_burst": 1.0}, [SLOW, FAST, PLAIN])
    assert faults(rows) == [SLOW.what, FAST.what]
    shown = "\n".join(table(now, rows))
    assert "NOT MET" in shown
    assert "20 % WORSE" in shown


def test_what_was_not_measured_is_not_judged() -> None:
    assert judged({"floor": 1.0}, {}, [SLOW, FAST, PLAIN]) == []
    assert judged({"p50": 1.0, "floor": 0.0}, {}, [SLOW]) == []


def test_one_lost_file_is_one_too_many() -> None:
    rows = judged({"arrivals.burst_1k_lost": 1, "flooded.lost": 0}, {})
    assert faults(rows) == ["lost of 1,000 files"]


def test_every_figure_to_reach_is_printed_by_a_program_of_that_name() -> None:
    named = {name.partition(".")[0] for each in REACH for name in (each.over, each.under) if name}
    there = {path.stem for path in run.programs(run.HERE, [])}
    assert named - {"verify_history"} <= there


def test_a_program_that_prints_numbers_is_a_part_under_its_name(tmp_path: Path) -> None:
    program = tmp_path / "part.py"
    program.write_text('print(\'{"seconds": 2.5, "words": "none", "lost": 0}\')', encoding="utf-8")
    assert run.figures_of(program, quick=True) == {"part.seconds": 2.5, "part.lost": 0}


def test_a_program_that_fails_has_no_figures(tmp_path: Path) -> None:
    program = tmp_path / "part.py"
    program.write_text("raise SystemExit(3)", encoding="utf-8")
    assert run.figures_of(program, quick=False) is None


def test_compared_is_with_the_newest_result_that_is_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert run.newest(tmp_path) == {}
    for day, value in (("2026-11-01", 1.0), ("2026-11-03", 3.0), ("2026-11-02", 2.0)):
        (tmp_path / f"{day}.json").write_text(json.dumps({"figures": {"x": value}}), encoding="utf-8")
    git(tmp_path, "add", "2026-11-01.json", "2026-11-02.json")
    git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "results")
    (tmp_path / "2026-11-02.json").write_text("{}", encoding="utf-8")
    assert run.newest(tmp_path) == {"x": 2.0}


def test_a_result_names_its_machine_by_nothing_private() -> None:
    assert set(run.facts(0.5)) == {"at", "cores", "python", "system", "load_before", "load_after"}


def test_what_was_measured_that_day_is_kept_for_a_part_that_is_run_alone(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-01.json"
    assert run.kept_figures(path) == {}
    run.keep(path, {"x": 1.0}, run.facts(0.5))
    assert run.kept_figures(path) == {"x": 1.0}
