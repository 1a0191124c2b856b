"""Confines a program of others by the kernel: it reads what is named, writes nothing, and reaches nobody (ADR 0049).

Landlock and the filter of calls belong to one thread and to whatever it starts. So a thread of its own gives up what
the program shall not have, starts it, and ends; this process keeps all it had. Where the kernel has neither, nothing
is held, and `held_here` says so.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agents.security.findings import Finding, Grade
from agents.security.landlock import Kernel, give_up_files
from agents.security.system_calls import give_up_calls

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")
ABOUT = "skill scripts"
WHY = "A skill is code of others; without the kernel only a fence of Python's own stands between it and your files."
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store")
OF_THE_SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_LOADER, _ELF, _HEAD_BYTES = 3, b"\x7fELF", 4096  # PT_INTERP


@dataclass(frozen=True, slots=True)
class Reach:
    """What a program is left with: the files and folders it may read, and what it may start."""

    readable: tuple[Path, ...]
    programs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """What the kernel holds: the version of Landlock (0 = none), and whether calls are filtered."""

    landlock: int
    calls: bool


class LinuxKernel:
    """The kernel behind the C library of this process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)
        self._library.syscall.restype = ctypes.c_long

    def call(self, number: int, *arguments: int | bytes) -> int:
        """A system call by its number.

        Raises:
            OSError: the kernel refuses it, or does not know it.
        """
        given = [ctypes.c_char_p(each) if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
        return _checked(self._library.syscall(ctypes.c_long(number), *given))

    def prctl(self, option: int, *arguments: int) -> int:
        """An operation on this thread.

        Raises:
            OSError: the kernel refuses it, or does not know it.
        """
        return _checked(self._library.prctl(ctypes.c_int(option), *map(ctypes.c_ulong, arguments)))


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


@cache
def kernel_here(system: str = sys.platform) -> Kernel | None:
    """The kernel of this computer, where it may know how to confine; the numbers mean something else elsewhere."""
    return LinuxKernel() if system == "linux" else None


def confined(start: Callable[[], R], reach: Reach, kernel: Kernel | None) -> R:
    """What `start` gives back; it and all it starts are held by the kernel. `kernel` None: it just runs.

    Raises:
        OSError: the kernel has Landlock and refuses to hold it: then nothing is started.
    """
    if kernel is None:
        return start()

    def on_its_own() -> R:
        give_up(kernel, reach)
        return start()

    collects = gc.isenabled()
    gc.disable()  # what is thrown away might close or remove files, and this thread no longer can
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="confined") as pool:
            return pool.submit(on_its_own).result()
    finally:
        if collects:
            gc.enable()


def give_up(kernel: Kernel, reach: Reach) -> Held:
    """This thread gives up for good what lies beyond its reach; what is held."""
    landlock = give_up_files(kernel, reach.readable, reach.programs)
    return Held(landlock, give_up_calls(kernel, platform.machine()))


def held_here(kernel: Kernel | None) -> Held:
    """What the kernel would hold, by trial."""
    if kernel is None:
        return Held(0, calls=False)
    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(_tried, kernel).result()
        except OSError:
            return Held(0, calls=False)


def _tried(kernel: Kernel) -> Held:
    held = give_up(kernel, Reach(()))
    reads = _works(lambda: [*Path("/").iterdir()])
    return Held(0 if reads else held.landlock, held.calls and not _works(lambda: os.kill(os.getpid(), 0)))


def _works(what: Callable[[], object]) -> bool:
    try:
        what()
    except OSError:
        return False
    return True


@cache
def python_reach() -> Reach:
    """What Python needs to run a program of its standard library alone."""
    program = Path(sys.executable)
    real = program.resolve()
    own = [Path(sys.base_prefix) / each for each in {"lib", sys.platlibdir}]
    readable = [*own, program.parent.parent / "pyvenv.cfg", *map(Path, LIBRARIES), *map(Path, OF_THE_SYSTEM)]
    loader = loader_of(real.read_bytes()[:_HEAD_BYTES])
    return Reach(tuple(dict.fromkeys(readable)), (real, *((Path(loader),) if loader else ())))


def loader_of(head: bytes) -> str:
    """The program that loads this one with its libraries, as the head of an ELF file names it; empty = none.

    Source: elf(5), the 64-bit little-endian form.
    """
    if not head.startswith(_ELF + b"\x02\x01"):
        return ""
    table, size, count = struct.unpack_from("<32xQ14xHH", head)
    for at in range(table, table + size * count, size):
        kind, offset, length = struct.unpack_from("<I4xQ16xQ", head, at)
        if kind == _LOADER:
            return head[offset : offset + length].rstrip(b"\0").decode()
    return ""


def confinement_findings(held: Held) -> tuple[Finding, ...]:
    """How scripts of skills are held here, for `doctor`."""
    if held.landlock and held.calls:
        says = "the kernel holds them: they read Python and their own folder, write nothing, and reach nobody"
        return (Finding(ABOUT, Grade.FINE, says),)
    if held.landlock:
        says = "the kernel keeps them from your files, but not from the network; there Python's fence holds"
        return (Finding(ABOUT, Grade.LOOK, says, WHY, "Accept only skills whose scripts you have read."),)
    says = "only a fence of Python's own holds them: this kernel has no Landlock (Linux 5.13 or later)"
    return (Finding(ABOUT, Grade.LOOK, says, WHY, "Accept only skills whose scripts you have read."),)
