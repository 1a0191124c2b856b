"""Trees built along the changed paths only, so that a commit costs the same at any size of the vault.

A folder is one object: what is written is each changed folder once, however many files lie in others.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pygit2
from pygit2.enums import DeltaStatus, FileMode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


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
    found: pygit2.Object | None = tree
    for name in path.split("/"):
        found = _named(found, name) if isinstance(found, pygit2.Tree) else None
    return found


def _named(tree: pygit2.Tree, name: str) -> pygit2.Object | None:
    """The entry of that name. pygit2 1.21.0 holds each name it looks up until the process ends, so none is given it."""
    raw = name.encode(errors="surrogateescape")
    for sought in (raw, raw + b"/"):  # as git orders them: a folder with a slash behind its name
        at = bisect_left(range(len(tree)), sought, key=lambda number: _ordered(tree[number]))
        if at < len(tree) and _ordered(tree[at]) == sought:
            return tree[at]
    return None


def _ordered(entry: pygit2.Object) -> bytes:
    name = entry.raw_name or b""
    return name + b"/" if entry.filemode == FileMode.TREE else name


class TreeReader:
    """What one tree has at many paths; each folder is read once, however many of its files are asked for."""

    def __init__(self, tree: pygit2.Tree | None) -> None:
        self._folders = {"": tree}

    def file_at(self, path: str) -> pygit2.IndexEntry | None:
        """The file at `path`; None when there is none."""
        entry = self._at(path)
        if entry is None or isinstance(entry, pygit2.Tree):
            return None
        return pygit2.IndexEntry(path, entry.id, FileMode(entry.filemode))

    def _at(self, path: str) -> pygit2.Object | None:
        above, _, name = path.rpartition("/")
        return entry_at(self._folder(above), name)

    def _folder(self, path: str) -> pygit2.Tree | None:
        if path not in self._folders:
            found = self._at(path)
            self._folders[path] = found if isinstance(found, pygit2.Tree) else None
        return self._folders[path]


def paths_between(repository: pygit2.Repository, old: pygit2.Tree | None, new: pygit2.Tree | None) -> Iterator[str]:
    """The files that differ between two trees; None is the empty tree."""
    yield from (path_of(delta.new_file) for delta in _deltas(repository, old, new))


def entries_between(
    repository: pygit2.Repository, old: pygit2.Tree, new: pygit2.Tree
) -> dict[str, pygit2.IndexEntry | None]:
    """What `new` has at each file in which the two differ; None: it has no such file."""
    found: dict[str, pygit2.IndexEntry | None] = {}
    for delta in _deltas(repository, old, new):
        file = delta.new_file
        kept = None if delta.status == DeltaStatus.DELETED else pygit2.IndexEntry(path_of(file), file.id, file.mode)
        found[path_of(file)] = kept or found.get(path_of(file))
    return found


def _deltas(
    repository: pygit2.Repository, old: pygit2.Tree | None, new: pygit2.Tree | None
) -> Iterable[pygit2.DiffDelta]:
    empty = repository[repository.TreeBuilder().write()].peel(pygit2.Tree)
    deltas: Iterable[pygit2.DiffDelta] = (
        (empty if old is None else old).diff_to_tree(empty if new is None else new).deltas
    )
    return deltas


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
