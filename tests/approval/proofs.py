"""A list of codes for a test."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from agents.approval.proof import Enrolled, enrol

if TYPE_CHECKING:
    from datetime import datetime

    from agents.durability.journal import Journal


def listed(journal: Journal, now: datetime) -> tuple[str, ...]:
    """The codes of a new list that counts now, whatever list there was."""
    with journal.begin() as sql:
        made = enrol(sql, now - timedelta(days=1), "", lost=True)
    assert isinstance(made, Enrolled)
    return made.codes
