"""The coverage gate lets nothing slip through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.coverage_gates import Report, below_the_bar, main

if TYPE_CHECKING:
    from pathlib import Path


def report(path: str, percent: float, lines: list[int], branches: list[list[int]]) -> str:
    module = {"summary": {"percent_covered": percent}, "missing_lines": lines, "missing_branches": branches}
    return Report.model_validate({"files": {path: module}}).model_dump_json()


def test_one_missing_branch_in_a_room_of_promises_fails_and_is_named() -> None:
    text = report("agents/vault/note.py", 99.9, [], [[12, 14], [20, -3]])
    assert below_the_bar(Report.model_validate_json(text)) == (
        "agents/vault/note.py: 99.9 % of 100 %, branches 12->14, 20->exit",
    )


@pytest.mark.parametrize(("percent", "failures"), [(90.0, 0), (89.9, 1)])
def test_elsewhere_ninety_percent_are_enough(percent: float, failures: int) -> None:
    text = report("watchers/folder_watcher.py", percent, [7], [])
    assert len(below_the_bar(Report.model_validate_json(text))) == failures


def test_an_empty_report_fails(tmp_path: Path) -> None:
    empty = tmp_path / "coverage.json"
    empty.write_text('{"files": {}}', encoding="utf-8")
    assert main(empty) == 1


def test_the_exit_code_and_the_lines_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "coverage.json"
    file.write_text(report("agents/approval/gate.py", 98, [3], []), encoding="utf-8")
    assert main(file) == 1
    assert "agents/approval/gate.py: 98.0 % of 100 %, lines 3" in capsys.readouterr().out
    file.write_text(report("agents/approval/gate.py", 100, [], []), encoding="utf-8")
    assert main(file) == 0
