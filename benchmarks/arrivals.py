"""What happens when files arrive: one at a time, a thousand at once, ten thousand at once; beside the floor.

Latency: from the move into the inbox until the task note is in a signed commit, the vault being at rest before each;
without the quiet period (set to 0), and once with the default one, which is subtracted. Burst: from the first move
until *every* file has a task note of its own in a commit; the turns of the tasks go on meanwhile and afterwards
(`worked_per_s`: until every one of the thousand has its plan in a commit). Lost: files without a note at the end.
`cpu_ms`: the processor time of one file of the burst, which says something on a busy machine too.
`of_the_floor_least`: the worst of several pairs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from agents.vault.layout import CLAIMED, NEEDS_ACTION, PLANS
from benchmarks.common.drops import (
    burst_s,
    count,
    floor_has,
    is_quick,
    latencies_ms,
    mails,
    ours_has,
    percentiles,
    rest,
    texts,
)
from benchmarks.common.rooms import Room, floor_room, vault_room, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.common.rooms import Working

NOTES = 1_000
DEFAULT_QUIET_S = 1.5
OURS = (NEEDS_ACTION, CLAIMED)
FLOOR = ("out",)
ROUNDS = 4
PAIRS = 5  # one burst on a disk can be twice as quick as the next


def main() -> None:
    """Print the figures."""
    quick = is_quick()
    found: dict[str, float] = {}
    found |= latency(10 if quick else 30)
    found |= quiet_latency(3 if quick else 8)
    found |= bursts(texts, "-file-", "burst_1k", 300 if quick else 1_000, 1 if quick else PAIRS)
    found |= bursts(mails, "-email-", "mails_1k", 300 if quick else 1_000)
    if not quick:
        found |= bursts(texts, "-file-", "burst_10k", 10_000)
    print(json.dumps(found))


def latency(events: int) -> dict[str, float]:
    """Rounds on the floor and on ours take turns, so that both see the same machine."""
    with floor_room() as floor, vault_room(NOTES) as ours, floor.floor(NOTES), ours.running():
        theirs: list[float] = []
        own: list[float] = []
        for turn in range(ROUNDS):
            theirs += latencies_ms(floor, texts(floor.folder / "drops", f"one-{turn}", events), floor_has)
            own += latencies_ms(ours, texts(ours.folder / "drops", f"one-{turn}", events), ours_has)
    (floor_p50, floor_p99), (p50, p99) = percentiles(theirs), percentiles(own)
    return {"latency_p50_ms": p50, "latency_p99_ms": p99, "floor_p50_ms": floor_p50, "floor_p99_ms": floor_p99}


def quiet_latency(events: int) -> dict[str, float]:
    """With the default quiet period, which is subtracted."""
    with vault_room(quiet_s=DEFAULT_QUIET_S) as room, room.running():
        p50, _ = percentiles(latencies_ms(room, texts(room.folder / "drops", "quiet", events), ours_has))
    return {"beyond_default_quiet_p50_ms": round(p50 - DEFAULT_QUIET_S * 1000, 2)}


def bursts(
    make: Callable[[Path, str, int], list[Path]], kind: str, name: str, size: int, pairs: int = 1
) -> dict[str, float]:
    """Bursts on the floor and on ours in turns, each in a new folder; the middle of so many pairs, lost of all."""
    floors: list[Burst] = []
    ours: list[Burst] = []
    found: dict[str, float] = {f"{name}_lost": 0}
    for turn in range(pairs):
        with floor_room() as room, room.floor(NOTES) as process:
            files = make(room.folder / "drops", "many", size)
            floors.append(measured(process, size, lambda: burst_s(room, files, FLOOR, "many-")))  # noqa: B023
        with vault_room(NOTES) as room, room.running() as process:
            files = make(room.folder / "drops", "many", size)
            ours.append(measured(process, size, lambda: burst_s(room, files, OURS, kind)))  # noqa: B023
            if turn == pairs - 1 and size <= NOTES:
                found[f"{name}_worked_per_s"] = round(size / (size / ours[-1].per_s + worked_s(room, size)), 1)
            found[f"{name}_lost"] += size - count(room.history(), OURS, kind) + len(list(room.inbox.iterdir()))
            found[f"{name}_rss_mb"] = round(process.rss_mb(), 1)
    of_the_floor = [own.per_s / floor.per_s for own, floor in zip(ours, floors, strict=True)]
    found |= {f"{name}_of_the_floor_least": round(min(of_the_floor), 3)}
    return found | middle(f"{name}_floor", floors) | middle(name, ours)


@dataclass(frozen=True, slots=True)
class Burst:
    """Files a second, and milliseconds of the processor for each."""

    per_s: float
    cpu_ms: float


def measured(process: Working, size: int, burst: Callable[[], float]) -> Burst:
    """How many files a second one burst was, and the processor time that each took."""
    before_s = process.cpu_s()
    took_s = burst()
    return Burst(size / took_s, (process.cpu_s() - before_s) / size * 1000)


def middle(name: str, bursts: Sequence[Burst]) -> dict[str, float]:
    """The middle of several."""
    return {
        f"{name}_per_s": round(median(each.per_s for each in bursts), 1),
        f"{name}_cpu_ms": round(median(each.cpu_ms for each in bursts), 2),
    }


def worked_s(room: Room, size: int) -> float:
    """Seconds until so many plans are committed."""
    history = room.history()
    began_s = wait_for(lambda: True, "now")
    done_s = wait_for(lambda: count(history, (PLANS,), "plan-") >= size, f"{size} plans in a commit", 0.05)
    rest(history)
    return done_s - began_s


if __name__ == "__main__":
    main()
