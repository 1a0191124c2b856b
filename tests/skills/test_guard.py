"""The guard of the Claude Code plugin: what may not be done is refused, and whatever it does not understand too."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.durability.assistant_sessions import process_mark, sessions
from agents.durability.journal import Journal
from agents.reasoning.skill_library import discover
from tests.flows.employee import Employee
from tests.skills.guarded import PLUGIN, REFUSED, Guarded

if TYPE_CHECKING:
    from pathlib import Path

WRITING = ("Write", "Edit", "MultiEdit")


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    return Employee(tmp_path).init()


@pytest.fixture
def guarded(employee: Employee) -> Guarded:
    """A session that works in a folder of its own beside the vault."""
    cwd = employee.room / "work"
    cwd.mkdir()
    return Guarded(cwd, employee.state)


def test_no_shell_runs_wherever_the_session_works(guarded: Guarded, employee: Employee) -> None:
    for cwd in (guarded.cwd, employee.vault, employee.state):
        told = replace(guarded, cwd=cwd).tool("Bash", command="ls")
        assert told.code == REFUSED
        assert "A shell reaches every file" in told.words


@pytest.mark.parametrize(
    "name", ["BashOutput", "KillShell", "Workflow", "WebFetch", "mcp__files__write_file", "New", ""]
)
def test_a_tool_nobody_knows_does_not_run(guarded: Guarded, name: str) -> None:
    assert guarded.refuses(name, path="x")


@pytest.mark.parametrize("name", ["ToolSearch", "Task", "TodoWrite", "mcp__plugin_ai-employee_email__search_mail"])
def test_tools_that_write_no_file_and_our_own_pass(guarded: Guarded, name: str) -> None:
    assert guarded.tool(name) == guarded.tool(name)
    assert guarded.tool(name).code == 0


@pytest.mark.parametrize(
    "name", ["mcp__email__search", "mcp__plugin_other_email__send", "xmcp__plugin_ai-employee_email__x"]
)
def test_tools_of_other_servers_do_not_pass_for_ours(guarded: Guarded, name: str) -> None:
    assert guarded.refuses(name)


def places(employee: Employee) -> list[Path]:
    return [
        employee.vault / "Approved" / "x.md",
        employee.vault / "Company_Handbook.md",
        employee.vault / ".obsidian" / "app.json",
        employee.vault / "STOP.md",
        employee.state / "journal.sqlite",
        employee.state / "history.git" / "config",
        PLUGIN / "invoice-from-request" / "SKILL.md",
        PLUGIN.parent / "orchestrator.py",
    ]


def test_nothing_writes_the_vault_the_state_folder_or_the_program(guarded: Guarded, employee: Employee) -> None:
    for place in places(employee):
        for name in WRITING:
            told = guarded.tool(name, file_path=str(place))
            assert told.code == REFUSED, (name, place)
            assert "closed to this session" in told.words
        assert guarded.refuses("NotebookEdit", notebook_path=str(place))


def test_no_link_dots_or_second_name_leads_in(guarded: Guarded, employee: Employee) -> None:
    cwd = guarded.cwd
    (cwd / "link").symlink_to(employee.vault / "Approved", target_is_directory=True)
    (cwd / "note").symlink_to(employee.vault / "Ask.md")
    os.link(employee.vault / "Ask.md", cwd / "second.md")
    for name in ("link/x.md", "link/deep/x.md", "note", "second.md", "../Vault/Approved/x.md", "./x/../../Vault/a.md"):
        assert guarded.refuses("Write", file_path=name), name
        assert guarded.refuses("Edit", file_path=str(cwd / name)), name


def test_a_plain_file_of_its_own_folder_may_be_written_and_nothing_else(guarded: Guarded, tmp_path: Path) -> None:
    assert guarded.tool("Write", file_path=str(guarded.cwd / "draft.md")).code == 0
    assert guarded.tool("Edit", file_path="sub/draft.md").code == 0
    for place in (tmp_path / "x.md", "/etc/cron.d/x", ".claude/settings.json", ".git/hooks/pre-commit", ".mcp.json"):
        assert guarded.refuses("Write", file_path=str(place)), place


@pytest.mark.parametrize("given", [{}, {"file_path": None}, {"file_path": 3}, {"file_path": "a\0b"}])
def test_a_write_that_says_no_place_is_refused(guarded: Guarded, given: dict[str, object]) -> None:
    assert guarded.refuses("Write", **given)


def test_notes_keys_and_journal_are_read_through_the_tools_only(guarded: Guarded, employee: Employee) -> None:
    for place in (employee.vault / "Company_Handbook.md", employee.state / "keys", employee.state / "journal.sqlite"):
        assert guarded.refuses("Read", file_path=str(place))
        assert guarded.refuses("Grep", pattern="x", path=str(place))
    assert guarded.refuses("Grep", pattern="x", path=str(employee.room))
    assert guarded.refuses("Glob", pattern=f"{employee.vault}/**/*.md")
    assert guarded.refuses("LS", path="..")
    assert replace(guarded, cwd=employee.vault).refuses("Grep", pattern="x")
    assert guarded.tool("Read", file_path="draft.md").code == 0
    assert guarded.tool("Grep", pattern="x").code == 0
    assert guarded.tool("Glob", pattern="**/*.md").code == 0


@pytest.mark.parametrize("said", ["", "{}", "[]", "null", "no json", '{"hook_event_name": "PreToolUse"}'])
def test_what_cannot_be_understood_is_refused(guarded: Guarded, said: str) -> None:
    assert guarded.raw("PreToolUse", said).code == REFUSED


def test_without_its_script_or_python_nothing_passes(guarded: Guarded, tmp_path: Path) -> None:
    assert replace(guarded, plugin=tmp_path / "gone").refuses("ToolSearch")
    (event,) = ('{"hook_event_name": "PreToolUse"}',)
    without = guarded.raw("PreToolUse", event, "PATH=/nowhere; python3 x || exit 2")
    assert without.code == REFUSED


def test_where_no_vault_is_known_nothing_is_written(tmp_path: Path) -> None:
    alone = Guarded(tmp_path, home=tmp_path)
    assert "Run the employee once" in alone.tool("Write", file_path="x.md").words
    assert alone.tool("Read", file_path="x.md").code == 0


def test_a_vault_whose_journal_is_elsewhere_is_closed_all_the_same(employee: Employee, tmp_path: Path) -> None:
    beside = Guarded(employee.room, home=tmp_path)
    assert beside.refuses("Write", file_path="Vault/Approved/x.md")
    within = Guarded(employee.vault / "Approved", home=tmp_path)
    assert within.refuses("Write", file_path="x.md")


def test_state_folders_are_found_where_the_program_keeps_them(employee: Employee, tmp_path: Path) -> None:
    base = tmp_path / "home" / ".local" / "state" / "ai-employee"
    base.mkdir(parents=True)
    shutil.copytree(employee.state, base / "abc")
    found = Guarded(tmp_path / "home", home=tmp_path / "home")
    assert found.refuses("Write", file_path=str(employee.vault / "x.md"))
    assert found.refuses("Write", file_path=str(base / "new" / "x"))


def test_a_journal_that_cannot_be_used_stops_every_tool_and_is_named(guarded: Guarded, employee: Employee) -> None:
    (employee.state / "journal.sqlite").write_bytes(b"no database")
    told = guarded.tool("ToolSearch")
    assert told.code == REFUSED
    assert str(employee.state) in told.words
    assert guarded.hears("UserPromptSubmit").code == REFUSED
    assert guarded.hears("Stop").code == 0


def test_a_journal_of_an_older_program_stops_every_tool_until_the_employee_ran(
    guarded: Guarded, employee: Employee
) -> None:
    with sqlite3.connect(employee.state / "journal.sqlite") as sql:
        sql.execute("DROP TABLE assistant_sessions")
    assert "Let the employee run once" in guarded.tool("ToolSearch").words


def test_a_session_is_noted_from_its_start_to_its_end(guarded: Guarded, employee: Employee) -> None:
    def noted() -> tuple[int, str, bool]:
        journal = Journal.open(employee.state)
        with journal.begin() as sql:
            (one,) = sessions(sql)
        journal.close()
        return one.pid, one.mark, one.ended is not None

    assert guarded.hears("SessionStart", source="startup").code == 0
    assert noted() == (os.getpid(), process_mark(os.getpid()), False)
    for event in ("UserPromptSubmit", "PostToolUse", "Stop"):
        assert guarded.hears(event).code == 0
        assert noted()[2] is False
    assert guarded.hears("SessionEnd").code == 0
    assert noted()[2] is True
    assert guarded.tool("ToolSearch").code == 0
    assert noted()[2] is False


def test_a_tool_call_alone_notes_the_session_too(guarded: Guarded, employee: Employee) -> None:
    assert guarded.tool("Bash", command="true").code == REFUSED
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        assert len(sessions(sql)) == 1
    journal.close()


def test_the_guard_knows_each_skill_by_the_same_digest_as_the_employee(guarded: Guarded) -> None:
    for each in discover(PLUGIN)[0]:
        assert guarded.tool("Skill", skill=f"ai-employee:{each.name}").code == 0


def test_a_skill_that_is_not_as_it_was_accepted_does_not_run(guarded: Guarded, tmp_path: Path) -> None:
    copied = tmp_path / "program" / "skills"
    shutil.copytree(PLUGIN, copied, ignore=shutil.ignore_patterns("__pycache__"))
    changed = replace(guarded, plugin=copied)
    assert changed.tool("Skill", skill="ai-employee:bank-statement").code == 0
    (copied / "bank-statement" / "scripts" / "json.py").write_text("x", encoding="utf-8")
    told = changed.tool("Skill", skill="ai-employee:bank-statement")
    assert told.code == REFUSED
    assert "`skills accept bank-statement`" in told.words
    (copied / "error-triage" / "link").symlink_to(tmp_path)
    assert changed.refuses("Skill", skill="ai-employee:error-triage")
    assert changed.tool("Skill", skill="other:somebody-elses").code == 0


def test_the_hooks_cover_every_tool_and_the_manifest_names_them() -> None:
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    assert manifest["name"] == "ai-employee"
    assert (PLUGIN / manifest["hooks"]).is_file()
    servers = json.loads((PLUGIN / ".mcp.json").read_text(encoding="utf-8"))["mcpServers"]
    assert {name: each["args"][-2:] for name, each in servers.items()} == {
        "email": ["mcp", "email"],
        "autonomy": ["mcp", "autonomy"],
    }
