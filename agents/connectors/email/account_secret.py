"""What an account logs in with: as the owner just gave it, or as it is kept. Asked anew for each login.

A provider may answer with a new refresh token, after which the old one is worth nothing (RFC 6749 section 6). It is
kept where the old one lies, before the access token is used. Where that cannot be done, this process goes on with the
new one and tries again at each login; a mark in the state folder, which holds no secret, lets `doctor` say so.
"""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from agents.errors import EmployeeError
from agents.vault.files import PRIVATE_MODE, forget_file, write_over

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import ConnectorContext

UNKEPT = "the provider gave a new credential that cannot be kept; when this run ends, it may ask for another one"
_MAX_MARK_BYTES = 100
_became: dict[str, SecretStr] = {}  # what this process has and no store: by the digest of the secret before
_exchanging: dict[tuple[Path, str], Lock] = {}
_storing = Lock()  # a store is read and written as a whole


class AccountSecret(Protocol):
    """The secret of one account."""

    @property
    def opened(self) -> SecretStr:
        """The secret as it was when it was opened, or was last seen."""
        ...

    def newest(self) -> SecretStr:
        """The secret as it is now."""
        ...

    def keep(self, before: SecretStr, after: SecretStr) -> None:
        """One has become the other. Raises nothing: the mail goes on."""
        ...

    def alone(self) -> AbstractContextManager[object]:
        """While it is open nobody else exchanges it: two at once would leave one of them with a token of before."""
        ...


class GivenSecret:
    """As the owner typed it, to be tried before it is kept."""

    def __init__(self, given: SecretStr) -> None:
        self.opened = given

    def newest(self) -> SecretStr:
        """What was given, or what has become of it."""
        return as_it_became(self.opened)

    def keep(self, before: SecretStr, after: SecretStr) -> None:
        """Remember it, for whoever keeps what was given."""
        _remember(before, after)

    def alone(self) -> AbstractContextManager[object]:
        """Nobody else has it."""
        return nullcontext()


class KeptSecret:
    """As it lies in the store of secrets, under `<name of the account>.password`; `opened`: as it lay there."""

    def __init__(self, context: ConnectorContext, name: str, opened: SecretStr) -> None:
        self.opened = opened
        self._secrets = context.secrets
        self._state = context.state
        self._name = name

    def newest(self) -> SecretStr:
        """The secret as it is kept, or what it has become while that could not be kept; then it is tried again."""
        with suppress(EmployeeError, OSError):  # a store that is locked by now: what was read before is as good
            self.opened = self._stored() or self.opened
        newer = as_it_became(self.opened)
        if newer is not self.opened or is_unkept(self._state, self._name):
            self._store(newer)
        return newer

    def keep(self, before: SecretStr, after: SecretStr) -> None:
        """Keep it where the other lies, unless the owner has given another one meanwhile."""
        _remember(before, after)
        self._store(after)

    def alone(self) -> AbstractContextManager[object]:
        """One lock for each account, whoever opened it."""
        return _exchanging.setdefault((self._state, self._name), Lock())

    def _store(self, newest: SecretStr) -> None:
        try:
            with _storing:
                stored = self._stored()
                if stored and as_it_became(stored) == newest != stored:
                    self._secrets.put(f"{self._name}.password", newest.get_secret_value())
                    _forget(stored)
        except (EmployeeError, OSError):  # not told: what a store says of its failure may quote what it was given
            with suppress(OSError):
                write_over(_mark(self._state, self._name), b"not kept\n", mode=PRIVATE_MODE)
        else:
            forget_unkept(self._state, self._name)

    def _stored(self) -> SecretStr | None:
        stored = self._secrets.get(f"{self._name}.password")
        return SecretStr(stored) if stored else None


def as_it_became(secret: SecretStr) -> SecretStr:
    """The newest of what this process got in exchange for it; itself, where it got none."""
    while after := _became.get(_digest(secret)):
        secret = after
    return secret


def _remember(before: SecretStr, after: SecretStr) -> None:
    _became.pop(_digest(after), None)  # a token that comes back once more is the newest again
    _became[_digest(before)] = after


def _forget(secret: SecretStr) -> None:
    while after := _became.pop(_digest(secret), None):
        secret = after


def is_unkept(state: Path, name: str) -> bool:
    """Whether the newest secret of this account could not be kept."""
    return _mark(state, name).exists()


def forget_unkept(state: Path, name: str) -> None:
    """Another secret is kept, or none."""
    with suppress(OSError):
        forget_file(_mark(state, name), _MAX_MARK_BYTES)


def _mark(state: Path, name: str) -> Path:
    return state / "connections" / f"{name}.not-kept"


def _digest(secret: SecretStr) -> str:
    return hashlib.sha256(secret.get_secret_value().encode(errors="surrogatepass")).hexdigest()
