"""Passwords lie in the keyring, else in a private file, and never show."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as ForgetfulKeyring
from keyring.errors import KeyringLocked

from agents.errors import Broken, NeedsOwner
from agents.security.age_secrets import AgeSecrets
from agents.security.secrets import FileSecrets, KeyringSecrets, SecretsOnUse, open_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class MemoryKeyring(KeyringBackend):
    """A keyring that works, until it is locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring's own constructor has no types
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.kept[service, username]

    def _check(self) -> None:
        if self.trouble:
            raise self.trouble


@pytest.fixture
def computers_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    working = MemoryKeyring()
    keyring.set_keyring(working)
    yield working
    keyring.set_keyring(before)


def test_a_working_keyring_keeps_the_password(tmp_path: Path, computers_keyring: MemoryKeyring) -> None:
    secrets = open_secrets(tmp_path)
    assert isinstance(secrets, KeyringSecrets)
    assert secrets.get("mail.password") is None
    assert secrets.put("mail.password", "correct horse") == "in the keyring of this computer"
    assert open_secrets(tmp_path).get("mail.password") == "correct horse"
    assert list(computers_keyring.kept.values()) == ["correct horse"]
    assert list(tmp_path.iterdir()) == []
    for _ in range(2):
        secrets.forget("mail.password")
        assert computers_keyring.kept == {}


def test_two_state_folders_do_not_share_a_password(tmp_path: Path, computers_keyring: MemoryKeyring) -> None:
    open_secrets(tmp_path / "one").put("mail.password", "correct horse")
    assert open_secrets(tmp_path / "two").get("mail.password") is None
    assert len(computers_keyring.kept) == 1


@pytest.mark.parametrize(
    "trouble", [KeyringLocked("locked"), RuntimeError("no bus"), OSError("no socket"), Exception("a plugin's own")]
)
def test_a_keyring_that_does_not_answer_at_opening_is_not_used(
    tmp_path: Path, computers_keyring: MemoryKeyring, trouble: Exception
) -> None:
    computers_keyring.trouble = trouble
    assert isinstance(open_secrets(tmp_path), FileSecrets)


@pytest.mark.parametrize("backend", [NoKeyring, ForgetfulKeyring, ChainerBackend])
@pytest.mark.usefixtures("computers_keyring")
def test_a_keyring_that_keeps_nothing_is_not_used(tmp_path: Path, backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    assert isinstance(open_secrets(tmp_path), FileSecrets)


def test_a_keyring_locked_later_is_the_owners_to_solve(tmp_path: Path, computers_keyring: MemoryKeyring) -> None:
    secrets = open_secrets(tmp_path)
    secrets.put("mail.password", "correct horse")
    computers_keyring.trouble = KeyringLocked("locked")
    uses: tuple[Callable[[], object], ...] = (
        lambda: secrets.get("mail.password"),
        lambda: secrets.put("mail.password", "other horse"),
        lambda: secrets.forget("mail.password"),
    )
    for use in uses:
        with pytest.raises(NeedsOwner, match="keyring") as refused:
            use()
        assert "Unlock" in refused.value.hint
    computers_keyring.trouble = None
    assert secrets.get("mail.password") == "correct horse"


def test_a_password_from_a_time_without_keyring_is_found_and_moves(
    tmp_path: Path, computers_keyring: MemoryKeyring
) -> None:
    computers_keyring.trouble = KeyringLocked("locked")
    open_secrets(tmp_path).put("mail.password", "correct horse")
    computers_keyring.trouble = None
    secrets = open_secrets(tmp_path)
    assert secrets.get("mail.password") == "correct horse"
    secrets.put("mail.password", "other horse")
    assert AgeSecrets(tmp_path).get("mail.password") is None
    assert secrets.get("mail.password") == "other horse"
    computers_keyring.trouble = KeyringLocked("locked")
    open_secrets(tmp_path).put("mail.password", "correct horse")
    computers_keyring.trouble = None
    secrets.forget("mail.password")
    assert secrets.get("mail.password") is None


def test_without_a_keyring_an_encrypted_file_keeps_it(tmp_path: Path) -> None:
    secrets = open_secrets(tmp_path / "state")
    assert isinstance(secrets, AgeSecrets)
    assert secrets.get("mail.password") is None
    file = tmp_path / "state" / "secrets.age"
    assert secrets.put("mail.password", "correct horse").startswith(f"in {file}, encrypted")
    secrets.put("other", "wörd\n")
    assert file.stat().st_mode & 0o777 == 0o600
    again = open_secrets(tmp_path / "state")
    assert (again.get("mail.password"), again.get("other")) == ("correct horse", "wörd\n")
    for _ in range(2):
        again.forget("mail.password")
        assert (again.get("mail.password"), again.get("other")) == (None, "wörd\n")


def test_a_plain_file_keeps_it_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    assert FileSecrets(file).put("mail.password", "correct horse") == f"in {file}, which only you can read"
    assert json.loads(file.read_bytes()) == {"mail.password": "correct horse"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_others_could_read_becomes_private_when_written(tmp_path: Path) -> None:
    open_secrets(tmp_path).put("mail.password", "correct horse")
    file = tmp_path / "secrets.age"
    file.chmod(0o644)
    open_secrets(tmp_path).put("mail.password", "other horse")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_bytes(b'{"mail.password": "planted"}')
    (tmp_path / "secrets.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(Broken):
        open_secrets(tmp_path).get("mail.password")


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"mail.password": 1}', b"\xff", b'{"mail.password": "correct horse'])
def test_a_damaged_file_is_said_without_what_is_in_it(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "secrets.json").write_bytes(damage)
    with pytest.raises(Broken, match=r"secrets\.json cannot be read") as broken:
        open_secrets(tmp_path).get("mail.password")
    assert broken.value.__cause__ is None
    assert broken.value.__suppress_context__
    assert "connect" in broken.value.hint


@pytest.mark.usefixtures("computers_keyring")
def test_no_secret_shows_in_a_repr(tmp_path: Path) -> None:
    for secrets in (open_secrets(tmp_path), FileSecrets(tmp_path / "secrets.json")):
        secrets.put("mail.password", "correct horse")
        assert "horse" not in f"{secrets!r} {secrets}"


def test_the_keyring_library_is_loaded_only_when_asked() -> None:
    asked = "import sys, agents.security.secrets; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_store_that_is_opened_on_use_keeps_in_the_same_place(
    computers_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    first = SecretsOnUse(tmp_path)
    assert "keyring" in first.put("mail.password", "horse")
    assert list(computers_keyring.kept.values()) == ["horse"]
    assert SecretsOnUse(tmp_path).get("mail.password") == "horse"
    first.forget("mail.password")
    assert first.get("mail.password") is None
