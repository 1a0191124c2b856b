"""Who runs this vault: `Health/runner.md` with node, epoch and heartbeat; it travels with the synced vault.

A second machine refuses and says who runs; `run --take-over` raises the epoch, and a node that sees a higher one
stops before its next effect (DESIGN 2.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents.errors import NotAllowed
from agents.vault.files import read_regular, write_over
from agents.vault.layout import HEALTH
from agents.vault.note import Note, Problem, read_note
from agents.vault.note_edit import emit_note

if TYPE_CHECKING:
    from pathlib import Path

    from agents.clock import Clock
    from agents.vault.yaml_text import PropertyValue

RUNNER_NOTE = f"{HEALTH}/runner.md"
STALE_AFTER = timedelta(minutes=15)
BEAT_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the note says: the machine, its epoch, whether it runs, and when it last said so (aware)."""

    node: str
    epoch: int
    running: bool
    heartbeat: datetime


class Presence:
    """This node's claim on the vault."""

    def __init__(self, root: Path, node: str, epoch: int, clock: Clock) -> None:
        self._path = root / RUNNER_NOTE
        self._node = node
        self._clock = clock
        self._last_beat_s = float("-inf")
        self.epoch = epoch

    def claim(self, *, take_over: bool, lost: bool) -> int:
        """Say that this node runs the vault now; the epoch to work in. `lost`: its state folder is new.

        Raises:
            NotAllowed: another machine runs it.
        """
        seen = read_presence(self._path)
        if seen is not None and seen.node != self._node:
            alive = seen.running and self._clock.now() - seen.heartbeat < STALE_AFTER
            if alive and not take_over:
                raise NotAllowed(
                    f"The machine {seen.node} runs this vault (last seen {seen.heartbeat:%Y-%m-%d %H:%M} UTC).",
                    hint="Stop it there, or say `run --take-over` here.",
                )
        if seen is not None:
            another = lost or seen.node != self._node
            self.epoch = max(self.epoch, seen.epoch) + (1 if another else 0)
        self.beat(force=True)
        return self.epoch

    def beat(self, *, force: bool = False) -> None:
        """Renew the heartbeat, at most once a minute."""
        now_s = self._clock.monotonic_s()
        if force or now_s - self._last_beat_s >= BEAT_EVERY_S:
            self._write(running=True)
            self._last_beat_s = now_s

    def leave(self) -> None:
        """Say that this node has stopped."""
        self._write(running=False)

    def overtaken(self) -> str | None:
        """Why this node must not make another effect, or None."""
        seen = read_presence(self._path)
        if seen is not None and seen.epoch > self.epoch:
            return f"the machine {seen.node} has taken over (epoch {seen.epoch})"
        return None

    def _write(self, *, running: bool) -> None:
        moment = self._clock.now().replace(microsecond=0).isoformat()
        properties: dict[str, PropertyValue] = {
            "type": "health",
            "node": self._node,
            "epoch": self.epoch,
            "running": running,
            "heartbeat_utc": moment,
        }
        state = "runs" if running else "has stopped"
        write_over(self._path, emit_note(properties, f"# Runner\nThe machine {self._node} {state}.\n").encode())


def read_presence(path: Path) -> Seen | None:
    """What the note says, or None when there is none that can be read."""
    found = read_regular(path, 10_000)
    note = read_note(found.decode(errors="replace")) if isinstance(found, bytes) else Problem(0, "none")
    if not isinstance(note, Note):
        return None
    try:
        return Seen(
            node=str(note.properties["node"]),
            epoch=int(str(note.properties["epoch"])),
            running=note.properties["running"] == "true",
            heartbeat=datetime.fromisoformat(str(note.properties["heartbeat_utc"])),
        )
    except (KeyError, ValueError):
        return None
