"""Where the engine's database is: read, tried, kept and forgotten, and no password in any word or file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from agents.durability import engine_address
from agents.durability.engine_address import (
    address,
    forget_address,
    keep_address,
    kept_address,
    read_address,
    shown,
    try_address,
)
from agents.durability.engine_postgres import connecting
from agents.errors import NeedsOwner
from agents.security.egress import system_certificates
from agents.security.secrets import FileSecrets
from tests.standins.closing_server import closing_server

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from tests.standins.postgres_server import PostgresServer

SECRET = "correct horse"
PLACE = "postgresql://employee@db.example.org/work"


@pytest.fixture
def passwords(tmp_path: Path) -> FileSecrets:
    """A secret store in a file."""
    return FileSecrets(tmp_path / "secrets.json")


def test_without_a_word_there_is_no_database(tmp_path: Path, passwords: FileSecrets) -> None:
    assert address(None, tmp_path, passwords) is None
    assert address(SecretStr(""), tmp_path, passwords) is None


def test_the_setting_comes_before_what_was_connected(tmp_path: Path, passwords: FileSecrets) -> None:
    keep_address(read_address(PLACE, SECRET), tmp_path, passwords)
    found = address(SecretStr("postgres://me:hunter2@elsewhere/other"), tmp_path, passwords)
    assert found is not None
    assert (found.drivername, found.host, found.password) == ("postgresql", "elsewhere", "hunter2")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("words", [PLACE, f"  {PLACE.replace('employee@', 'employee:other@')} "])
def test_what_is_kept_comes_back_with_its_password(tmp_path: Path, passwords: FileSecrets, words: str) -> None:
    said = keep_address(read_address(words, SECRET), tmp_path, passwords)
    found = address(None, tmp_path, passwords)
    assert found is not None
    assert (found.render_as_string(hide_password=False), found.password) == (
        PLACE.replace("employee@", "employee:correct horse@"),
        SECRET,
    )
    assert shown(found) == "work at db.example.org"
    kept = (tmp_path / "connections" / "engine.json").read_text(encoding="utf-8")
    assert SECRET not in f"{said}{kept}"
    assert ":other" not in kept


def test_what_was_connected_is_known_without_its_password(tmp_path: Path, passwords: FileSecrets) -> None:
    assert kept_address(tmp_path) == ""
    keep_address(read_address(PLACE, SECRET), tmp_path, passwords)
    assert kept_address(tmp_path) == PLACE


def test_an_address_may_have_no_password(tmp_path: Path, passwords: FileSecrets) -> None:
    keep_address(read_address("postgresql:///work"), tmp_path, passwords)
    found = address(None, tmp_path, passwords)
    assert found is not None
    assert (found.password, shown(found)) == (None, "work at this computer")


def test_a_password_that_is_gone_is_the_owners_to_give_again(tmp_path: Path, passwords: FileSecrets) -> None:
    keep_address(read_address(PLACE, SECRET), tmp_path, passwords)
    passwords.forget(engine_address.PASSWORD)
    with pytest.raises(NeedsOwner, match="password"):
        address(None, tmp_path, passwords)


def test_what_is_forgotten_is_gone(tmp_path: Path, passwords: FileSecrets) -> None:
    keep_address(read_address(PLACE, SECRET), tmp_path, passwords)
    for _ in range(2):
        forget_address(tmp_path, passwords)
        assert (address(None, tmp_path, passwords), passwords.get(engine_address.PASSWORD)) == (None, None)


@pytest.mark.parametrize("content", ["", "{}", '{"url": "x", "has_password": true, "more": 1}'])
def test_a_damaged_file_is_the_owners_to_replace(tmp_path: Path, passwords: FileSecrets, content: str) -> None:
    keep_address(read_address(PLACE), tmp_path, passwords)
    (tmp_path / "connections" / "engine.json").write_text(content, encoding="utf-8")
    with pytest.raises(NeedsOwner, match="damaged"):
        address(None, tmp_path, passwords)


@pytest.mark.parametrize(
    "words", ["", "employee:hunter2", "mysql://me:hunter2@host/work", "postgresql://me:hunter2@host", "a://hunter2:x/"]
)
def test_what_is_no_address_is_told_without_what_was_typed(words: str) -> None:
    with pytest.raises(NeedsOwner) as told:
        read_address(words)
    assert "hunter2" not in f"{told.value}{told.value.hint}{told.value.__cause__}"


@pytest.fixture
def place(postgres: PostgresServer) -> URL:
    """A database, and somebody with a password who may work there."""
    url = postgres.new_database()
    return url.set(username=postgres.new_role(SECRET, url), password=SECRET)


def test_a_database_that_works_says_so(place: URL) -> None:
    assert "lets us in" in try_address(place)


def test_why_it_does_not_work_is_said_without_the_password(place: URL) -> None:
    wrong = place.set(password="hunter2")
    for url, words in (
        (wrong, f'password authentication failed for user "{place.username}"'),
        (wrong.set(query={"host": "/nowhere"}), "No such file or directory"),
        (place.set(database="hunter2"), 'database "hunter2" does not exist'),
        (place.set(password="directory", query={"host": "/nowhere"}), "No such file or ..."),
        (place._replace(password=None, query={"host": "/nowhere"}), "No such file or directory"),  # type: ignore[arg-type]
    ):
        with pytest.raises(NeedsOwner) as told:
            try_address(url)
        assert str(told.value) == f"the database does not let us in: {words}"
        assert told.value.__cause__ is None


def test_who_may_not_make_a_schema_is_told_the_grant(place: URL, postgres: PostgresServer) -> None:
    other = postgres.new_database()
    with pytest.raises(NeedsOwner) as told:
        try_address(place.set(database=other.database))
    assert f"GRANT CREATE ON DATABASE {other.database} TO {place.username}" in told.value.hint


def test_an_old_server_is_refused(place: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_address, "OLDEST", 99)
    with pytest.raises(NeedsOwner, match="this is PostgreSQL"):
        try_address(place)


@pytest.mark.parametrize(
    "words",
    ["postgresql:///w", "postgresql://localhost/w", "postgresql://127.0.0.1/w", "postgresql:///w?host=/run/postgresql"],
)
def test_a_database_on_this_computer_needs_no_encryption(words: str) -> None:
    assert "sslmode" not in connecting(read_address(words))
    assert read_address(f"{words}{'&' if '?' in words else '?'}sslmode=disable")


@pytest.mark.parametrize(
    "words",
    [
        PLACE,
        "postgresql://localhost.example.org/w",
        "postgresql://localhost/w?hostaddr=192.0.2.1",
        "postgresql:///w?host=localhost,db.example.org",
        "postgresql:///w?host=localhost:1&host=db.example.org:2",
        "postgresql:///w?service=work",
    ],
)
def test_a_database_elsewhere_is_reached_with_a_checked_certificate_or_not_at_all(words: str) -> None:
    made = connecting(read_address(words))
    assert (made["sslmode"], made["sslrootcert"]) == ("verify-full", system_certificates())
    and_more = f"{words}{'&' if '?' in words else '?'}"
    assert connecting(read_address(f"{and_more}sslrootcert=/my/ca.pem"))["sslrootcert"] == "/my/ca.pem"
    for mode in ("disable", "allow", "prefer", "require", "verify-ca"):
        with pytest.raises(NeedsOwner, match="without a checked certificate") as refused:
            read_address(f"{and_more}sslmode={mode}")
        assert "sslrootcert" in refused.value.hint


def test_a_server_elsewhere_that_speaks_no_tls_gets_no_password() -> None:
    with closing_server(b"N") as port:  # its answer to the question for TLS
        url = read_address(f"postgresql://employee@db.example.org:{port}/w?hostaddr=127.0.0.1", SECRET)
        with pytest.raises(NeedsOwner, match="SSL"):
            try_address(url)
