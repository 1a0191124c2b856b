"""Which of the tasks that a page shows are personal and kept apart, as the handbook says now. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.durability.domain_rows import count_waiting_in, domains_of
from agents.security.domain_table import PERSONAL, read_domains
from agents.vault.layout import HANDBOOK_NOTE
from agents.vault.note import Problem
from agents.vault.note_files import note_at

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Apart:
    """The personal tasks among those that were asked for, and how many of all proposals that wait are about such."""

    tasks: frozenset[str] = frozenset()
    to_decide: int = 0


def look_apart(root: Path, sql: Connection, tasks: Collection[str]) -> Apart:
    """What is personal of these tasks, where it is kept apart; so it is too while the handbook cannot be read."""
    handbook = note_at(root, HANDBOOK_NOTE)
    if not isinstance(handbook, Problem):
        domains = read_domains(handbook.text)
        if PERSONAL not in domains.apart and not domains.problems:
            return Apart()
    personal = frozenset(task for task, domain in domains_of(sql, tasks).items() if domain == PERSONAL)
    return Apart(personal, count_waiting_in(sql, PERSONAL))
