"""Promises about files from outside: our extensions only, and text only where it is text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.vault.note import Problem
from watchers.stored_file import EXTENSIONS, UNKNOWN, extension_of, read_text, stored_file


@given(st.text(), st.text())
def test_whatever_the_sender_says_the_extension_is_ours(name: str, media_type: str) -> None:
    assert extension_of(name, media_type) in EXTENSIONS | {UNKNOWN}


@pytest.mark.parametrize(
    ("name", "media_type", "extension"),
    [
        ("Invoice.PDF", "", "pdf"),
        ("invoice..exe.pdf", "", "pdf"),
        ("invoice.pdf.exe", "application/pdf", "bin"),
        ("note.md", "", "txt"),
        ("board.canvas", "", "bin"),
        ("page.html", "text/html", "bin"),
        ("macro.docm", "", "bin"),
        ("noname", "image/png", "png"),
        ("noname", "", "bin"),
        ("", "application/x-sh", "bin"),
    ],
)
def test_extensions(name: str, media_type: str, extension: str) -> None:
    assert extension_of(name, media_type) == extension


def test_nothing_obsidian_brings_to_life_or_a_system_runs_is_kept_under_its_name() -> None:
    assert not EXTENSIONS & {
        "md",
        "canvas",
        "base",
        "svg",
        "html",
        "htm",
        "js",
        "exe",
        "bat",
        "sh",
        "docm",
        "xlsm",
        "lnk",
    }


@given(st.binary())
def test_reading_bytes_as_text_never_raises(content: bytes) -> None:
    read = read_text(content)
    if isinstance(read, Problem):
        assert 0 <= read.line <= content.count(b"\n") + content.count(b"\r") + 1
    else:
        assert "\r" not in read[0]
        assert "\0" not in read[0]


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300).filter(lambda t: not t.startswith("\ufeff"))
)
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert read_text(text.encode()) == (text, ())
    assert read_text(text.encode("utf-8-sig")) == (text, ())


def test_what_banks_export_is_read_and_flagged() -> None:
    assert read_text("Müller;5 €\r\n".encode("cp1252")) == (
        "Müller;5 €\n",
        ("read as Windows-1252, since it is not UTF-8",),
    )


def test_bytes_of_no_encoding_name_their_line() -> None:
    assert read_text(b"a\nb\n\x81") == Problem(3, "byte 0x81 is no text")


def test_utf16_says_what_to_do() -> None:
    assert read_text("a".encode("utf-16")) == Problem(0, "text in UTF-16; save it again as UTF-8")


def test_long_text_is_cut_and_flagged() -> None:
    read = read_text(b"x" * 200_001)
    assert not isinstance(read, Problem)
    assert (len(read[0]), read[1]) == (200_000, ("long text: only the first 200,000 characters were read",))


def test_a_picture_has_no_text_and_a_media_type() -> None:
    file, flags = stored_file(b"\x89PNG", "scan.png")
    assert (file.text, file.media_type, flags) == (None, "image/png", ())


def test_an_unknown_file_has_the_media_type_of_bytes() -> None:
    assert stored_file(b"MZ", "setup.exe")[0].media_type == "application/octet-stream"


def test_a_pdf_that_is_none_is_kept_and_flagged() -> None:
    file, flags = stored_file(b"%PDF-1.7 not really", "a.pdf")
    assert (file.content, file.text, len(flags)) == (b"%PDF-1.7 not really", None, 1)
