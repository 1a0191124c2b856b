"""Building very many small objects at once, without looking for garbage among them each time some were added.

Nothing of it is in a circle, so that looking finds nothing: at 100,000 entries it was a third of the time of a report.
Whether garbage is looked for at all is not touched: who stops that, as `confinement` does, has a reason of their own.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 50_000_000  # objects: more than any ledger has


class _Seldom:
    """How seldom garbage is looked for, for as long as one thread or several want it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wanted = 0
        self._usual = gc.get_threshold()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._wanted:
                self._usual = gc.get_threshold()
                gc.set_threshold(MANY)
            self._wanted += 1
        try:
            yield
        finally:
            with self._lock:
                self._wanted -= 1
                if not self._wanted:
                    gc.set_threshold(*self._usual)


many_rows = _Seldom()
