"""The gate looks once at what is written and committed, and into what mails wrap in an encoding."""

from __future__ import annotations

import base64
import quopri
import sys
from base64 import b64encode
from email.header import Header
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.secret_gate import LOGS_KNOWN, MAX_AHEAD_BYTES, REMEMBERED, SHORT, SHOWN, SecretGate
from agents.security.secret_patterns import find_secrets
from tests.security.secret_samples import SAMPLES, letters

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

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
    gate, note = SecretGate(), "a note of some words " * 6
    assert looks(lambda: gate.masked_all([note, "another"])) == 1
    assert looks(lambda: gate.findings("a.md", note.encode())) == 1  # at its name
    assert looks(lambda: gate.findings("b.md", b"a third")) == 2
    assert looks(lambda: gate.findings("b.md", b"a third")) == 1


def looks(work: Callable[[], object]) -> int:
    """How often a text was searched."""
    return len(searched(work))


def searched(work: Callable[[], object]) -> list[str]:
    """The texts that were searched."""
    seen: list[str] = []

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call" and frame.f_code.co_name == "find_secrets":
            seen.append(frame.f_locals["text"])

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return seen


LOG, LINES = "Logs/2026-11-23.jsonl", b'{"action_type": "task.filed"}\n' * 10_000


def test_of_a_log_that_grew_only_its_end_is_looked_at() -> None:
    gate = SecretGate()
    assert gate.findings(LOG, LINES) == ()
    grown = LINES + b"one more line\n"
    texts = searched(lambda: gate.findings(LOG, grown))
    assert max(map(len, texts)) < len(LINES) / 2
    assert any(text.endswith("one more line\n") for text in texts)
    further = grown + f"{TOKEN}\n".encode()
    assert gate.findings(LOG, further) == (f"line 10002: {FOUND}",)
    assert gate.findings(LOG, further + LINES) == (f"line 10002: {FOUND}",)


def test_a_secret_of_which_a_log_held_the_beginning_is_found() -> None:
    gate, lines = SecretGate(), b"a line\n" * 10_000
    assert gate.findings(LOG, lines + TOKEN[:10].encode()) == ()
    assert gate.findings(LOG, lines + TOKEN.encode()) == (f"line 10001: {FOUND}",)


def test_a_log_that_begins_otherwise_and_any_other_file_is_looked_at_as_a_whole() -> None:
    gate = SecretGate()
    for name in (LOG, "Accounting/2026-11-23.txt"):
        assert gate.findings(name, LINES) == ()
        changed = f"{TOKEN}\n".encode() + LINES
        assert gate.findings(name, changed + LINES) == (f"line 1: {FOUND}",)


def test_a_few_logs_are_remembered() -> None:
    gate = SecretGate()
    for number in range(LOGS_KNOWN + 1):
        gate.findings(f"Logs/{number}.jsonl", LINES)
    assert len(gate._logs) == LOGS_KNOWN  # noqa: SLF001 (that it does not grow is the promise)


def test_files_are_looked_at_ahead_in_one_go_and_their_findings_are_those_of_each_alone() -> None:
    gate, clean = SecretGate(), [b"a note", b"another", b""]
    assert looks(lambda: gate.look_ahead(clean)) == 1
    assert looks(lambda: [gate.findings("", each) for each in clean]) == 0
    mixed = [*clean, *WRAPPED.values()]
    assert looks(lambda: gate.look_ahead(clean)) == 1  # of nothing: they are known
    gate.look_ahead(mixed)
    assert [gate.findings("a.eml", each) for each in mixed] == [SecretGate().findings("a.eml", each) for each in mixed]


def test_a_large_file_is_not_looked_at_ahead() -> None:
    gate, large = SecretGate(), f"{'a ' * MAX_AHEAD_BYTES}{TOKEN}".encode()
    gate.look_ahead([large, b"a note"])
    assert gate.findings("", large)
    assert looks(lambda: gate.findings("", b"a note")) == 0


def test_memory_has_an_end() -> None:
    gate = SecretGate()
    gate.masked_all([f"{number:0{SHORT + 1}}" for number in range(REMEMBERED + 10)])
    assert len(gate._known) == REMEMBERED  # noqa: SLF001 (that it does not grow is the promise)


@given(st.binary(max_size=600), st.sampled_from(sorted(WRAPPED)), st.binary(max_size=60))
def test_no_bytes_stop_the_gate(content: bytes, name: str, after: bytes) -> None:
    gate = SecretGate()
    for each in (content, WRAPPED[name][:90] + content + after, b"\xff\xfe" + content, b"=?utf-8?B?" + content + b"?="):
        assert isinstance(gate.findings("a.eml", each), tuple)


def test_what_a_text_wraps_in_an_encoding_is_found_though_the_text_was_looked_at_when_it_was_written() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    text = f"# A note that is not short\n\nSubject: =?utf-8?B?{b64encode(token.encode()).decode()}?=\n" + "words " * 20
    gate = SecretGate()
    assert gate.masked_all([text]) == [text]
    assert gate.findings("Plans/a.md", text.encode()) == ("in an encoded part: GitHub token",)


def test_a_note_of_the_owners_among_the_logs_is_looked_at_whole() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    text = "a line of mine\n" * 9000
    for path, encoding in (("Logs/n.md", "utf-16"), ("Logs/2026-11-23.md", "utf-16")):
        gate = SecretGate()
        assert gate.findings(path, text.encode(encoding)) == ()
        assert gate.findings(path, f"{text}{token}\n".encode(encoding)) == ("line 9001: GitHub token",)
