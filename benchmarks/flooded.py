"""Files that come while the reader is stopped, more than the system's queue of changes holds: are all of them found?

The process is stopped (SIGSTOP), the files are moved in, it goes on; `lost` is what has no committed note at the end.
"""

from __future__ import annotations

import json
import time

from agents.vault.layout import CLAIMED, NEEDS_ACTION
from benchmarks.common.drops import COUNT_POLL_S, count, is_quick, rest, texts
from benchmarks.common.rooms import vault_room, wait_for

MANY = 20_000  # inotify's default queue holds 16,384
FEW = 1_000


def main() -> None:
    """Print the figures."""
    size = FEW if is_quick() else MANY
    with vault_room() as room, room.running() as process:
        history, folders = room.history(), (NEEDS_ACTION, CLAIMED)
        rest(history)
        process.pause()
        room.drop(texts(room.folder / "drops", "flood", size))
        began_s = time.perf_counter()
        process.resume()
        taken_s = wait_for(lambda: count(history, folders, "-file-") >= size, "all found", COUNT_POLL_S) - began_s
        lost = size - count(history, folders, "-file-") + len(list(room.inbox.iterdir()))
    print(json.dumps({"files": size, "lost": lost, "found_per_s": round(size / taken_s, 1)}))


if __name__ == "__main__":
    main()
