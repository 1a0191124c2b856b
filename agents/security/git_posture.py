"""What git would obey and we did not write: in the history's folder, and in the vault."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from agents.security.findings import Finding, Grade
from agents.vault.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

ABOUT = "history"
PLANTED = (".gitattributes", ".gitmodules")
MAX_NAMED = 20
MAX_POINTER_BYTES = 10_000
WHY = "Settings, hooks and attributes of git can start programs, hide changes or show another past."
MOVED = "not ours: core.worktree ="
MOVED_STEP = "`python orchestrator.py run --once` writes it anew."
MEND = "Find out who wrote it. A file: delete it. A setting: `python orchestrator.py run --once` writes them anew."


def history_findings(git_dir: Path, root: Path, *, pointer: bool) -> tuple[Finding, ...]:
    """What is not ours in the history's folder; `pointer`: whether the vault's `.git` file is ours."""
    found = [*_settings(git_dir, root), *_pointers(git_dir, root, pointer=pointer)]
    return tuple(found) or (Finding(ABOUT, Grade.FINE, "the history's settings, hooks and attributes are ours"),)


def vault_findings(root: Path) -> tuple[Finding, ...]:
    """Files in the vault that other gits would obey; the whole vault is walked."""
    planted = list(islice(_planted(root), MAX_NAMED))
    if not planted:
        return ()
    words = "the vault holds files that steer git"
    why = "Our history does not obey them; another git, such as a plugin's, may run filters that they name."
    step = "Delete them, unless you put them there."
    return (Finding(ABOUT, Grade.LOOK, words, why, step, ", ".join(planted)),)


def watched_history(git_dir: Path, root: Path) -> Iterator[Path]:
    """The files and folders whose change can change what is found in the history's folder."""
    from agents.vault.repository_setup import settings_files  # noqa: PLC0415 - loads the git library

    yield from settings_files(git_dir)
    yield root / ".git"


def _settings(git_dir: Path, root: Path) -> Iterator[Finding]:
    if not (git_dir / "HEAD").exists():
        return
    from agents.vault.repository_setup import config_problems  # noqa: PLC0415 - loads the git library

    for problem in config_problems(git_dir.resolve(), root.resolve()):
        if MOVED in problem:
            yield Finding(ABOUT, Grade.LOOK, "the history still names another place of the vault", "", MOVED_STEP)
        else:
            yield Finding(ABOUT, Grade.DANGER, "the history's folder holds what is not ours", WHY, MEND, problem)


def _pointers(git_dir: Path, root: Path, *, pointer: bool) -> Iterator[Finding]:
    place = root / ".git"
    if pointer and place.exists():
        expected = f"gitdir: {git_dir.resolve()}\n"
        if read_regular(place, MAX_POINTER_BYTES) != os.fsencode(expected):
            words = "the vault's .git leads git to another repository"
            yield Finding(ABOUT, Grade.DANGER, words, WHY, MEND)
    elif place.is_dir():
        words = "the vault has a git repository of its own, which is not judged"
        why = "Whoever writes into it can make git run programs when you use git there."
        yield Finding(ABOUT, Grade.LOOK, words, why, "Nothing, if it is yours.")


def _planted(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if each != ".git"]
        for name in names:
            if name.casefold() in PLANTED:
                yield Path(folder, name).relative_to(root).as_posix()
