"""Where passwords lie: the computer's keyring, else an encrypted file only its owner can read, in the state folder.

The keyring is chosen when it answers at opening; later it may be locked, which is the owner's to solve. What the file
holds from a time without a keyring is still found, and moves when it is put again. Nothing here shows a secret in repr.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from agents.errors import Broken, NeedsOwner
from agents.settings import Settings, chosen_passphrase
from agents.vault.files import MISSING, PRIVATE_MODE, read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyring.backend import KeyringBackend

MAX_FILE_BYTES = 1_000_000
UNLOCK = "Unlock the keyring of this computer and try again."
_BY_NAME = TypeAdapter(dict[str, str], config=ConfigDict(defer_build=True))


class FileSecrets:
    """Secrets in one 0600 file, as they are; `AgeSecrets` encrypts it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._path)!r})"

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        return self._all().get(name)

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies, in words for the owner."""
        self._write(self._all() | {name: value})
        return f"in {self._path}, which only you can read"

    def forget(self, name: str) -> None:
        """Remove it; nothing happens when it is not there."""
        kept = self._all()
        if kept.pop(name, None) is not None:
            self._write(kept)

    def _all(self) -> dict[str, str]:
        content = read_regular(self._path, MAX_FILE_BYTES)
        return {} if content == MISSING else parsed(content, self._path)

    def _write(self, by_name: dict[str, str]) -> None:
        write_over(self._path, printed(by_name), mode=PRIVATE_MODE)


def parsed(content: bytes | Problem, path: Path) -> dict[str, str]:
    """Secrets by name, as a file holds them.

    Raises:
        Broken: it cannot be read.
    """
    try:
        return _BY_NAME.validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError:  # not chained: its text quotes the file
        raise Broken(
            f"{path} cannot be read", hint="Delete it and run `python orchestrator.py connect` again."
        ) from None


def printed(by_name: dict[str, str]) -> bytes:
    """Secrets by name, as a file holds them."""
    return _BY_NAME.dump_json(by_name)


class KeyringSecrets:
    """Secrets in the computer's keyring, under one service name for each state folder."""

    def __init__(self, backend: KeyringBackend, service: str, earlier: FileSecrets) -> None:
        self._backend = backend
        self._service = service
        self._earlier = earlier

    def __repr__(self) -> str:
        return f"KeyringSecrets({self._service!r})"

    def get(self, name: str) -> str | None:
        """The secret, or None.

        Raises:
            NeedsOwner: the keyring is locked or gone.
        """
        with _asking_keyring():
            found = self._backend.get_password(self._service, name)
        return self._earlier.get(name) if found is None else found

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies, in words for the owner.

        Raises:
            NeedsOwner: the keyring is locked or gone.
        """
        with _asking_keyring():
            self._backend.set_password(self._service, name, value)
        self._earlier.forget(name)
        return "in the keyring of this computer"

    def forget(self, name: str) -> None:
        """Remove it; nothing happens when it is not there.

        Raises:
            NeedsOwner: the keyring is locked or gone.
        """
        self._earlier.forget(name)
        with _asking_keyring():
            if self._backend.get_password(self._service, name) is not None:
                self._backend.delete_password(self._service, name)


def open_secrets(state: Path, passphrase: str | None = None) -> FileSecrets | KeyringSecrets:
    """The keyring when a real one answers, else `secrets.age` in the state folder."""
    from agents.security.age_secrets import AgeSecrets  # noqa: PLC0415 - it is a kind of what is defined here

    file = AgeSecrets(state, passphrase)
    service = f"ai-employee {hashlib.sha256(str(state.absolute()).encode()).hexdigest()[:12]}"
    try:
        return KeyringSecrets(_working_keyring(service), service, file)
    except NeedsOwner:
        return file


def _working_keyring(service: str) -> KeyringBackend:
    """The keyring this computer has chosen, after it answered a question.

    Raises:
        NeedsOwner: there is none, or it does not answer.
    """
    with _asking_keyring():
        import keyring  # noqa: PLC0415 - heavy, used rarely

        backend = keyring.get_keyring()
        backend.get_password(service, "is it there?")
    if backend.priority <= 0:  # those that stand for 'none' by keeping nothing
        raise NeedsOwner("this computer has no keyring", hint="Set one up, or go on without.")
    return backend


@contextmanager
def _asking_keyring() -> Iterator[None]:
    """Whatever a keyring raises becomes ours: its parts are foreign plugins, and some raise plain Exception."""
    try:
        yield
    except Exception as err:
        raise NeedsOwner("the keyring of this computer does not answer", hint=UNLOCK) from err


@dataclass(frozen=True)
class SecretsOnUse:
    """The store of a state folder, opened when first asked: probing a keyring is slow, and most need no secret."""

    state: Path
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def _store(self) -> FileSecrets | KeyringSecrets:
        return open_secrets(self.state, chosen_passphrase(self.settings))

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        return self._store.get(name)

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies, in words for the owner."""
        return self._store.put(name, value)

    def forget(self, name: str) -> None:
        """Remove it; nothing happens when it is not there."""
        self._store.forget(name)
