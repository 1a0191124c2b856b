"""Web requests reach the hosts of the list over checked TLS, and no redirect leads elsewhere; real servers here."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from agents.clock import SystemClock
from agents.errors import NeedsOwner, NotAllowed, Transient
from agents.security.egress import Destination, Egress
from agents.security.web_egress import Answer, Asking, Bounds, NothingSent, Web
from tests.standins.certificates import Certificate, make_certificate
from tests.standins.web_server import HELLO, WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT_S = 10


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(certificate: Certificate) -> Iterator[WebServer]:
    """It speaks TLS."""
    with WebServer(certificate) as running:
        yield running


@pytest.fixture
def plain() -> Iterator[WebServer]:
    """It speaks none."""
    with WebServer() as running:
        yield running


def get(address: str, *places: tuple[str, int], trust: Certificate | None = None) -> bytes:
    """What a connector with these places on its list gets from an address."""
    egress = Egress("books", tuple(Destination(*each) for each in places))
    with Web(egress, trust.certificate_file if trust else None).open(Request(address), TIMEOUT_S) as answer:  # noqa: S310
        return answer.read(1000)


def test_a_host_on_the_list_answers_over_tls(server: WebServer, certificate: Certificate) -> None:
    assert get(server.address(), ("localhost", server.port), trust=certificate) == HELLO


@pytest.mark.parametrize(
    ("host", "ends", "trusted", "why"),
    [
        ("localhost", 2099, False, "self-signed"),
        ("books.other.example", 2099, True, "Hostname mismatch"),
        ("localhost", 2021, True, "certificate has expired"),
    ],
    ids=["self-signed", "wrong host", "expired"],
)
def test_a_bad_certificate_ends_it_before_anything_is_asked(
    tmp_path: Path, host: str, ends: int, *, trusted: bool, why: str
) -> None:
    certificate = make_certificate(tmp_path, host, ends=ends)
    with WebServer(certificate) as server:
        with pytest.raises(URLError) as refused:
            get(server.address(), ("localhost", server.port), trust=certificate if trusted else None)
        assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)
        assert why in str(refused.value.reason)
        assert server.asked == []


def test_a_host_that_is_not_on_the_list_is_not_asked(server: WebServer, certificate: Certificate) -> None:
    with pytest.raises(NotAllowed, match="may not reach"):
        get(server.address(), ("localhost", server.port + 1), ("elsewhere.example", server.port), trust=certificate)
    assert server.asked == []


def test_plain_http_reaches_this_computer_and_nobody_else(plain: WebServer) -> None:
    assert get(plain.address(), ("localhost", plain.port)) == HELLO
    with pytest.raises(NotAllowed, match="without encryption"):
        get("http://books.invalid/", ("books.invalid", 80))


def test_a_redirect_within_the_host_is_followed(server: WebServer, certificate: Certificate) -> None:
    server.redirects["/old"] = "/new"
    server.redirects["/older"] = server.address("/old")
    assert get(server.address("/older"), ("localhost", server.port), trust=certificate) == HELLO
    assert server.asked == ["/older", "/old", "/new"]


def test_a_redirect_to_another_host_is_refused_although_both_are_on_the_list(
    server: WebServer, certificate: Certificate
) -> None:
    with WebServer(certificate) as other:
        places = (("localhost", server.port), ("127.0.0.1", other.port))
        server.redirects["/"] = other.address("/secret", host="127.0.0.1")
        assert get(other.address(host="127.0.0.1"), *places, trust=certificate) == HELLO
        with pytest.raises(NotAllowed, match="sends us on to 127"):
            get(server.address(), *places, trust=certificate)
        assert other.asked == ["/"]


def test_a_redirect_to_a_port_that_is_not_on_the_list_is_refused(server: WebServer, certificate: Certificate) -> None:
    with WebServer(certificate) as other:
        server.redirects["/"] = other.address()
        with pytest.raises(NotAllowed, match="may not reach"):
            get(server.address(), ("localhost", server.port), trust=certificate)
        assert other.asked == []


def test_a_redirect_from_an_encrypted_line_to_a_plain_one_is_refused_on_this_computer_too(
    server: WebServer, plain: WebServer, certificate: Certificate
) -> None:
    server.redirects["/"] = plain.address()
    with pytest.raises(NotAllowed, match="over http"):
        get(server.address(), ("localhost", server.port), ("localhost", plain.port), trust=certificate)
    assert plain.asked == []


@pytest.mark.parametrize(
    "to", ["ftp://localhost/x", "https://localhost:99999999/", "https://me@localhost/", "https:///x"]
)
def test_a_redirect_to_what_is_no_web_address_is_refused(plain: WebServer, to: str) -> None:
    plain.redirects["/"] = to
    with pytest.raises(NotAllowed):
        get(plain.address(), ("localhost", plain.port))


def test_a_redirect_that_may_not_be_followed_is_an_error(plain: WebServer) -> None:
    plain.redirects["/"] = "/new"
    egress = Egress("books", (Destination("localhost", plain.port),))
    request = Request(plain.address(), method="DELETE")  # noqa: S310 - loopback
    with pytest.raises(HTTPError) as refused:
        Web(egress).open(request, TIMEOUT_S)
    refused.value.close()
    assert (refused.value.code, plain.asked) == (302, ["/"])


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://localhost/x", "data:text/plain,x"])
def test_no_other_scheme_is_opened(address: str) -> None:
    with pytest.raises(URLError, match="unknown url type"):
        get(address, ("localhost", 21))


@pytest.mark.parametrize("address", ["https://good.example@evil.example/", "https://evil.example\\@good.example/"])
def test_an_address_with_two_hosts_in_it_is_refused(address: str) -> None:
    with pytest.raises(NotAllowed, match="names no host"):
        get(address, ("good.example", 443), ("evil.example", 443))


def test_a_proxy_of_the_environment_is_not_asked(
    server: WebServer, plain: WebServer, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, plain.address())
    assert get(server.address(), ("localhost", server.port), trust=certificate) == HELLO
    assert plain.asked == []


def ask(
    address: str, *places: tuple[str, int], trust: Certificate | None = None, bounds: Bounds | None = None
) -> Answer:
    """What a connector gets that asks with a method of its own."""
    egress = Egress("books", tuple(Destination(*each) for each in places))
    web = Web(egress, trust.certificate_file if trust else None)
    return web.ask(Asking("DELETE", address, {"X-About": "this"}, b"words"), bounds or Bounds(SystemClock(), TIMEOUT_S))


def test_an_answer_is_read_whole_also_one_that_says_no(server: WebServer, certificate: Certificate) -> None:
    here = ("localhost", server.port)
    answer = ask(server.address(), here, trust=certificate)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, HELLO, str(len(HELLO)))
    server.redirects["/old"] = server.address("/new")
    moved = ask(server.address("/old"), here, trust=certificate)
    assert (moved.status, moved.headers["location"]) == (302, server.address("/new"))
    assert server.asked == ["/", "/old"]


def test_what_goes_wrong_with_an_answer_is_one_of_our_errors(server: WebServer, certificate: Certificate) -> None:
    here = ("localhost", server.port)
    with pytest.raises(NeedsOwner, match="not to be trusted"):
        ask(server.address(), here)
    with pytest.raises(NothingSent):
        ask("https://localhost:1/", ("localhost", 1))
    with pytest.raises(NotAllowed, match="may not reach"):
        ask(server.address(), trust=certificate)
    with pytest.raises(Transient, match="does not end"):
        ask(server.address(), here, trust=certificate, bounds=Bounds(SystemClock(), TIMEOUT_S, max_bytes=2))
    with pytest.raises(Transient, match="in time"):
        ask(server.address(), here, trust=certificate, bounds=Bounds(SystemClock(), TIMEOUT_S, total_s=-1))


@pytest.mark.parametrize("path", ["/caf\u00e9", "/a b", "/\ud800", "/a\nb"])
def test_an_address_that_cannot_be_sent_is_one_of_our_errors(plain: WebServer, path: str) -> None:
    with pytest.raises((NotAllowed, Transient)):
        ask(plain.address(path), ("localhost", plain.port))
    assert plain.asked == []


def test_what_is_no_address_or_no_header_is_one_of_our_errors(plain: WebServer) -> None:
    for address in ("nowhere", "", "http://[x/", "http://a..b/"):
        with pytest.raises(NotAllowed):
            ask(address, ("a..b", 80))
    egress = Egress("books", (Destination("localhost", plain.port),))
    for value, kind in (("\u20ac", NotAllowed), ("a\nb", Transient)):
        with pytest.raises(kind):
            Web(egress).ask(Asking("GET", plain.address(), {"If-Match": value}), Bounds(SystemClock(), TIMEOUT_S))
    assert plain.asked == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (b"", "gave no whole answer"),
        (b"nonsense\r\n\r\n", "gave no whole answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "was cut"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\nshort", "was cut"),
    ],
)
def test_half_an_answer_is_none(words: bytes, why: str) -> None:
    with Mumbling(words) as mumbling, pytest.raises(Transient, match=why) as told:
        ask(f"http://127.0.0.1:{mumbling.port}/", ("127.0.0.1", mumbling.port))
    assert not isinstance(told.value, NothingSent)


def test_a_line_that_hangs_up_while_it_is_opened_may_have_heard(certificate: Certificate) -> None:
    with Mumbling(b"no TLS at all\r\n") as mumbling, pytest.raises(Transient) as told:
        ask(f"https://localhost:{mumbling.port}/", ("localhost", mumbling.port), trust=certificate)
    assert isinstance(told.value, NothingSent)
    with pytest.raises(Transient, match="cannot be reached") as unknown:
        ask("other://127.0.0.1:1/", ("127.0.0.1", 0))
    assert not isinstance(unknown.value, NothingSent)


class Mumbling:
    """Listens, and says a few words to whoever comes; then it hangs up."""

    def __init__(self, words: bytes) -> None:
        self._words = words

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        line, _ = self._socket.accept()
        with line:
            line.settimeout(TIMEOUT_S)
            line.recv(100_000)
            line.sendall(self._words)
            line.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                while line.recv(100_000):  # a line closed with words unread on it is reset, not ended
                    pass
