"""Web requests reach the hosts of the list over checked TLS, and no redirect leads elsewhere; real servers here."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest

from agents.errors import NotAllowed
from agents.security.egress import Destination, Egress
from agents.security.web_egress import Web
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
