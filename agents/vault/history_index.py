"""The index, kept only so that stock `git status` in the vault is clean; commits do not need it.

Beside it lies a record: the checksum of the index as we wrote it, and its commit. An index that others wrote since is
built again from the commit, without its stat data: a flag or a forged time in it could hide a change of the owner's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pygit2
from pygit2.enums import DeltaStatus, DiffOption

from agents.vault.history_reading import find_commit
from agents.vault.history_trees import TreeReader, entries_between, path_of
from agents.vault.history_worktree import files_below, missing
from agents.vault.repository_setup import write_if_other

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHECKSUM_BYTES = 20
LOOKS = 20  # at files that vanish
_EVERY_FILE = (
    DiffOption.INCLUDE_UNTRACKED
    | DiffOption.RECURSE_UNTRACKED_DIRS
    | DiffOption.INCLUDE_IGNORED  # a .gitignore in the vault must not hide a file from the history
    | DiffOption.RECURSE_IGNORED_DIRS
    | DiffOption.IGNORE_SUBMODULES
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not as in the newest commit; `tracked` says that the commit has it."""

    path: str
    tracked: bool


class VaultIndex:
    """The index of one repository over one work tree, for one look.

    Of thousands of files it is large, and a repository keeps it: so each look has a repository of its own and frees it.
    """

    def __init__(self, repository: pygit2.Repository, work_tree: Path, max_bytes: int) -> None:
        self._repository = repository
        self._work_tree = work_tree
        self._max_bytes = max_bytes
        self._git_dir = Path(repository.path)

    def differences(self, head: pygit2.Commit | None) -> Iterator[Difference]:
        """Every file that differs from `head`; changes nothing on disk but for an index that cannot be read."""
        try:
            index, _ = self._aligned(self._own(head))
            deltas = looked_at(index)
        finally:
            self._repository.free()
        for delta in deltas:
            path = path_of(delta.new_file)
            if delta.status not in (DeltaStatus.UNTRACKED, DeltaStatus.IGNORED):
                yield Difference(path, tracked=True)
            elif path.endswith("/"):  # a repository of its own, which git does not enter
                yield from (Difference(each, tracked=False) for each in files_below(self._work_tree, path))
            else:
                yield Difference(path, tracked=False)

    def refresh(self, head: pygit2.Commit | None, paths: Iterable[str]) -> bool:
        """Make the index say `head`, with fresh stat data for `paths` and what changed since it was last written.

        False when git would not let us, since another git is at work: it is only shown stale until the next time.
        """
        try:
            return self._refresh(self._own(head), paths)
        finally:
            self._repository.free()

    def _refresh(self, head: pygit2.Commit | None, paths: Iterable[str]) -> bool:
        index, stale = self._aligned(head)
        stamped = {*paths, *(stale or ())}
        if stale is not None and not stamped:
            return True
        committed = TreeReader(head.tree if head else None)
        for path in sorted(stamped):
            self._stamp(index, path, stale[path] if stale and path in stale else committed.file_at(path))
        try:
            index.write()
            if stale is None:
                index.diff_to_workdir(DiffOption.UPDATE_INDEX)
        except (KeyError, OSError, pygit2.GitError):
            return False
        write_if_other(self._git_dir / "index-record", f"{self._checksum()} {head.id if head else ''}\n")
        return True

    def _own(self, head: pygit2.Commit | None) -> pygit2.Commit | None:
        """The same commit of our own repository."""
        return find_commit(self._repository, str(head.id)) if head else None

    def _aligned(self, head: pygit2.Commit | None) -> tuple[pygit2.Index, dict[str, pygit2.IndexEntry | None] | None]:
        """The index in memory as of `head`, and the files brought there; None when it was built anew."""
        base = self._recorded()
        index = self._read()
        if head is None or base is None:
            index.clear()
            if head is not None:
                index.read_tree(head.tree)
            return index, None
        stale = {} if base.id == head.id else entries_between(self._repository, base.tree, head.tree)
        for path, kept in stale.items():
            _align(index, path, kept)
        return index, stale

    def _read(self) -> pygit2.Index:
        try:
            self._repository.index.read(force=True)
        except (OSError, pygit2.GitError):
            (self._git_dir / "index").unlink()
        index: pygit2.Index = self._repository.index
        return index

    def _recorded(self) -> pygit2.Commit | None:
        """The commit of the index; None when the index is not as we wrote it."""
        try:
            checksum, commit = (self._git_dir / "index-record").read_text(encoding="ascii").split()
            return find_commit(self._repository, commit) if checksum == self._checksum() else None
        except (OSError, ValueError):
            return None

    def _checksum(self) -> str:
        with (self._git_dir / "index").open("rb") as file:
            file.seek(-_CHECKSUM_BYTES, os.SEEK_END)
            return file.read().hex()

    def _stamp(self, index: pygit2.Index, path: str, kept: pygit2.IndexEntry | None) -> None:
        """Note the file's stat data, unless it holds something else than `kept`, the commit's, by now."""
        _align(index, path, kept)
        if kept is None or missing(self._work_tree, path, self._max_bytes) is not None:
            return
        try:
            # what is added becomes an object of the history: nothing may that no commit holds
            is_kept = pygit2.hashfile(str(self._work_tree / path)) == kept.id
            if is_kept:
                index.add(path)
        except (KeyError, OSError, pygit2.GitError):
            return  # it vanished or changed just now; the next refresh stamps it
        if not is_kept or index[path].id != kept.id:
            index.add(kept)  # without stat data, so that git reads the file again


def looked_at(index: pygit2.Index) -> list[pygit2.DiffDelta]:
    """Every difference to the files there are; where one vanishes while git reads it, all are looked at again.

    Raises:
        KeyError, OSError, GitError: files keep vanishing, or an object of the history is missing.
    """
    for _ in range(LOOKS - 1):
        with suppress(KeyError, OSError, pygit2.GitError):
            return list(index.diff_to_workdir(_EVERY_FILE).deltas)
    return list(index.diff_to_workdir(_EVERY_FILE).deltas)


def _align(index: pygit2.Index, path: str, kept: pygit2.IndexEntry | None) -> None:
    """Make the index say for `path` what the commit says, None where it has no such file."""
    if kept is None:
        if path in index:
            index.remove(path)
    elif path not in index or index[path].id != kept.id or index[path].mode != kept.mode:
        index.add(kept)
