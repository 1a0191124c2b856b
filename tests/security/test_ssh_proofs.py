"""Signatures by a person's own key: what stock ssh-keygen signs is verified, and nothing else is."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import NeedsOwner
from agents.security.ssh_proofs import (
    NAMESPACE,
    fingerprint,
    is_signed_with,
    is_token,
    looks_like_signature,
    read_public_key,
)
from agents.security.sshsig import Envelope, armored, joined, opened, signed_text
from tests.security.ssh_keys import APPLICATION, EcdsaToken, Token, made, stock_verifies

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD = b"yes to this alone \xf0\x9f\x8e\x89\n"
TOKEN = Token()
PUBLIC = read_public_key(TOKEN.public)
SIGNED = TOKEN.sign(PAYLOAD)
KINDS = [("ed25519", ""), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521")]


@pytest.mark.parametrize(("kind", "bits"), KINDS)
@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_what_stock_ssh_keygen_signs_is_verified_and_nothing_beside_it(
    tmp_path: Path, kind: str, bits: str, hash_name: str
) -> None:
    key = made(tmp_path, "key", kind, *(["-b", bits] if bits else []))
    other = made(tmp_path, "other", kind)
    public = read_public_key(key.public)
    signature = key.sign(PAYLOAD, hash_name=hash_name)
    assert is_signed_with(PAYLOAD, signature, public)
    assert is_signed_with(PAYLOAD, f"\n{signature.rstrip()}\n\n", public), "as it is pasted"
    assert not is_signed_with(PAYLOAD + b"x", signature, public)
    assert not is_signed_with(PAYLOAD, other.sign(PAYLOAD), public)
    assert not is_signed_with(PAYLOAD, signature, read_public_key(other.public))


@pytest.mark.parametrize("namespace", ["git", "file", f"{NAMESPACE}s"])
def test_a_signature_for_another_use_proves_nothing(tmp_path: Path, namespace: str) -> None:
    key = made(tmp_path)
    assert not is_signed_with(PAYLOAD, key.sign(PAYLOAD, namespace=namespace), read_public_key(key.public))


@pytest.mark.parametrize("token", [Token(), EcdsaToken()])
def test_a_touched_token_proves_and_stock_ssh_keygen_agrees_with_how_we_built_it(tmp_path: Path, token: Token) -> None:
    signature = token.sign(PAYLOAD)
    assert stock_verifies(tmp_path, token.public, PAYLOAD, signature)
    assert not stock_verifies(tmp_path, token.public, PAYLOAD + b"x", signature)
    public = read_public_key(token.public)
    assert is_token(public)
    assert is_signed_with(PAYLOAD, signature, public)
    assert not is_signed_with(PAYLOAD + b"x", signature, public)
    assert not is_signed_with(PAYLOAD, token.sign(PAYLOAD, namespace="git"), public)
    assert not is_signed_with(PAYLOAD, type(token)().sign(PAYLOAD), public)


@pytest.mark.parametrize("bent", [{"flags": 0}, {"flags": 4}, {"signs_for": b"ssh:other"}])
def test_a_token_nobody_touched_or_that_signed_for_another_application_proves_nothing(bent: dict[str, int]) -> None:
    token = Token(**bent)  # type: ignore[arg-type] # one of its fields
    assert not is_signed_with(PAYLOAD, token.sign(PAYLOAD), read_public_key(token.public))


def resigned(blob: bytes, kind: bytes, tail: bytes) -> str:
    """A signature by the token's key, in another envelope."""
    raw = TOKEN.key.sign(signed_text(PAYLOAD, NAMESPACE.encode(), b"sha512"))
    return armored(Envelope(blob, NAMESPACE.encode(), b"sha512", joined(kind, raw) + tail))


def test_a_signature_must_be_of_the_kind_of_its_key_and_hold_nothing_more() -> None:
    plain = joined(b"ssh-ed25519", TOKEN.key.public_key().public_bytes_raw())
    line = f"ssh-ed25519 {base64.b64encode(plain).decode()}"
    assert is_signed_with(PAYLOAD, resigned(plain, b"ssh-ed25519", b""), line)
    assert not is_signed_with(PAYLOAD, resigned(plain, b"ssh-ed25519", b"\x01\x00\x00\x00\x00"), line)
    assert not is_signed_with(PAYLOAD, resigned(plain, TOKEN.kind, b"\x01\x00\x00\x00\x00"), line)
    assert not is_signed_with(PAYLOAD, resigned(TOKEN.blob, TOKEN.kind, b""), PUBLIC)
    unknown = joined(b"ssh-dss", b"x")
    signature = resigned(unknown, b"ssh-dss", b"")
    assert not is_signed_with(PAYLOAD, signature, f"ssh-dss {base64.b64encode(unknown).decode()}")


def test_a_curve_that_is_not_the_one_of_the_kind_proves_nothing() -> None:
    token = EcdsaToken()
    blob = token.blob.replace(b"nistp256\x00\x00\x00\x41", b"nistp384\x00\x00\x00\x41")
    assert blob != token.blob
    said = opened(token.sign(PAYLOAD))
    bent = armored(Envelope(blob, said.namespace, said.hash_name, said.signature))
    assert not is_signed_with(PAYLOAD, bent, f"{token.kind.decode()} {base64.b64encode(blob).decode()}")


@pytest.mark.parametrize(
    "text", ["", "x", "-----BEGIN SSH SIGNATURE-----\n", SIGNED.replace("U1NI", "U1N", 1), SIGNED * 9]
)
def test_what_is_no_signature_proves_nothing_and_never_raises(text: str) -> None:
    assert not is_signed_with(PAYLOAD, text, PUBLIC)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_signature_is_noticed(place: int, change: int) -> None:
    blob = bytearray(base64.b64decode("".join(SIGNED.splitlines()[1:-1])))
    blob[place % len(blob)] ^= change
    text = base64.b64encode(bytes(blob)).decode()
    assert not is_signed_with(PAYLOAD, f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n", PUBLIC)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_as_key_and_signature_are_refused_and_never_raise(signature: bytes, rest: bytes) -> None:
    for kind in (b"ssh-ed25519", b"ecdsa-sha2-nistp256", TOKEN.kind):
        public = joined(kind) + rest
        text = armored(Envelope(public, NAMESPACE.encode(), b"sha512", joined(kind) + signature))
        assert not is_signed_with(PAYLOAD, text, f"{kind.decode()} {base64.b64encode(public).decode()}")


def test_what_is_meant_as_a_signature_is_told_from_a_code() -> None:
    assert looks_like_signature(f"\n {SIGNED}")
    assert not looks_like_signature("4821 7730")


def test_a_key_is_kept_without_its_comment_and_shown_as_ssh_keygen_shows_it(tmp_path: Path) -> None:
    key = made(tmp_path)
    public = read_public_key(f"{key.public}\nsecond line\n")
    assert public == " ".join(key.public.split()[:2])
    told = subprocess.run(["ssh-keygen", "-l", "-f", f"{key.path}.pub"], capture_output=True, text=True, check=True)
    assert fingerprint(public) in told.stdout
    assert not is_token(public)


def line_of(said: bytes, *parts: bytes, kind: str = "ssh-ed25519") -> str:
    return f"{kind} {base64.b64encode(joined(said, *parts)).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 %%%",
        "ssh-ed25519 AAAA",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA",
        line_of(b"ssh-dss", b"x" * 32),
        line_of(b"ssh-ed25519", b""),
        line_of(b"ssh-ed25519", b"x" * 32, APPLICATION),
        line_of(b"ssh-rsa", b"x", b"y", kind="ssh-rsa"),
        line_of(b"ssh-ed25519", b"x" * 32) + " comment" * 1000,
    ],
)
def test_what_is_no_public_key_that_is_read_here_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(NeedsOwner, match="public") as told:
        read_public_key(text)
    assert ".pub" in told.value.hint
