"""What a burst needed is given back when it is over."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agents.console.memory import _TRIM, give_back

FREED = """
import ctypes
from pathlib import Path
from agents.console.memory import give_back

def held_kb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4

kept = []
for _ in range(40_000):  # every second one stays, the last one above all: nothing is given back by itself
    kept += [bytes(600), bytes(600)]
del kept[:-1]
before = held_kb()
give_back()
print(before - held_kb())
"""


@pytest.mark.skipif(_TRIM is None, reason="this system has no malloc_trim")
def test_memory_that_was_freed_goes_back_to_the_machine() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 5_000


def test_where_the_system_has_no_such_call_nothing_is_done() -> None:
    give_back(None)
