"""Reading and laying out the tree of a skill. What runs is what was read: checked bytes, copied into an empty folder.

What begins with a dot and `__pycache__` are no part of a skill: unread, so in no digest and no copy.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from agents.reasoning.skill_acceptance import Tree, TreeFile
from agents.vault.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILES = 200
MAX_FILE_BYTES = 1_000_000
MAX_TREE_BYTES = 5_000_000
RUNNABLE, PLAIN = 0o500, 0o400


class NoTree(ValueError):
    """The folder holds something that no skill may hold, or too much of it; its text says what."""


def read_tree(folder: Path) -> Tree:
    """Every file of a skill's folder, by path.

    Raises:
        NoTree: a link, a file with a second name, something that is no file, a name that is no text, or too much.
    """
    if folder.is_symlink():
        raise NoTree("its folder is a link; a skill is a folder of plain files")
    try:
        found = sorted(_walk(folder, ""), key=lambda file: file.path)
    except OSError as err:
        raise NoTree(f"its folder cannot be read: {err.strerror}") from err
    if len(found) > MAX_FILES or sum(len(each.content) for each in found) > MAX_TREE_BYTES:
        raise NoTree(f"it has more than {MAX_FILES} files or {MAX_TREE_BYTES:,} bytes")
    return tuple(found)


def _walk(folder: Path, below: str) -> Iterator[TreeFile]:
    with os.scandir(folder) as entries:
        lying = sorted(entries, key=lambda entry: entry.name)
    if len(lying) > MAX_FILES:
        raise NoTree(f"it has more than {MAX_FILES} files")
    for each in lying:
        if each.name.startswith(".") or each.name == "__pycache__":
            continue
        path = f"{below}{each.name}"
        if not path.isprintable():  # a name that is no UTF-8 is not, either
            raise NoTree("one of its files has a name that cannot be shown")
        mode = each.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            yield from _walk(folder / each.name, f"{path}/")
        elif stat.S_ISREG(mode):
            yield _read(folder / each.name, path, executable=bool(mode & stat.S_IXUSR))
        else:
            raise NoTree(f"{path} is a link or no file; a skill is made of plain files")


def _read(place: Path, path: str, *, executable: bool) -> TreeFile:
    content = read_regular(place, MAX_FILE_BYTES)
    if not isinstance(content, bytes):
        raise NoTree(f"{path}: {content.message}")
    return TreeFile(path, executable, content)


def lay_out(tree: Tree, folder: Path) -> None:
    """Write a tree into an empty folder of this process."""
    for each in tree:
        target = folder / each.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(each.content)
        target.chmod(RUNNABLE if each.executable else PLAIN)
