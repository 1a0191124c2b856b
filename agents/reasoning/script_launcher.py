"""Starts one skill script under limits: `python -I -S script_launcher.py SCRIPT`. Standard library only.

The limits hold before the script's first line: CPU time, memory, file size, open files, processes. An audit hook lets
pass what a pure script needs, and refuses everything else: writing, other programs, the network, native code. It is a
fence, no prison: some functions of Python tell no hook what they do. The prison is the kernel's, around this program
(`agents/security/confinement.py`, ADR 0049); without it the fence is all there is, and `doctor` says so.
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

    Only literals stand here: a script can find the globals, built-in names and cells of this program by the frames of a
    traceback, and change them. It cannot change a constant; and a name it takes away makes this raise all the same.

    Raises:
        PermissionError: the script tried it.
    """
    if event == "open":  # path, mode (None: os.open), flags; the bits that write, create or cut on Linux and macOS
        mode = arguments[1] or ""
        if not arguments[2] & 0x64B and not ("w" in mode or "a" in mode or "x" in mode or "+" in mode):  # type: ignore[operator]
            return
    elif event == "import":  # `join` makes a plain text of a name whose class lies about it
        name = " ".join(("", arguments[0], ""))  # type: ignore[arg-type]
        if name not in (
            " ctypes  _ctypes  _ctypes_test  _curses  _dbm  _gdbm  _interpreters  _multiprocessing  _posixshmem "
            " _posixsubprocess  _remote_debugging  _ssl  _testcapi  _testinternalcapi  _tkinter  _xxsubinterpreters "
            " readline "
        ):
            return
        event = f"import{name}"
    elif event == "object.__setattr__":
        if arguments[1] != "__code__":
            return
    elif f" {event} " in (
        " array.__new__ builtins.id compile exec glob.glob glob.glob/2 marshal.dumps marshal.load marshal.loads "
        " object.__getattr__ os.fwalk os.listdir os.scandir os.walk pathlib.Path.glob pathlib.Path.rglob time.sleep "
        " sys._getframe sys._getframemodulename sys.excepthook sys.unraisablehook "
        " cpython.PyInterpreterState_Clear cpython._PySys_ClearAuditHooks "
    ):
        return
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
