"""A server that says one line to each client, or only listens to its first words, and hangs up."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def closing_server(line: bytes) -> Iterator[int]:
    """The port of the server; with an empty line it hears the client out before it hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            with client:
                if line:
                    client.sendall(line)
                client.recv(65_536)

    thread = threading.Thread(target=serve, name="closing-server")
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
