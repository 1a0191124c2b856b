"""The vault the doors open to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.servers.email_mcp_server import MailDoor
from tests.autonomy.conftest import house
from tests.flows.employee import Employee, mail, request

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["house"]


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """A vault in which one mail waits as a task, with an invoice proposed."""
    made = Employee(tmp_path).init()
    made.drop("request.eml", mail(request()))
    made.once()
    return made


@pytest.fixture
def door(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> MailDoor:
    """The same vault's door in this process."""
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.state))
    return MailDoor.open(employee.vault)
