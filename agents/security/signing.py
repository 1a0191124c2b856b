"""The key that signs our commits, and signatures checked in process.

Signatures are SSHSIG, which stock git shows with `git log --format=%G?` and `ssh-keygen -Y verify` checks without us.
Only Ed25519 is read and written; any other signature counts as not ours. Source: OpenSSH, PROTOCOL.sshsig, version 1.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agents.errors import Broken, NeedsOwner
from agents.security.sshsig import Envelope, armored, fields, joined, opened, signed_text
from agents.vault.files import PRIVATE_MODE, write_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

KEY_NAME = "signing-key"
PRINCIPAL = "ai-employee"
_ALGORITHM = b"ssh-ed25519"
_NAMESPACE = b"git"
_KEY_MAX_BYTES = 16_384
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SigningKey:
    """An Ed25519 key in a file of OpenSSH's format that only its owner may read."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def load_or_create(cls, folder: Path) -> SigningKey:
        """The key in `folder`, made on first use.

        Raises:
            NeedsOwner: other users may read the file.
            Broken: the file holds no plain Ed25519 key.
        """
        path = folder.resolve() / KEY_NAME
        if not path.exists():
            _store_new(path)
        return cls(_loaded(path))

    @classmethod
    def is_in(cls, folder: Path) -> bool:
        """Whether the folder holds a key, so that none would be made."""
        return (folder / KEY_NAME).exists()

    def sign(self, payload: bytes) -> str:
        """The armored signature of `payload` in namespace `git`, as git keeps it in a commit."""
        signature = self._key.sign(signed_text(payload, _NAMESPACE, b"sha512"))
        public = _public_blob(self._key.public_key())
        return armored(Envelope(public, _NAMESPACE, b"sha512", joined(_ALGORITHM, signature)))

    def public_line(self) -> str:
        """The public key as one line of an OpenSSH `.pub` file."""
        return f"{_ALGORITHM.decode()} {base64.b64encode(_public_blob(self._key.public_key())).decode()} {PRINCIPAL}"


def allowed_signers(public_lines: Iterable[str]) -> str:
    """The text of a file for git's `gpg.ssh.allowedSignersFile`, trusting these keys for commits only."""
    keys = (line.split()[:2] for line in public_lines)
    return "".join(f'{PRINCIPAL} namespaces="git" {algorithm} {key}\n' for algorithm, key in keys)


def is_signed_by(payload: bytes, signature: str | None, public_lines: Sequence[str]) -> bool:
    """Whether `signature`, armored, is a good one of `payload` by one of the keys; never raises."""
    try:
        said = opened(signature or "")
        algorithm, raw = fields(said.signature, 2)
        key_algorithm, raw_key = fields(said.public, 2)
        if (algorithm, key_algorithm, said.namespace) != (_ALGORITHM, _ALGORITHM, _NAMESPACE):
            return False
        if said.public not in {_decoded(line) for line in public_lines}:
            return False
        Ed25519PublicKey.from_public_bytes(raw_key).verify(raw, signed_text(payload, _NAMESPACE, said.hash_name))
    except (ValueError, InvalidSignature):
        return False
    return True


def _loaded(path: Path) -> Ed25519PrivateKey:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_mode & _OTHERS:
            raise NeedsOwner(f"{path} can be read by other users", hint=f"Run: chmod 600 {path}")
        content = file.read(_KEY_MAX_BYTES)
    hint = f"Restore {path} from a backup; without it no new commit can be signed."
    try:
        key = serialization.load_ssh_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise Broken(f"{path} holds no private key that can be read", hint=hint) from err
    if not isinstance(key, Ed25519PrivateKey):
        raise Broken(f"{path} is no Ed25519 key", hint=hint)
    return key


def _store_new(path: Path) -> None:
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another run was first; its key is the key
        write_new(path, content, mode=PRIVATE_MODE)


def _public_blob(key: Ed25519PublicKey) -> bytes:
    return joined(_ALGORITHM, key.public_bytes_raw())


def _decoded(public_line: str) -> bytes:
    """The key of a public line; nothing for a line that cannot be read, so that it trusts nobody."""
    try:
        _, key = public_line.split()[:2]
        return base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        return b""
