"""Folders that pass for ours: other case, Unicode form, alphabet, blanks, or a sync tool's copy. Pure.

A note the owner moves into one of them is moved nowhere; that must be said, since both look the same in Obsidian.
"""

from __future__ import annotations

import re

from agents.vault.layout import FOLDERS, is_conflict_copy
from agents.vault.look_alikes import looks

_OURS = {looks(name): name for name in dict.fromkeys(each.split("/")[0] for each in FOLDERS)}
_NUMBERED = re.compile(r"(?: \d+| ?\(\d+\)| copy(?: \d+)?| - copy(?: \(\d+\))?)$", re.IGNORECASE)


def twin_of(name: str) -> str:
    """The folder of ours that a folder of this name beside it passes for; empty when it is none, or ours itself."""
    if name in _OURS.values():
        return ""
    look, conflict = looks(_NUMBERED.sub("", name)), is_conflict_copy(name)
    return next(
        (ours for like, ours in _OURS.items() if _passes_for(look[: len(like)] if conflict else look, like)), ""
    )


def _passes_for(look: str, like: str) -> bool:
    """Whether they differ only in letters of other alphabets, and less than half of it is such letters."""
    if len(look) != len(like) or any(
        mine != theirs and mine.isascii() for mine, theirs in zip(look, like, strict=True)
    ):
        return False
    return 2 * sum(mine == theirs for mine, theirs in zip(look, like, strict=True)) > len(like)
