"""Passwords in one file that is encrypted with age, for computers without a keyring.

The key of that file, an age identity, lies in the state folder. Alone it guards against who gets hold of the file and
not of the folder: a backup, a copy, a log. Against who reads the folder it helps only when the identity itself is
encrypted, with a passphrase that lies elsewhere (ADR 0042). Source: age-encryption.org/v1.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from agents.errors import NeedsOwner
from agents.security.secrets import MAX_FILE_BYTES, FileSecrets, parsed, printed
from agents.vault.files import MISSING, PRIVATE_MODE, forget_file, read_regular, write_new, write_over

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyrage.x25519 import Identity

AGAIN = "Restore keys/secrets-identity in the state folder from a backup, or delete secrets.age and connect again."
UNLOCK = (
    "Set AI_EMPLOYEE_PASSPHRASE to the passphrase it was encrypted with; is that lost, delete secrets.age and "
    "keys/secrets-identity.age in the state folder and connect again."
)


class AgeSecrets(FileSecrets):
    """Secrets in `secrets.age`; those of an older `secrets.json` are found, and move at the first look.

    `passphrase` None: the identity lies in the folder as it is.
    """

    def __init__(self, state: Path, passphrase: str | None = None) -> None:
        super().__init__(state / "secrets.age")
        self._older = state / "secrets.json"
        self._plain = state / "keys" / "secrets-identity"
        self._locked = state / "keys" / "secrets-identity.age"
        self._passphrase = passphrase
        self._opened: Identity | None = None

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies, in words for the owner."""
        super().put(name, value)
        guarded = "encrypted with your passphrase" if self._passphrase else "encrypted; its key lies beside it"
        return f"in {self._path}, {guarded}, which only you can read"

    def _all(self) -> dict[str, str]:
        older = read_regular(self._older, MAX_FILE_BYTES)
        if older == MISSING:
            return self._encrypted()
        # what was written since is newer; the old file goes only when the new one is durable
        both = parsed(older, self._older) | self._encrypted()
        self._write(both)
        return both

    def _encrypted(self) -> dict[str, str]:
        content = read_regular(self._path, MAX_FILE_BYTES)
        if content == MISSING:
            return {}
        if not isinstance(content, bytes):
            raise NeedsOwner(f"{self._path} cannot be read: {content.message}", hint="Put the file itself there.")
        import pyrage  # noqa: PLC0415 - a compiled library, used rarely

        with _told("the key in the state folder does not open it", AGAIN):
            return parsed(pyrage.decrypt(content, [self._identity()]), self._path)

    def _write(self, by_name: dict[str, str]) -> None:
        import pyrage  # noqa: PLC0415 - a compiled library, used rarely

        sealed = pyrage.encrypt(printed(by_name), [self._identity().to_public()])
        write_over(self._path, sealed, mode=PRIVATE_MODE)
        forget_file(self._older, MAX_FILE_BYTES)

    def _identity(self) -> Identity:
        """The key, made when there is none; kept in memory, since a passphrase takes a second or more."""
        if self._opened is None:
            self._opened = self._unlocked() if self._locked.exists() else self._kept()
            if self._locked.exists():
                forget_file(self._plain, MAX_FILE_BYTES)
        return self._opened

    def _unlocked(self) -> Identity:
        from pyrage import passphrase, x25519  # noqa: PLC0415 - a compiled library, used rarely

        content = read_regular(self._locked, MAX_FILE_BYTES)
        if not self._passphrase or not isinstance(content, bytes):
            raise NeedsOwner("the key of your passwords is encrypted", hint=UNLOCK)
        with _told("this passphrase does not open the key of your passwords", UNLOCK):
            return x25519.Identity.from_str(passphrase.decrypt(content, self._passphrase).decode())

    def _kept(self) -> Identity:
        """The key that lies there as it is, or a new one; with a passphrase it is encrypted from now on."""
        from pyrage import passphrase, x25519  # noqa: PLC0415 - a compiled library, used rarely

        content = read_regular(self._plain, MAX_FILE_BYTES)
        if isinstance(content, bytes):
            with _told(f"{self._plain} holds no key", AGAIN):
                identity = x25519.Identity.from_str(content.decode())
        elif content == MISSING:
            identity = x25519.Identity.generate()
        else:
            raise NeedsOwner(f"{self._plain} cannot be read: {content.message}", hint=AGAIN)
        if self._passphrase:
            write_new(self._locked, passphrase.encrypt(str(identity).encode(), self._passphrase), mode=PRIVATE_MODE)
        elif content == MISSING:
            write_new(self._plain, str(identity).encode(), mode=PRIVATE_MODE)
        return identity


@contextmanager
def _told(words: str, hint: str) -> Iterator[None]:
    """What cannot be opened is the owner's to solve; not chained, since an error may quote what it read."""
    import pyrage  # noqa: PLC0415 - a compiled library, used rarely

    try:
        yield
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise NeedsOwner(words, hint=hint) from None
