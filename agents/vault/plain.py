"""Words from outside inside a line of live markdown: shown, never acting. Pure.

For anything longer than a few words a code span or a fence is better (`neutralize`).
"""

from __future__ import annotations

import re

from agents.vault.neutralize import on_one_line

# what markdown, HTML, Obsidian and Templater act on, partly only beside its like; and what makes a link of an address
_ACTING = re.compile(
    r"[\\`*_\[\]<>|#~$^]|%(?=[%>])|(?<=[%<])%|=(?==)|(?<==)=|[{}](?=[{}])|(?<=[{}])[{}]|!(?=\[)|&(?=#?\w{1,32};)"
    r"|:(?=//)|(?<=\bwww)\.",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(\d{0,9})([-+.)])(?=[\s-]|$)")  # acts at the beginning of a line, as does a rule of dashes


def plain(text: str, max_chars: int = 300) -> str:
    """One line in which every character that markdown, Obsidian or Templater could act on is escaped."""
    shown = on_one_line(text)
    cut = shown if len(shown) <= max_chars else f"{shown[: max_chars - 1]}…"
    return _LIST_MARK.sub(r"\1\\\2", _ACTING.sub(r"\\\g<0>", cut))
