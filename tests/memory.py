"""Where on this machine many short-lived vaults are made without waiting for a disk."""

from __future__ import annotations

import os
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 (folders of their own are made in it)
NEEDED_BYTES = 4_000_000_000


def place_in_memory() -> Path | None:
    """A place in memory with room for the vaults of tests, from which programs may run; None where there is none."""
    if not MEMORY.is_dir():
        return None
    place = os.statvfs(MEMORY)
    roomy = place.f_bavail * place.f_frsize > NEEDED_BYTES
    return MEMORY if roomy and not place.f_flag & os.ST_NOEXEC else None
