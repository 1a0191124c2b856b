"""Memory that a burst of work needed, given back to the machine when it is over, where the system can."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIM: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only


def give_back(trim: Callable[[int], int] | None = _TRIM) -> None:
    """Let go of what was freed but is kept at hand; a millisecond, and nothing where the system has no such call."""
    if trim:
        trim(0)
