"""Memory over 100,000 events: what the shipped intake and history hold after the first fifth, and at the end.

Each event is a small file of its own, filed as a watcher offers it, five hundred at a time, each lot a commit.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from agents.console.memory import give_back
from benchmarks.common.crowds import house_of
from benchmarks.common.drops import is_quick
from benchmarks.common.rooms import vault_room
from watchers.contract import Event, OriginKind, StoredFile
from watchers.intake import Intake

if TYPE_CHECKING:
    from datetime import datetime

MANY, FEW = 100_000, 5_000
LOT = 500


def main() -> None:
    """Print the figures."""
    size = FEW if is_quick() else MANY
    held: dict[int, float] = {}
    with vault_room() as room, house_of(room) as house:
        intake = Intake(house.recorder, house.blobs)
        for start in range(0, size, LOT):
            now = house.clock.now()
            intake.file(*(event(number, now) for number in range(start, start + LOT)))
            house.recorder.flush()
            done = start + LOT
            if done in {size // 5, size}:  # a pause, in which the employee tidies up
                house.recorder.refresh_index()
                give_back()
                held[done] = rss_mb()
    print(json.dumps({"events": size, "first_rss_mb": held[size // 5], "rss_mb": held[size]}))


def event(number: int, now: datetime) -> Event:
    """A file of a few words."""
    content = f"note {number}\nSome words about a customer and an order.\n".encode()
    digest = hashlib.sha256(content).hexdigest()
    file = StoredFile(content, "txt", f"{number}.txt", "text/plain", content.decode())
    return Event(
        source="file",
        source_id=digest,
        occurred_at=now,
        content_sha256=digest,
        kind="file",
        origin=f"{number}.txt",
        origin_kind=OriginKind.REMOTE,  # nothing lies anywhere that is to be cleared
        attachments=(file,),
    )


def rss_mb() -> float:
    """The memory this process holds now, in units of 2**20 bytes. Linux only: /proc."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20), 1)


if __name__ == "__main__":
    main()
