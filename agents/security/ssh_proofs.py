"""Signatures by a person's own SSH key, from a file, an agent or a FIDO token, checked in process. Pure.

They are what `ssh-keygen -Y sign -n ai-employee-approval` writes. A key of a FIDO token counts only if somebody touched
the token for this signature. RSA keys are not read. Source: OpenSSH, PROTOCOL.sshsig and PROTOCOL.u2f; RFC 5656, 8709.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from agents.errors import NeedsOwner
from agents.security.sshsig import BEGIN, fields, leading_fields, opened, signed_text

if TYPE_CHECKING:
    from collections.abc import Callable

NAMESPACE = "ai-employee-approval"  # a signature made for git, a file or a mail proves nothing here
MAX_LINE_CHARS = 4096
_TOUCHED = 0x01
_TOKEN_BYTES = 5  # one of flags, four of a counter


@dataclass(frozen=True, slots=True)
class _Curve:
    name: bytes
    curve: ec.EllipticCurve
    digest: hashes.HashAlgorithm

    def verify(self, parts: list[bytes], raw: bytes, text: bytes) -> None:
        name, point = parts
        if name != self.name:
            raise ValueError("a key of another curve than it says")
        r, s = (int.from_bytes(each, "big") for each in fields(raw, 2))
        key = ec.EllipticCurvePublicKey.from_encoded_point(self.curve, point)
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(self.digest))


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of key: the strings that make it up, how it verifies, and whether a token holds it."""

    parts: int
    verify: Callable[[list[bytes], bytes, bytes], None]
    token: bool = False


def _verify_ed25519(parts: list[bytes], raw: bytes, text: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(parts[0]).verify(raw, text)


_P256 = _Curve(b"nistp256", ec.SECP256R1(), hashes.SHA256())
_P384 = _Curve(b"nistp384", ec.SECP384R1(), hashes.SHA384())
_P521 = _Curve(b"nistp521", ec.SECP521R1(), hashes.SHA512())
_KINDS = {
    b"ssh-ed25519": _Kind(1, _verify_ed25519),
    b"sk-ssh-ed25519@openssh.com": _Kind(1, _verify_ed25519, token=True),
    b"ecdsa-sha2-nistp256": _Kind(2, _P256.verify),
    b"ecdsa-sha2-nistp384": _Kind(2, _P384.verify),
    b"ecdsa-sha2-nistp521": _Kind(2, _P521.verify),
    b"sk-ecdsa-sha2-nistp256@openssh.com": _Kind(2, _P256.verify, token=True),
}


def looks_like_signature(text: str) -> bool:
    """Whether somebody means this as a signature, good or not."""
    return text.lstrip().startswith(BEGIN)


def read_public_key(text: str) -> str:
    """The key of a `.pub` file as we keep it: its kind and its base64, without the comment.

    Raises:
        NeedsOwner: it is no public key, or of a kind that is not read here.
    """
    words = text.split("\n", 1)[0].split()[:2] if len(text) <= MAX_LINE_CHARS else []
    hint = "Give the file that ends with .pub; make a key with: ssh-keygen -t ed25519"
    try:
        kind, blob = words[0].encode(), base64.b64decode(words[1], validate=True)
        (said,), rest = leading_fields(blob, 1)
        parts = fields(rest, _KINDS[kind].parts + _KINDS[kind].token)
    except (IndexError, KeyError, ValueError, binascii.Error):
        raise NeedsOwner("This is no public SSH key of a kind that is read here", hint=hint) from None
    if said != kind or not all(parts):
        raise NeedsOwner("This public key says two things about its kind", hint=hint)
    return f"{words[0]} {words[1]}"


def is_signed_with(payload: bytes, signature: str, public_line: str, namespace: str = NAMESPACE) -> bool:
    """Whether `signature`, armored, is a good one of `payload` by this key, for this use; never raises."""
    try:
        said = opened(signature.strip() + "\n")
        if said.namespace != namespace.encode() or said.public != _blob(public_line):
            return False
        _verify(said.public, said.signature, signed_text(payload, said.namespace, said.hash_name))
    except (ValueError, InvalidSignature):
        return False
    return True


def is_token(public_line: str) -> bool:
    """Whether the key lies in a FIDO token."""
    return public_line.startswith("sk-")


def fingerprint(public_line: str) -> str:
    """The key's fingerprint as `ssh-keygen -l` shows it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(_blob(public_line)).digest()).decode().rstrip('=')}"


def _verify(public: bytes, signature: bytes, text: bytes) -> None:
    """Raises ValueError or InvalidSignature unless `text` is signed."""
    (name,), key = leading_fields(public, 1)
    (signed_as, raw), tail = leading_fields(signature, 2)
    if name not in _KINDS or signed_as != name:
        raise ValueError("a signature of another kind than its key")
    kind = _KINDS[name]
    parts = fields(key, kind.parts + kind.token)
    if kind.token:
        text = _by_token(parts.pop(), tail, text)
    elif tail:
        raise ValueError("too long")
    kind.verify(parts, raw, text)


def _by_token(application: bytes, tail: bytes, text: bytes) -> bytes:
    """What a token signs instead of the text: its application, that it was touched, its counter, the text's digest."""
    if len(tail) != _TOKEN_BYTES or not tail[0] & _TOUCHED:
        raise ValueError("nobody touched the token")
    return hashlib.sha256(application).digest() + tail + hashlib.sha256(text).digest()


def _blob(public_line: str) -> bytes:
    return base64.b64decode(public_line.split()[1])
