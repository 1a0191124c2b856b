"""The real Claude Code, with the plugin, against a Messages API of ours: what it is made to try, and is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.standins.messages_server import Asked, MessagesServer, Says, call, text, uses

if TYPE_CHECKING:
    from collections.abc import Sequence

PLUGIN = Path(__file__).resolve().parents[2] / "skills"
BINARY = os.environ.get("CLAUDE_CODE_BINARY", "")  # where the make target put it
TIMEOUT_S = 120
HELPER = "HELPER-CALLS"
MANY = 40  # more answers than it asks for


@dataclass(frozen=True)
class Call:
    """One tool the model uses."""

    name: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Session:
    """What became of a session: what each call was answered, its own and a helper's, and what was said at the end."""

    answers: tuple[str, ...]
    helper: tuple[str, ...]
    end: dict[str, Any]
    first: dict[str, Any]


def run(room: Path, cwd: Path, calls: Sequence[Call], *, state: Path, plugin: Path = PLUGIN) -> Session:
    """A session in `cwd` in which nothing asks for permission: only the plugin's hook stands in the way.

    A helper that it starts with the prompt `HELPER PATH` writes that file.
    """

    def answer(asked: Asked) -> Says:
        body, wanted = asked.json, calls
        told = json.dumps(body["messages"])
        if helped := _helpers_calls(body):
            wanted = helped
        done = len(_results(body))
        if "tools" not in body or done >= len(wanted):
            return Says(text(f"done after {len(told)} characters"))
        return uses(call(wanted[done].name, wanted[done].given, done + 1))

    server = MessagesServer([answer] * MANY, key="")
    with server:
        command = [BINARY, "-p", "go on", "--plugin-dir", str(plugin), "--output-format", "json"]
        told = subprocess.run(
            [*command, "--permission-mode", "bypassPermissions"],
            cwd=cwd,
            env=_environment(room, state, server.address),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    assert told.returncode == 0, told.stderr + told.stdout
    bodies = [each.json for each in server.messages if "tools" in each.json]
    own = [each for each in bodies if not _helpers_calls(each)]
    helpers = [each for each in bodies if _helpers_calls(each)]
    return Session(
        tuple(_results(own[-1])), tuple(_results(helpers[-1])) if helpers else (), json.loads(told.stdout), own[0]
    )


def _helpers_calls(body: dict[str, Any]) -> list[Call]:
    """What a helper is to call; nothing for the session itself, whose own call of the helper is no message to it."""
    first = json.dumps(body["messages"][0])
    found = re.search(rf"{HELPER} (\S+?)(?=[\s\"\\])", first)
    return [Call("Write", {"file_path": found[1], "content": "x"})] if found else []


def _environment(room: Path, state: Path, url: str) -> dict[str, str]:
    home = room / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],  # to find python3 and sh
        "HOME": str(home),
        "AI_EMPLOYEE_STATE": str(state),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "sk-ant-dummy",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "IS_SANDBOX": "1",
    }


def _results(body: dict[str, Any]) -> list[str]:
    """What the tools answered so far."""
    blocks = (each["content"] for each in body["messages"] if isinstance(each["content"], list))
    return [
        json.dumps(each.get("content", "")) for some in blocks for each in some if each.get("type") == "tool_result"
    ]
