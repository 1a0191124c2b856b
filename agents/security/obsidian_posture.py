"""What the owner's Obsidian would run from notes: its plugins and their settings, read and never written.

Obsidian keeps its settings in the folder it opens, which may be one above ours. Where a plugin keeps a switch in the
app, on each device, no file tells how it stands; that is said, not guessed. The names of plugins and settings are those
that the plugins themselves use (ADR 0043). An unknown plugin is named and not judged.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from agents.security.findings import Finding, Grade
from agents.vault.files import MISSING, read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ABOUT = "plugins"
SETTINGS = ".obsidian"
ENABLED = "community-plugins.json"
MAX_BYTES = 1_000_000
MAX_PLUGINS = 500
NAMED = 20  # of the plugins we do not know
RUNS_TEXT = "Text in a note, also of a mail, could then run as a program with your rights."
RUNS_LINKS = "A click on a link, also in a mail, can then change notes and run commands of Obsidian."
TURN_OFF = "In Obsidian: Settings, Community plugins; turn it off, or the switch named here."
LOOK_IN_APP = "Look in Obsidian, on each device: Settings, the plugin's own page."
TASKS_SAFE = 8  # its first version with JavaScript off
_ODD = "it has another form than Obsidian's"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that is on: its id, its version (empty: unknown), its settings, or why they cannot be read."""

    id: str
    version: str = ""
    settings: Mapping[str, object] | Problem = field(default_factory=dict)


def obsidian_findings(root: Path) -> tuple[Finding, ...]:
    """What was found in the settings of every Obsidian vault that our folder is or lies in."""
    folders = config_folders(root)
    found = tuple(each for folder in folders for each in _findings(folder))
    if found:
        return found
    words = "no plugin that runs code from notes is on" if folders else "Obsidian has not opened this vault yet"
    return (Finding(ABOUT, Grade.FINE, words),)


def config_folders(root: Path) -> tuple[Path, ...]:
    """The folders with Obsidian's settings: by its usual name in every folder above, by any hidden name in the nearest.

    The owner can choose that name.
    """
    usual = {folder / SETTINGS for folder in (root, *root.parents) if (folder / SETTINGS).is_dir()}
    hidden = (each for folder in (root, root.parent) for each in _subfolders(folder) if each.name.startswith("."))
    return tuple(sorted(usual | {each for each in hidden if (each / ENABLED).is_file()}))


def watched_settings(root: Path) -> Iterator[Path]:
    """The files whose change can change what is found."""
    for folder in config_folders(root):
        yield folder / ENABLED
        for plugin in _folders(folder):
            yield from (plugin / "manifest.json", plugin / "data.json")


def judge(plugin: Plugin) -> Finding | None:
    """What is to say about a plugin that we know; None: nothing. Pure."""
    known = KNOWN[plugin.id]
    if isinstance(plugin.settings, Problem):
        words = f"{known.name}: its settings cannot be read"
        return Finding(ABOUT, Grade.UNKNOWN, words, known.why, LOOK_IN_APP, plugin.settings.message)
    grade, words = known.judge(plugin.version, plugin.settings)
    if grade is Grade.FINE:
        return None
    step = LOOK_IN_APP if grade is Grade.UNKNOWN else known.next_step
    return Finding(ABOUT, grade, f"{known.name}: {words}", known.why, step)


Verdict = tuple[Grade, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A plugin we know by its id: its name, how it is judged by version and settings, and why it matters."""

    name: str
    judge: Callable[[str, Mapping[str, object]], Verdict]
    why: str = RUNS_TEXT
    next_step: str = TURN_OFF


def _is_on(grade: Grade, words: str) -> Callable[[str, Mapping[str, object]], Verdict]:
    return lambda _version, _settings: (grade, words)


def _switches(**words: str) -> Callable[[str, Mapping[str, object]], Verdict]:
    """Dangerous while one of these settings is true."""

    def judged(_version: str, settings: Mapping[str, object]) -> Verdict:
        on = [what for name, what in words.items() if settings.get(name)]
        return (Grade.DANGER, f"{' and '.join(on)} on") if on else (Grade.FINE, "")

    return judged


def _templater(_version: str, settings: Mapping[str, object]) -> Verdict:
    if "data_version" in settings or "trigger_on_file_creation" not in settings:
        return Grade.UNKNOWN, "this version keeps in the app whether templates run by themselves"
    startup = settings.get("startup_templates")
    on = {
        "running when a note appears": settings["trigger_on_file_creation"],
        "system commands": settings.get("enable_system_commands"),
        "templates at start": isinstance(startup, list) and any(startup),
    }
    words = [what for what, is_on in on.items() if is_on]
    return (Grade.DANGER, f"{' and '.join(words)} on") if words else (Grade.FINE, "")


def _tasks(version: str, _settings: Mapping[str, object]) -> Verdict:
    major = re.match(r"\d{1,6}(?=\.)", version)
    if major is None:
        return Grade.UNKNOWN, f"its version cannot be read; before {TASKS_SAFE}.0.0 it runs JavaScript in queries"
    if int(major[0]) < TASKS_SAFE:
        return Grade.DANGER, f"older than {TASKS_SAFE}.0.0, it runs JavaScript in queries"
    return Grade.FINE, ""


def _advanced_uri(_version: str, settings: Mapping[str, object]) -> Verdict:
    if settings.get("allowEval"):
        return Grade.DANGER, "links may run JavaScript (allow eval is on)"
    return Grade.LOOK, "links may change notes and run commands"


KNOWN = {
    "dataview": Known(
        "Dataview",
        _switches(enableDataviewJs="JavaScript queries", enableInlineDataviewJs="inline JavaScript queries"),
    ),
    "templater-obsidian": Known("Templater", _templater),
    "obsidian-tasks-plugin": Known("Tasks", _tasks, next_step="In Obsidian: update the plugin Tasks."),
    "obsidian-meta-bind-plugin": Known("Meta Bind", _switches(enableJs="JavaScript")),
    "obsidian-shellcommands": Known("Shell commands", _is_on(Grade.DANGER, "it starts programs on this computer")),
    "execute-code": Known("Execute Code", _is_on(Grade.DANGER, "it runs code blocks of notes")),
    "js-engine": Known("JS Engine", _is_on(Grade.DANGER, "it runs JavaScript of notes")),
    "customjs": Known("CustomJS", _is_on(Grade.DANGER, "it runs JavaScript files of the vault")),
    "buttons": Known("Buttons", _is_on(Grade.LOOK, "a click in a note runs commands and templates"), RUNS_LINKS),
    "obsidian-advanced-uri": Known("Advanced URI", _advanced_uri, RUNS_LINKS),
}


def _findings(folder: Path) -> Iterator[Finding]:
    enabled = _list(folder / ENABLED)
    if isinstance(enabled, Problem):
        words = "the list of plugins that are on cannot be read"
        yield Finding(ABOUT, Grade.UNKNOWN, words, RUNS_TEXT, LOOK_IN_APP, f"{folder / ENABLED}: {enabled.message}")
        return
    ids = [each for each in enabled if isinstance(each, str)][:MAX_PLUGINS]
    if len(ids) < len(enabled):
        words = "the list of plugins that are on holds what is no plugin, or too many"
        yield Finding(ABOUT, Grade.UNKNOWN, words, RUNS_TEXT, LOOK_IN_APP, str(folder / ENABLED))
    installed = _installed(folder)
    for name in sorted(KNOWN.keys() & set(ids)):
        for plugin in installed.get(name, [Plugin(name)]):
            if found := judge(plugin):
                yield found
    if strangers := sorted(set(ids) - KNOWN.keys()):
        named = ", ".join(each[:40] for each in strangers[:NAMED])
        more = f" and {len(strangers) - NAMED} more" if len(strangers) > NAMED else ""
        words = "plugins that are on and that we do not judge"
        why = "A plugin can do whatever Obsidian can: read every note, use the network."
        yield Finding(ABOUT, Grade.UNKNOWN, words, why, "Keep those you need and trust.", named + more)


def _installed(folder: Path) -> dict[str, list[Plugin]]:
    """The plugins we know by id, as they lie there. The id is in the manifest; the folder's name may be another."""
    found: dict[str, list[Plugin]] = {}
    for place in _folders(folder):
        manifest = _mapping(place / "manifest.json")
        about = {} if isinstance(manifest, Problem) else manifest
        name = str(about.get("id", place.name))
        if name in KNOWN:
            settings = _mapping(place / "data.json")
            found.setdefault(name, []).append(Plugin(name, str(about.get("version", "")), settings))
    return found


def _folders(folder: Path) -> list[Path]:
    return _subfolders(folder / "plugins")[:MAX_PLUGINS]


def _subfolders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(each) for each in entries if each.is_dir())
    except OSError:  # there is none, or it is not for us
        return []


def _list(path: Path) -> list[object] | Problem:
    """A file with a JSON list; empty where there is none, as for Obsidian."""
    value = _json(path, "[]")
    return value if isinstance(value, list | Problem) else Problem(0, _ODD)


def _mapping(path: Path) -> dict[str, object] | Problem:
    value = _json(path, "{}")
    return value if isinstance(value, dict | Problem) else Problem(0, _ODD)


def _json(path: Path, without: str) -> object:
    """What a JSON file says, or why it cannot be read; `without`: what counts where there is none."""
    content = read_regular(path.parent.resolve() / path.name, MAX_BYTES)
    if isinstance(content, Problem) and content != MISSING:
        return content
    try:
        return json.loads(content.decode("utf-8-sig") if isinstance(content, bytes) else without)
    except (ValueError, RecursionError):
        return Problem(0, "it is no JSON")
