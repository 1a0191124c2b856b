"""The plugin's hooks, run as Claude Code runs them: `hooks.json`'s command in a shell, an event on standard input."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[2] / "skills"
HOOKS = json.loads((PLUGIN / "_plugin" / "hooks.json").read_text(encoding="utf-8"))["hooks"]
REFUSED = 2


@dataclass(frozen=True)
class Told:
    """How a hook ended and what it said to the model."""

    code: int
    words: str


@dataclass(frozen=True)
class Guarded:
    """A session in `cwd`, with this state folder; `plugin` is where the plugin lies."""

    cwd: Path
    state: Path | None = None
    plugin: Path = PLUGIN
    session: str = "s-1"
    home: Path = Path("/nonexistent")

    def hears(self, event: str, **more: object) -> Told:
        """One event, as the first hook of `hooks.json` gets it."""
        (group,) = HOOKS[event]
        said = {"session_id": self.session, "cwd": str(self.cwd), "hook_event_name": event, **more}
        return self.raw(event, json.dumps(said), group["hooks"][0]["command"])

    def raw(self, event: str, said: str, command: str = "") -> Told:
        """Any text on standard input."""
        command = command or HOOKS[event][0]["hooks"][0]["command"]
        settings = {"PATH": os.environ["PATH"], "HOME": str(self.home), "CLAUDE_PLUGIN_ROOT": str(self.plugin)}
        if self.state is not None:
            settings["AI_EMPLOYEE_STATE"] = str(self.state)
        done = subprocess.run(
            ["sh", "-c", command], input=said, capture_output=True, text=True, check=False, cwd=self.cwd, env=settings
        )
        return Told(done.returncode, done.stderr)

    def tool(self, name: str, **given: object) -> Told:
        """The model is about to use a tool."""
        return self.hears("PreToolUse", tool_name=name, tool_input=given)

    def refuses(self, name: str, **given: object) -> bool:
        return self.tool(name, **given).code == REFUSED
