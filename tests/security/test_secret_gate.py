"""The gate looks once at what is written and committed, and into what mails wrap in an encoding."""

from __future__ import annotations

import base64
import quopri
import sys
from email.header import Header
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.secret_gate import REMEMBERED, SHOWN, SecretGate
from agents.security.secret_patterns import find_secrets
from tests.security.secret_samples import SAMPLES, letters

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "ghp_" + letters("gate", 36)
FOUND = "GitHub token"


def test_a_note_tells_line_and_kind_and_never_the_value() -> None:
    findings = SecretGate().findings("a.md", f"# Wifi\n\n{TOKEN}\npassword: hunter2\n".encode())
    assert findings == ("line 3: GitHub token", "line 4: password")


def test_a_clean_file_may_be_kept() -> None:
    assert SecretGate().findings("Notes/a.md", "Grüße, 950.00 EUR\n".encode()) == ()
    assert SecretGate().findings("a.bin", bytes(range(256)) * 50) == ()


def test_a_secret_in_a_name_is_found_also_when_the_content_is_known() -> None:
    gate = SecretGate()
    assert gate.findings("a.md", b"words") == ()
    assert gate.findings(f"{TOKEN}.md", b"words") == (f"in its name: {FOUND}",)


@pytest.mark.parametrize(("kind", "sample"), SAMPLES)
@pytest.mark.parametrize("name", ["2026-11-26-{}-0123456789.md", "sha-{}.txt", "{}"])
def test_no_secret_hides_in_a_name_that_looks_like_ours(name: str, kind: str, sample: tuple[str, str]) -> None:
    whole, _ = sample
    path = f"Needs_Action/{name.format(whole.replace('/', '-'))}"
    if find_secrets(path):
        assert SecretGate().findings(path, b""), kind


def test_with_no_path_only_the_content_counts() -> None:
    assert SecretGate().findings("", TOKEN.encode()) == (f"line 1: {FOUND}",)


HEAD = b"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n"
WRAPPED = {
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(f"Hi,\n{TOKEN}\n".encode() * 9),
    "base64 without its end": HEAD + b"content-transfer-encoding:base64\n\n" + base64.b64encode(TOKEN.encode())[:-5],
    "quoted-printable": HEAD
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + quopri.encodestring(f"ü {'x' * 60} {TOKEN}".encode()),
    "header": b"Subject: " + Header(f"Zugang: {TOKEN} für Sie", "utf-8").encode().encode() + b"\r\n\r\nHi",
    "quoted header": b"Subject: =?utf-8?Q?Zugang_" + TOKEN.replace("_", "=5F").encode() + b"?=\r\n\r\nHi",
    "utf-16": f"Zugang: {TOKEN}".encode("utf-16"),
    "nul bytes around": b"\0\0" + TOKEN.encode() + b"\0",
}


@pytest.mark.parametrize("name", WRAPPED)
def test_what_a_file_wraps_is_looked_into(name: str) -> None:
    assert any(FOUND in each for each in SecretGate().findings("a.eml", WRAPPED[name]))


def test_a_wrapped_picture_is_not_read_as_text() -> None:
    picture = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(b"\0PNG" + TOKEN.encode())
    assert SecretGate().findings("a.eml", picture) == ()


def test_a_file_full_of_secrets_is_told_by_its_first() -> None:
    assert len(SecretGate().findings("a.txt", f"{TOKEN}\n".encode() * 500)) == SHOWN


def test_texts_are_masked_together_and_stay_apart() -> None:
    kind, (whole, value) = SAMPLES[0]
    shown = SecretGate().masked_all(["password:", whole, "hunter2", ""])
    assert shown == ["password:", f"⟨secret: {kind}, {len(value)} characters⟩", "hunter2", ""]
    clean = ["password:", "hunter2"]
    assert SecretGate().masked_all(clean) == clean


def test_what_was_written_is_not_looked_at_again_when_it_is_committed() -> None:
    gate = SecretGate()
    assert looks(lambda: gate.masked_all(["a note", "another"])) == 1
    assert looks(lambda: gate.findings("a.md", b"a note")) == 1  # at its name
    assert looks(lambda: gate.findings("b.md", b"a third")) == 2
    assert looks(lambda: gate.findings("b.md", b"a third")) == 1


def looks(work: Callable[[], object]) -> int:
    """How often a text was searched."""
    seen: list[str] = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _arg: seen.append(frame.f_code.co_name) if event == "call" else None)
    try:
        work()
    finally:
        sys.setprofile(before)
    return seen.count("find_secrets")


def test_memory_has_an_end() -> None:
    gate = SecretGate()
    gate.masked_all([str(number) for number in range(REMEMBERED + 10)])
    assert len(gate._known) == REMEMBERED  # noqa: SLF001 (that it does not grow is the promise)


@given(st.binary(max_size=600), st.sampled_from(sorted(WRAPPED)), st.binary(max_size=60))
def test_no_bytes_stop_the_gate(content: bytes, name: str, after: bytes) -> None:
    gate = SecretGate()
    for each in (content, WRAPPED[name][:90] + content + after, b"\xff\xfe" + content, b"=?utf-8?B?" + content + b"?="):
        assert isinstance(gate.findings("a.eml", each), tuple)
