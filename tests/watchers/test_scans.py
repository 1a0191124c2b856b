"""Promises about pictures: their words are read where the program for that is, else it is said; within bounds."""

from __future__ import annotations

import io
import os
import shutil
import stat
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, NumberObject, StreamObject

from tests.clock import NOON
from tests.faults.sweeping import need
from tests.standins.paper import RECEIPT, drawn, picture, scanned
from tests.watchers.samples import written
from tests.watchers.test_pdf_text import pdf
from watchers import picture_text as reading
from watchers.inbox_watcher import InboxWatcher
from watchers.picture_text import NOT_INSTALLED, find_reader
from watchers.scans import page_pictures, with_scanned_text
from watchers.stored_file import stored_file

if TYPE_CHECKING:
    from pathlib import Path

FROM_A_PICTURE = "its text was read from a picture: look twice at names, amounts and numbers"


@pytest.fixture
def tesseract() -> None:
    need("" if shutil.which("tesseract") else "tesseract is not installed")


def read(content: bytes, name: str) -> tuple[str | None, tuple[str, ...]]:
    file, flags = with_scanned_text(*stored_file(content, name))
    return file.text, flags


@pytest.mark.usefixtures("tesseract")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", picture()),
        ("a.jpg", picture(kind="JPEG", mode="RGB")),
        ("a.tif", picture(kind="TIFF")),
        ("on-its-side.png", picture(turned=90)),
        ("on-its-head.png", picture(turned=180)),
        ("on-its-other-side.pdf", scanned(RECEIPT, turned=270)),
        ("jpeg.pdf", scanned(RECEIPT)),
        ("grey.pdf", scanned(RECEIPT, kind="PNG")),
        ("colour.pdf", scanned(RECEIPT, kind="PNG", mode="RGB")),
    ],
)
def test_the_words_of_a_picture_and_of_a_scanned_page_are_read_and_that_is_said(name: str, content: bytes) -> None:
    text, flags = read(content, name)
    assert text is not None
    for words in ("Paper & More", "2026-11-02", "Total EUR 64.31", "10.27"):
        assert words in text
    assert flags == (FROM_A_PICTURE,)


@pytest.mark.usefixtures("tesseract")
def test_the_first_pages_of_a_scan_are_read_in_their_order() -> None:
    text, _ = read(scanned("first page", "second page", "third page", "fourth page"), "a.pdf")
    assert text is not None
    assert text.split() == ["first", "page", "second", "page", "third", "page"]


@pytest.mark.usefixtures("tesseract")
def test_what_is_no_picture_or_has_no_words_is_said() -> None:
    assert read(b"\x89PNG" + b"x" * 3000, "a.png") == (None, ("a picture not read: it cannot be, or not in time",))
    blank = io.BytesIO()
    drawn("").save(blank, "BMP")
    assert read(blank.getvalue(), "a.bmp") == (None, ("a picture without words",))


def test_where_the_program_is_missing_the_note_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert read(picture(), "a.png") == (None, (NOT_INSTALLED,))
    assert read(scanned(RECEIPT), "a.pdf") == (None, ("PDF without text (a scan?)", NOT_INSTALLED))


def test_text_and_small_pictures_and_other_files_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert read(pdf("words"), "a.pdf") == ("words", ())
    assert read(b"\x89PNG tiny", "logo.png") == (None, ())
    assert read(pdf(""), "blank.pdf") == (None, ("PDF without text (a scan?)",))
    assert read(b"PK" * 5000, "a.zip") == (None, ())


def program(folder: Path, script: str, more: str = "") -> Path:
    """A program named tesseract that does this after it was asked for its languages; `more`: says more of them."""
    path = written(
        folder / "tesseract",
        f"""#!/bin/sh
case "$*" in *--list-langs*) echo 'Languages in "{folder}/" (2):'; echo deu; echo eng; {more}exit;; esac
{script}
""",
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for a program of our own, which the kernel lets start others: it is a script of the shell."""
    monkeypatch.setattr(reading, "kernel_here", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_it_is_asked_for_its_languages_and_gets_the_picture_and_no_environment(
    unconfined: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    program(unconfined, 'echo "$*"; echo "[$SECRET]"; /usr/bin/wc -c')
    reader = find_reader()
    assert reader is not None
    assert reader.languages == ("eng", "deu")
    text, _ = read(b"x" * 3000, "a.png")
    assert text is not None
    assert text.split("\n") == [f"stdin stdout --tessdata-dir {unconfined} -l eng+deu", "[]", "3000"]


def test_where_it_knows_which_way_up_a_page_lies_it_shall_look(unconfined: Path) -> None:
    program(unconfined, 'echo "$*"', "echo osd; ")
    assert read(b"x" * 3000, "a.png")[0] == f"stdin stdout --tessdata-dir {unconfined} -l eng+deu --psm 1"


@pytest.mark.parametrize(
    "script", ["exit 3", "exec /usr/bin/tail -f /dev/null", "exec /usr/bin/yes", "kill -9 $$", "exec /bin/cat /nowhere"]
)
def test_a_program_that_fails_hangs_or_says_too_much_is_ended_and_said(
    unconfined: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(reading, "TIMEOUT_S", 1.0 if "tail" in script else 60.0)
    program(unconfined, script)
    assert read(b"x" * 3000, "a.png") == (None, ("a picture not read: it cannot be, or not in time",))


def test_a_program_without_languages_counts_as_missing(unconfined: Path) -> None:
    path = program(unconfined, "")
    path.write_text("#!/bin/sh\necho 'no languages'\n", encoding="utf-8")
    assert find_reader() is None


def test_a_picture_too_large_is_not_read(unconfined: Path) -> None:
    program(unconfined, "echo words")
    assert read(b"x" * 15_000_001, "a.png")[1] == ("a picture not read: larger than 15 MB",)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="only Linux limits another process")
def test_it_has_its_limits_before_it_gets_the_picture(unconfined: Path) -> None:
    program(unconfined, "/bin/cat >/dev/null; ulimit -v; ulimit -t; ulimit -c")
    text, _ = read(b"x" * 3000, "a.png")
    assert text is not None
    assert text.split() == ["1048576", "30", "0"]


def with_image(entries: dict[str, object], data: bytes) -> bytes:
    """A PDF of one page whose picture has these entries."""

    def made(value: object) -> object:
        if isinstance(value, list):
            return ArrayObject([made(each) for each in value])
        return NameObject(value) if isinstance(value, str) else NumberObject(value)

    writer = PdfWriter(io.BytesIO(scanned("x")))
    page = writer.pages[0]
    image = StreamObject()
    image.set_data(data)
    image.update({NameObject(f"/{name}"): made(value) for name, value in entries.items()})
    named = page["/Resources"]["/XObject"]  # type: ignore[index]
    for name in list(named):
        named[NameObject(name)] = writer._add_object(image)  # noqa: SLF001 - there is no other way to add one
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


BIG = {"Subtype": "/Image", "Width": 200, "Height": 300}


@pytest.mark.parametrize(
    ("entries", "head"),
    [
        ({"ColorSpace": "/DeviceGray", "BitsPerComponent": 8}, b"P5 200 300 255\nab"),
        ({"ColorSpace": "/DeviceRGB", "BitsPerComponent": 8}, b"P6 200 300 255\nab"),
        ({"ColorSpace": ["/CalRGB"], "BitsPerComponent": 8}, b"P6 200 300 255\nab"),
        ({"ColorSpace": "/DeviceGray", "BitsPerComponent": 1}, b"P4 200 300\n\x9e\x9d"),
        ({"ColorSpace": ["/Indexed"], "BitsPerComponent": 8}, None),
        ({"ColorSpace": "/DeviceCMYK", "BitsPerComponent": 8}, None),
        ({"ColorSpace": "/DeviceGray", "BitsPerComponent": 8, "Width": 20}, None),
        ({"Subtype": "/Form"}, None),
    ],
)
def test_pixels_become_a_file_that_says_their_kind(entries: dict[str, object], head: bytes | None) -> None:
    found = page_pictures(with_image(BIG | entries, b"ab"))
    assert found == (() if head is None else (head,))


def test_no_pdf_one_too_large_and_one_without_pages_have_no_pictures() -> None:
    assert page_pictures(b"no pdf") == page_pictures(b"x" * 10_000_001) == ()
    assert len(PdfReader(io.BytesIO(pdf(""))).pages) == 1
    assert page_pictures(pdf("")) == ()


def test_of_a_mail_three_pictures_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "pictures"
    message.set_content("see attached")
    seen: list[int] = []

    def told(files: tuple[bytes, ...]) -> reading.PictureText:
        seen.append(len(files))
        return reading.PictureText("w")

    monkeypatch.setattr("watchers.scans.picture_text", told)
    for number in range(5):
        content = picture(f"{RECEIPT}\npage {number}")
        message.add_attachment(content, maintype="image", subtype="png", filename=f"{number}.png")
    written(tmp_path / "Inbox/a.eml", message.as_bytes())
    (event,) = InboxWatcher(tmp_path, 0.0).scan(NOON).events
    assert [each.text for each in event.attachments] == ["w", "w", "w", None, None]
    assert seen == [1, 1, 1]
