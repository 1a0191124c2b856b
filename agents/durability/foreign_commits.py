"""Commits that do not bear our signature: the owner's own git, or a plugin, works in the vault through the pointer.

That is no tampering as long as the log and the sealed notes say in them what was recorded. A plugin that commits every
few minutes also commits the owner's move of a note, and a log file as long as it was just then.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.durability.journal import links
from agents.durability.proposal_rows import find_proposal
from agents.durability.sealed_records import shows
from agents.security.audit_logger import log_bytes
from agents.vault.layout import LOGS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.vault.history import CommitRecord, History


class ForeignCommits:
    """What they did to log and sealed notes. `ours` is the newest commit of ours, empty when there is none."""

    def __init__(self, history: History, sql: Connection, ours: str) -> None:
        self._history = history
        self._sql = sql
        self._ours = ours

    def changed(self, commit: CommitRecord) -> str:
        """The first file of log or sealed notes that says something else in this commit; empty when none does."""
        return next((path for path in commit.changed_paths() if not self._is_as_recorded(commit.id, path)), "")

    def _is_as_recorded(self, commit: str, path: str) -> bool:
        place = PurePosixPath(path)
        if place.parts[0] == LOGS:
            return self._is_log(self._history.blob_at(commit, path), place)
        row = find_proposal(self._sql, place.stem)
        content = self._history.blob_at(commit, path) if row else None
        return row is None or content is None or shows(row.note, content)

    def _is_log(self, content: bytes | None, place: PurePosixPath) -> bool:
        """Log files and their pages only grow."""
        whole = log_bytes(links(self._sql, file=place.name)) or self._history.blob_at(self._ours, str(place)) or b""
        return content is not None and whole.startswith(content)
