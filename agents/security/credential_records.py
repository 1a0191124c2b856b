"""What is known about each password without knowing it: since when it is kept, when it was used, how old it may be.

Lies in `credentials.json` in the state folder, wherever the passwords themselves are. A day is exact enough
for the last use, so that a file is not written for every mail.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from agents.vault.files import PRIVATE_MODE, ChangedMeanwhile, read_regular, write_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_AGE_DAYS = 90  # Source: a common period of audits (SOC 2 CC6.1, ISO 27001 A.5.17); leaked is sooner
NEXT = ".next"  # after a name: the one that is being tried in its place
MAX_FILE_BYTES = 1_000_000
TRIES = 5


class Record(BaseModel):
    """One password. `used` None: not since it is kept."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    since: date
    used: date | None = None
    max_age_days: int = MAX_AGE_DAYS

    def is_old(self, today: date) -> bool:
        """Whether it is to be replaced."""
        return today - self.since > timedelta(days=self.max_age_days)


Records = dict[str, Record]
_BY_NAME = TypeAdapter(Records, config=ConfigDict(defer_build=True))


class Passwords(Protocol):
    """A store of passwords."""

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        ...

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies."""
        ...

    def forget(self, name: str) -> None:
        """Remove it."""
        ...


class RecordedSecrets:
    """A store of passwords whose uses are recorded. `today` is the local day."""

    def __init__(self, store: Passwords, path: Path, today: Callable[[], date]) -> None:
        self._store = store
        self._path = path
        self._today = today

    def __repr__(self) -> str:
        return f"RecordedSecrets({self._store!r})"

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        found = self._store.get(name)
        if found is not None:
            self._change(lambda records: _used(records, name, self._today()))
        return found

    def put(self, name: str, value: str) -> str:
        """Keep it, new from today on; returns where it lies, in words for the owner."""
        where = self._store.put(name, value)
        self._change(lambda records: records | {name: Record(since=self._today())})
        return where

    def forget(self, name: str) -> None:
        """Remove it; nothing happens when it is not there."""
        for each in (name, name + NEXT):
            self._store.forget(each)
        self._change(
            lambda records: {each: known for each, known in records.items() if each not in {name, name + NEXT}}
        )

    def known(self, name: str) -> Record | None:
        """What is known about one that is kept, also from before there were records; None when it is not kept."""
        if self._store.get(name) is None:
            return None
        return records_in(self._path).get(name) or Record(since=self._today())

    def _change(self, change: Callable[[Records], Records]) -> None:
        """Change the records as they are now; another process may write them too, and then a use may go untold."""
        for _ in range(TRIES):
            content = read_regular(self._path, MAX_FILE_BYTES)
            before = _parsed(content) if isinstance(content, bytes) else {}
            after = change(before)
            if after == before:
                return
            expect = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None
            try:
                write_over(self._path, _BY_NAME.dump_json(after, indent=1), expect, mode=PRIVATE_MODE)
            except ChangedMeanwhile:
                continue
            return


def records_in(path: Path) -> Records:
    """The records of a state folder; none when they cannot be read: they are no secret and grow again."""
    content = read_regular(path, MAX_FILE_BYTES)
    return _parsed(content) if isinstance(content, bytes) else {}


def _parsed(content: bytes) -> Records:
    try:
        return _BY_NAME.validate_json(content)
    except ValidationError:
        return {}


def _used(records: Records, name: str, today: date) -> Records:
    record = records.get(name) or Record(since=today)
    return records | {name: record.model_copy(update={"used": today})}
