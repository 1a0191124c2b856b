"""The real Claude Code obeys the plugin's guard, finds its skills, starts its servers: `make claude-code` runs this."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.durability.assistant_sessions import sessions
from agents.durability.journal import Journal
from tests.flows.employee import Employee
from tests.flows.steps import proposed_invoice
from tests.skills.claude_code import BINARY, HELPER, Call, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not BINARY, reason="365 MB; `make claude-code` installs it and runs this")
CLOSED = "closed to this session"
NO_SHELL = "A shell reaches every file"


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    return Employee(tmp_path).init()


def test_bash_and_edits_are_denied_in_vault_and_state_folder_with_every_permission_given(employee: Employee) -> None:
    note = proposed_invoice(employee)
    target = employee.vault / "Approved" / note.name
    work = employee.room / "work"
    work.mkdir()
    calls = [
        Call("Bash", {"command": f"mv '{note}' '{target}'", "description": "approve"}),
        Call("Write", {"file_path": str(target), "content": note.read_text(encoding="utf-8")}),
        Call("Write", {"file_path": str(employee.state / "x"), "content": "x"}),
        Call("Read", {"file_path": str(employee.state / "allowed_signers")}),
        Call("Write", {"file_path": str(work / "draft.md"), "content": "a draft"}),
        Call("Skill", {"skill": "ai-employee:bank-statement"}),
    ]
    session = run(employee.room, work, calls, state=employee.state)
    bash, write, state, read, draft, skill = session.answers
    assert NO_SHELL in bash
    assert CLOSED in write
    assert CLOSED in state
    assert "leave out what is private" in read
    assert "File created" in draft
    assert "Launching skill" in skill
    assert note.is_file()
    assert not target.exists()
    assert not (employee.state / "x").exists()
    assert (work / "draft.md").read_text(encoding="utf-8") == "a draft"


def test_a_helper_of_the_session_is_guarded_too(employee: Employee) -> None:
    target = employee.vault / "Approved" / "x.md"
    work = employee.room / "work"
    work.mkdir()
    given = {"description": "x", "prompt": f"{HELPER} {target} now", "subagent_type": "general-purpose"}
    session = run(employee.room, work, [Call("Agent", {**given, "run_in_background": False})], state=employee.state)
    assert CLOSED in " ".join(session.helper)
    assert not target.exists()


def test_skills_are_listed_servers_answer_and_the_session_is_noted_and_ended(employee: Employee) -> None:
    calls = [
        Call("ToolSearch", {"query": "tasks"}),
        Call("mcp__plugin_ai-employee_email__list_tasks", {}),
    ]
    session = run(employee.room, employee.vault, calls, state=employee.state)
    assert "ai-employee:invoice-from-request" in json.dumps(session.first)
    assert "from_outside" in session.answers[1]
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        (noted,) = sessions(sql)
    journal.close()
    assert noted.id == session.end["session_id"]
    assert noted.pid > 0
    assert noted.ended is not None
