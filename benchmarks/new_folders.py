"""Ten thousand files in a thousand folders that appear all at once: is each of them a committed task note?

The folders are made and filled outside the inbox and moved in whole, so that no hint can name a file in them.
"""

from __future__ import annotations

import json
import os
import time

from agents.vault.layout import CLAIMED, NEEDS_ACTION
from benchmarks.common.drops import COUNT_POLL_S, count, is_quick, rest, texts
from benchmarks.common.rooms import vault_room, wait_for

MANY, FEW = 1_000, 100  # folders
IN_EACH = 10
OURS = (NEEDS_ACTION, CLAIMED)


def main() -> None:
    """Print the figures."""
    folders = FEW if is_quick() else MANY
    size = folders * IN_EACH
    with vault_room() as room, room.running():
        history, ready = room.history(), room.folder / "ready"
        ready.mkdir()
        for number in range(folders):
            texts(ready / f"folder-{number}", f"file-{number}", IN_EACH)
        rest(history)
        began_s = time.perf_counter()
        for folder in sorted(ready.iterdir()):
            os.rename(folder, room.inbox / folder.name)
        taken_s = wait_for(lambda: count(history, OURS, "-file-") >= size, "all found", COUNT_POLL_S) - began_s
        left = sum(len(files) for _, _, files in os.walk(room.inbox))
        lost = size - count(history, OURS, "-file-") + left
    print(json.dumps({"files": size, "folders": folders, "lost": lost, "found_per_s": round(size / taken_s, 1)}))


if __name__ == "__main__":
    main()
