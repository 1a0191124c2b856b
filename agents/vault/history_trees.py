"""Trees built along the changed paths only, so that a commit costs the same at any size of the vault.

A folder is one object: what is written is each changed folder once, however many files lie in others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pygit2
from pygit2.enums import FileMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(slots=True)
class _Folder:
    files: dict[str, pygit2.Oid | None] = field(default_factory=dict)
    folders: dict[str, _Folder] = field(default_factory=dict)


def edited_tree(
    repository: pygit2.Repository, base: pygit2.Tree | None, edits: Mapping[str, pygit2.Oid | None]
) -> pygit2.Oid:
    """The tree that is `base` but for `edits`: path to blob, None to take the file away; empty folders go."""
    return _written(repository, base, _nested(edits)) or repository.TreeBuilder().write()


def entry_at(tree: pygit2.Tree | None, path: str) -> pygit2.Object | None:
    """What the tree has at `path`, not yet loaded; None when it has nothing there."""
    try:
        return None if tree is None else tree[path]
    except KeyError:
        return None


class TreeReader:
    """What one tree has at many paths; each folder is read once, however many of its files are asked for."""

    def __init__(self, tree: pygit2.Tree | None) -> None:
        self._folders = {"": tree}

    def at(self, path: str) -> pygit2.Object | None:
        """What lies at `path`, not yet loaded; None when nothing does."""
        above, _, name = path.rpartition("/")
        return entry_at(self._folder(above), name)

    def _folder(self, path: str) -> pygit2.Tree | None:
        if path not in self._folders:
            found = self.at(path)
            self._folders[path] = found if isinstance(found, pygit2.Tree) else None
        return self._folders[path]


def paths_between(repository: pygit2.Repository, old: pygit2.Tree | None, new: pygit2.Tree | None) -> Iterator[str]:
    """The files that differ between two trees; None is the empty tree."""
    empty = repository[repository.TreeBuilder().write()].peel(pygit2.Tree)
    before = empty if old is None else old
    for delta in before.diff_to_tree(empty if new is None else new).deltas:
        yield path_of(delta.new_file)


def path_of(file: pygit2.DiffFile) -> str:
    """The file's path, also when its bytes are no UTF-8."""
    return file.raw_path.decode(errors="surrogateescape")


def _nested(edits: Mapping[str, pygit2.Oid | None]) -> _Folder:
    root = _Folder()
    for path, blob in edits.items():
        *above, name = path.split("/")
        folder = root
        for part in above:
            folder = folder.folders.setdefault(part, _Folder())
        folder.files[name] = blob
    return root


def _written(repository: pygit2.Repository, base: pygit2.Tree | None, edits: _Folder) -> pygit2.Oid | None:
    builder = repository.TreeBuilder() if base is None else repository.TreeBuilder(base)
    for name, blob in edits.files.items():  # taken away first: a folder may have its name now
        if blob is None and isinstance(entry_at(base, name), pygit2.Blob | pygit2.Commit):
            builder.remove(name)
    for name, folder in edits.folders.items():
        before = entry_at(base, name)
        below = before if isinstance(before, pygit2.Tree) else None
        after = _written(repository, below, folder)
        if after is not None:
            builder.insert(name, after, FileMode.TREE)
        elif below is not None:
            builder.remove(name)
    for name, blob in edits.files.items():
        if blob is not None:
            builder.insert(name, blob, FileMode.BLOB)
    return builder.write() if len(builder) else None
