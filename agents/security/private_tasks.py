"""Which notes tell of a private task: those that name it, as its plan does, and the page of all tasks. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.security.private_notes import reason_to_withhold
from agents.vault.layout import DASHBOARD_NOTE, TASK_KINDS
from agents.vault.outline import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.security.private_notes import PrivacyRules
    from agents.vault.note import Note

    IsPrivate = Callable[[str], bool]

MAX_NAMED = 50  # tasks whose notes are looked up for one note
_TASK = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}-(?:{'|'.join(TASK_KINDS)})-[0-9a-f]{{10}}")


def is_withheld(path: str, note: Note | Problem, rules: PrivacyRules, is_private: IsPrivate) -> bool:
    """Whether nothing of a note is given to a model or another assistant.

    It is private itself, or cannot be read, or tells of a task that is. `path` and `rules` are as for
    `reason_to_withhold`; `is_private` tells of a task whether nothing of it is shown.
    """
    if isinstance(note, Problem) or reason_to_withhold(path, note, rules) is not None:
        return True
    if path.casefold() == DASHBOARD_NOTE.casefold():
        return True
    named = set(_TASK.findall(f"{path}\n{note.text}"))
    return len(named) > MAX_NAMED or any(map(is_private, named))
