"""Our SSHSIG against stock ssh-keygen, both ways, and what must not pass."""

from __future__ import annotations

import base64
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import Broken, NeedsOwner
from agents.security.signing import KEY_NAME, PRINCIPAL, SigningKey, allowed_signers, is_signed_by

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nworks \xf0\x9f\x8e\x89\n"
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER = SigningKey(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
ARMORED = KEY.sign(PAYLOAD)
TRUSTED = [OTHER.public_line(), KEY.public_line()]


def verifies(room: Path, payload: bytes, armored: str, *, namespace: str = "git") -> bool:
    """What `ssh-keygen -Y verify` says with our file of allowed signers."""
    (room / "signature").write_text(armored, encoding="ascii")
    (room / "signers").write_text(allowed_signers([KEY.public_line()]), encoding="ascii")
    line: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-f", room / "signers", "-I", PRINCIPAL, "-n", namespace]
    return not subprocess.run(
        [*line, "-s", room / "signature"], input=payload, capture_output=True, check=False
    ).returncode


def stock_signature(room: Path, kind: str = "ed25519", *, namespace: str = "git", hash_name: str = "sha512") -> str:
    """A signature of PAYLOAD by ssh-keygen with a new key, `room/stock`."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", room / "stock"], check=True)
    done = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", room / "stock", "-n", namespace, "-O", f"hashalg={hash_name}"],
        input=PAYLOAD,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def armor(blob: bytes) -> str:
    """The armor around any bytes."""
    text = base64.b64encode(blob).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"


def blob_of(armored: str) -> bytes:
    """The bytes in the armor."""
    return base64.b64decode("".join(armored.splitlines()[1:-1]))


def test_stock_ssh_keygen_verifies_our_signature(tmp_path: Path) -> None:
    assert verifies(tmp_path, PAYLOAD, ARMORED)
    assert not verifies(tmp_path, PAYLOAD + b"x", ARMORED)
    assert not verifies(tmp_path, PAYLOAD, OTHER.sign(PAYLOAD))


def test_the_allowed_signers_trust_the_key_for_commits_only(tmp_path: Path) -> None:
    signature = stock_signature(tmp_path, namespace="file")
    (tmp_path / "signers").write_text(
        allowed_signers([(tmp_path / "stock.pub").read_text(encoding="ascii")]), encoding="ascii"
    )
    (tmp_path / "signature").write_text(signature, encoding="ascii")
    line: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", PRINCIPAL, "-n", "file"]
    done = subprocess.run([*line, "-s", tmp_path / "signature"], input=PAYLOAD, capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("hash_name", ["sha256", "sha512"])
def test_a_signature_by_stock_ssh_keygen_is_verified(tmp_path: Path, hash_name: str) -> None:
    signature = stock_signature(tmp_path, hash_name=hash_name)
    public = (tmp_path / "stock.pub").read_text(encoding="ascii")
    assert is_signed_by(PAYLOAD, signature, [public])
    assert not is_signed_by(PAYLOAD + b"x", signature, [public])
    assert not is_signed_by(PAYLOAD, signature, TRUSTED)


def test_a_signature_for_something_else_than_git_is_not_ours(tmp_path: Path) -> None:
    signature = stock_signature(tmp_path, namespace="file")
    assert not is_signed_by(PAYLOAD, signature, [(tmp_path / "stock.pub").read_text(encoding="ascii")])


def test_a_key_of_another_kind_is_not_ours(tmp_path: Path) -> None:
    signature = stock_signature(tmp_path, "ecdsa")
    assert not is_signed_by(PAYLOAD, signature, [(tmp_path / "stock.pub").read_text(encoding="ascii")])


def test_our_own_signature_is_verified_among_several_keys() -> None:
    assert is_signed_by(PAYLOAD, ARMORED, TRUSTED)
    assert is_signed_by(PAYLOAD, ARMORED.rstrip("\n"), TRUSTED)  # as git gives it back


@pytest.mark.parametrize("keys", [[], ["ssh-ed25519"], [""], ["ssh-ed25519 %%% x"], [OTHER.public_line()]])
def test_an_unreadable_or_other_key_trusts_nobody(keys: list[str]) -> None:
    assert not is_signed_by(PAYLOAD, ARMORED, keys)


def test_an_unreadable_key_does_not_take_the_good_one_away() -> None:
    assert is_signed_by(PAYLOAD, ARMORED, ["nonsense", KEY.public_line()])


@pytest.mark.parametrize(
    "armored",
    [
        None,
        "",
        "-----BEGIN PGP SIGNATURE-----\n",
        "x" + ARMORED,
        ARMORED + "x",
        ARMORED.replace("\n", "\r\n"),
        ARMORED.replace("U1NI", "U1N", 1),
        ARMORED + "\n" * 5000,
        armor(b"SSHSIG\x00\x00\x00\x02" + blob_of(ARMORED)[10:]),
        armor(blob_of(ARMORED)[:-1]),
        armor(blob_of(ARMORED) + b"x"),
        armor(blob_of(ARMORED)[:-1] + b"x"),
        armor(blob_of(ARMORED).replace(b"sha512", b"sha513")),
    ],
)
def test_a_bent_signature_is_refused_and_never_raises(armored: str | None) -> None:
    assert not is_signed_by(PAYLOAD, armored, TRUSTED)


@given(st.integers(0, len(blob_of(ARMORED)) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_signature_is_noticed(place: int, change: int) -> None:
    blob = bytearray(blob_of(ARMORED))
    blob[place] ^= change
    assert not is_signed_by(PAYLOAD, armor(bytes(blob)), TRUSTED)


@given(st.binary(max_size=300))
def test_any_bytes_in_the_armor_are_refused_and_never_raise(blob: bytes) -> None:
    assert not is_signed_by(PAYLOAD, armor(b"SSHSIG\x00\x00\x00\x01" + blob), TRUSTED)


@given(st.binary(max_size=3000))
def test_every_payload_that_is_signed_is_verified(payload: bytes) -> None:
    assert is_signed_by(payload, KEY.sign(payload), TRUSTED)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    made = SigningKey.load_or_create(state)
    assert stat.S_IMODE((state / KEY_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [path.name for path in state.iterdir()] == [KEY_NAME]
    assert SigningKey.load_or_create(state).public_line() == made.public_line()


def test_stock_ssh_keygen_reads_the_key_we_made(tmp_path: Path) -> None:
    made = SigningKey.load_or_create(tmp_path)
    told = subprocess.run(
        ["ssh-keygen", "-y", "-f", tmp_path / KEY_NAME], capture_output=True, text=True, check=True
    ).stdout
    assert told.split()[:2] == made.public_line().split()[:2]


def test_the_key_never_shows() -> None:
    assert "object at" in repr(KEY)


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    SigningKey.load_or_create(tmp_path)
    (tmp_path / KEY_NAME).chmod(0o640)
    with pytest.raises(NeedsOwner) as told:
        SigningKey.load_or_create(tmp_path)
    assert "chmod 600" in told.value.hint


def private(content: bytes, room: Path) -> None:
    """Put a key file there as only its owner can read it."""
    (room / KEY_NAME).write_bytes(content)
    (room / KEY_NAME).chmod(0o600)


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    private(content, tmp_path)
    with pytest.raises(Broken):
        SigningKey.load_or_create(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == content


def test_a_key_behind_a_password_is_told(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", tmp_path / KEY_NAME], check=True)
    with pytest.raises(Broken):
        SigningKey.load_or_create(tmp_path)


def test_a_key_of_another_kind_is_told(tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / KEY_NAME], check=True)
    with pytest.raises(Broken, match="Ed25519"):
        SigningKey.load_or_create(tmp_path)


def test_a_key_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    SigningKey.load_or_create(elsewhere)
    (tmp_path / KEY_NAME).symlink_to(elsewhere / KEY_NAME)
    with pytest.raises(OSError, match="symbolic"):
        SigningKey.load_or_create(tmp_path)
