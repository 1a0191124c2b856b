"""Passwords that are kept: listed without being shown, and replaced with overlap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.console.credential_commands import credentials_capability
from agents.console.wiring import open_house
from tests.connectors.email.mail_room import answers_for
from tests.flows.steps import proposed_mail
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.contract import Capability
    from tests.flows.employee import Employee

OLD, NEW = "correct horse", "battery staple"
NAME = "mail.password"


@pytest.fixture
def server(employee: Employee, tmp_path: Path) -> Iterator[SmtpServer]:
    """A mail server the employee is connected to."""
    with SmtpServer(make_certificate(tmp_path), password=OLD) as server:
        employee.said("connect", "mail", answers="".join(f"{each}\n" for each in answers_for(server).values()))
        yield server


def listed(employee: Employee) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(employee.said("credentials", "--json"))
    return rows


def doctors_row(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> Capability:
    for name, value in employee.settings.items():
        if value:
            monkeypatch.setenv(name, value)
    house = open_house(employee.vault)
    try:
        return credentials_capability(house)
    finally:
        house.close()


def test_without_a_connection_there_is_none(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(employee) == []
    assert "connect NAME" in employee.said("credentials")
    assert doctors_row(employee, monkeypatch).says.startswith("none; they would lie in ")
    refused = employee.call("credentials", "rotate", NAME, answers=f"{NEW}\n")
    assert (refused.exit_code, "No password 'mail.password' is kept" in refused.output) == (1, True)


def test_a_password_is_listed_with_its_use_and_never_shown(employee: Employee, server: SmtpServer) -> None:
    (row,) = listed(employee)
    assert (row["name"], row["scope"], row["used"], row["days"], row["too_old"]) == (NAME, "mail", "", 0, False)
    assert "not used yet" in employee.said("credentials")
    employee.approve(proposed_mail(employee))
    employee.once()
    assert server.received
    (row,) = listed(employee)
    assert row["used"] == row["since"]
    assert "last used" in employee.said("credentials")
    assert OLD not in employee.said("credentials") + employee.said("credentials", "--json")
    employee.said("disconnect", "mail")
    assert listed(employee) == []


def test_a_new_password_is_tried_first_and_then_in_force(employee: Employee, server: SmtpServer) -> None:
    server.password = NEW
    said = employee.said("credentials", "rotate", NAME, answers=f"{NEW}\n")
    assert "took the login" in said
    assert "is in force" in said
    assert NEW not in said
    employee.approve(proposed_mail(employee))
    employee.once()
    assert len(server.received) == 1
    assert [row["name"] for row in listed(employee)] == [NAME]


def test_while_the_new_one_fails_the_old_one_stays_in_force(employee: Employee, server: SmtpServer) -> None:
    refused = employee.call("credentials", "rotate", NAME, answers=f"{NEW}\n")
    assert refused.exit_code == 1
    assert "The old password stays in force" in refused.output
    assert NEW not in refused.output
    employee.approve(proposed_mail(employee))
    employee.once()
    assert len(server.received) == 1


def test_one_that_is_too_old_is_said_with_the_next_step(
    employee: Employee, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.logins
    records = employee.state / "credentials.json"
    kept = json.loads(records.read_text(encoding="utf-8"))
    kept[NAME]["since"] = "2026-01-01"
    records.write_text(json.dumps(kept), encoding="utf-8")
    (row,) = listed(employee)
    assert row["too_old"] is True
    assert f"credentials rotate {NAME}" in employee.said("credentials")
    told = doctors_row(employee, monkeypatch)
    assert NAME in told.says
    assert told.next_step == f"python orchestrator.py credentials rotate {NAME}"


def test_a_file_nobody_can_open_is_said(
    employee: Employee, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.logins
    (employee.state / "keys" / "secrets-identity").unlink()
    assert doctors_row(employee, monkeypatch).state == "off"
    refused = employee.call("credentials")
    assert (refused.exit_code, "does not open it" in refused.output) == (1, True)
