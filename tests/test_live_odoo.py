"""`make odoo-sample` and `make live NAME=odoo`, with the stand-in as the server: never against books of somebody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.connectors.odoo.tried import is_tried
from agents.errors import NeedsOwner, NotAllowed
from tests import odoo_sample
from tests.flows.employee import Employee
from tests.standins.odoo.chart import Setup
from tests.standins.odoo.world import KEYS, Odoo

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Odoo]:
    """A fresh server with a database for tests, named by the environment."""
    odoo = Odoo(Setup(currency="EUR", taxes=("19", "7"), first_id=40))
    odoo.service.database = "studio-test"
    with odoo:
        given = {"URL": odoo.url, "DATABASE": "studio-test", "USER": "bookkeeper", "KEY": KEYS["bookkeeper"]}
        for name, value in (given | {"ADMIN": "admin", "ADMIN_KEY": KEYS["admin"]}).items():
            monkeypatch.setenv(f"LIVE_ODOO_{name}", value)
        yield odoo


@pytest.mark.parametrize("name", ["studio", "latest", "contest2", "attestation"])
def test_a_database_that_does_not_say_that_it_is_for_tests_is_not_touched(
    server: Odoo, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("LIVE_ODOO_DATABASE", name)
    with pytest.raises(NotAllowed, match="somebody's books"):
        odoo_sample.open_live()
    monkeypatch.delenv("LIVE_ODOO_KEY")
    with pytest.raises(NeedsOwner, match="LIVE_ODOO_KEY"):
        odoo_sample.open_live()
    assert server.asked == []


def test_a_sample_company_is_made_once_and_the_suite_runs_in_it(
    server: Odoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert odoo_sample.main() == 0
    entries = len(server.find("account.move"))
    assert odoo_sample.main() == 0
    assert capsys.readouterr().out.count("60 entries stand in studio-test of Odoo 18") == 2
    assert len(server.find("account.move")) == entries
    # a process of its own, as pytest does not run within itself
    command = [sys.executable, "-m", "tests.live_odoo", "-k", "test_a_bill_is_owed_once"]
    root = Path(__file__).resolve().parents[1]
    employee = Employee(tmp_path).init()
    env = os.environ | {"VAULT": str(employee.vault), "AI_EMPLOYEE_STATE": str(employee.state)}
    ended = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 passed" in ended.stdout, ended.stdout
    assert server.find("account.move") == []
    assert is_tried(employee.state, odoo_sample.open_live().account)
