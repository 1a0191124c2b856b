"""The key that signs our commits, and signatures checked in process.

Signatures are SSHSIG, which stock git shows with `git log --format=%G?` and `ssh-keygen -Y verify` checks without us.
Only Ed25519 is read and written; any other signature counts as not ours. Source: OpenSSH, PROTOCOL.sshsig, version 1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from agents.errors import Broken, NeedsOwner
from agents.vault.files import PRIVATE_MODE, write_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

KEY_NAME = "signing-key"
PRINCIPAL = "ai-employee"
_ALGORITHM = b"ssh-ed25519"
_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4, "big")
_NAMESPACE = b"git"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_ARMOR = re.compile(f"{_BEGIN}\n([A-Za-z0-9+/=\n]+)\n{_END}\n?")
_ARMOR_MAX_CHARS = 4096
_KEY_MAX_BYTES = 16_384
_COLUMNS = 70
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
        signature = self._key.sign(_signed_text(payload, b"sha512"))
        blob = (
            _MAGIC
            + _VERSION
            + _joined(_public_blob(self._key.public_key()), _NAMESPACE, b"", b"sha512", _joined(_ALGORITHM, signature))
        )
        text = base64.b64encode(blob).decode()
        lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
        return "\n".join([_BEGIN, *lines, _END]) + "\n"

    def public_line(self) -> str:
        """The public key as one line of an OpenSSH `.pub` file."""
        return f"{_ALGORITHM.decode()} {base64.b64encode(_public_blob(self._key.public_key())).decode()} {PRINCIPAL}"


def allowed_signers(public_lines: Iterable[str]) -> str:
    """The text of a file for git's `gpg.ssh.allowedSignersFile`, trusting these keys for commits only."""
    keys = (line.split()[:2] for line in public_lines)
    return "".join(f'{PRINCIPAL} namespaces="git" {algorithm} {key}\n' for algorithm, key in keys)


def is_signed_by(payload: bytes, armored: str | None, public_lines: Sequence[str]) -> bool:
    """Whether `armored` is a good signature of `payload` by one of the keys; never raises."""
    try:
        blob = _dearmored(armored or "")
        public, namespace, reserved, hash_name, signature = _fields(blob, 5)
        algorithm, raw = _fields(signature, 2)
        key_algorithm, raw_key = _fields(public, 2)
        if (algorithm, key_algorithm, namespace, reserved) != (_ALGORITHM, _ALGORITHM, _NAMESPACE, b""):
            return False
        if hash_name not in _HASHES or public not in {_decoded(line) for line in public_lines}:
            return False
        Ed25519PublicKey.from_public_bytes(raw_key).verify(raw, _signed_text(payload, hash_name))
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


def _signed_text(payload: bytes, hash_name: bytes) -> bytes:
    return _MAGIC + _joined(_NAMESPACE, b"", hash_name, _HASHES[hash_name](payload).digest())


def _public_blob(key: Ed25519PublicKey) -> bytes:
    return _joined(_ALGORITHM, key.public_bytes_raw())


def _joined(*fields: bytes) -> bytes:
    """SSH strings: each field behind its length in four bytes. Source: RFC 4251, section 5."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def _fields(blob: bytes, count: int) -> list[bytes]:
    """The `count` SSH strings of `blob`, which must hold nothing else.

    Raises:
        ValueError: a length that does not fit.
    """
    found, rest = [], blob
    for _ in range(count):
        length = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + length:
            raise ValueError("cut short")
        found.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    if rest:
        raise ValueError("too long")
    return found


def _dearmored(armored: str) -> bytes:
    matched = _ARMOR.fullmatch(armored) if len(armored) <= _ARMOR_MAX_CHARS else None
    blob = base64.b64decode(matched[1].replace("\n", ""), validate=True) if matched else b""
    head = _MAGIC + _VERSION
    if not blob.startswith(head):
        raise ValueError("no SSHSIG of version 1")
    return blob[len(head) :]


def _decoded(public_line: str) -> bytes:
    """The key of a public line; nothing for a line that cannot be read, so that it trusts nobody."""
    try:
        _, key = public_line.split()[:2]
        return base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        return b""
