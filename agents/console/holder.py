"""Which process holds a vault on this machine. The lock decides; the note beside it only says who has it.

A killed process leaves its note behind. It is believed only while the lock is held and the process it names lives.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agents.clock import as_local
from agents.errors import NotAllowed
from agents.vault.files import PRIVATE_MODE, read_regular, write_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "runner.lock"
NOTE = "runner.json"
PATIENCE_S = 0.5
MAX_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, when it took the vault (aware), and the name of its machine."""

    pid: int
    since: datetime
    node: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.node}, since {as_local(self.since):%Y-%m-%d %H:%M}"


@contextmanager
def held(state: Path, me: Holder) -> Iterator[None]:
    """Hold the vault. The patience outlasts a command that only asks whether somebody does.

    Raises:
        NotAllowed: another process holds it, and which.
    """
    import filelock

    lock = filelock.FileLock(state / LOCK)
    try:
        lock.acquire(timeout=PATIENCE_S, poll_interval=0.02)
    except filelock.Timeout as err:
        who = holder_of(state)
        raise NotAllowed(
            f"Another `run` on this machine holds the vault: {who or 'it does not say which'}.",
            hint="Leave it to that one, or end it first.",
        ) from err
    try:
        _note(state, me)
        yield
    finally:
        with suppress(OSError):
            (state / NOTE).unlink(missing_ok=True)
        lock.release()


def is_held(state: Path) -> bool:
    """Whether a process holds the vault now."""
    import filelock

    lock = filelock.FileLock(state / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return True
    lock.release()
    return False


def holder_of(state: Path) -> Holder | None:
    """Who holds the vault; ask only while somebody does. None: the note is not there yet, or of one that is gone."""
    content = read_regular(state / NOTE, MAX_BYTES)
    try:
        said = json.loads(content) if isinstance(content, bytes) else {}
        who = Holder(int(said["pid"]), datetime.fromisoformat(said["since"]), str(said["node"]))
    except (KeyError, TypeError, ValueError):
        return None
    return who if _lives(who.pid) else None


def _note(state: Path, me: Holder) -> None:
    """Say who holds it. A disk that refuses this keeps nobody from working."""
    said = {"pid": me.pid, "since": me.since.replace(microsecond=0).isoformat(), "node": me.node}
    with suppress(OSError):
        write_over(state / NOTE, json.dumps(said).encode(), mode=PRIVATE_MODE)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is another user's
        return True
    return True
