"""An account whose access token is fetched for each login: with real servers for mail, and a provider's stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr, ValidationError

from agents.connectors.email.access_token import login_secret
from agents.connectors.email.account import MailAccount, account_from, keep_account, open_account, read_account
from agents.connectors.email.account_secret import GivenSecret
from agents.connectors.email.imap_session import logged_in, try_reading
from agents.connectors.email.mail_source import reading_door
from agents.connectors.email.manifest import MANIFEST
from agents.errors import NeedsOwner, NotAllowed, Transient
from tests.connectors.email.mail_room import answers_for, context_in
from tests.standins.dovecot import TOKEN, USER, Dovecot
from tests.standins.smtp_server import SmtpServer
from tests.standins.token_server import CLIENT_SECRET, REFRESH, TokenServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

(MAIL,) = MANIFEST.connections


@pytest.fixture
def provider(dovecot: Dovecot) -> Iterator[TokenServer]:
    with TokenServer(dovecot.certificate, token=TOKEN) as server:
        yield server


@pytest.fixture
def answers(provider: TokenServer, dovecot: Dovecot) -> Iterator[dict[str, str]]:
    """What the owner answers, with the credential in place of a password."""
    with SmtpServer(dovecot.certificate, user=USER, password=TOKEN) as server:
        reading = {"imap_host": "localhost", "imap_port": str(dovecot.tls_port)}
        yield answers_for(server) | reading | {"login": "xoauth2", "password": provider.credential()}


def test_both_servers_are_logged_in_to_with_a_token_of_each_moment(
    provider: TokenServer, answers: dict[str, str]
) -> None:
    assert MAIL.test(answers).count("took the login") == 2
    assert provider.times == 2
    account, secret = account_from(answers), GivenSecret(SecretStr(answers["password"]))
    provider.token = "ya29.of-yesterday"
    with pytest.raises(NeedsOwner, match="refused user or password"):
        try_reading(account, secret, reading_door(account))
    provider.token = TOKEN
    with logged_in(account, secret, reading_door(account)) as session:
        assert session.open("INBOX").mails == 0


def test_it_is_kept_like_a_password_and_every_host_is_named(
    provider: TokenServer, answers: dict[str, str], tmp_path: Path, clock: FrozenClock
) -> None:
    context = context_in(tmp_path, clock)
    keep_account(context, answers)
    keep_account(context, answers | {"host": "smtp.other.example"}, "mail-shop")
    account, secret = open_account(context)
    assert login_secret(account, secret).get_secret_value() == TOKEN
    kept = b"".join(each.read_bytes() for each in (tmp_path / "state").rglob("*") if each.is_file())
    assert not [each for each in (REFRESH, CLIENT_SECRET, TOKEN) if each.encode() in kept]
    reached = [str(each) for each in MANIFEST.reaches(context)]
    own = [f"localhost:{answers[each]}" for each in ("port", "imap_port")]
    assert reached == [*own, f"localhost:{provider.port}", f"smtp.other.example:{answers['port']}"]
    assert read_account(context).token_uri == f"https://localhost:{provider.port}/token"


@pytest.mark.parametrize(("status", "text"), [(400, '{"error":"invalid_grant"}'), (401, ""), (403, "<html>")])
def test_a_credential_that_is_refused_is_the_owners_to_replace(
    provider: TokenServer, answers: dict[str, str], status: int, text: str
) -> None:
    provider.says = status, text
    with pytest.raises(NeedsOwner, match="does not take the credential of the account any more") as refused:
        MAIL.test(answers)
    assert "connect mail" in refused.value.hint
    assert REFRESH not in repr(refused.value)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, "oops"),
        (429, ""),
        (200, "<html>log in</html>"),
        (200, "{}"),
        (200, "[1]"),
        (200, '{"access_token": 7}'),
        (200, '{"access_token": "two\\nlines"}'),
        (200, '{"access_token": ""}'),
        (302, ""),
    ],
)
def test_without_a_token_it_is_tried_again_later(
    provider: TokenServer, answers: dict[str, str], status: int, text: str
) -> None:
    provider.says = status, text
    with pytest.raises(Transient, match="gave no access token"):
        MAIL.test(answers)


def test_a_wrong_credential_is_refused_by_the_provider(provider: TokenServer, answers: dict[str, str]) -> None:
    with pytest.raises(NeedsOwner, match="any more"):
        MAIL.test(answers | {"password": provider.credential(client_secret="")})
    assert provider.times == 1


@pytest.mark.parametrize(
    ("credential", "wrong"),
    [
        ("{", "no JSON"),
        ("{}", "token_uri, client_id, refresh_token"),
        ('{"token_uri":"ftp://a.example","client_id":"a","refresh_token":"secret-b"}', "token_uri"),
        ('{"token_uri":"https://u:p@a.example/","client_id":"a","refresh_token":"secret-b"}', "token_uri"),
        ('{"token_uri":"https://a.example:99999/","client_id":"a","refresh_token":"secret-b"}', "token_uri"),
        ('{"token_uri":"https://a.example/to ken","client_id":"a","refresh_token":"secret-b"}', "token_uri"),
        ('{"token_uri":"https://a.example/","client_id":"","refresh_token":["secret-b"]}', "client_id, refresh_token"),
    ],
)
def test_what_is_no_credential_is_refused_without_quoting_it(credential: str, wrong: str) -> None:
    given = {"host": "a.example", "port": "587", "security": "starttls", "user": "u", "from": "owner@studio.example"}
    with pytest.raises(NeedsOwner, match=f"the credential cannot be used: {wrong}$") as refused:
        account_from(given | {"login": "xoauth2", "password": credential})
    assert "secret-b" not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert account_from(given | {"login": "password", "password": credential}).token_uri == ""


def test_an_account_with_no_plain_address_for_tokens_is_none(answers: dict[str, str]) -> None:
    kept = account_from(answers).model_dump()
    assert MailAccount.model_validate(kept).token_uri == kept["token_uri"]
    with pytest.raises(ValidationError, match="token_uri"):
        MailAccount.model_validate(kept | {"token_uri": "https://a.example/to ken"})


def test_no_token_is_fetched_without_encryption_or_from_a_host_that_is_not_named(answers: dict[str, str]) -> None:
    plain = '{"token_uri":"http://login.example/token","client_id":"a","refresh_token":"b"}'
    with pytest.raises(NotAllowed, match="without encryption"):
        MAIL.test(answers | {"password": plain})
    other = GivenSecret(SecretStr(plain.replace("http:", "https:").replace("login", "elsewhere")))
    with pytest.raises(NotAllowed, match="elsewhere"):
        login_secret(account_from(answers), other)
