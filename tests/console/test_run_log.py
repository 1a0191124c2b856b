"""The log that helps to find a fault."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from agents.console.run_log import open_log
from tests.security.secret_samples import letters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for handler in logging.getLogger(f"ai-employee.{tmp_path / 'runner.log'}").handlers:
        handler.close()


def test_a_call_is_one_json_line_and_opening_twice_does_not_double_it(state: Path) -> None:
    for _ in range(2):
        open_log(state).info("call", connector="smtp", call="execute", result="Transient")
    rows = [json.loads(line) for line in (state / "runner.log").read_text(encoding="utf-8").splitlines()]
    assert [row["connector"] for row in rows] == ["smtp", "smtp"]
    assert rows[0]["event"] == "call"
    assert rows[0]["timestamp"].endswith("Z")


def test_a_line_the_disk_does_not_take_is_lost_and_nothing_is_said(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (state / "runner.log").mkdir()
    open_log(state).info("call", connector="smtp")
    assert capsys.readouterr() == ("", "")


def test_a_secret_in_a_line_is_masked(state: Path) -> None:
    token = "npm_" + letters("npm", 36)
    open_log(state).info(f"refused {token}", words=f"password: hunter2 and {token}", took_s=0.5)
    row = json.loads((state / "runner.log").read_text(encoding="utf-8"))
    assert row["event"] == "refused ⟨secret: npm token, 40 characters⟩"
    assert "hunter2" not in row["words"]
    assert token not in row["words"]
    assert row["took_s"] == 0.5
