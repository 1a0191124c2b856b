"""How far a call is, told to the assistant while it waits. A tool says it; whoever serves the tool carries it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcp.server.mcpserver import Context

    Tell = Callable[[float, float, str], None]

_TELLING: ContextVar[Tell | None] = ContextVar("telling", default=None)


def tell(done: float, total: float, words: str) -> None:
    """Say how much is done, of how much. Nobody may listen."""
    if telling := _TELLING.get():
        telling(done, total, words)


@contextmanager
def told_to(listener: Tell) -> Iterator[None]:
    """Within the block, what is told goes to this listener."""
    before = _TELLING.set(listener)
    try:
        yield
    finally:
        _TELLING.reset(before)


def listener_of(context: Context) -> Tell:
    """Who waits for a call that is served in a thread of its own; a client that did not ask for progress hears none."""
    from anyio import from_thread  # noqa: PLC0415 - comes with the server's library

    def tell_client(done: float, total: float, words: str) -> None:
        from_thread.run(context.report_progress, done, total, words)

    return tell_client
