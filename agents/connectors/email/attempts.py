"""The durable record of each try to hand a mail to a server: written before its DATA, completed after the answer.

A record that was begun and never ended means that nobody here can know; the owner is asked, nothing is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.vault.files import MISSING, PRIVATE_MODE, make_folder, read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from pathlib import Path

ATTEMPTS = "smtp-attempts"  # the folder of records in the state folder
MAX_RECORD_BYTES = 10_000


class Attempt(BaseModel):
    """One try. `outcome` 'begun' has no answer yet; 'refused' means the server said that it did not take the mail.

    `copy_says`: what became of the copy in the Sent folder; empty = nobody looked.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    message_id: str
    host: str
    at: datetime
    outcome: Literal["begun", "accepted", "refused"] = "begun"
    reply: str = ""
    copy_says: str = ""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that is there and says nothing."""


class Attempts:
    """The records below one folder, one file a key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, so that its absence later means that records are lost."""
        make_folder(self._folder)

    def are_lost(self) -> bool:
        """Whether nobody can say any more what was tried."""
        return not self._folder.is_dir()

    def read(self, key: str) -> Attempt | Damaged | None:
        """The last try with this key; None when there was none."""
        content = read_regular(self._place(key), MAX_RECORD_BYTES)
        if content == MISSING:
            return None
        try:
            return Damaged() if isinstance(content, Problem) else Attempt.model_validate_json(content)
        except ValidationError:
            return Damaged()

    def record(self, key: str, attempt: Attempt) -> None:
        """Write it down durably, over an earlier one.

        Raises:
            OSError: the disk refused.
        """
        write_over(self._place(key), attempt.model_dump_json().encode(), mode=PRIVATE_MODE)

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}.json"
