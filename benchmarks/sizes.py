"""Whether the size of the vault matters: start to ready, and one audited transition, on 1k, 10k and 100k notes.

Ready: from the start of the process until it says that it watches, the third of three starts. A transition: from a
file's move into the inbox to its signed commit; the vaults take turns, so that all see the same machine. One more vault
of 1k notes has had 10,000 events today, written by the shipped recorder.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from agents.autonomy.founding import open_place
from agents.console.wiring import house_at
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.settings import Settings
from benchmarks.common.drops import is_quick, latencies_ms, ours_has, percentiles, texts
from benchmarks.common.rooms import Room, vault_room

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
BUSY = "1k_busy_day"
EVENTS_TODAY = 10_000
IN_ONE_TRANSACTION = 100
ROUNDS = 4
STARTS = 3


def main() -> None:
    """Print the figures."""
    sizes = {"1k": 1_000, "10k": 10_000} if is_quick() else SIZES
    with ExitStack() as stack:
        rooms = {name: stack.enter_context(vault_room(notes)) for name, notes in sizes.items()}
        rooms[BUSY] = stack.enter_context(vault_room(1_000))
        have_a_busy_day(rooms[BUSY], 1_000 if is_quick() else EVENTS_TODAY)
        found = {f"ready_{name}_s": ready_s(rooms[name]) for name in sizes}
        found |= transitions(rooms, 4 if is_quick() else 10)
    print(json.dumps(found))


def have_a_busy_day(room: Room, events: int) -> None:
    """So many events more in journal, log and history."""
    house = house_at(open_place(room.inbox.parent), Settings(state=room.git_dir.parent))
    with house.lock():
        for start in range(0, events, IN_ONE_TRANSACTION):
            with house.recorder.begin() as writing:
                for number in range(start, start + IN_ONE_TRANSACTION):
                    writing.record(Transition(Fact("runner", "bench.event", f"event-{number}"), f"Event {number}"))
            house.recorder.flush()
    house.close()


def ready_s(room: Room) -> float:
    """From start to ready."""
    seconds = 0.0
    for _ in range(STARTS):
        with room.running() as process:
            seconds = process.ready_s
    return round(seconds, 2)


def transitions(rooms: Mapping[str, Room], events: int) -> dict[str, float]:
    """The median transition of each vault, in ms."""
    taken: dict[str, list[float]] = {name: [] for name in rooms}
    with ExitStack() as stack:
        for room in rooms.values():
            stack.enter_context(room.running())
        for turn in range(ROUNDS):
            for name, room in rooms.items():
                taken[name] += latencies_ms(room, drops(room, turn, events), ours_has)
    return {f"transition_{name}_p50_ms": percentiles(found)[0] for name, found in taken.items()}


def drops(room: Room, turn: int, events: int) -> list[Path]:
    """Files for one turn."""
    return texts(room.folder / "drops", f"turn-{turn}", events)


if __name__ == "__main__":
    main()
