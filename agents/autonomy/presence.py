"""Who runs this vault: `Health/runner.md` with node, epoch and heartbeat; it travels with the synced vault.

A second machine refuses and says who runs; `run --take-over` raises the epoch, and a node that sees a higher one
stops before its next effect (DESIGN 2.6). A machine is its journal: names of computers change, and are given twice.
The note is only news, which may come late; what keeps effects single does not rest on it (ADR 0028).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agents.connectors.contract import sha256_hex
from agents.durability.journal import PAST_EPOCH, journal_id, read_meta
from agents.errors import NotAllowed, Transient
from agents.vault.files import forget_file, read_regular, remove, write_over
from agents.vault.layout import RUNNER_NOTE, is_runner_note
from agents.vault.neutralize import visible
from agents.vault.note import Note, read_note
from agents.vault.note_edit import emit_note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.clock import Clock
    from agents.durability.journal import Journal
    from agents.vault.yaml_text import PropertyValue

STALE_AFTER = timedelta(minutes=15)
BEAT_EVERY_S = 60.0
MAX_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a note says: the machine, its epoch, whether it runs, when it last said so (aware), and its journal."""

    node: str
    epoch: int
    running: bool
    heartbeat: datetime
    journal: str = ""


class Presence:
    """This node's claim on the vault; `journal` is the id of its journal."""

    def __init__(self, root: Path, node: str, epoch: int, clock: Clock, journal: str) -> None:
        self._path = root / RUNNER_NOTE
        self._node = node
        self._journal = journal
        self._clock = clock
        self._last_beat_s = float("-inf")
        self.epoch = epoch

    def followed(self, *, take_over: bool) -> bool:
        """Whether another machine had the vault since this one last did, so that this journal does not know it all.

        Raises:
            NotAllowed: another machine runs it now.
        """
        others = [seen for seen in self._notes() if self._foreign(seen)]
        running = [seen for seen in others if self._runs(seen)]
        if running and not take_over:
            raise self._taken(running)
        return bool(running) or any(seen.epoch >= self.epoch for seen in others)

    def claim(self, *, take_over: bool, lost: bool) -> int:
        """Say that this node runs the vault now; the epoch to work in. `lost`: its journal is new.

        Raises:
            NotAllowed: another machine runs it. One of the same name with another journal is another machine.
        """
        another = self.followed(take_over=take_over) or lost
        self.epoch = max([self.epoch, *(seen.epoch for seen in self._notes())]) + (1 if another else 0)
        self._write(running=True)
        return self.epoch

    def beat(self) -> None:
        """Renew the heartbeat, at most once a minute; at once where the note of a machine of before has come back.

        Raises:
            NotAllowed: another machine has taken over; two that write one vault would undo each other's work.
            Transient: the disk refused; the next beat tries again.
        """
        if words := self.overtaken():
            raise NotAllowed(f"This run ends: {words}.", hint="Let it run there, or say `run --take-over` here.")
        seen = read_presence(self._path)
        displaced = seen is not None and self._foreign(seen)
        if displaced or self._clock.monotonic_s() - self._last_beat_s >= BEAT_EVERY_S:
            self._write(running=True)

    def leave(self) -> None:
        """Say that this node has stopped, unless another one has taken over."""
        if not self.overtaken():
            self._write(running=False)

    def overtaken(self) -> str | None:
        """Why this node must not make another effect, or None."""
        for seen in self._notes():
            if self._foreign(seen) and self._goes_before(seen):
                return f"the machine {visible(seen.node)} has taken over (epoch {seen.epoch})"
        return None

    def elsewhere(self) -> Seen | None:
        """The other machine that runs the vault now, as far as the news has come."""
        running = [seen for seen in self._notes() if self._foreign(seen) and self._runs(seen)]
        return max(running, key=lambda seen: seen.epoch, default=None)

    def _goes_before(self, seen: Seen) -> bool:
        """A higher epoch does. Two machines that began the same one, unknown to each other: one of them, always that.

        A note that names no journal is of an earlier version, which stops when it sees ours.
        """
        return seen.epoch > self.epoch or (
            seen.epoch == self.epoch and seen.running and seen.journal > self._journal and self._runs(seen)
        )

    def _foreign(self, seen: Seen) -> bool:
        return seen.journal != self._journal if seen.journal else seen.node != self._node

    def _runs(self, seen: Seen) -> bool:
        return seen.running and self._clock.machine_now() - seen.heartbeat < STALE_AFTER

    def _taken(self, running: list[Seen]) -> NotAllowed:
        seen = max(running, key=lambda each: each.epoch)
        return NotAllowed(
            f"The machine {visible(seen.node)} runs this vault (last seen {seen.heartbeat:%Y-%m-%d %H:%M} UTC).",
            hint="Stop it there, or say `run --take-over` here.",
        )

    def _notes(self) -> Iterator[Seen]:
        """What the note and the conflict copies of it say, as far as they can be read."""
        for path in _copies(self._path):
            if seen := read_presence(path):
                yield seen

    def _write(self, *, running: bool) -> None:
        moment = self._clock.machine_now().replace(microsecond=0).isoformat()
        properties: dict[str, PropertyValue] = {
            "type": "health",
            "node": self._node,
            "epoch": self.epoch,
            "running": running,
            "heartbeat_utc": moment,
            "journal": self._journal,
        }
        state = "runs" if running else "has stopped"
        text = emit_note(properties, f"# Runner\nThe machine {self._node} {state}.\n")
        try:
            write_over(self._path, text.encode())
        except OSError as err:
            hint = "Free space on the disk, or make the vault writable; then run again."
            raise Transient(f"{RUNNER_NOTE} cannot be written: {err.strerror}", hint=hint) from err
        self._last_beat_s = self._clock.monotonic_s()
        self._tidy()

    def _tidy(self) -> None:
        """Remove conflict copies of the note that say nothing beyond ours."""
        for path in _copies(self._path):
            content = read_regular(path, MAX_BYTES)
            seen = _seen_in(content) if isinstance(content, bytes) and path.name != self._path.name else None
            if isinstance(content, bytes) and seen and seen.epoch <= self.epoch:
                remove(path, sha256_hex(content))


def open_presence(journal: Journal, root: Path, node: str, clock: Clock, *, stranger: bool = False) -> Presence:
    """The claim of the machine that has this journal. `stranger`: its journal is a copy of another machine's."""
    with journal.begin() as sql:
        epoch = int(read_meta(sql, "epoch") or read_meta(sql, PAST_EPOCH, "1"))
        mine = "" if stranger else journal_id(sql)
    return Presence(root, node, epoch, clock, mine)


def forget_runners(root: Path) -> None:
    """Remove what says who runs: in a copy that has become a vault of its own it speaks of another one."""
    for path in _copies(root / RUNNER_NOTE):
        forget_file(path, MAX_BYTES)


def _copies(note: Path) -> list[Path]:
    """The note, and what sync tools made of it when two machines wrote it."""
    try:
        return sorted(each for each in note.parent.iterdir() if is_runner_note(each.name))
    except OSError:
        return []


def read_presence(path: Path) -> Seen | None:
    """What the note says, or None when there is none that can be read."""
    found = read_regular(path, MAX_BYTES)
    return _seen_in(found) if isinstance(found, bytes) else None


def _seen_in(content: bytes) -> Seen | None:
    note = read_note(content.decode(errors="replace"))
    if not isinstance(note, Note):
        return None
    try:
        heartbeat = datetime.fromisoformat(str(note.properties["heartbeat_utc"]))
        return Seen(
            node=str(note.properties["node"]),
            epoch=int(str(note.properties["epoch"])),
            running=note.properties["running"] == "true",
            heartbeat=heartbeat if heartbeat.tzinfo else heartbeat.replace(tzinfo=UTC),
            journal=str(note.properties.get("journal", "")),
        )
    except (KeyError, ValueError):
        return None
