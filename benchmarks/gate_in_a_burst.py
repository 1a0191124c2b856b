"""What the gate for secrets adds to a burst of files, in processor time of one file.

The shipped watcher, intake and commits work in this process, with the gate and with one that looks at nothing, in
turns, so that both see the same machine. Their vaults lie in memory where there is such a place: the gate touches no
disk, and two folders of one disk can differ in what a new file costs by more than the gate.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from agents.security.secret_gate import SecretGate
from benchmarks.common.crowds import house_of
from benchmarks.common.drops import is_quick, texts
from benchmarks.common.rooms import vault_room
from watchers.contract import WatcherContext
from watchers.inbox_watcher import open_watcher
from watchers.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agents.console.wiring import House
    from benchmarks.common.rooms import Room

MEMORY = Path("/dev/shm")  # noqa: S108 (folders of their own are made in it)
ROUNDS = 6
FILES = 500


class OpenGate(SecretGate):
    """Looks at nothing."""

    def masked_all(self, texts: Sequence[str]) -> list[str]:
        """As they are."""
        return [*texts]

    def finds_any(self, texts: Iterable[str]) -> bool:
        """None is looked at."""
        del texts
        return False

    def look_ahead(self, contents: Iterable[bytes]) -> None:
        """Nothing is looked at."""

    def findings(self, path: str, content: bytes) -> tuple[str, ...]:
        """Nothing is found."""
        del path, content
        return ()


def main() -> None:
    """Print the figures."""
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    files = 100 if is_quick() else FILES
    taken: dict[str, list[float]] = {"with": [], "without": []}
    with vault_room() as gated, vault_room() as ungated, house_of(gated) as closed, house_of(ungated) as opened:
        opened.__dict__["gate"] = OpenGate()
        for number in range(ROUNDS):
            taken["with"].append(filed_ms(gated, closed, f"round-{number}", files))
            taken["without"].append(filed_ms(ungated, opened, f"round-{number}", files))
    found = {f"{name}_ms": round(median(each[1:]), 3) for name, each in taken.items()}  # the first warms up
    print(json.dumps(found))


def filed_ms(room: Room, house: House, name: str, files: int) -> float:
    """Milliseconds of the processor for each file, from the inbox into the history."""
    context = WatcherContext(room.inbox.parent, 0.0, house.journal, house.clock.machine_now)
    watcher, intake = open_watcher(context), Intake(house.recorder, house.blobs)
    room.drop(texts(room.folder / "ready", name, files))
    began_s = time.process_time()
    filed = 0
    while events := watcher.scan(house.clock.now()).events:
        filed += intake.file(*events)
        house.recorder.flush()
    took_ms = (time.process_time() - began_s) * 1000
    if filed != files:
        raise AssertionError(f"{filed} of {files} files were filed")
    return took_ms / files


if __name__ == "__main__":
    main()
