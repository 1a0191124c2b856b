"""A provider that gives a new refresh token with each access token, the one before being worth nothing from then on."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.connectors.contract import ConnectorContext, State
from agents.connectors.email import account_secret
from agents.connectors.email.access_token import login_secret
from agents.connectors.email.account import forget_account, keep_account, open_account
from agents.connectors.email.account_secret import GivenSecret
from agents.connectors.email.manifest import MANIFEST
from agents.connectors.email.smtp_session import try_account
from agents.errors import NeedsOwner, Transient
from agents.security.age_secrets import AgeSecrets
from agents.security.egress import Egress
from tests.connectors.contract import MemorySecrets
from tests.connectors.email.mail_room import answers_for, context_in
from tests.standins.certificates import make_certificate
from tests.standins.smtp_server import SmtpServer
from tests.standins.token_server import CLIENT_SECRET, REFRESH, TokenServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from agents.connectors.contract import Capability
    from tests.clock import FrozenClock
    from tests.standins.certificates import Certificate
    from tests.standins.dovecot import Dovecot

TOKEN = "ya29.of-this-moment"
(MAIL,) = MANIFEST.connections


class Store(MemorySecrets):
    """A store of secrets that can refuse to keep, or be locked, and calls `asked` before it keeps."""

    refuses: BaseException | None = None
    locked = False
    asked: Callable[[], object] = staticmethod(lambda: None)

    def put(self, name: str, value: str) -> str:
        self.asked()
        if self.refuses:
            raise self.refuses
        return super().put(name, value)

    def get(self, name: str) -> str | None:
        if self.locked:
            raise NeedsOwner("locked", hint="Unlock it.")
        return super().get(name)


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What a process remembers is gone, as at a start."""

    def start() -> None:
        monkeypatch.setattr(account_secret, "_became", {})

    start()
    return start


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def provider(certificate: Certificate) -> Iterator[TokenServer]:
    with TokenServer(certificate, token=TOKEN, rotates=True) as server:
        yield server


@pytest.fixture
def smtp(certificate: Certificate) -> Iterator[SmtpServer]:
    with SmtpServer(certificate, password=TOKEN) as server:
        yield server


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def context(
    tmp_path: Path, clock: FrozenClock, store: Store, provider: TokenServer, smtp: SmtpServer
) -> ConnectorContext:
    """A vault with this account, connected and not used yet."""
    context = context_in(tmp_path, clock, store)
    keep_account(context, answers_for(smtp) | {"login": "xoauth2", "password": provider.credential()})
    return context


def log_in(context: ConnectorContext) -> str:
    return login_secret(*open_account(context)).get_secret_value()


def kept(context: ConnectorContext) -> str:
    return str(json.loads(context.secrets.get("mail.password") or "{}")["refresh_token"])


def doctor(context: ConnectorContext) -> Capability:
    return MANIFEST.capabilities(context)[0]


def test_each_new_token_is_kept_with_all_else_as_it_was_given(
    context: ConnectorContext, provider: TokenServer, new_process: Callable[[], None]
) -> None:
    given = json.loads(provider.credential())
    for _ in range(3):
        assert log_in(context) == TOKEN
        assert kept(context) == provider.refresh
        new_process()
    assert json.loads(context.secrets.get("mail.password") or "") == given | {"refresh_token": f"{REFRESH}-3"}
    assert (doctor(context).state, doctor(context).next_step) == (State.REAL, "")


def test_whoever_opened_the_account_before_logs_in_with_the_newest(context: ConnectorContext) -> None:
    first, second = open_account(context), open_account(context)
    assert [login_secret(*each).get_secret_value() for each in (first, second, first)] == [TOKEN] * 3


def test_two_that_log_in_at_once_take_turns(context: ConnectorContext, provider: TokenServer) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(lambda _: log_in(context), range(8))] == [TOKEN] * 8
    assert kept(context) == provider.refresh == f"{REFRESH}-8"


def test_it_is_kept_before_anybody_logs_in_with_what_came_along(
    context: ConnectorContext, store: Store, smtp: SmtpServer
) -> None:
    logins: list[int] = []
    store.asked = lambda: logins.append(smtp.logins)
    account, secret = open_account(context)
    try_account(account, secret, Egress("mail", account.reaches()))
    assert (logins, smtp.logins) == ([0], 1)


def test_connecting_keeps_what_the_credential_has_become_while_it_was_tried(
    tmp_path: Path, clock: FrozenClock, dovecot: Dovecot
) -> None:
    """Sending and reading are each tried with a token of their own."""
    from tests.standins import dovecot as stand_in  # noqa: PLC0415 - its token, beside ours

    context = context_in(tmp_path, clock)
    with (
        TokenServer(dovecot.certificate, token=stand_in.TOKEN, rotates=True) as provider,
        SmtpServer(dovecot.certificate, user=stand_in.USER, password=stand_in.TOKEN) as server,
    ):
        reading = {"imap_host": "localhost", "imap_port": str(dovecot.tls_port)}
        answers = answers_for(server) | reading | {"login": "xoauth2", "password": provider.credential()}
        assert MAIL.test(answers).count("took the login") == 2
        MAIL.keep(context, answers)
        assert kept(context) == provider.refresh == f"{REFRESH}-2"
        assert log_in(context) == stand_in.TOKEN


@pytest.mark.parametrize(
    "refusal",
    [NeedsOwner(f"locked while keeping {REFRESH}-1", hint="Unlock it."), OSError(28, f"no room for {REFRESH}-1")],
    ids=["a locked keyring", "a full disk"],
)
def test_what_cannot_be_kept_stops_no_mail_is_told_by_doctor_and_kept_later(
    context: ConnectorContext,
    store: Store,
    provider: TokenServer,
    refusal: BaseException,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.refuses = refusal
    for _ in range(3):
        assert log_in(context) == TOKEN
    assert kept(context) == REFRESH
    told = doctor(context)
    assert told.state is State.REAL
    assert "a new credential that cannot be kept" in told.says
    assert "tried again" in told.next_step
    everything = (repr(told), caplog.text, *(each.read_text() for each in context.state.rglob("*.not-kept")))
    assert not [text for text in everything if REFRESH in text or CLIENT_SECRET in text]
    assert len(everything) == 3
    store.refuses = None
    assert log_in(context) == TOKEN
    assert kept(context) == provider.refresh == f"{REFRESH}-4"
    assert (doctor(context).says.count("credential"), doctor(context).next_step) == (0, "")


def test_a_further_account_says_so_in_its_own_row(
    context: ConnectorContext, store: Store, provider: TokenServer, smtp: SmtpServer
) -> None:
    keep_account(context, answers_for(smtp) | {"login": "xoauth2", "password": provider.credential()}, "mail-shop")
    store.refuses = OSError()
    login_secret(*open_account(context, "mail-shop"))
    rows = {each.name: each.says for each in MANIFEST.capabilities(context)}
    assert [name for name, says in rows.items() if "cannot be kept" in says] == ["mail-shop in"]


def test_a_store_that_kept_it_and_failed_afterwards_is_believed_at_the_next_login(
    context: ConnectorContext, store: Store, provider: TokenServer
) -> None:
    class Unrecorded(Store):
        def put(self, name: str, value: str) -> str:
            store.put(name, value)
            raise OSError(28, "no room for the record")

        def get(self, name: str) -> str | None:
            return store.get(name)

    failing = ConnectorContext(context.vault, context.state, context.clock, Unrecorded())
    assert log_in(failing) == TOKEN
    assert "cannot be kept" in doctor(context).says
    assert log_in(context) == TOKEN
    assert kept(context) == provider.refresh
    assert "cannot be kept" not in doctor(context).says


def test_a_store_that_is_locked_by_now_is_not_needed(
    context: ConnectorContext, store: Store, provider: TokenServer
) -> None:
    account, secret = open_account(context)
    store.locked = True
    assert [login_secret(account, secret).get_secret_value() for _ in range(2)] == [TOKEN] * 2
    store.locked = False
    assert login_secret(account, secret).get_secret_value() == TOKEN
    assert kept(context) == provider.refresh


@pytest.mark.parametrize("given", ["another", "a bare token", "none"])
def test_what_the_owner_gave_meanwhile_is_not_overwritten(
    context: ConnectorContext, store: Store, provider: TokenServer, given: str
) -> None:
    """The run asks the provider while the owner connects anew, or forgets the account."""
    account, secret = open_account(context)
    before = secret.newest()
    new = {"another": provider.credential(refresh_token="1//of-the-owner"), "a bare token": "ya29.given"}.get(given)
    if new:
        store.put("mail.password", new)
    else:
        forget_account(context)
    secret.keep(before, SecretStr(provider.credential(refresh_token="1//late")))
    assert store.get("mail.password") == new
    if given == "a bare token":
        assert login_secret(account, secret).get_secret_value() == new


def test_connecting_anew_takes_the_word_about_the_lost_one_back(
    context: ConnectorContext, store: Store, provider: TokenServer, smtp: SmtpServer, new_process: Callable[[], None]
) -> None:
    store.refuses = OSError()
    log_in(context)
    new_process()
    with pytest.raises(NeedsOwner, match="any more"):
        log_in(context)
    store.refuses = None
    given = provider.credential(refresh_token=provider.refresh)
    keep_account(context, answers_for(smtp) | {"login": "xoauth2", "password": given})
    assert "cannot be kept" not in doctor(context).says
    assert log_in(context) == TOKEN


@pytest.mark.parametrize("refresh", [7, "", "two\nlines", "1//ä", "x" * 8_001, REFRESH, None])
def test_what_is_no_new_token_leaves_the_one_that_is_kept(
    context: ConnectorContext, provider: TokenServer, refresh: object
) -> None:
    provider.says = 200, json.dumps({"access_token": TOKEN, "refresh_token": refresh})
    assert log_in(context) == TOKEN
    assert context.secrets.get("mail.password") == provider.credential()


def test_a_new_refresh_token_is_kept_also_where_no_access_token_came_along(
    context: ConnectorContext, provider: TokenServer
) -> None:
    provider.says = 200, json.dumps({"refresh_token": "1//alone"})
    with pytest.raises(Transient, match="gave no access token"):
        log_in(context)
    assert kept(context) == "1//alone"


def test_a_token_that_comes_back_once_more_is_the_newest_again(
    context: ConnectorContext, store: Store, provider: TokenServer
) -> None:
    store.refuses = OSError()
    for refresh in ("1//b", REFRESH, "1//b"):
        provider.says = 200, json.dumps({"access_token": TOKEN, "refresh_token": refresh})
        assert log_in(context) == TOKEN
    store.refuses = None
    log_in(context)
    assert kept(context) == "1//b"


def test_it_lies_where_the_passwords_lie_and_nowhere_else(
    tmp_path: Path, clock: FrozenClock, provider: TokenServer, smtp: SmtpServer
) -> None:
    for name in ("vault", "state"):
        (tmp_path / name).mkdir(exist_ok=True)
    context = ConnectorContext(tmp_path / "vault", tmp_path / "state", clock, AgeSecrets(tmp_path / "state"))
    keep_account(context, answers_for(smtp) | {"login": "xoauth2", "password": provider.credential()})
    log_in(context)
    again = ConnectorContext(context.vault, context.state, clock, AgeSecrets(tmp_path / "state"))
    assert kept(again) == provider.refresh
    found = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert not [each for each in (REFRESH, CLIENT_SECRET, TOKEN) if each.encode() in found]


def test_no_repr_shows_what_is_kept(context: ConnectorContext, provider: TokenServer) -> None:
    account, secret = open_account(context)
    shown = f"{secret!r} {GivenSecret(SecretStr(provider.credential()))!r} {account!r} {vars(secret)!r}"
    assert REFRESH not in shown.replace(repr(context.secrets), "")
