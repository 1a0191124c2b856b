"""What a watching `run` costs when nothing happens: processor time and memory, on 10k notes. Linux only (/proc).

First before any task came, then after one was worked on, with the engine open (`with_engine_`).
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from agents.vault.layout import PLANS
from benchmarks.common.drops import is_quick, mails
from benchmarks.common.rooms import vault_room, wait_for

if TYPE_CHECKING:
    from benchmarks.common.rooms import History, Working

NOTES = 10_000
SETTLING_S = 3.0


def main() -> None:
    """Print the figures."""
    with vault_room(NOTES, quiet_s=1.5) as room, room.running() as process:
        found = watched(process, "")
        plans = room.history()
        room.drop(mails(room.folder / "ready", "one", 1))
        wait_for(lambda: planned(plans), "a plan in the history", poll_s=0.1)
        found |= watched(process, "with_engine_")
    print(json.dumps(found))


def planned(history: History) -> bool:
    """Whether a plan is in the history."""
    return any(name.startswith("plan-") for name in history.names(PLANS))


def watched(process: Working, named: str) -> dict[str, float]:
    """Processor time (percent of one core) and memory over a minute in which nothing happens."""
    watched_s = 15.0 if is_quick() else 60.0
    time.sleep(SETTLING_S)
    before_s, began_s = process.cpu_s(), time.perf_counter()
    time.sleep(watched_s)
    used_s, passed_s = process.cpu_s() - before_s, time.perf_counter() - began_s
    return {
        f"{named}cpu_percent": round(used_s / passed_s * 100, 3),
        f"{named}rss_mb": round(process.rss_mb(), 1),
    }


if __name__ == "__main__":
    main()
