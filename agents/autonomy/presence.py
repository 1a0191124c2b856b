"""Who runs this vault: `Health/runner.md` with node, epoch and heartbeat; it travels with the synced vault.

A second machine refuses and says who runs; `run --take-over` raises the epoch, and a node that sees a higher one
stops before its next effect (DESIGN 2.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.errors import NotAllowed, Transient
from agents.vault.files import read_regular, write_over
from agents.vault.layout import RUNNER_NOTE
from agents.vault.neutralize import visible
from agents.vault.note import Note, Problem, read_note
from agents.vault.note_edit import emit_note

if TYPE_CHECKING:
    from pathlib import Path

    from agents.clock import Clock
    from agents.vault.yaml_text import PropertyValue

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

    def interrupted(self) -> bool:
        """Whether the last run of this node ended without saying so, as far as anybody can tell."""
        seen = read_presence(self._path)
        return seen is None or (seen.running and seen.node == self._node)

    def claim(self, *, take_over: bool, lost: bool) -> int:
        """Say that this node runs the vault now; the epoch to work in. `lost`: its state folder is new.

        Raises:
            NotAllowed: another machine runs it. One of the same name with another state folder is another machine.
            Transient: the disk refused.
        """
        seen = read_presence(self._path)
        another = lost or (seen is not None and seen.node != self._node)
        if seen is not None and another and not take_over and self._runs(seen):
            raise NotAllowed(
                f"The machine {visible(seen.node)} runs this vault (last seen {seen.heartbeat:%Y-%m-%d %H:%M} UTC).",
                hint="Stop it there, or say `run --take-over` here.",
            )
        self.epoch = max(self.epoch, seen.epoch if seen else 0) + (1 if another else 0)
        self._write(running=True)
        return self.epoch

    def beat(self) -> None:
        """Renew the heartbeat, at most once a minute.

        Raises:
            NotAllowed: another machine has taken over; two that write one vault would undo each other's work.
            Transient: the disk refused; the next beat tries again.
        """
        if words := self.overtaken():
            raise NotAllowed(f"This run ends: {words}.", hint="Let it run there, or say `run --take-over` here.")
        if self._clock.monotonic_s() - self._last_beat_s >= BEAT_EVERY_S:
            self._write(running=True)

    def leave(self) -> None:
        """Say that this node has stopped, unless another one has taken over."""
        if not self.overtaken():
            self._write(running=False)

    def overtaken(self) -> str | None:
        """Why this node must not make another effect, or None."""
        seen = read_presence(self._path)
        if seen is not None and seen.epoch > self.epoch:
            return f"the machine {visible(seen.node)} has taken over (epoch {seen.epoch})"
        return None

    def _runs(self, seen: Seen) -> bool:
        return seen.running and self._clock.now() - seen.heartbeat < STALE_AFTER

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
        text = emit_note(properties, f"# Runner\nThe machine {self._node} {state}.\n")
        try:
            write_over(self._path, text.encode())
        except OSError as err:
            hint = "Free space on the disk, or make the vault writable; then run again."
            raise Transient(f"{RUNNER_NOTE} cannot be written: {err.strerror}", hint=hint) from err
        self._last_beat_s = self._clock.monotonic_s()


def read_presence(path: Path) -> Seen | None:
    """What the note says, or None when there is none that can be read."""
    found = read_regular(path, 10_000)
    note = read_note(found.decode(errors="replace")) if isinstance(found, bytes) else Problem(0, "none")
    if not isinstance(note, Note):
        return None
    try:
        heartbeat = datetime.fromisoformat(str(note.properties["heartbeat_utc"]))
        return Seen(
            node=str(note.properties["node"]),
            epoch=int(str(note.properties["epoch"])),
            running=note.properties["running"] == "true",
            heartbeat=heartbeat if heartbeat.tzinfo else heartbeat.replace(tzinfo=UTC),
        )
    except (KeyError, ValueError):
        return None
