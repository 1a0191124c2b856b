"""What Ctrl-C and a polite signal mean to a run, from its first moment to its last."""

from __future__ import annotations

import _thread
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While the first work is done a signal ends the run at once, while it watches after the round in hand.

    The second signal ends it at once in any case; nothing is lost by it. `over` is set when a watching run shall end,
    and `wake` with it.
    """

    def __init__(self, wake: threading.Event) -> None:
        self.over = threading.Event()
        self._wake = wake
        self._asked = False
        self._watching = False

    def watching(self) -> None:
        """From now on a signal lets the round in hand end.

        Raises:
            KeyboardInterrupt: a signal came before, and what it interrupted did not let the exception through (Python
                drops it inside destructors and callbacks).
        """
        self._watching = True
        if self._asked:
            raise KeyboardInterrupt

    def take(self, _signal: int, _frame: FrameType | None) -> None:
        """The handler of a signal."""
        at_once = self._asked or not self._watching
        self._asked = True
        if at_once:
            raise KeyboardInterrupt
        # the interrupted code may hold the lock of an event, or threading's own: setting here could wait for ever
        _thread.start_new_thread(self._end, ())

    def _end(self) -> None:
        self.over.set()
        self._wake.set()


@contextmanager
def interrupts(wake: threading.Event) -> Iterator[Interrupts]:
    """Answer signals for as long as the block runs, also where the parent had them ignored (a shell's `&`)."""
    answers = Interrupts(wake)
    before = {each: signal.signal(each, answers.take) for each in SIGNALS}
    try:
        yield answers
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
