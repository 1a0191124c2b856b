"""What a watching `run` costs when nothing happens: processor time and memory, on 10k notes. Linux only (/proc)."""

from __future__ import annotations

import json
import time

from benchmarks.common.drops import is_quick
from benchmarks.common.rooms import vault_room

NOTES = 10_000
SETTLING_S = 3.0


def main() -> None:
    """Print the figures."""
    watched_s = 15.0 if is_quick() else 60.0
    with vault_room(NOTES, quiet_s=1.5) as room, room.running() as process:
        time.sleep(SETTLING_S)
        before_s, began_s = process.cpu_s(), time.perf_counter()
        time.sleep(watched_s)
        used_s, passed_s = process.cpu_s() - before_s, time.perf_counter() - began_s
        print(json.dumps({"cpu_percent": round(used_s / passed_s * 100, 3), "rss_mb": round(process.rss_mb(), 1)}))


if __name__ == "__main__":
    main()
