"""A library's web client reaches the hosts of its list and nothing else, and no answer lasts for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.clock import SystemClock
from agents.errors import NotAllowed, Transient
from agents.security import library_egress
from agents.security.egress import Destination, Egress
from agents.security.library_egress import Patience, Unreached, open_client
from tests.standins.certificates import make_certificate
from tests.standins.messages_server import Breaks, MessagesServer, Says, text
from tests.standins.web_server import HELLO, WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BODY = b'{"model":"m","stream":true,"messages":[]}'


@pytest.fixture
def server() -> Iterator[MessagesServer]:
    with MessagesServer(key="") as running:
        yield running


def asked(server: MessagesServer, total_s: float = 20.0) -> bytes:
    egress = Egress("claude", (Destination("127.0.0.1", server.port),))
    with open_client(egress, Patience(SystemClock(), total_s)) as client:
        return client.post(f"{server.address}/v1/messages", content=BODY).content


def test_the_bytes_arrive_as_they_are(server: MessagesServer) -> None:
    server.script.append(Says(text("hello")))
    assert b"message_stop" in asked(server)
    assert server.asked[0].body == BODY


def test_over_tls_the_certificate_is_checked(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with WebServer(certificate) as server:
        egress = Egress("claude", (Destination("localhost", server.port),))
        with open_client(egress, Patience(SystemClock(), 20), certificate.certificate_file) as client:
            assert client.get(server.address()).content == HELLO
        with open_client(egress, Patience(SystemClock(), 20)) as client, pytest.raises(Unreached, match="certificate"):
            client.get(server.address())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://other.example/x", "http://other.example:443/x"])
def test_another_host_or_a_plain_line_is_refused_before_a_socket_opens(url: str) -> None:
    egress = Egress("claude", (Destination("api.example", 443), Destination("other.example", 80)))
    with open_client(egress, Patience(SystemClock(), 20)) as client, pytest.raises(NotAllowed):
        client.get(url)


def test_a_plain_line_to_another_computer_is_refused() -> None:
    egress = Egress("claude", (Destination("other.example", 80),))
    with open_client(egress, Patience(SystemClock(), 20)) as client, pytest.raises(NotAllowed, match="encryption"):
        client.get("http://other.example/x")


def test_where_nobody_listens_nothing_was_sent(server: MessagesServer) -> None:
    server.__exit__(None, None, None)
    with pytest.raises(Unreached, match="cannot be reached"):
        asked(server)
    server.__enter__()


def test_an_answer_that_never_ends_meets_its_deadline(server: MessagesServer) -> None:
    server.script.append(Breaks("pings"))
    with pytest.raises(Transient, match="did not end its answer in time"):
        asked(server, 0.2)


def test_silence_is_not_waited_out(server: MessagesServer) -> None:
    server.script.append(Breaks("silent"))
    with pytest.raises(Transient, match="does not answer"):
        asked(server, 0.2)


def test_a_line_that_breaks_is_told(server: MessagesServer) -> None:
    server.script.append(Breaks("hangs up"))
    with pytest.raises(Transient, match="the line to"):
        asked(server)


def test_an_answer_without_end_is_not_swallowed(server: MessagesServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_egress, "MAX_ANSWER_BYTES", 100)
    server.script.append(Says(text("long " * 100)))
    with pytest.raises(Transient, match="does not end"):
        asked(server)
