"""Where there is no keyring, passwords lie encrypted; a plain file of before moves over, and no crash loses one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyrage
import pytest
from pyrage import x25519

from agents.errors import Broken, NeedsOwner
from agents.security import age_secrets
from agents.security.age_secrets import AgeSecrets
from agents.security.secrets import FileSecrets

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = "tulip field 4"
HORSE = "correct horse"


def identity(state: Path) -> x25519.Identity:
    return x25519.Identity.from_str((state / "keys" / "secrets-identity").read_text(encoding="utf-8"))


def test_the_file_is_age_and_shows_nothing(tmp_path: Path) -> None:
    store = AgeSecrets(tmp_path)
    where = store.put("mail.password", HORSE)
    file = tmp_path / "secrets.age"
    assert where == f"in {file}, encrypted; its key lies beside it, which only you can read"
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert json.loads(pyrage.decrypt(file.read_bytes(), [identity(tmp_path)])) == {"mail.password": HORSE}
    for each in (file, tmp_path / "keys" / "secrets-identity"):
        assert each.stat().st_mode & 0o777 == 0o600
    again = AgeSecrets(tmp_path)
    assert again.get("mail.password") == HORSE
    again.put("other", "wörd\n")
    again.forget("mail.password")
    assert (AgeSecrets(tmp_path).get("mail.password"), AgeSecrets(tmp_path).get("other")) == (None, "wörd\n")
    assert HORSE not in f"{again!r}"


def test_nothing_is_made_before_there_is_something_to_keep(tmp_path: Path) -> None:
    store = AgeSecrets(tmp_path)
    assert store.get("mail.password") is None
    store.forget("mail.password")
    assert list(tmp_path.iterdir()) == []


def test_a_plain_file_moves_over_at_the_first_look(tmp_path: Path) -> None:
    FileSecrets(tmp_path / "secrets.json").put("mail.password", HORSE)
    assert AgeSecrets(tmp_path).get("mail.password") == HORSE
    assert not (tmp_path / "secrets.json").exists()
    assert AgeSecrets(tmp_path).get("mail.password") == HORSE


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", range(4))
def test_killed_anywhere_in_the_move_nothing_is_lost(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    FileSecrets(tmp_path / "secrets.json").put("mail.password", HORSE)
    steps = iter(range(10))
    for name in ("write_new", "write_over", "forget_file"):
        real = getattr(age_secrets, name)

        def dying(*args: object, _real: object = real, **words: object) -> object:
            if next(steps) == step:
                raise Killed
            return _real(*args, **words)  # type: ignore[operator]

        monkeypatch.setattr(age_secrets, name, dying)
    try:
        AgeSecrets(tmp_path).get("mail.password")
    except Killed:
        pass
    else:
        assert step == 3
    monkeypatch.undo()
    assert AgeSecrets(tmp_path).get("mail.password") == HORSE
    assert not (tmp_path / "secrets.json").exists()


def test_what_was_written_since_wins_over_the_plain_file(tmp_path: Path) -> None:
    AgeSecrets(tmp_path).put("mail.password", "new horse")
    FileSecrets(tmp_path / "secrets.json").put("mail.password", HORSE)
    FileSecrets(tmp_path / "secrets.json").put("engine.password", "pony")
    store = AgeSecrets(tmp_path)
    assert (store.get("mail.password"), store.get("engine.password")) == ("new horse", "pony")


def test_with_a_passphrase_the_folder_alone_opens_nothing(tmp_path: Path) -> None:
    where = AgeSecrets(tmp_path, PASSPHRASE).put("mail.password", HORSE)
    assert "encrypted with your passphrase" in where
    assert AgeSecrets(tmp_path, PASSPHRASE).get("mail.password") == HORSE
    assert b"AGE-SECRET-KEY" not in b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    for wrong in (None, "tulip field 5"):
        with pytest.raises(NeedsOwner) as refused:
            AgeSecrets(tmp_path, wrong).get("mail.password")
        assert "AI_EMPLOYEE_PASSPHRASE" in refused.value.hint
        assert refused.value.__cause__ is None


def test_a_passphrase_given_later_locks_the_key_that_is_there(tmp_path: Path) -> None:
    AgeSecrets(tmp_path).put("mail.password", HORSE)
    plain = tmp_path / "keys" / "secrets-identity"
    kept = plain.read_bytes()
    assert AgeSecrets(tmp_path, PASSPHRASE).get("mail.password") == HORSE
    assert not plain.exists()
    plain.write_bytes(kept)  # as if killed before it was removed
    assert AgeSecrets(tmp_path, PASSPHRASE).get("mail.password") == HORSE
    assert not plain.exists()


def test_a_lost_key_is_told_and_connecting_again_works(tmp_path: Path) -> None:
    AgeSecrets(tmp_path).put("mail.password", HORSE)
    (tmp_path / "keys" / "secrets-identity").unlink()
    with pytest.raises(NeedsOwner, match="does not open it") as refused:
        AgeSecrets(tmp_path).get("mail.password")
    assert "delete secrets.age" in refused.value.hint
    (tmp_path / "secrets.age").unlink()
    AgeSecrets(tmp_path).put("mail.password", HORSE)
    assert AgeSecrets(tmp_path).get("mail.password") == HORSE


@pytest.mark.parametrize("damage", [b"", b"not a key", b"\xff\xfe", b"AGE-SECRET-KEY-1QQQ"])
def test_a_damaged_key_is_told_without_what_is_in_it(tmp_path: Path, damage: bytes) -> None:
    AgeSecrets(tmp_path).put("mail.password", HORSE)
    (tmp_path / "keys" / "secrets-identity").write_bytes(damage)
    with pytest.raises(NeedsOwner, match="holds no key") as refused:
        AgeSecrets(tmp_path).get("mail.password")
    assert refused.value.__suppress_context__


def test_links_are_not_followed(tmp_path: Path) -> None:
    state, elsewhere = tmp_path / "state", tmp_path / "elsewhere"
    AgeSecrets(elsewhere).put("mail.password", "planted")
    AgeSecrets(state).put("mail.password", HORSE)
    key = state / "keys" / "secrets-identity"
    key.unlink()
    key.symlink_to(elsewhere / "keys" / "secrets-identity")
    with pytest.raises(NeedsOwner, match="cannot be read: it is a link"):
        AgeSecrets(state).get("mail.password")
    (state / "secrets.age").unlink()
    (state / "secrets.age").symlink_to(elsewhere / "secrets.age")
    with pytest.raises(NeedsOwner, match="cannot be read: it is a link"):
        AgeSecrets(state).get("mail.password")


def test_an_encrypted_file_that_holds_something_else_is_broken(tmp_path: Path) -> None:
    AgeSecrets(tmp_path).put("mail.password", HORSE)
    sealed = pyrage.encrypt(b"[1]", [identity(tmp_path).to_public()])
    (tmp_path / "secrets.age").write_bytes(sealed)
    with pytest.raises(Broken, match=r"secrets\.age cannot be read"):
        AgeSecrets(tmp_path).get("mail.password")
