"""Over HTTP a door lets in programs of this computer that have the token, and nobody else."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import httpx2
import pytest

from agents.console.mcp_token import NAME, TokenCheck, new_token
from agents.errors import NeedsOwner, NotAllowed
from agents.security.credential_records import RecordedSecrets
from agents.servers.http_serving import port_of
from tests.clock import NOON
from tests.connectors.contract import MemorySecrets
from tests.flows.employee import Employee
from tests.servers.conversation import ROOT, command, environment
from tests.servers.http_server import served, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED: dict[str, object] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@pytest.fixture(scope="module")
def employee(tmp_path_factory: pytest.TempPathFactory) -> Employee:
    """One vault for all that is asked here: nothing of it changes it."""
    return Employee(tmp_path_factory.mktemp("http")).init()


@pytest.fixture(scope="module")
def url(employee: Employee) -> Iterator[str]:
    """A server of it that runs through all tests."""
    token_of(employee)
    with served(employee) as address:
        yield address


@pytest.fixture
def token(employee: Employee) -> str:
    return token_of(employee)


def headers(token: str, **more: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def asked(url: str, given: dict[str, str], body: dict[str, object] = ASKED) -> httpx2.Response:
    return httpx2.post(url, headers=given, json=body, timeout=20)


def test_with_the_token_it_answers(url: str, token: str) -> None:
    answer = asked(url, headers(token))
    assert answer.status_code == 200
    assert '"name":"ai-employee-email"' in answer.text


def test_who_has_no_token_or_another_one_stays_outside(url: str, token: str) -> None:
    wrong = [
        {},
        {"Authorization": ""},
        {"Authorization": token},
        {"Authorization": f"Basic {token}"},
        {"Authorization": f"Bearer {token[:-1]}"},
        {"Authorization": f"Bearer {token}x"},
        {"Authorization": f"Bearer {token} {token}"},
    ]
    answers = [asked(url, each) for each in wrong]
    assert [each.status_code for each in answers] == [401] * len(wrong)
    assert {each.headers["www-authenticate"] for each in answers} == {"Bearer"}
    assert asked(f"{url}?token={token}", {}).status_code == 401, "a token in an address counts for nothing"
    odd = [(b"Authorization", b"Bearer caf\xe9")]
    assert httpx2.post(url, headers=odd, json=ASKED).status_code == 401
    twice = httpx2.Request("POST", url, headers=[("Authorization", f"Bearer {token}")] * 2, json=ASKED)
    with httpx2.Client() as client:
        assert client.send(twice).status_code == 401


@pytest.mark.parametrize("path", ["/", "/mcp", "/mcp/", "/.well-known/oauth-protected-resource", "/docs"])
def test_every_address_asks_for_the_token(url: str, path: str) -> None:
    base = url.removesuffix("/mcp")
    assert {httpx2.request(method, base + path).status_code for method in ("GET", "POST", "DELETE", "OPTIONS")} == {401}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "evil.example:{port}",
        "127.0.0.1:{port}.evil.example",
        "0.0.0.0:{port}",
    ],
)
def test_what_was_sent_to_another_name_is_misdirected(url: str, token: str, host: str) -> None:
    port = url.rpartition(":")[2].partition("/")[0]
    answer = asked(url, headers(token, Host=host.format(port=port)))
    assert answer.status_code == 421
    assert asked(url, headers(token, Host=f"localhost:{port}")).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "file://"]
)
def test_a_page_of_another_site_is_refused_although_it_knew_the_token(url: str, token: str, origin: str) -> None:
    port = url.rpartition(":")[2].partition("/")[0]
    assert asked(url, headers(token, Origin=origin.format(port=port))).status_code == 403
    assert asked(url, headers(token, Origin=f"http://127.0.0.1:{port}")).status_code == 200


def test_a_body_without_end_is_not_read(url: str, token: str) -> None:
    assert asked(url, headers(token), {"fill": "x" * 2_000_000}).status_code == 413


def test_a_new_token_ends_the_old_one_in_a_server_that_runs(employee: Employee, url: str, token: str) -> None:
    employee.said("mcp", "token", "--rotate")
    fresh = token_of(employee)
    assert fresh != token
    assert [asked(url, headers(each)).status_code for each in (token, fresh)] == [401, 200]


def test_the_token_is_in_no_log_no_note_and_no_file_that_can_be_read(employee: Employee) -> None:
    token = token_of(employee)
    log: list[str] = []
    with served(employee, log=log) as url:
        assert asked(url, headers(token)).status_code == 200
        assert asked(url, headers(f"{token}x")).status_code == 401
        assert asked(f"{url}?token={token}", {}).status_code == 401
    assert token not in "".join(log)
    assert log[0] == "", "nothing on standard output"
    assert log[2] == "", "nothing but its address on standard error"
    files = [each for each in employee.room.rglob("*") if each.is_file()]
    assert [each for each in files if token.encode() in each.read_bytes()] == []


def test_without_a_token_nothing_is_served_and_the_owner_is_told(tmp_path: Path) -> None:
    told = Employee(tmp_path).init().call("mcp", "email", "--http", "0")
    assert told.exit_code == 1
    assert "There is no token yet" in told.stderr
    assert "mcp token" in told.stderr


def test_a_port_that_is_taken_is_told_with_the_next_step(employee: Employee, url: str) -> None:
    port = url.rpartition(":")[2].partition("/")[0]
    told = subprocess.run(
        [*command(employee), "--http", port],
        cwd=ROOT,
        env=environment(employee),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 1
    assert "is taken" in told.stderr


@pytest.mark.parametrize(
    "address", ["0.0.0.0:8765", "[::]:8765", "192.168.1.5:8765", "example.org:8765", ":::1", "*:1"]
)
def test_other_machines_cannot_be_let_in(address: str) -> None:
    with pytest.raises(NotAllowed, match="nobody else is to come in") as refused:
        port_of(address)
    assert "tunnel" in refused.value.hint


def test_a_port_is_a_number_of_this_computer() -> None:
    assert [port_of(each) for each in ("8765", "127.0.0.1:8765", "localhost:8765", "0")] == [8765, 8765, 8765, 0]
    for wrong in ("", "x", "65536", "-1", "٨٧", "http"):
        with pytest.raises(NotAllowed, match="is no port"):
            port_of(wrong)


def test_while_the_keyring_is_locked_nobody_comes_in(tmp_path: Path) -> None:
    class Locked(MemorySecrets):
        def get(self, name: str) -> str | None:
            raise NeedsOwner(f"{name} is locked", hint="Unlock it.")

    assert not TokenCheck(Locked(), tmp_path).is_token("anything")


def test_a_token_is_looked_up_again_only_when_one_was_put(tmp_path: Path) -> None:
    class Counted(MemorySecrets):
        asked = 0

        def get(self, name: str) -> str | None:
            self.asked += 1
            return super().get(name)

    store = Counted()
    passwords = RecordedSecrets(store, tmp_path / "credentials.json", NOON.date)
    check = TokenCheck(passwords, tmp_path)
    assert not check.is_token("")
    new_token(passwords)
    kept = store.get(NAME) or ""
    assert check.is_token(kept)
    assert not check.is_token("")
    before = store.asked
    assert all(check.is_token(kept) for _ in range(3))
    assert store.asked <= before + 1
    assert kept not in repr(check)


def test_a_token_is_long_and_known_for_a_secret_wherever_it_stands(employee: Employee) -> None:
    token = token_of(employee)
    assert len(token) > 40
    employee.drop("token.txt", f"use {token} please")
    employee.once()
    assert token not in json.dumps([each.read_text("utf-8") for each in employee.notes(".")])
