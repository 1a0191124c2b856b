"""Where new objects of the history go: one by one for a transition, into one pack for many files.

A file for each object would be most of what a burst costs. The objects of a big commit are kept in memory and written
as one pack, which is on the disk, with its name, before a reference moves. What a killed run left half is removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygit2

if TYPE_CHECKING:
    from pathlib import Path

MANY_FILES = 20
MAX_BYTES = 16_000_000  # kept in memory; more objects become another pack
_FIRST = 1000  # before the object folders of the repository itself
_HALF = "pack_git2_*"  # as the library names what it has not finished


class _Memory(pygit2.OdbBackend):
    """Objects that nobody else sees yet. The names of its methods are the library's; a KeyError: look further."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[pygit2.Oid, tuple[int, bytes]] = {}
        self.size_bytes = 0

    def exists_cb(self, oid: pygit2.Oid) -> bool:
        return oid in self.objects

    def read_cb(self, oid: pygit2.Oid) -> tuple[int, bytes]:
        return self.objects[oid]

    def read_header_cb(self, oid: pygit2.Oid) -> tuple[int, int]:
        kind, content = self.objects[oid]
        return kind, len(content)

    def write_cb(self, oid: pygit2.Oid, content: bytes, kind: int) -> None:
        self.objects[oid] = (kind, content)
        self.size_bytes += len(content)

    def exists_prefix_cb(self, prefix: str) -> pygit2.Oid:
        oid = pygit2.Oid(hex=prefix)  # a whole name too comes as text; nobody asks for less of what nobody else sees
        if oid not in self.objects:
            raise KeyError(prefix)
        return oid

    def read_prefix_cb(self, prefix: str) -> tuple[int, bytes, pygit2.Oid]:
        return (*self.objects[oid := self.exists_prefix_cb(prefix)], oid)

    def refresh_cb(self) -> None:
        """Nothing comes from elsewhere."""

    def clear(self) -> None:
        self.objects.clear()
        self.size_bytes = 0


class Writing:
    """One commit in the making: write its objects into `repository`, then `finish` before a reference moves."""

    def __init__(self, repository: pygit2.Repository, memory: _Memory | None = None) -> None:
        self.repository = repository
        self._memory = memory

    def relieve(self) -> None:
        """Write what there is when it is much; to be called between objects.

        Raises:
            OSError: the disk refused.
        """
        if self._memory and self._memory.size_bytes >= MAX_BYTES:
            self.finish()

    def finish(self) -> None:
        """Make every object durable.

        Raises:
            OSError: the disk refused.
        """
        if self._memory is None or not self._memory.objects:
            return
        packing = pygit2.PackBuilder(self.repository)
        packing.set_threads(1)
        for oid in self._memory.objects:
            packing.add(oid)
        try:
            packing.write(f"{self.repository.path}objects/pack")
        except pygit2.GitError as err:
            raise OSError(str(err)) from err
        self._memory.clear()


def packed(repository: pygit2.Repository) -> Writing:
    """A commit whose objects become one pack; the repository is for this commit alone."""
    memory = _Memory()
    repository.odb.add_backend(memory, _FIRST)
    return Writing(repository, memory)


def repair(git_dir: Path) -> int:
    """Remove packs that a killed run left half; how many files that were. Only for the runner's start."""
    folder = git_dir / "objects" / "pack"
    half = [*folder.glob(_HALF), *(each for each in folder.glob("*.idx") if not each.with_suffix(".pack").is_file())]
    for each in half:
        each.unlink()
    return len(half)
