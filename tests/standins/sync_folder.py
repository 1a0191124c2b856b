"""A sync service between two folders that delivers as late, as partly and in whatever order a test says.

A change is one file that was written or that is gone; a move is both, each on its own. When both sides changed a file,
the newer one keeps the name and the other becomes a conflict copy, named as Syncthing, Dropbox or Obsidian Sync do;
a change wins against a deletion. Modification times travel with the files, as with the real ones.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Style = Literal["syncthing", "dropbox", "obsidian"]
_COPY = {
    "syncthing": "{stem}.sync-conflict-20261123-12{number:04d}-ABCDEFG{suffix}",
    "dropbox": "{stem} (studio's conflicted copy 2026-11-23 {number}){suffix}",
    "obsidian": "{stem} (Conflicted copy studio 20261123{number:04d}){suffix}",
}


@dataclass(frozen=True)
class Version:
    """A file as one side had it; None is no file."""

    content: bytes | None
    modified_ns: int = 0


@dataclass
class Change:
    """A file that changed on one side: what it was there before, and what it became."""

    path: str
    before: bytes | None
    after: Version


@dataclass
class SyncFolder:
    """Two folders, and what is on its way to each of them, by side (0, 1)."""

    sides: tuple[Path, Path]
    style: Style = "syncthing"
    conflicts: int = 0
    on_its_way: tuple[list[Change], list[Change]] = field(default_factory=lambda: ([], []))

    def __post_init__(self) -> None:
        self._known: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})

    def look(self) -> None:
        """See what changed on both sides since the last look; nothing is delivered by it."""
        for side in (0, 1):
            now = _files(self.sides[side])
            known = self._known[side]
            for path in sorted(now.keys() | known.keys()):
                after = now.get(path, Version(None))
                if after.content != known.get(path):
                    self.on_its_way[1 - side].append(Change(path, known.get(path), after))
            known.clear()
            known.update({path: version.content for path, version in now.items() if version.content is not None})

    def deliver(self, side: int, number: int) -> None:
        """Bring one of the changes that are on their way to a side; which one, whatever the order they were made in."""
        waiting = self.on_its_way[side]
        if not waiting:
            return
        wanted = waiting[number % len(waiting)].path
        change = next(each for each in waiting if each.path == wanted)  # of one file the older one first
        waiting.remove(change)
        self._apply(side, change)

    def deliver_all(self) -> None:
        """Bring everything, until both sides are the same."""
        for _ in range(10):
            self.look()
            if not any(self.on_its_way):
                return
            for side in (0, 1):
                while self.on_its_way[side]:
                    self.deliver(side, 0)
        raise AssertionError("the two sides never come to rest")

    def _apply(self, side: int, change: Change) -> None:
        place = self.sides[side] / change.path
        here = _version(place)
        if here.content == change.after.content:
            self._note(side, change.path)
        elif here.content == change.before:
            _put(place, change.after)
            self._note(side, change.path)
        elif change.after.content is None:
            pass  # changed here and deleted there: it stays, and goes back
        elif here.content is None:
            _put(place, change.after)
            self._note(side, change.path)
        else:
            self._conflict(side, change, here)

    def _conflict(self, side: int, change: Change, here: Version) -> None:
        self.conflicts += 1
        newer, older = sorted((here, change.after), key=lambda each: (each.modified_ns, each.content), reverse=True)
        place = self.sides[side] / change.path
        copy = _COPY[self.style].format(stem=place.stem, suffix=place.suffix, number=self.conflicts)
        _put(place, newer)
        _put(place.with_name(copy), older)
        if newer is change.after:
            self._note(side, change.path)

    def _note(self, side: int, path: str) -> None:
        """What came from the other side is not sent back to it."""
        content = _version(self.sides[side] / path).content
        if content is None:
            self._known[side].pop(path, None)
        else:
            self._known[side][path] = content


def _files(root: Path) -> dict[str, Version]:
    found = (each for each in root.rglob("*") if each.is_file() and not each.name.startswith("."))
    return {each.relative_to(root).as_posix(): _version(each) for each in found}


def _version(path: Path) -> Version:
    if not path.is_file():
        return Version(None)
    return Version(path.read_bytes(), path.stat().st_mtime_ns)


def _put(path: Path, version: Version) -> None:
    if version.content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(version.content)
    os.utime(path, ns=(version.modified_ns, version.modified_ns))
