"""Words from outside inside a line of live markdown: shown, never acting. Pure.

For anything longer than a few words a code span or a fence is better (`neutralize`).
"""

from __future__ import annotations

from agents.vault.neutralize import visible

_ACTING = frozenset("\\`*_[]<>|#~$%{}!^=")


def plain(text: str, max_chars: int = 300) -> str:
    """One line in which every character that markdown, Obsidian or Templater could act on is escaped."""
    shown = " ".join(visible(text).split())
    cut = shown if len(shown) <= max_chars else f"{shown[: max_chars - 1]}…"
    return "".join(f"\\{char}" if char in _ACTING else char for char in cut)
