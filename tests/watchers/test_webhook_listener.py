"""What the listener says when it cannot listen, and what it does with a message that does not come whole."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.connectors.webhook.reader import (
    LOOPBACK,
    MAX_WAITING,
    SECRET_MARK,
    WebhookSettings,
    settings_place,
    signature,
)
from watchers.contract import WatcherContext
from watchers.webhook_listener import MAX_THREADS, listening
from watchers.webhook_watcher import open_watcher

if TYPE_CHECKING:
    from pathlib import Path

    from tests.autonomy.house import House

KEY = f"{SECRET_MARK}AAAA"
HEAD = b"POST /hooks/orders HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
PATIENCE_S = 60


def settle(state: Path, port: int = 0, address: str = LOOPBACK) -> Path:
    """The settings, as the owner's connecting leaves them."""
    place = settings_place(state)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(WebhookSettings(names=("orders",), port=port, address=address).model_dump_json(), encoding="utf-8")
    return place


def says(state: Path, secret: str | None = KEY) -> str:
    with listening(state, lambda _name: secret, SystemClock(), threading.Event()) as words:
        return words


def test_it_says_why_it_does_not_listen(tmp_path: Path) -> None:
    assert says(tmp_path) == ""
    place = settle(tmp_path)
    assert "its secret is gone" in says(tmp_path, None)
    assert "listens on 127.0.0.1:" in says(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settle(tmp_path, taken.getsockname()[1])
        assert "cannot listen on" in says(tmp_path)
    place.write_text("{", encoding="utf-8")
    assert "damaged" in says(tmp_path)


def test_it_listens_on_an_address_of_either_kind_and_asks_for_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getfqdn", lambda *_asked: pytest.fail("a name was asked for"))
    for address in (LOOPBACK, "::1"):
        if address == "::1" and not has_ipv6():
            pytest.skip("this computer has no IPv6")
        settle(tmp_path, address=address)
        with listening(tmp_path, lambda _name: KEY, SystemClock(), threading.Event()) as words:
            host, _, port = words.rstrip(".").rpartition(" ")[2].rpartition(":")
            assert host == ("[::1]" if address == "::1" else address)
            with socket.create_connection((address, int(port)), timeout=PATIENCE_S) as line:
                line.sendall(HEAD.replace(b"orders", b"others"))
                assert b" 404 " in line.recv(100)


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_half_a_message_is_none_and_too_many_lines_at_once_are_closed(tmp_path: Path) -> None:
    settle(tmp_path)
    with listening(tmp_path, lambda _name: KEY, SystemClock(), threading.Event()) as words:
        port = int(words.rstrip(".").rpartition(":")[2])
        lines = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) for _ in range(MAX_THREADS)]
        for line in lines:
            line.sendall(HEAD)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as one_more:
            assert one_more.recv(100) == b""
        for line in lines:
            line.sendall(b"half of it")
            line.shutdown(socket.SHUT_WR)
            assert b" 400 " in line.recv(100)
            line.close()
    assert not (tmp_path / "webhook" / "spool").exists()


def test_a_sender_is_told_to_come_again_while_too_much_waits_or_the_disk_refuses(tmp_path: Path) -> None:
    settle(tmp_path)
    clock = SystemClock()
    time = str(int(clock.now().timestamp()))
    words = f"webhook-id: one\r\nwebhook-timestamp: {time}\r\n"
    words += f"webhook-signature: {signature(KEY, 'one', time, b'x' * 100)}\r\n\r\n"
    folder = tmp_path / "webhook" / "spool"
    folder.mkdir(parents=True)
    for number in range(MAX_WAITING):
        (folder / f"{number}.json").touch()
    with listening(tmp_path, lambda _name: KEY, clock, threading.Event()) as told:
        port = int(told.rstrip(".").rpartition(":")[2])

        def answer() -> bytes:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as line:
                line.sendall(HEAD[:-2] + words.encode() + b"x" * 100)
                return line.recv(100)

        assert b" 503 " in answer()
        for each in folder.iterdir():
            each.unlink()
        folder.rmdir()
        folder.touch()
        assert b" 503 " in answer()
        folder.unlink()
        assert b" 202 " in answer()


def test_nothing_waits_where_there_is_no_state_folder(house: House) -> None:
    assert open_watcher(WatcherContext(house.vault, 0, house.journal)).scan(house.clock.now()).events == ()
