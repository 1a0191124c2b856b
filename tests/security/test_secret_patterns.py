"""Secrets are found by their form and masked; ids, digests and what people write are not taken for secrets."""

from __future__ import annotations

import base64
import hashlib
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security import secret_patterns
from agents.security.secret_kinds import KINDS, TOKENS
from agents.security.secret_patterns import Found, any_secret, find_secrets, kinds_in, masked
from tests.security.secret_samples import SAMPLES, hexed, letters

if TYPE_CHECKING:
    from collections.abc import Callable

AROUND = ("{}", "Hello,\n\nhere it is: {}\nBye", "> {}\n", '{{"a": "{}"}}', "| a | {} |\n", "é ⟨U+202E⟩ İ {}\r\n")


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "sample"), SAMPLES)
def test_every_kind_is_found_and_masked_wherever_it_stands(kind: str, sample: tuple[str, str], around: str) -> None:
    whole, value = sample
    text = around.format(whole)
    (found,) = find_secrets(text)
    assert found.kind == kind
    assert value.strip() in text[found.start : found.end]
    shown = masked(text)
    assert value not in shown
    assert f"⟨secret: {kind}, {found.end - found.start} characters⟩" in shown
    assert masked(shown) == shown


def test_there_are_many_kinds_and_each_has_a_sample() -> None:
    assert set(KINDS) == {kind for kind, _ in SAMPLES}
    assert len(KINDS) >= 40


def test_what_stands_around_a_secret_stays() -> None:
    assert masked("Login: me\npassword: hunter2\nBye") == "Login: me\npassword: ⟨secret: password, 7 characters⟩\nBye"
    token = "ghp_" + letters("one", 36)
    assert masked(f"a {token}, b {token}.").count("⟨secret: GitHub token, 40 characters⟩") == 2


def test_kinds_are_named_once_and_in_order() -> None:
    assert kinds_in("PIN: 48213, password: hunter2, password: hunter3") == "PIN, password"
    assert kinds_in("nothing") == ""


def test_secrets_that_overlap_are_masked_as_one() -> None:
    token = "ghp_" + letters("inner", 36)
    text = f"https://me:{token}@github.com/x and password={token}"
    assert token not in masked(text)
    assert [each.kind for each in find_secrets(text)] == ["GitHub token", "GitHub token"]
    assert find_secrets(f"eyJ Cookie: a={token};b=c {token[:8]}") == (Found("cookie", 12, 67),)


PEACEFUL = (
    f"sha256 {hexed('digest', 64)} and commit {hexed('git', 40)}",
    "2026-11-23-email-7f3a9c21de plan-2026-11-23-email-7f3a9c21de",
    f"sha-{hexed('file', 16)}.eml, blob {hexed('blob', 64)}",
    "<CAF7f3a9c21de.20261123.abcDEF1234567890@mail.client.example>",
    "IBAN: DE89 3704 0044 0532 0130 00, BIC COBADEFFXXX, VAT DE123456789",
    "4111 1111 1111 1111 due 2026-11-24, order 4821 7730, tel +49 30 1234 5678",
    "550e8400-e29b-41d4-a716-446655440000",
    f"-----BEGIN SSH SIGNATURE-----\n{letters('signature', 70)}\n-----END SSH SIGNATURE-----",
    f"-----BEGIN PUBLIC KEY-----\n{letters('public', 64)}\n-----END PUBLIC KEY-----",
    "A block begins with -----BEGIN PRIVATE KEY----- and ends with END.",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + letters("ssh", 43) + " owner",
    base64.encodebytes(bytes(600)).decode() + base64.encodebytes(hashlib.shake_256(b"x").digest(3000)).decode(),
    "Password: see the note of Monday",
    "Passwort: bitte neu setzen",
    "password: ********",
    "Password: https://intranet.example/reset",
    "Your password has expired; please change the password soon.",
    "the password is required",
    "password: ⟨secret: password, 7 characters⟩",
    "The secret: patience. Secretary: Mary-Ann",
    "token: ring; the key: practice; API key: none",
    "Authorization: required for all payments above 500 EUR",
    "the bearer of this letter, bearer bonds, cookie: chocolate",
    "PIN code 560001, spin: 12345",
    "Sort code: 12-34-56, security code on the back, postal code 10115",
    "https://shop.example:8443/a?b=c, mailto:me@client.example, user@host:/path, 10:30@noon",
    "task-list risk-free sk-learn scikit EAA treaty AQ SK key-value pat-down re_run live_stream",
    "{'password': None, \"token\": null}",
    "code: 48217730",
)


@pytest.mark.parametrize("text", PEACEFUL)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert find_secrets(text) == ()
    assert masked(text) is text


@given(st.binary(max_size=3000))
def test_digests_and_encoded_files_are_left_alone(content: bytes) -> None:
    text = f"{hashlib.sha256(content).hexdigest()}\n{base64.encodebytes(content).decode()}{content.hex()}"
    assert find_secrets(text) == ()


@given(st.text(max_size=200), st.sampled_from(SAMPLES), st.text(max_size=200))
def test_masking_never_fails_and_is_done_once(before: str, sample: tuple[str, tuple[str, str]], after: str) -> None:
    whole, value = sample[1]
    shown = masked(f"{before}\n{whole}\n{after}")
    assert value not in shown
    assert masked(shown) == shown


class Steps:
    """Counts the function calls of a piece of work: a measure of work that does not depend on the machine."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, work: Callable[[], object]) -> int:
        self.count = 0
        before = sys.getprofile()
        sys.setprofile(lambda _frame, event, _arg: self._add(event))
        try:
            work()
        finally:
            sys.setprofile(before)
        return self.count

    def _add(self, event: str) -> None:
        self.count += event in {"call", "c_call"}


HOSTILE = (
    *(anchor for kind in TOKENS for anchor in kind.anchors),
    "password: ",
    "password",
    "-----BEGIN PRIVATE KEY-----\n",
    "PuTTY-User-Key-File-2: a\n",
    "12 1234 1234  ",
    "a" * 31 + "-us1",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_with_the_length_and_no_faster(piece: str) -> None:
    steps = Steps()
    texts = [piece * (size // len(piece)) for size in (4000, 16000)]
    some, more = (steps.of(partial(find_secrets, text)) for text in texts)
    assert more <= 4.5 * some + 100


def test_a_long_line_without_an_end_is_read() -> None:
    line = letters("long", 300_000, "abcdef 0123456789")
    token = "npm_" + letters("npm", 36)
    assert [each.kind for each in find_secrets(f"{line} {token} {line}")] == ["npm token"]


@pytest.mark.parametrize("at", [0, 1, 5])
def test_one_secret_among_many_texts_is_found_wherever_a_pass_ends(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    monkeypatch.setattr(secret_patterns, "_LOT", 20)
    _, (whole, _) = SAMPLES[0]
    clean = ["not a word too much", "", "ok", "another one", "end"]
    assert not any_secret(clean)
    assert any_secret([*clean[:at], whole, *clean[at:]])
    assert not any_secret([])
