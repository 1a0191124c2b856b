"""What leaves goes to the hosts of the configuration, over lines whose certificate was checked; real servers here."""

from __future__ import annotations

import smtplib
import ssl
from typing import TYPE_CHECKING, Literal

import pytest
from pydantic import SecretStr, ValidationError

from agents.connectors.calendar.account import CalendarAccount
from agents.connectors.email.access_token import Credential
from agents.errors import NeedsOwner, NotAllowed
from agents.security.egress import (
    NOWHERE,
    Destination,
    Egress,
    destination_of,
    is_loopback,
    system_certificates,
    tls,
    web_address,
)
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer

if TYPE_CHECKING:
    from pathlib import Path

WAYS: tuple[Literal["starttls", "tls"], ...] = ("starttls", "tls")
FAR = Destination("mail.example.org", 25)


def egress_to(server: SmtpServer, host: str = "localhost") -> tuple[Egress, Destination]:
    """A list with this server on it, and the server."""
    place = Destination(host, server.port)
    return Egress("mail", (place,)), place


@pytest.mark.parametrize("way", WAYS)
def test_a_server_on_the_list_with_a_good_certificate_is_reached_over_tls(
    tmp_path: Path, way: Literal["starttls", "tls"]
) -> None:
    certificate = make_certificate(tmp_path)
    with SmtpServer(certificate, security=way) as server:
        egress, place = egress_to(server)
        session = egress.smtp(place, way, 10, certificate.certificate_file)
        assert isinstance(session.sock, ssl.SSLSocket)
        session.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("host", "ends", "trusted", "why"),
    [
        ("localhost", 2099, False, "self-signed"),
        ("mail.other.example", 2099, True, "Hostname mismatch"),
        ("localhost", 2021, True, "certificate has expired"),
    ],
    ids=["self-signed", "wrong host", "expired"],
)
def test_a_bad_certificate_ends_it_before_a_password_on_this_computer_too(
    tmp_path: Path, way: Literal["starttls", "tls"], host: str, ends: int, *, trusted: bool, why: str
) -> None:
    certificate = make_certificate(tmp_path, host, ends=ends)
    with SmtpServer(certificate, security=way) as server:
        egress, place = egress_to(server)
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            egress.smtp(place, way, 10, certificate.certificate_file if trusted else None)
        assert server.logins == 0


def test_a_mail_server_without_encryption_is_never_spoken_to(tmp_path: Path) -> None:
    with SmtpServer(make_certificate(tmp_path), security="plain") as server:
        egress, place = egress_to(server)
        with pytest.raises(smtplib.SMTPNotSupportedError):
            egress.smtp(place, "starttls", 10)
        assert server.logins == 0


def test_a_host_that_is_not_on_the_list_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with SmtpServer(make_certificate(tmp_path)) as server:
        _, place = egress_to(server)
        for other in (NOWHERE, Egress("mail", (FAR,)), egress_to(server, "127.0.0.1")[0]):
            with pytest.raises(NotAllowed, match=f"may not reach localhost:{server.port}") as refused:
                other.smtp(place, "starttls", 10)
            assert "connect NAME" in refused.value.hint


def test_another_port_of_the_same_host_is_another_place() -> None:
    with pytest.raises(NotAllowed, match="may not reach"):
        Egress("mail", (FAR,)).check(Destination(FAR.host, 587), encrypted=True)


def test_names_are_compared_as_the_name_service_does() -> None:
    Egress("mail", (FAR,)).check(Destination("Mail.Example.ORG.", 25), encrypted=True)


def test_without_encryption_another_computer_is_reached_where_the_owner_allowed_it() -> None:
    there = Destination("odoo.example", 8069)
    allowed = Egress("odoo", (there, Destination("cloud.example", 80)), in_clear=(there,))
    allowed.check(Destination("Odoo.example.", 8069), encrypted=False)
    for other in (Destination("odoo.example", 80), Destination("cloud.example", 80)):
        with pytest.raises(NotAllowed):
            allowed.check(other, encrypted=False)


def test_without_encryption_only_this_computer_is_reached() -> None:
    near = Destination("localhost", 25)
    listed = Egress("mail", (near, FAR))
    listed.check(near, encrypted=False)
    with pytest.raises(NotAllowed, match="without encryption"):
        listed.check(FAR, encrypted=False)
    listed.check(FAR, encrypted=True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_this_computer_is_known_by_its_name_and_addresses(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["localhost.example.org", "127.0.0.1.example.org", "127.1", "0.0.0.0", "10.0.0.1", "::", ""],  # noqa: S104
)
def test_what_only_looks_like_this_computer_is_another(host: str) -> None:
    assert not is_loopback(host)


def test_a_strange_name_is_shown_and_cut() -> None:
    with pytest.raises(NotAllowed) as refused:
        NOWHERE.check(Destination(f"a\u202e{'b' * 500}", 1), encrypted=True)
    assert "⟨U+202E⟩" in str(refused.value)
    assert len(str(refused.value)) < 200


def test_every_line_checks_certificate_and_name() -> None:
    context = tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_file_that_holds_no_certificate_needs_the_owner(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for path in (tmp_path / "ca.pem", tmp_path / "nowhere.pem"):
        with pytest.raises(NeedsOwner, match="certificate file"):
            tls(path)


def test_the_certificates_of_this_computer_are_named() -> None:
    assert system_certificates() in {ssl.get_default_verify_paths().cafile, "system"}


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://api.example/v1", "api.example", 443),
        ("http://127.0.0.1", "127.0.0.1", 80),
        ("http://[::1]:81", "::1", 81),
        ("https://cloud.example:8443/remote.php/dav?a=b", "cloud.example", 8443),
    ],
)
def test_an_address_names_one_destination(url: str, host: str, port: int) -> None:
    assert web_address(url) == url
    assert destination_of(url) == Destination(host, port)


@pytest.mark.parametrize(
    "url",
    [
        *("", "cloud.example", "ftp://cloud.example/", "https://", "https:///path", "//cloud.example/"),
        *("https://owner:secret@cloud.example/", "https://cloud.example:0/", "https://cloud.example:99999/"),
        *("https://cloud.example:/", "https://cloud.example:a/", "https://[::1/", "https://cloud.exämple/"),
        *(" https://cloud.example/", "https://cloud.example/ ", "https://cloud.example/a b", "https://cloud .example/"),
        *(
            "https://cloud.example/\n",
            "https://cloud.exa\tmple/",
            "https://cloud.example/\x00",
            "https://a\\b.example/",
        ),
    ],
)
def test_what_is_no_plain_address_is_refused_wherever_a_setting_has_one(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reader of the settings names the setting
        web_address(url)
    with pytest.raises(ValidationError, match="url"):
        CalendarAccount(url=url, user="owner")
    with pytest.raises(ValidationError, match="token_uri"):
        Credential(token_uri=url, client_id="studio", refresh_token=SecretStr("1//a"))
