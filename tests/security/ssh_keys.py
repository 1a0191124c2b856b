"""SSH keys as people have them: real ones by ssh-keygen, and a FIDO token made of a key of our own."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agents.security.ssh_proofs import NAMESPACE
from agents.security.sshsig import Envelope, armored, joined, signed_text

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = b"ssh:"
TOUCHED = 0x01


@dataclass(frozen=True)
class KeyFile:
    """A key in `path` and `path`.pub, made and used by stock ssh-keygen."""

    path: Path

    @property
    def public(self) -> str:
        return self.path.with_suffix(".pub").read_text(encoding="ascii")

    def sign(self, payload: bytes, *, namespace: str = NAMESPACE, hash_name: str = "sha512") -> str:
        line: list[str | Path] = ["ssh-keygen", "-q", "-Y", "sign", "-f", self.path, "-n", namespace]
        done = subprocess.run([*line, "-O", f"hashalg={hash_name}"], input=payload, capture_output=True, check=True)
        return done.stdout.decode()


def made(folder: Path, name: str = "key", kind: str = "ed25519", *more: str) -> KeyFile:
    """A new key without a passphrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *more, "-N", "", "-f", folder / name], check=True)
    return KeyFile(folder / name)


@dataclass
class Token:
    """What a FIDO token does with an Ed25519 key. Source: OpenSSH, PROTOCOL.u2f."""

    flags: int = TOUCHED
    counter: int = 7
    signs_for: bytes = APPLICATION
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    kind = b"sk-ssh-ed25519@openssh.com"

    @property
    def blob(self) -> bytes:
        return joined(self.kind, self.key.public_key().public_bytes_raw(), APPLICATION)

    @property
    def public(self) -> str:
        return f"{self.kind.decode()} {base64.b64encode(self.blob).decode()} a token"

    def signature(self, text: bytes) -> bytes:
        return self.key.sign(text)

    def sign(self, payload: bytes, *, namespace: str = NAMESPACE) -> str:
        text = signed_text(payload, namespace.encode(), b"sha512")
        tail = bytes([self.flags]) + self.counter.to_bytes(4, "big")
        asserted = hashlib.sha256(self.signs_for).digest() + tail + hashlib.sha256(text).digest()
        signature = joined(self.kind, self.signature(asserted)) + tail
        return armored(Envelope(self.blob, namespace.encode(), b"sha512", signature))


@dataclass
class EcdsaToken(Token):
    """The older kind of token, with a key on the curve P-256."""

    curve_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    kind = b"sk-ecdsa-sha2-nistp256@openssh.com"

    @property
    def blob(self) -> bytes:
        point = self.curve_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return joined(self.kind, b"nistp256", point, APPLICATION)

    def signature(self, text: bytes) -> bytes:
        r, s = decode_dss_signature(self.curve_key.sign(text, ec.ECDSA(hashes.SHA256())))
        return joined(mpint(r), mpint(s))


def mpint(number: int) -> bytes:
    """A positive number as SSH writes it. Source: RFC 4251, section 5."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def stock_verifies(folder: Path, public: str, payload: bytes, signature: str, namespace: str = NAMESPACE) -> bool:
    """What `ssh-keygen -Y verify` says."""
    (folder / "signers").write_text(f"me {' '.join(public.split()[:2])}\n", encoding="ascii")
    (folder / "signature").write_text(signature, encoding="ascii")
    line: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-f", folder / "signers", "-I", "me", "-n", namespace]
    done = subprocess.run([*line, "-s", folder / "signature"], input=payload, capture_output=True, check=False)
    return done.returncode == 0
