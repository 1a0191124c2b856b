"""The doors as the official inspector's command line meets them: a client in another language, by other people."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from agents.connectors.odoo.account import place_of
from agents.vault.files import PRIVATE_MODE, write_over
from tests.flows.employee import Employee, mail, request
from tests.servers.conversation import AUTONOMY, BOOKS, MAIL, ODOO, ROOT, command, environment
from tests.servers.http_server import served, token_of
from tests.servers.replies import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

INSPECTOR = ROOT / ".venv/npm/node_modules/@modelcontextprotocol/inspector-cli/build/index.js"
PATIENCE_S = 60


@pytest.fixture(scope="module")
def employee(tmp_path_factory: pytest.TempPathFactory) -> Employee:
    """A vault in which one mail waits as a task; skipped where the inspector is not, failing where it must be."""
    missing = "" if INSPECTOR.is_file() and shutil.which("node") else "the inspector is not installed: `make inspector`"
    if missing and os.environ.get("INSPECTOR_IS_HERE"):
        pytest.fail(f"in CI this must run: {missing}")
    if missing:
        pytest.skip(missing)
    made = Employee(tmp_path_factory.mktemp("inspector")).init()
    made.drop("request.eml", mail(request()))
    made.once()
    write_over(place_of(made.state), b"{}", mode=PRIVATE_MODE)  # an Odoo is connected; nothing is asked of it here
    return made


def told(employee: Employee, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", str(INSPECTOR), *words],
        cwd=INSPECTOR.parent,  # it looks for its own package from there
        env=environment(employee),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def answer(employee: Employee, *words: str) -> dict[str, Any]:
    result = told(employee, *words)
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("server", "tool"),
    [(MAIL, "propose_reply"), (AUTONOMY, "propose_pause"), (BOOKS, "propose_bill"), (ODOO, "propose_payment")],
)
def test_it_lists_the_tools_of_each_server(employee: Employee, server: str, tool: str) -> None:
    tools = answer(employee, *command(employee, server), "--method", "tools/list")["tools"]
    found = next(each for each in tools if each["name"] == tool)
    assert found["annotations"]["readOnlyHint"] is False
    assert found["annotations"]["destructiveHint"] is False
    assert found["outputSchema"]["properties"]["proposal"]["type"] == "string"


def test_it_calls_a_tool_that_reads_and_one_that_proposes(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    listed = answer(employee, *command(employee), "--method", "tools/call", "--tool-name", "list_tasks")
    assert [each["id"] for each in listed["structuredContent"]["tasks"]] == [task]
    call = ("--method", "tools/call", "--tool-name", "propose_reply", "--tool-arg")
    asked = answer(employee, *command(employee), *call, f"task_id={task}", "subject=Re: Invoice", "body=It is coming.")
    assert asked["structuredContent"]["status"] == "recorded"
    assert recorded(employee) == 1
    employee.once()
    assert [each.stem for each in employee.pending("email.send")] == [asked["structuredContent"]["proposal"]]
    assert employee.outbox() == []


def test_it_is_told_what_went_wrong(employee: Employee) -> None:
    call = ("--method", "tools/call", "--tool-name", "read_task", "--tool-arg", "task_id=nobody")
    refused = answer(employee, *command(employee), *call)
    assert refused["isError"] is True
    assert "Call list_tasks for the ids there are" in refused["content"][0]["text"]


def test_it_lists_prompts_and_the_way_to_notes(employee: Employee) -> None:
    prompts = answer(employee, *command(employee), "--method", "prompts/list")["prompts"]
    assert {each["name"] for each in prompts} == {"triage_the_inbox", "draft_a_reply"}
    templates = answer(employee, *command(employee), "--method", "resources/templates/list")["resourceTemplates"]
    assert [each["uriTemplate"] for each in templates] == ["vault://note/{+path}"]


@pytest.fixture(scope="module")
def url(employee: Employee) -> Iterator[str]:
    token_of(employee)
    with served(employee, AUTONOMY) as address:
        yield address


def test_over_http_it_comes_in_with_the_token_only(employee: Employee, url: str) -> None:
    header = ("--header", f"Authorization: Bearer {token_of(employee)}")
    call = (url, "--transport", "http", "--method", "tools/call", "--tool-name", "overview")
    assert answer(employee, *call, *header)["structuredContent"]["stands_still"] == ""
    outside = told(employee, *call)
    assert outside.returncode != 0
    assert "Unauthorized" in outside.stderr
