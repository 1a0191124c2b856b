"""The repository's own files: layout, configuration, attributes, pointer, and what in them is not ours.

The git directory lives in the state folder and is opened directly, never through the pointer file in the vault, since
whoever writes the vault can repoint that. All of it is plain text, written anew at each start, so that a planted hook,
filter or program does not outlive one; `config_problems` names it before.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pygit2
from pygit2.enums import ConfigLevel, Option, RepositoryOpenFlag

from agents.errors import Broken
from agents.vault.files import write_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAIN = "refs/heads/main"
POINTER = ".git"
_HEAD = f"ref: {MAIN}\n"
_FOLDERS = ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info")
_CACHE_MAX_BYTES = 8_000_000
# so much of the packs is held in memory at a time, and in pieces of this size: a day's packs would fill it otherwise
_MAPPED_MAX_BYTES, _WINDOW_BYTES = 1 << 24, 1 << 20
# `!working-tree-encoding` and not `-`: stock git dies on a false value of this one
_ATTRIBUTES = "* -text -ident -filter !working-tree-encoding\n"
_LOCKS = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock")
_INFO_OURS = {"attributes", "exclude", "refs"}  # `git gc` writes info/refs
# what git obeys in its directory and we never write
_PLANTS = ("commondir", "config.worktree", "modules", "objects/info/alternates", "objects/info/http-alternates")
_MORE_PLANTS = ("refs/replace", "shallow", "worktrees")
_OUTSIDE = (ConfigLevel.PROGRAMDATA, ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL)
_SIGNERS = "gpg.ssh.allowedsignersfile"
# names as git compares them: section and key in lower case
_SETTINGS = {
    "core.repositoryformatversion": "0",
    "core.bare": "false",
    "core.filemode": "false",
    "core.logallrefupdates": "false",
    "core.hookspath": "/dev/null",
    "core.attributesfile": "/dev/null",
    "core.excludesfile": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedcache": "false",
    "core.splitindex": "false",
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "core.precomposeunicode": "false",
    "core.quotepath": "false",
    "core.protectntfs": "true",
    "core.protecthfs": "true",
    "core.fsync": "committed",
    "feature.manyfiles": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "gpg.format": "ssh",
    "gpg.ssh.program": "ssh-keygen",
    "commit.gpgsign": "false",  # the owner's own `git commit` must not ask for a key of ours
    "tag.gpgsign": "false",
    "user.name": "owner",
    "user.email": "owner@ai-employee.invalid",
}


def lay_out(git_dir: Path, work_tree: Path) -> None:
    """Make an empty repository; one that is there stays as it is."""
    for folder in _FOLDERS:
        (git_dir / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (git_dir / "HEAD").exists():
        write_if_other(git_dir / "config", _config_text(_settings(git_dir, work_tree)))
        write_if_other(git_dir / "info" / "attributes", _ATTRIBUTES)
        write_if_other(git_dir / "HEAD", _HEAD)


def open_repository(git_dir: Path, work_tree: Path) -> pygit2.Repository:
    """The repository, durable in what it writes and deaf to the machine's own git settings.

    Raises:
        Broken: there is none, or it cannot be read.
    """
    pygit2.settings.enable_fsync_gitdir(value=True)
    pygit2.settings.cache_max_size(_CACHE_MAX_BYTES)
    pygit2.option(Option.SET_MWINDOW_SIZE, _WINDOW_BYTES)
    pygit2.option(Option.SET_MWINDOW_MAPPED_LIMIT, _MAPPED_MAX_BYTES)
    for level in _OUTSIDE:
        pygit2.settings.search_path[level] = ""
    try:
        # as if bare: `core.worktree` may name a folder that the vault has left, or that was planted
        repository = pygit2.Repository(str(git_dir), RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.BARE)
    except pygit2.GitError as err:
        raise Broken(f"{git_dir} is no readable repository", hint="Restore the state folder from a backup.") from err
    repository.workdir = str(work_tree)
    return repository


def prepare_files(git_dir: Path, work_tree: Path, *, pointer: bool, allowed_signers: Path) -> None:
    """Write what is ours anew and take away the locks of a killed run; only for the holder of the runner's lock."""
    for lock in [*(git_dir / name for name in _LOCKS), *(git_dir / "refs").rglob("*.lock")]:
        lock.unlink(missing_ok=True)
    settings = _settings(git_dir, work_tree) | {_SIGNERS: str(allowed_signers)}
    write_if_other(git_dir / "config", _config_text(settings))
    write_if_other(git_dir / "info" / "attributes", _ATTRIBUTES)
    write_if_other(git_dir / "HEAD", _HEAD)
    place = work_tree / POINTER
    if pointer and (place.is_symlink() or not place.is_dir()):  # a folder is a repository of the owner's
        write_if_other(place, f"gitdir: {git_dir}\n")


def write_if_other(path: Path, text: str) -> None:
    """Make `path` a regular file that says `text`; nothing is written when it does already."""
    content = os.fsencode(text)
    if path.is_symlink() or not path.is_file() or path.read_bytes() != content:
        write_over(path, content)


def config_problems(git_dir: Path, work_tree: Path) -> tuple[str, ...]:
    """What is not ours in the repository's settings, each as one sentence."""
    return (*_foreign_settings(git_dir, work_tree), *_foreign_files(git_dir))


def settings_files(git_dir: Path) -> tuple[Path, ...]:
    """The files and folders whose change can change what `config_problems` says."""
    names = ("config", "HEAD", "packed-refs", "hooks", "info", "info/attributes", *_PLANTS, *_MORE_PLANTS)
    return tuple(git_dir / name for name in names)


def _foreign_settings(git_dir: Path, work_tree: Path) -> Iterator[str]:
    expected = _settings(git_dir, work_tree)
    try:
        found = [(entry.name, entry.value) for entry in pygit2.Config(str(git_dir / "config"))]
    except (pygit2.GitError, OSError):
        yield "The history's config cannot be read."
        return
    for name, value in found:
        trusted = name == _SIGNERS and Path(value or "").is_relative_to(git_dir.parent)
        if not trusted and value != expected.get(name, ""):
            yield f"The history's config has a setting that is not ours: {name} = {value}"


def _foreign_files(git_dir: Path) -> Iterator[str]:
    hooks = sorted(f"hooks/{path.name}" for path in (git_dir / "hooks").glob("*"))
    info = sorted(f"info/{path.name}" for path in (git_dir / "info").glob("*") if path.name not in _INFO_OURS)
    there = [name for name in (*_PLANTS, *_MORE_PLANTS) if os.path.lexists(git_dir / name)]
    for name in (*hooks, *info, *there):
        yield f"The history's folder holds a file that is not ours: {name}"
    for name, text in {"HEAD": _HEAD, "info/attributes": _ATTRIBUTES}.items():
        path = git_dir / name
        if not path.is_file() or path.read_bytes() != text.encode():
            yield f"The history's {name} does not say what we wrote."
    packed = git_dir / "packed-refs"
    if packed.is_file() and b" refs/replace/" in packed.read_bytes():
        yield "The history's packed-refs replaces commits by others."


def _settings(git_dir: Path, work_tree: Path) -> dict[str, str]:
    # git itself asks the disk in this way whether case matters
    ignores_case = str((git_dir / "hEaD").exists()).lower()
    return _SETTINGS | {"core.worktree": str(work_tree), "core.ignorecase": ignores_case}


def _config_text(settings: Mapping[str, str]) -> str:
    return "".join(_config_entry(name, value) for name, value in settings.items())


def _config_entry(name: str, value: str) -> str:
    section, _, key = name.rpartition(".")
    outer, dot, inner = section.partition(".")
    header = f'{outer} "{inner}"' if dot else outer
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'[{header}]\n\t{key} = "{escaped}"\n'
