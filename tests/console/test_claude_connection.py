"""What `doctor` says about the model: who decides, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.console.claude_connection import KEY, brain_capability
from agents.console.model_brain import first_request
from agents.console.privacy_commands import code_of, terms_of
from agents.console.wiring import open_house
from agents.durability.task_persistence import TaskRow
from agents.errors import NotAllowed
from agents.settings import Settings
from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path


def test_doctor_says_who_decides_and_the_one_next_step(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init()
    chosen = Settings(state=employee.state, model_when="always")
    house = open_house(employee.vault, chosen)
    alone = brain_capability(house)
    house.passwords.put(KEY, "sk-test")
    closed = brain_capability(house)
    employee.said("privacy", "accept", "--page", code_of(terms_of(chosen)))
    helped = brain_capability(house)
    house.passwords.forget(KEY)
    keyless = brain_capability(house)
    house.close()
    assert (alone.says, alone.next_step) == ("the playbook: rules and skills, no key needed", "")
    assert "you have not accepted" in closed.says
    assert closed.next_step.endswith("privacy")
    assert "claude-sonnet-5-5 wherever the rules do not just file" in helped.says
    assert keyless.next_step.endswith("connect claude")


def test_nothing_is_laid_out_for_a_task_that_is_gone(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init()
    house = open_house(employee.vault, Settings(state=employee.state))
    view = '{"kind": "ask", "sender_name": "", "sender_address": "", "subject": "", "text": "x", "message_id": "",'
    view += ' "received": "2026-11-23T12:00:00+00:00", "flags": [], "attachments": []}'
    row = TaskRow("2026-11-23-ask-0000000000", "2026-11-23T12:00:00+00:00", "filed", 0, "", view, "", "", "", "")
    with pytest.raises(NotAllowed, match="is gone"):
        first_request(house, row)
    house.close()
