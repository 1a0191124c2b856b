"""Starts one skill script under limits: `python -I -S script_launcher.py SCRIPT`. Standard library only.

The limits hold before the script's first line: CPU time, memory, file size, open files, processes. An audit hook
refuses what a pure script never needs: the network, other programs, writing files. That is a fence against mistakes,
no prison: a skill is code its owner installed.
"""

from __future__ import annotations

import runpy
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CPU_S = 5
MEMORY_BYTES = 512 * 1024 * 1024
MAX_OUTPUT_BYTES = 256 * 1024  # standard output is a file, so this caps it too
OPEN_FILES = 32
LIMITS = (
    ("RLIMIT_CPU", CPU_S),
    ("RLIMIT_AS", MEMORY_BYTES),
    ("RLIMIT_FSIZE", MAX_OUTPUT_BYTES),
    ("RLIMIT_NOFILE", OPEN_FILES),
    ("RLIMIT_NPROC", 0),
    ("RLIMIT_CORE", 0),
)
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "ctypes.",
    "pty.",
)
_WRITES = frozenset("wax+")


def set_limits(set_limit: Callable[[int, tuple[int, int]], None], numbers: dict[str, int]) -> None:
    """Set every limit this platform knows. `numbers` are the platform's names for them (`vars(resource)`)."""
    for name, value in LIMITS:
        if name in numbers:
            set_limit(numbers[name], (value, value))


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Raise for what a pure script never needs (Source: the Python docs' table of audit events).

    Raises:
        PermissionError: the script tried it.
    """
    writing = event == "open" and isinstance(mode := arguments[1], str) and bool(_WRITES & set(mode))
    if writing or event.startswith(_REFUSED):
        raise PermissionError(f"a skill script may not do this: {event}")


def main(script: str) -> None:
    """Fence this process in, then be the script."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        pass
    else:
        set_limits(resource.setrlimit, vars(resource))
    sys.addaudithook(refuse)
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
