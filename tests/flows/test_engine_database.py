"""`connect engine` over the command line, on a real server: tried live, the password kept out of every file but one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy import URL

    from tests.flows.employee import Employee
    from tests.standins.postgres_server import PostgresServer

SECRET = "correct horse"


@pytest.fixture
def place(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> URL:
    """The owner's database; no setting says where it is."""
    monkeypatch.delenv("AI_EMPLOYEE_ENGINE_URL", raising=False)
    url = postgres.new_database()
    return url.set(username=postgres.new_role(SECRET, url))


def engine_row(employee: Employee) -> dict[str, str]:
    rows: list[dict[str, str]] = json.loads(employee.said("doctor", "--json"))
    return next(each for each in rows if each["name"] == "engine")


def test_a_database_is_connected_and_forgotten(employee: Employee, place: URL) -> None:
    typed = f"{place.render_as_string(hide_password=False)}\n{SECRET}\n"
    assert "in a file of the state folder" in engine_row(employee)["says"]
    said = employee.said("connect", "engine", answers=typed)
    assert "lets us in" in said
    row = engine_row(employee)
    assert (row["state"], f"{place.database} at" in row["says"]) == ("real", True)
    everything = [each for base in (employee.vault, employee.state) for each in base.rglob("*") if each.is_file()]
    holding = [each.name for each in everything if SECRET.encode() in each.read_bytes()]
    assert (holding, SECRET in said) == ([], False)
    (employee.state / "secrets.age").unlink()
    row = engine_row(employee)
    assert (row["state"], row["next_step"]) == ("off", "python orchestrator.py connect engine")
    assert "forgotten" in employee.said("disconnect", "engine")
    assert "in a file of the state folder" in engine_row(employee)["says"]


def test_a_wrong_password_is_told_and_nothing_kept(employee: Employee, place: URL) -> None:
    typed = f"{place.render_as_string(hide_password=False)}\nbattery staple\n"
    result = employee.call("connect", "engine", answers=typed)
    assert (result.exit_code, "password authentication failed" in result.output) == (1, True)
    assert "in a file of the state folder" in engine_row(employee)["says"]


def test_the_setting_shows_no_password(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_EMPLOYEE_ENGINE_URL", "postgresql://me:hunter2@db.example.org/work")
    assert "work at db.example.org" in engine_row(employee)["says"]
    assert "hunter2" not in employee.said("doctor")
