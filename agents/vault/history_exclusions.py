"""What the history does not keep: the list in `info/exclude`, by which stock `git status` stays clean.

The list has two parts. What was asked to stay out stays out. What merely cannot be kept now (too large, a symbolic
link, a name that git refuses) is judged again each time, so that it comes in as soon as it can.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.vault.repository_setup import write_if_other

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ALWAYS = (
    "/Health/runner*.md",  # and conflict copies of it
    "/.obsidian/workspace*",
    ".ai-employee-*.tmp",  # files.py, while it writes
    ".[gG][iI][tT]",  # the library passes over these, stock git does not
)
_ASKED = "# asked to stay out"
_UNFIT = "# cannot be kept now"
_SPECIAL = re.compile(r"[\\*?\[]")


class Exclusions:
    """The file `info/exclude` of one repository."""

    def __init__(self, git_dir: Path) -> None:
        self._path = git_dir / "info" / "exclude"

    def write(self, *, asked: Iterable[str] = (), unfit: Iterable[str] | None = None) -> None:
        """Add the paths `asked`, and make `unfit` the second part; None leaves that as it is."""
        before_asked, before_unfit = self._parts()
        now_asked = before_asked | {exclude_pattern(path) for path in asked}
        now_unfit = before_unfit if unfit is None else {exclude_pattern(path) for path in unfit}
        self._write(now_asked, now_unfit - now_asked)

    def add_unfit(self, paths: Iterable[str]) -> None:
        """Add paths to the second part."""
        asked, unfit = self._parts()
        self._write(asked, (unfit | {exclude_pattern(path) for path in paths}) - asked)

    def asked(self) -> Asked:
        """What was asked to stay out, for many questions in a row."""
        return Asked(self._parts()[0])

    def _write(self, asked: set[str], unfit: set[str]) -> None:
        lines = [*_ALWAYS, _ASKED, *sorted(asked), _UNFIT, *sorted(unfit)]
        write_if_other(self._path, "".join(f"{line}\n" for line in lines))

    def _parts(self) -> tuple[set[str], set[str]]:
        text = os.fsdecode(self._path.read_bytes()) if self._path.is_file() else ""
        _, _, rest = text.partition(f"{_ASKED}\n")
        asked, _, unfit = rest.partition(f"{_UNFIT}\n")
        return set(asked.split("\n")) - {""}, set(unfit.split("\n")) - {""}


class Asked:
    """The answer to: was this file, or a folder above it, asked to stay out?"""

    def __init__(self, patterns: set[str]) -> None:
        self._patterns = patterns

    def __contains__(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        if any(fnmatchcase(f"/{path}" if always[0] == "/" else name, always) for always in _ALWAYS):
            return True
        if not self._patterns:
            return False
        pure = PurePosixPath(path)
        return any(exclude_pattern(str(place)) in self._patterns for place in (pure, *pure.parents))


def exclude_pattern(path: str) -> str:
    """The line of an ignore file that matches this one path from the root. Source: gitignore(5)."""
    escaped = _SPECIAL.sub(r"\\\g<0>", path)
    blanks = len(escaped) - len(escaped.rstrip(" "))
    escaped = escaped.rstrip(" ") + "\\ " * blanks
    return "/" + re.sub(r"[\n\r]", "?", escaped)  # a line cannot hold these
