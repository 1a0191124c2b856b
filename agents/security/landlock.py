"""Landlock: a thread gives up all files but some, for good, and for everything it starts. Linux 5.13 and later.

What the kernel's version of it does not know yet (the network, signals) is left to `system_calls.py`.
Source: landlock(7), linux/landlock.h; the call numbers are the same on every architecture.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_ASK_VERSION = 1  # LANDLOCK_CREATE_RULESET_VERSION
_PATH_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3
_KINDS_OF_FILES = ((1, 13), (2, 14), (3, 15), (5, 16))  # since which version there are how many rights on files
_TCP, _TCP_SINCE = 0b11, 4  # bind and connect
_SCOPES, _SCOPES_SINCE = 0b11, 6  # abstract sockets and signals of whoever is outside


class Kernel(Protocol):
    """The two ways into the kernel that confinement needs."""

    def call(self, number: int, *arguments: int | bytes) -> int:
        """A system call by its number.

        Raises:
            OSError: the kernel refuses it, or does not know it.
        """
        ...

    def prctl(self, option: int, *arguments: int) -> int:
        """An operation on this thread (prctl(2)).

        Raises:
            OSError: the kernel refuses it, or does not know it.
        """
        ...


def version(kernel: Kernel) -> int:
    """The kernel's version of Landlock; 0 = it has none, or it is turned off."""
    try:
        return kernel.call(CREATE, 0, 0, _ASK_VERSION)
    except OSError:
        return 0


def give_up_files(kernel: Kernel, readable: Sequence[Path], programs: Sequence[Path]) -> int:
    """From now on this thread reads only what lies there, starts only these programs, and writes nothing.

    The version of Landlock that holds it; 0 = nothing is held. What is not there is left out.

    Raises:
        OSError: the kernel has Landlock and refuses; nothing is held.
    """
    known = version(kernel)
    if known < 1:
        return 0
    ruleset = kernel.call(CREATE, handled := _handled(known), len(handled), 0)
    try:
        for path in readable:
            _allow(kernel, ruleset, path, _READ_FILE | _READ_FOLDER)
        for path in programs:
            _allow(kernel, ruleset, path, _READ_FILE | _EXECUTE)
        kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        kernel.call(RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _handled(known: int) -> bytes:
    """Everything this version can take away: struct landlock_ruleset_attr, as long as the version knows it."""
    rights = max(count for since, count in _KINDS_OF_FILES if since <= known)
    fields = [(1 << rights) - 1]
    if known >= _TCP_SINCE:
        fields.append(_TCP)
    if known >= _SCOPES_SINCE:
        fields.append(_SCOPES)
    return struct.pack(f"={len(fields)}Q", *fields)


def _allow(kernel: Kernel, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not path.is_dir():
            rights &= ~_READ_FOLDER
        kernel.call(ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
