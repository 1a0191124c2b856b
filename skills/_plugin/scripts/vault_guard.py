#!/usr/bin/env python3
"""The guard of a Claude Code session: a hook that keeps it away from the files of the vault and the state folder.

It gets an event as JSON on standard input. Before a tool runs it ends with 2, and why on standard error, when the tool
may not (`PreToolUse`, and a prompt whose session it cannot note); anything it does not understand is refused. Every
event is noted in the journal, so that the runner knows of the session and asks for proofs (ADR 0046). Standard
library only.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from skill_digest import digest_of_folder

PLUGIN = Path(__file__).resolve().parents[2]
PROGRAM = PLUGIN.parent
JOURNAL, IDENTITY = "journal.sqlite", "Health/vault.md"
REFUSING = {"PreToolUse", "UserPromptSubmit"}  # whose exit code 2 stops something
WRITES = {"Write": "file_path", "Edit": "file_path", "MultiEdit": "file_path", "NotebookEdit": "notebook_path"}
READS = {"Read": "file_path", "NotebookRead": "notebook_path", "Grep": "path", "Glob": "path", "LS": "path"}
SEARCHES = {"Grep", "Glob", "LS"}  # what looks at everything below a folder
HARMLESS = {
    "Agent", "AskUserQuestion", "EnterPlanMode", "ExitPlanMode", "ListAgents", "ListMcpResourcesTool",
    "ReadMcpResourceTool", "ReportFindings", "StructuredOutput", "Task", "TaskCreate", "TaskGet", "TaskList",
    "TaskOutput", "TaskUpdate", "TodoWrite", "ToolSearch",
}  # fmt: skip
OURS = re.compile(r"mcp__plugin_ai-employee_(?:email|autonomy)__[a-z_]+")
SHELLS = {"sh", "bash", "dash", "zsh", "ksh", "ash"}
BUSY_S = 10
USE_TOOLS = "Use the tools of the plugin ai-employee: they read, and file proposals that the owner decides."
NO_SHELL = f"A shell reaches every file, so none runs in a session with this plugin. {USE_TOOLS}"


class Refused(Exception):
    """The tool may not run; why, for the model and the person."""


class Home(NamedTuple):
    """A vault that is known on this computer. `root` may lie nowhere any more."""

    state: Path
    root: Path


def homes(cwd: Path) -> list[Home]:
    """Every vault of which a journal is here; those without one that the session lies in or beside have no state."""
    kept = os.environ.get("AI_EMPLOYEE_STATE", "")
    states = [Path(kept).expanduser().absolute()] if kept else sorted(state_base().glob("*"))
    known = [Home(each, root_of(each)) for each in states if is_there(each / JOURNAL)]
    around = [cwd, *cwd.parents, cwd / "MyVault", *cwd.glob("*")]
    lying = [each for each in around if is_there(each / IDENTITY)]
    return known + [Home(each, each) for each in lying if not any(is_inside(each, home.root) for home in known)]


def state_base() -> Path:
    """Where state folders lie (as platformdirs says for the program)."""
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/ai-employee"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "ai-employee"


def root_of(state: Path) -> Path:
    """Where the vault of a state folder lay when it last ran; the state folder itself when the journal does not say."""
    try:
        with closing(opened(state)) as sql:
            found = sql.execute("SELECT value FROM meta WHERE name = 'place'").fetchone()
    except sqlite3.Error as err:
        raise sqlite3.Error(f"{state}: {err}") from err
    return Path(json.loads(found[0])["root"]) if found else state


def opened(state: Path) -> sqlite3.Connection:
    """The journal."""
    return sqlite3.connect(f"file:{(state / JOURNAL).as_posix()}?mode=rw", uri=True, timeout=BUSY_S)


def is_there(file: Path) -> bool:
    """Whether a file is there, as far as we may look."""
    try:
        return file.is_file()
    except OSError:
        return False


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder, whatever links, case or other names it goes by."""
    real = Path(os.path.realpath(path))
    return any(is_same(each, folder) for each in (real, *real.parents))


def is_same(one: Path, other: Path) -> bool:
    """Whether both are one file; what is not there is nothing."""
    try:
        return one.samefile(other)
    except OSError:
        return str(one) == os.path.realpath(other)


def note_session(event: dict[str, Any], known: list[Home]) -> None:
    """Write into each journal that this session goes on, or has ended."""
    now = datetime.now(UTC).isoformat()
    ended = now if event["hook_event_name"] == "SessionEnd" else ""
    pid = session_process()
    row = {"id": str(event["session_id"])[:200], "pid": pid, "mark": started(pid), "now": now, "ended": ended}
    for home in known:
        if is_there(home.root / IDENTITY) and is_there(home.state / JOURNAL):
            with closing(opened(home.state)) as sql, sql:
                sql.execute(
                    "INSERT INTO assistant_sessions (id, pid, mark, began_at, seen_at, ended_at)"
                    " VALUES (:id, :pid, :mark, :now, :now, :ended)"
                    " ON CONFLICT (id) DO UPDATE SET seen_at = :now, ended_at = :ended, pid = :pid, mark = :mark",
                    row,
                )


def session_process() -> int:
    """The process of the session: who started this hook, past the shells between; 0 where nobody can tell."""
    pid = os.getppid()
    for _ in range(8):
        fields = stat_of(pid)
        if not fields or fields[0] not in SHELLS:
            break
        pid = int(fields[2])
    return pid if stat_of(pid) else 0


def started(pid: int) -> str:
    """When a process began, in ticks since the computer did (Source: proc(5), field 22); empty = nobody knows."""
    fields = stat_of(pid)
    return fields[20] if fields else ""


def stat_of(pid: int) -> list[str]:
    """Name and fields of a process, from the third on; empty where the system does not say."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    before, _, after = text.rpartition(")")
    return [before.partition("(")[2], *after.split()]


def plainly(path: object) -> str:
    """A path that every program takes for the same place.

    Raises:
        Refused: some cut blanks around it, or read `~` as the home folder.
    """
    if not isinstance(path, str) or path != path.strip() or path.startswith("~") or not path.isprintable():
        raise Refused("Write the path plainly: whole from the root, without blanks around it and without ~.")
    return path


def marked(place: Path) -> list[Path]:
    """The vaults and state folders that a place lies in, by their own marks: also those that nobody told us of."""
    real = Path(os.path.realpath(place))
    return [each for each in (real, *real.parents) if is_there(each / IDENTITY) or is_there(each / JOURNAL)]


def check_tool(event: dict[str, Any], known: list[Home]) -> None:
    """Refuse the tool unless it is one that can do no harm here.

    Raises:
        Refused: why not.
    """
    name, given = event["tool_name"], event["tool_input"]
    if name in HARMLESS or OURS.fullmatch(name):
        return
    if name == "Skill":
        check_skill(given, known)
    elif name in WRITES:
        check_write(event, Path(plainly(given[WRITES[name]])), known)
    elif name in READS:
        check_read(name, given, Path(event["cwd"]), known)
    else:
        raise Refused(NO_SHELL if name == "Bash" else f"The tool {name} is none that this plugin knows. {USE_TOOLS}")


def check_write(event: dict[str, Any], path: Path, known: list[Home]) -> None:
    """Only in the folder the session works in, and nowhere that steers it, the employee or git."""
    cwd = Path(os.environ.get("CLAUDE_PROJECT_DIR") or event["cwd"])
    target = Path(os.path.realpath(Path(event["cwd"]) / path))
    closed = [*(each for home in known for each in home), state_base(), PROGRAM, *marked(target)]
    if not known:
        raise Refused("No vault is known here, so nobody can tell what is closed. Run the employee once.")
    if any(is_inside(target, each) for each in closed):
        raise Refused(f"The vault, the state folder and the program are closed to this session. {USE_TOOLS}")
    if not is_inside(target, cwd) or is_steering(target, cwd):
        raise Refused("This session writes plain files in its own folder and nowhere else.")


def is_steering(target: Path, cwd: Path) -> bool:
    """Whether a file below `cwd` is a hidden one, which steers programs, or has another name somewhere else."""
    hidden = any(part.startswith(".") for part in Path(os.path.relpath(target, os.path.realpath(cwd))).parts)
    return hidden or (target.exists() and target.stat().st_nlink > 1)


def check_read(name: str, given: dict[str, Any], cwd: Path, known: list[Home]) -> None:
    """Neither the vault nor the state folder: private notes, keys and the journal go to no provider by this way."""
    places = [cwd / plainly(given.get(READS[name]) or ".")]
    if name == "Glob":
        places.append(places[0] / re.split(r"[*?\[{]", plainly(given.get("pattern", "")))[0])
    for place in places:
        for closed in (*(each for home in known for each in home), *marked(place)):
            if is_inside(place, closed) or (name in SEARCHES and is_inside(closed, place)):
                raise Refused(
                    f"Notes are read with the tools of the plugin, which leave out what is private. {USE_TOOLS}"
                )


def check_skill(given: dict[str, Any], known: list[Home]) -> None:
    """A skill of ours whose tree the owner has not accepted does not run."""
    name = str(given.get("skill") or given.get("command") or "").rpartition(":")[2]
    folder = PLUGIN / name
    if not re.fullmatch(r"[a-z0-9-]{1,64}", name) or not (folder / "SKILL.md").is_file():
        return  # none of ours
    digest = digest_of_folder(folder)
    for home in known:
        if is_there(home.state / JOURNAL):
            with closing(opened(home.state)) as sql:
                row = sql.execute("SELECT digest FROM accepted_skills WHERE name = ?", (name,)).fetchone()
            if row is None or row[0] != digest:
                raise Refused(f"The owner has not accepted the skill {name} as it is now: `skills accept {name}`.")


def main() -> int:
    """Note the event; before a tool, let it pass or not."""
    name = "PreToolUse"
    try:
        event = json.load(sys.stdin)
        name = event["hook_event_name"]
        known = homes(Path(event["cwd"]))
        note_session(event, known)
        if name == "PreToolUse":
            check_tool(event, known)
    except Refused as err:
        sys.stderr.write(f"{err}\n")
        return 2
    except sqlite3.Error as err:
        sys.stderr.write(f"The journal cannot be used ({err}). Let the employee run once, then try again.\n")
        return 2 if name in REFUSING else 1
    except Exception as err:  # noqa: BLE001 - whatever it is: what was not looked at does not pass
        sys.stderr.write(f"The guard could not look at this ({type(err).__name__}); it does not run.\n")
        return 2 if name in REFUSING else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
