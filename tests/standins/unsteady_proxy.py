"""A line between a client and a server that is cut, falls silent, or has to be opened again, where a test says so."""

from __future__ import annotations

import selectors
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

CHUNK_BYTES = 4096


@dataclass(slots=True)
class UnsteadyProxy:
    """Passes bytes on to `to_port` of this computer. Use as a context manager; `port` is where it listens.

    `bytes_until_cut`: every connection is cut once the server said so much; None = it holds. `cut_at_once`: so many of
    the next connections are cut before a byte passes. `stalled`: nothing passes, and nothing is cut either.
    `connections` counts them, `cuts` those that were cut.
    """

    to_port: int
    bytes_until_cut: int | None = None
    cut_at_once: int = 0
    stalled: bool = False
    connections: int = 0
    cuts: int = 0
    port: int = 0
    _open: list[_Line] = field(default_factory=list, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)
    _threads: list[threading.Thread] = field(default_factory=list, repr=False)
    _listening: socket.socket | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._listening.settimeout(0.05)
        self.port = self._listening.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for each in self._threads:
            each.join()
        if self._listening:
            self._listening.close()

    def cut(self) -> None:
        """Cut every connection that is open now."""
        for each in self._open:
            each.is_cut = True

    def _start(self, work: object, *given: object) -> None:
        thread = threading.Thread(target=work, args=given, name="unsteady-proxy")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        assert self._listening
        while not self._ended.is_set():
            try:
                client, _ = self._listening.accept()
            except TimeoutError:
                continue
            self.connections += 1
            if self.cut_at_once:
                self.cut_at_once -= 1
                self.cuts += 1
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:  # it is down: so is the line
                client.close()
                continue
            line = _Line(client, server)
            self._open.append(line)
            self._start(self._carry, line)

    def _carry(self, line: _Line) -> None:
        said = 0
        try:
            with selectors.DefaultSelector() as ready:
                ready.register(line.client, selectors.EVENT_READ, line.server)
                ready.register(line.server, selectors.EVENT_READ, line.client)
                while not (self._ended.is_set() or line.is_cut):
                    if self.stalled:
                        self._ended.wait(0.02)
                        continue
                    for key, _ in ready.select(0.05):
                        source, target = key.fileobj, key.data
                        assert isinstance(source, socket.socket)
                        content = source.recv(CHUNK_BYTES)
                        if not content:
                            return
                        said += len(content) if source is line.server else 0
                        target.sendall(content)
                    if self.bytes_until_cut is not None and said >= self.bytes_until_cut:
                        line.is_cut = True
        except OSError:  # one side is gone
            pass
        finally:
            self.cuts += line.is_cut
            line.client.close()
            line.server.close()


@dataclass(slots=True, eq=False)
class _Line:
    """One connection with its two ends."""

    client: socket.socket
    server: socket.socket
    is_cut: bool = False
