"""Whether others on this computer, or on others, can reach the state folder: modes, owners, and sync tools."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

from agents.security.findings import Finding, Grade
from agents.vault.sync_folders import synced_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ABOUT = "files"
SYNC = "sync"
# what is for one person alone: patterns below the state folder
PRIVATE = (
    "",
    "keys",
    "keys/*",
    "secrets*",
    "connections/*",
    "journal.sqlite*",
    "engine.sqlite*",
    "earlier-journals/*",
)
WHY = "Who can read or change these files can sign, decide and send in your name."
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def file_findings(state: Path, user: int | None = None) -> tuple[Finding, ...]:
    """What is open to others; `user` is whose it must be (None: whoever runs this)."""
    owner = os.geteuid() if user is None else user
    seen = [(path, about) for path in private_files(state) if (about := _about(path)) is not None]
    strange = [path for path, about in seen if about.st_uid != owner]
    links = [path for path, about in seen if stat.S_ISLNK(about.st_mode)]
    wide = [path for path, about in seen if path not in links and stat.S_IMODE(about.st_mode) & _OTHERS]
    found = []
    if wide:
        step = f"chmod -R go= {shlex.quote(str(state))}"
        found.append(_danger("files of the state folder are open to others on this computer", wide, state, step))
    if strange:
        step = f'sudo chown -R "$(id -un)" {shlex.quote(str(state))}'
        found.append(_danger("files of the state folder belong to another user", strange, state, step))
    if links:
        step = "Put the files themselves there, instead of the links."
        found.append(_danger("files of the state folder are links to elsewhere", links, state, step))
    fine = Finding(ABOUT, Grade.FINE, "keys, secrets and journal can be opened by you alone")
    return tuple(found) or (fine,)


def sync_findings(state: Path) -> tuple[Finding, ...]:
    """Whether a sync tool carries the state folder to other machines."""
    synced = synced_folder(state)
    if synced is None:
        return (Finding(SYNC, Grade.FINE, "the state folder lies in no synced folder that we know"),)
    words = "the state folder lies in a synced folder"
    why = "Keys and journal would be on every device, and two machines would overwrite each other's record."
    step = "End the run, move the folder elsewhere, and set AI_EMPLOYEE_STATE to its new place."
    return (Finding(SYNC, Grade.DANGER, words, why, step, str(synced)),)


def private_files(state: Path) -> Iterator[Path]:
    """The files and folders that are for one person alone."""
    for pattern in PRIVATE:
        yield from sorted(state.glob(pattern)) if pattern else [state]


def watched_files(state: Path) -> Iterator[Path]:
    """Those whose change can change what is found; logs beside a database come and go, with its mode."""
    return (each for each in private_files(state) if not each.name.endswith(("-wal", "-shm")))


def _about(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:  # gone meanwhile
        return None


def _danger(says: str, paths: list[Path], state: Path, next_step: str) -> Finding:
    names = ", ".join("the state folder" if each == state else str(each.relative_to(state)) for each in paths)
    return Finding(ABOUT, Grade.DANGER, says, WHY, next_step, names)
