"""The wire format of SSH signatures, as `ssh-keygen -Y` writes and reads them. Pure.

Source: OpenSSH, PROTOCOL.sshsig, version 1; strings as in RFC 4251, section 5.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
MAGIC = b"SSHSIG"
VERSION = (1).to_bytes(4, "big")
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
ARMOR_MAX_CHARS = 4096
_ARMOR = re.compile(f"{BEGIN}\n([A-Za-z0-9+/=\n]+)\n{END}\n?")
_COLUMNS = 70


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a signature says of itself. `public` and `signature` are blobs of their own format."""

    public: bytes
    namespace: bytes
    hash_name: bytes
    signature: bytes


def opened(armored: str) -> Envelope:
    """The parts of an armored signature; nothing is verified yet.

    Raises:
        ValueError: it is none, or of a hash nobody should use.
    """
    public, namespace, reserved, hash_name, signature = fields(_dearmored(armored), 5)
    if reserved or hash_name not in HASHES:
        raise ValueError("a signature of an unknown kind")
    return Envelope(public, namespace, hash_name, signature)


def armored(envelope: Envelope) -> str:
    """The signature as a file holds it."""
    parts = (envelope.public, envelope.namespace, b"", envelope.hash_name, envelope.signature)
    text = base64.b64encode(MAGIC + VERSION + joined(*parts)).decode()
    lines = [text[start : start + _COLUMNS] for start in range(0, len(text), _COLUMNS)]
    return "\n".join([BEGIN, *lines, END]) + "\n"


def signed_text(payload: bytes, namespace: bytes, hash_name: bytes) -> bytes:
    """What a key really signs when it signs `payload`."""
    return MAGIC + joined(namespace, b"", hash_name, HASHES[hash_name](payload).digest())


def joined(*parts: bytes) -> bytes:
    """SSH strings: each part behind its length in four bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def fields(blob: bytes, count: int) -> list[bytes]:
    """The `count` SSH strings of `blob`, which must hold nothing else.

    Raises:
        ValueError: a length that does not fit.
    """
    found, rest = leading_fields(blob, count)
    if rest:
        raise ValueError("too long")
    return found


def leading_fields(blob: bytes, count: int) -> tuple[list[bytes], bytes]:
    """The first `count` SSH strings of `blob`, and what follows them.

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
    return found, rest


def _dearmored(text: str) -> bytes:
    matched = _ARMOR.fullmatch(text) if len(text) <= ARMOR_MAX_CHARS else None
    blob = base64.b64decode(matched[1].replace("\n", ""), validate=True) if matched else b""
    head = MAGIC + VERSION
    if not blob.startswith(head):
        raise ValueError("no SSHSIG of version 1")
    return blob[len(head) :]
