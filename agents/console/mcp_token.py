"""The token with which an assistant comes in over HTTP: one for all servers of a vault, kept like a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from agents.errors import EmployeeError, NeedsOwner
from agents.security.watched import stamp_of

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import SecretStore

NAME = "mcp.token"
PREFIX = "aiemp-mcp-"  # by which it is known for a secret wherever it stands
RANDOM_BYTES = 32


def shown_token(passwords: SecretStore) -> str | None:
    """The token, or None when none was made yet."""
    return passwords.get(NAME)


def new_token(passwords: SecretStore) -> str:
    """Put a new token in place of the old one; where it is kept, in words."""
    return passwords.put(NAME, PREFIX + secrets.token_urlsafe(RANDOM_BYTES))


class TokenCheck:
    """Compares tokens with the one that is kept now: a new one counts at once, also for a server that runs."""

    def __init__(self, passwords: SecretStore, state: Path) -> None:
        self._passwords = passwords
        self._records = state / "credentials.json"  # written with every password that is put or forgotten
        self._stamp: str | None = None
        self._digest = b""

    def __repr__(self) -> str:
        return f"TokenCheck({str(self._records)!r})"

    def insist(self) -> None:
        """Refuse to serve while nobody could come in.

        Raises:
            NeedsOwner: no token was made, or the keyring is locked.
        """
        if not self._passwords.get(NAME):
            raise NeedsOwner("There is no token yet.", hint="Make one: `python orchestrator.py mcp token`.")

    def is_token(self, given: str) -> bool:
        """Whether it is the token. How long this takes tells nothing of it."""
        kept = self._kept()
        return hmac.compare_digest(_digest(given), kept) and bool(kept)

    def _kept(self) -> bytes:
        """The digest of the token that is kept; empty when there is none, or nobody may look now."""
        stamp = stamp_of((self._records,), ())
        if stamp != self._stamp:
            try:
                found = self._passwords.get(NAME)
            except EmployeeError:  # a locked keyring: nobody comes in, and it is asked again
                return b""
            self._digest = _digest(found) if found else b""
            self._stamp = stamp
        return self._digest


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
