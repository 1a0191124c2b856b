"""How long `--help` takes: a fresh process each time, the median of some."""

from __future__ import annotations

import json
import subprocess
import time
from statistics import median

from benchmarks.common.rooms import ROOF

TIMES = 15


def main() -> None:
    """Print the figures."""
    taken = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        subprocess.run([*ROOF, "--help"], check=True, capture_output=True)
        taken.append(time.perf_counter() - began_s)
    print(json.dumps({"help_s": round(median(taken), 3)}))


if __name__ == "__main__":
    main()
