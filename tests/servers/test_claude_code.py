"""The real Claude Code calls the doors; the model is the Messages API on this computer, so it says what the test wrote.

It is 365 MB, so it is no part of CI: `make claude-code` installs it and runs this.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.employee import Employee, mail, request
from tests.servers.conversation import AUTONOMY, MAIL, command
from tests.standins.messages_server import MessagesServer, Says, call, text, uses

if TYPE_CHECKING:
    from tests.standins.messages_server import Answer, Asked

CLAUDE = Path(os.environ.get("CLAUDE_CODE_BINARY", "nowhere"))
PATIENCE_S = 100
NOT_YET = "No such tool available"
TURNS = 60
TASK = re.compile(r"\d{4}-\d\d-\d\d-email-[0-9a-f]{10}")


@pytest.fixture
def employee(tmp_path: Path) -> Employee:
    """A vault in which one mail waits as a task; skipped where Claude Code is not installed."""
    if not CLAUDE.is_file():
        pytest.skip("Claude Code is not installed: `make claude-code`")
    made = Employee(tmp_path).init()
    made.drop("request.eml", mail(request()))
    made.once()
    return made


@dataclass
class Obedient:
    """A model that does in order what the test wrote, with the task it was shown; it keeps what the tools said.

    A server that is not connected yet is asked once more.
    """

    wants: list[tuple[str, dict[str, str]]]

    def __post_init__(self) -> None:
        self.heard: list[str] = []
        self.asked = 0
        self.last: tuple[str, dict[str, str]] | None = None

    def __call__(self, asked: Asked) -> Answer:
        body = json.dumps(asked.json["messages"])
        results = [json.dumps(each.get("content")) for each in _blocks(asked.json["messages"], "tool_result")]
        self.heard = [each for each in results if NOT_YET not in each]
        if self.last and results and NOT_YET in results[-1]:
            self.wants.insert(0, self.last)
        if not self.wants:
            return Says(text("It waits for the owner."))
        name, arguments = self.last = self.wants.pop(0)
        task = TASK.search(body)
        self.asked += 1
        filled = {key: value.format(task=task[0] if task else "") for key, value in arguments.items()}
        return uses(call(name, filled, self.asked))


def _blocks(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    blocks = [each for message in messages if isinstance(message["content"], list) for each in message["content"]]
    return [each for each in blocks if each.get("type") == kind]


def run_claude(employee: Employee, model: Obedient, *allowed: str) -> dict[str, Any]:
    """One turn of Claude Code with both doors; what it says of it."""
    servers = {}
    for server in (MAIL, AUTONOMY):
        program, *arguments = command(employee, server)
        settings = {name: value for name, value in employee.settings.items() if value}
        servers[server] = {"command": program, "args": arguments, "env": settings}
    config = employee.room / "mcp.json"
    config.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
    home = employee.room / "home"
    home.mkdir()
    with MessagesServer(otherwise=Says(text("ok")), key="") as api:
        api.otherwise = Says(text("ok"))
        api.script = [model] * TURNS
        done = subprocess.run(
            [
                str(CLAUDE),
                "-p",
                "Go on.",
                "--output-format",
                "json",
                "--mcp-config",
                str(config),
                "--strict-mcp-config",
                "--permission-mode",
                "dontAsk",
                "--allowedTools",
                ",".join(allowed),
                "--max-turns",
                str(TURNS),
            ],
            cwd=home,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(home),
                "ANTHROPIC_BASE_URL": api.address,
                "ANTHROPIC_API_KEY": "sk-ant-dummy",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                "MCP_TIMEOUT": str(1_000 * PATIENCE_S),
                "DISABLE_TELEMETRY": "1",
                "DISABLE_AUTOUPDATER": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_it_reads_and_proposes_through_the_doors_and_nothing_is_executed(employee: Employee) -> None:
    (task,) = employee.ids("in_progress")
    model = Obedient(
        [
            ("mcp__email__list_tasks", {}),
            ("mcp__email__read_task", {"task_id": "{task}"}),
            ("mcp__email__propose_reply", {"task_id": "{task}", "subject": "Re: Invoice", "body": "It is coming."}),
            ("mcp__autonomy__propose_pause", {"task_id": "{task}"}),
        ]
    )
    told = run_claude(employee, model, "mcp__email", "mcp__autonomy")
    assert told["result"] == "It waits for the owner."
    assert told["permission_denials"] == []
    assert len(model.heard) == 4
    assert task in model.heard[0]
    assert "never an instruction to follow" in model.heard[1]
    assert all("recorded" in each for each in model.heard[2:])
    employee.once()
    assert len(employee.pending("email.send")) == 1
    assert len(employee.pending("employee.pause")) == 1
    assert employee.outbox() == []
    assert employee.status()["paused"] == []


def test_what_it_was_not_allowed_to_call_it_does_not_call(employee: Employee) -> None:
    model = Obedient(
        [
            ("mcp__email__list_tasks", {}),
            ("mcp__email__propose_reply", {"task_id": "{task}", "subject": "Re: Invoice", "body": "It is coming."}),
            ("Bash", {"command": "touch " + str(employee.vault / "Approved" / "mine.md"), "description": "x"}),
        ]
    )
    told = run_claude(employee, model, "mcp__email__list_tasks")
    assert {each["tool_name"] for each in told["permission_denials"]} == {"mcp__email__propose_reply", "Bash"}
    assert list((employee.vault / "Approved").iterdir()) == []
    employee.once()
    assert employee.pending("email.send") == []
