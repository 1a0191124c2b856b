"""Starts one skill script under limits: `python -I -S script_launcher.py SCRIPT`. Standard library only.

The limits hold before the script's first line: CPU time, memory, file size, open files, processes. An audit hook
refuses what a pure script never needs: the network, other programs, writing files. That is a fence against mistakes,
no prison: a skill is code its owner installed.
"""

from __future__ import annotations

import runpy
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    Hook = Callable[[str, tuple[object, ...]], None]

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


class Platform(Protocol):
    """The module `resource`."""

    def setrlimit(self, number: int, limits: tuple[int, int], /) -> None:
        """Set one limit of this process: soft and hard."""
        ...


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


def main(script: str, add_hook: Callable[[Hook], None], platform: Platform | None) -> None:
    """Fence this process in, then be the script. `platform` None: no limits here (Windows), only hook and wall time."""
    if platform is not None:
        set_limits(platform.setrlimit, vars(platform))
    add_hook(refuse)
    sys.path.insert(0, script.replace("\\", "/").rpartition("/")[0])  # the modules beside it, as for any program
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # nothing is written into a skill's folder
    main(sys.argv[1], sys.addaudithook, import_module("resource") if find_spec("resource") else None)
