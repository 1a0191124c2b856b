"""Connecting an account: tried live, kept privately, forgotten whole."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from agents.connectors.contract import State
from agents.connectors.email.account import (
    PASSWORD,
    ImapServer,
    account_from,
    keep_account,
    kept_answers,
    read_account,
)
from agents.connectors.email.manifest import MANIFEST
from agents.errors import NeedsOwner, NotAllowed, Transient
from agents.security.secrets import open_secrets
from tests.connectors.email.mail_room import answers_for, context_in
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import Behaviour, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext
    from tests.clock import FrozenClock

(MAIL,) = MANIFEST.connections
ANSWERS = {
    "host": "smtp.studio.example",
    "port": "587",
    "security": "starttls",
    "user": "owner",
    "password": "correct horse",
    "from": "owner@studio.example",
    "ca_file": "",
    "login": "password",
    "imap_host": "-",
    "imap_port": "993",
    "folders": "INBOX",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(make_certificate(tmp_path)) as running:
        yield running


@pytest.fixture
def context(tmp_path: Path, clock: FrozenClock) -> ConnectorContext:
    return context_in(tmp_path, clock)


def test_trying_says_what_works_and_sends_nothing(server: SmtpServer) -> None:
    says = MAIL.test(answers_for(server))
    assert says == "localhost took the login over an encrypted line; mails can go out as owner@studio.example."
    assert server.logins == 1
    assert server.received == []


def test_an_access_token_is_tried_as_such_and_a_wrong_one_is_named(server: SmtpServer) -> None:
    given = answers_for(server) | {"login": "xoauth2"}
    assert "took the login" in MAIL.test(given)
    with pytest.raises(NeedsOwner, match="refused user or password"):
        MAIL.test(given | {"password": "wrong"})
    assert server.logins == 2


@pytest.mark.parametrize(
    ("host", "offered"),
    [("smtp.provider.example", "imap.provider.example"), ("provider.example", "provider.example"), ("box", "box")],
)
def test_the_server_for_reading_is_offered_from_the_one_for_sending(host: str, offered: str) -> None:
    ask = next(each for each in MAIL.asks if each.name == "imap_host")
    assert ask.offer is not None
    assert ask.offer({"host": host}) == offered


def test_what_was_answered_about_reading_is_kept_and_answered_again(
    context: ConnectorContext, server: SmtpServer
) -> None:
    reading = {"imap_host": "imap.provider.example", "imap_port": "143", "folders": "INBOX, Bank,, INBOX"}
    keep_account(context, answers_for(server) | reading)
    imap = read_account(context).imap
    assert imap == ImapServer(host="imap.provider.example", port=143, security="starttls", folders=("INBOX", "Bank"))
    assert kept_answers(context)["folders"] == "INBOX, Bank"
    assert account_from(kept_answers(context)) == read_account(context)


def test_trying_a_wrong_password_names_it(server: SmtpServer) -> None:
    with pytest.raises(NeedsOwner, match="refused user or password"):
        MAIL.test(answers_for(server) | {"password": "wrong"})


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour(hangs_up_at="noop"), Transient),
        (Behaviour(reply_to_noop="421 closing"), Transient),
        (Behaviour(reply_to_noop="554 not for you"), NotAllowed),
    ],
)
def test_a_server_that_does_nothing_after_the_login_does_not_work(
    server: SmtpServer, behaviour: Behaviour, outcome: type[Exception]
) -> None:
    server.behaviour = behaviour
    with pytest.raises(outcome):
        MAIL.test(answers_for(server))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"port": "many"}, "port"),
        ({"port": "0"}, "port"),
        ({"host": "smtp..example"}, "host"),
        ({"host": "a host"}, "host"),
        ({"security": "none"}, "security"),
        ({"user": ""}, "user"),
        ({"user": "a\nb"}, "user"),
        ({"from": "nobody"}, "from"),
        ({"from": ""}, "from"),
        ({"login": "x"}, "login"),
        ({"imap_host": "a host"}, "imap"),
        ({"imap_host": "localhost", "folders": "a\nb"}, "imap"),
        ({"port": "x", "security": "x"}, "port, security"),
    ],
)
def test_answers_that_cannot_be_used_are_named(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(NeedsOwner, match=f"cannot be used: {named}$"):
        account_from(ANSWERS | wrong)


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(NeedsOwner, match="password is empty"):
        MAIL.test(ANSWERS | {"password": ""})


def test_every_answer_is_asked_for_and_only_the_password_is_hidden() -> None:
    assert [ask.name for ask in MAIL.asks] == list(ANSWERS)
    assert [ask.name for ask in MAIL.asks if ask.secret] == ["password"]


def test_without_an_account_mail_goes_to_the_outbox(context: ConnectorContext) -> None:
    (capability,) = MANIFEST.capabilities(context)
    assert (capability.name, capability.state) == ("mail", State.OUTBOX)
    assert capability.next_step == "python orchestrator.py connect mail"
    assert MANIFEST.open_connector(context).name == "outbox"


def test_kept_it_is_real_private_and_the_password_is_not_in_it(context: ConnectorContext) -> None:
    says = MAIL.keep(context, ANSWERS | {"from": "Studio Emma <owner@studio.example>"})
    assert says == "Mails now go out as owner@studio.example through smtp.studio.example. The password lies memory."
    settings = context.state / "connections" / "mail.json"
    assert settings.stat().st_mode & 0o777 == 0o600
    assert "correct horse" not in settings.read_text(encoding="utf-8")
    assert context.secrets.get(PASSWORD) == "correct horse"
    sending, reading = MANIFEST.capabilities(context)
    assert (sending.state, sending.next_step) == (State.REAL, "")
    assert (reading.name, reading.state) == ("mail in", State.OFF)
    assert read_account(context).from_name == "Studio Emma"
    assert MANIFEST.open_connector(context).name == "smtp"


def test_with_no_keyring_it_is_kept_in_the_state_folder(tmp_path: Path, clock: FrozenClock) -> None:
    context = context_in(tmp_path, clock)
    with_file = type(context)(context.vault, context.state, clock, open_secrets(context.state))
    assert "secrets.age" in MAIL.keep(with_file, ANSWERS)
    assert MANIFEST.capabilities(with_file)[0].state == State.REAL
    assert list(context.vault.iterdir()) == []


def test_forgotten_nothing_of_it_is_left(context: ConnectorContext) -> None:
    MAIL.keep(context, ANSWERS)
    for _ in range(2):
        assert "Outbox" in MAIL.forget(context)
        assert context.secrets.get(PASSWORD) is None
        assert list((context.state / "connections").iterdir()) == []
    assert MANIFEST.open_connector(context).name == "outbox"


def test_without_settings_there_is_no_account(context: ConnectorContext) -> None:
    with pytest.raises(NeedsOwner, match="no mail account"):
        read_account(context)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b"x" * 20_000])
def test_damaged_settings_are_off_and_say_how_to_go_on(context: ConnectorContext, damage: bytes) -> None:
    MAIL.keep(context, ANSWERS)
    (context.state / "connections" / "mail.json").write_bytes(damage)
    (capability,) = MANIFEST.capabilities(context)
    assert (capability.state, capability.says) == (State.OFF, "the settings of the mail account are damaged")
    assert capability.next_step == "python orchestrator.py connect mail"


def test_the_manifest_is_light() -> None:
    asked = "import sys, agents.connectors.email.manifest; print({'smtplib', 'ssl', 'keyring'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
