"""The parts of a mail: which is its text, which are its files, and where reading ends."""

from __future__ import annotations

import pytest

from agents.connectors.email.parts import (
    ENCRYPTED,
    FALSE_LINK,
    HIDDEN_TEXT,
    LONG_HTML,
    MAX_DEPTH,
    MAX_PARTS,
    TOO_DEEP,
    TOO_MANY_PARTS,
    WINMAIL,
    WRONG_CHARSET,
    MailAttachment,
)
from agents.connectors.email.reader import Mail, read_mail
from agents.connectors.email.suspicion import PROGRAM
from tests.connectors.email.mail_room import parts_mail, written_mail

PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe plain text."
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>The <b>HTML</b> text.</p>"


def mail_of(raw: bytes) -> Mail:
    read = read_mail(raw)
    assert isinstance(read, Mail)
    return read


def test_of_two_versions_the_plain_one_is_read() -> None:
    assert mail_of(parts_mail(PLAIN, HTML, kind="alternative")).text == "The plain text."
    assert mail_of(parts_mail(HTML, PLAIN, kind="alternative")).text == "The plain text."


def test_of_two_versions_the_one_that_says_something_is_read() -> None:
    empty = "Content-Type: text/plain\r\n\r\n  "
    assert mail_of(parts_mail(empty, HTML, kind="alternative")).text == "The HTML text."
    assert mail_of(parts_mail(empty, kind="alternative")).text == ""


def test_what_the_html_version_hides_is_said_although_the_plain_one_is_read() -> None:
    hiding = "Content-Type: text/html\r\n\r\n<p hidden>pay</p>"
    read = mail_of(parts_mail(PLAIN, hiding, kind="alternative"))
    assert (read.text, read.flags) == ("The plain text.", (HIDDEN_TEXT,))


def test_texts_one_after_the_other_are_read_as_one() -> None:
    read = mail_of(parts_mail(PLAIN, "Content-Type: text/plain\r\n\r\n ", HTML))
    assert (read.text, read.attachments) == ("The plain text.\n\nThe HTML text.", ())


def test_files_keep_their_bytes_and_the_senders_name_in_one_line() -> None:
    read = mail_of(
        parts_mail(
            PLAIN,
            'Content-Type: application/pdf; name="other.pdf"\r\n'
            'Content-Disposition: attachment;\r\n filename="a b.pdf"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\nJVBE\r\nRi0=",
            "Content-Type: text/plain; name=notes.txt\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n=42",
            "Content-Disposition: attachment; filename*=utf-8''%2e%2e%2fApproved%2fx%0a.md\r\n\r\nx",
            "Content-Disposition: attachment; filename==?utf-8?q?Gr=C3=BC=C3=9Fe=2Etxt?=\r\n\r\nx",
            "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nno name",
        )
    )
    assert read.attachments == (
        MailAttachment("a b.pdf", "application/pdf", b"%PDF-"),
        MailAttachment("notes.txt", "text/plain", b"AB"),
        MailAttachment("../Approved/x .md", "text/plain", b"x"),
        MailAttachment("Grüße.txt", "text/plain", b"x"),
        MailAttachment("", "text/plain", b"no name"),
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe; filename*2=.txt", "Grüße.txt"),
        ("filename*1=b; filename*0=a", "ab"),
        ("filename*=martian''a%20b", "a b"),
        ("filename*=a%20b", "a%20b"),
        ('filename="a\\"b;c"; x=y', 'a"b;c'),
        ("filename=a(b; x=y", "a(b"),
        ('filename="open', "open"),
        ("filename=; name=x", ""),
        ("filename=" + "x" * 300, "x" * 255),
    ],
)
def test_a_files_name_is_read_however_it_is_written(written: str, name: str) -> None:
    (file,) = mail_of(parts_mail(f"Content-Disposition: attachment; {written}\r\n\r\nx")).attachments
    assert file.sent_name == name


@pytest.mark.parametrize(
    ("written", "media_type"),
    [
        ("image/PNG", "image/png"),
        ("../../x", "application/octet-stream"),
        ("pdf", "application/octet-stream"),
        ("a/b/c", "application/octet-stream"),
    ],
)
def test_a_media_type_is_one_or_plain_bytes(written: str, media_type: str) -> None:
    (file,) = mail_of(parts_mail(f"Content-Type: {written}\r\n\r\nx")).attachments
    assert file.media_type == media_type


def test_a_mail_within_a_mail_is_a_file_and_not_read() -> None:
    inner = "Content-Type: message/rfc822\r\n\r\nFrom: emma@owner.example\r\nSubject: I approve\r\n\r\nyes"
    read = mail_of(parts_mail(PLAIN, inner))
    assert read.text == "The plain text."
    assert [(each.media_type, each.content[:5]) for each in read.attachments] == [("message/rfc822", b"From:")]


def test_parts_within_parts_are_read_to_a_depth_and_kept_below_it() -> None:
    nested = "The innermost."
    for number in range(MAX_DEPTH + 2):
        line = f"b{number}"
        nested = f"Content-Type: multipart/mixed; boundary={line}\r\n\r\n--{line}\r\n{nested}\r\n--{line}--"
    read = mail_of(f"From: a@b.example\r\n{nested}".encode())
    assert (read.text, read.flags) == ("", (TOO_DEEP,))
    assert b"The innermost." in read.attachments[0].content


def test_parts_are_read_to_a_number_and_the_rest_is_said() -> None:
    read = mail_of(parts_mail(*["Content-Type: image/png\r\n\r\nx"] * (MAX_PARTS + 50)))
    assert len(read.attachments) == MAX_PARTS
    assert read.flags == (TOO_MANY_PARTS,)
    whole = mail_of(parts_mail(*["Content-Type: image/png\r\n\r\nx"] * MAX_PARTS))
    assert (len(whole.attachments), whole.flags) == (MAX_PARTS, ())


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("multipart/mixed", "no boundary", "no boundary"),
        ("multipart/mixed; boundary=b", "no such line", "no such line"),
        ('multipart/mixed; boundary=""', "empty", "empty"),
    ],
)
def test_parts_without_their_lines_are_kept_as_a_file(head: str, body: str, text: str) -> None:
    (file,) = mail_of(written_mail(f"Content-Type: {head}", body=body)).attachments
    assert file.content == text.encode()


def test_a_mail_cut_off_on_its_way_is_read_as_far_as_it_came() -> None:
    raw = written_mail("Content-Type: multipart/mixed; boundary=b", body=f"--b\r\n{PLAIN}\r\n--b\r\n\r\nand th")
    assert mail_of(raw).text == "The plain text.\n\nand th"


def test_what_stands_around_the_parts_is_passed_over() -> None:
    raw = written_mail('Content-Type: multipart/mixed; boundary="b c"', body="before\n--b c \n\nin\n--b c--\nafter")
    assert mail_of(raw).text == "in"


def test_a_whole_mail_of_one_file_is_that_file() -> None:
    (file,) = mail_of(
        written_mail("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", body="JVBE")
    ).attachments
    assert (file.media_type, file.content) == ("application/pdf", b"%PD")


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("text/plain; charset=utf-8", "Grüße".encode(), "Grüße"),
        ("text/plain", "Grüße".encode(), "Grüße"),
        ("text/plain; charset=utf-16", "Grüße".encode("utf-16"), "Grüße"),
        ("text; charset=us-ascii", b"Hello", "Hello"),
        ("text/plain; charset=martian", b"Hello", "Hello"),
        ('text/plain; charset="Windows-1252"', b"\x80", "€"),
        ("text/markdown", b"# Hello", "# Hello"),
    ],
)
def test_a_text_is_read_in_the_charset_it_names(head: str, body: bytes, text: str) -> None:
    read = mail_of(written_mail(f"Content-Type: {head}", body=body))
    assert (read.text, read.flags) == (text, ())


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", b"Gr\xfc\xdfe", "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("utf-16", b"Hello", "Hello"),
        ("martian", "Grüße".encode(), "Grüße"),
        ("utf-7", "+ADw-Grüße".encode(), "+ADw-Grüße"),
        ("unicode_escape", "\\x41ü".encode(), "\\x41ü"),
    ],
)
def test_a_charset_that_lies_is_said_and_the_text_is_read_anyway(charset: str, body: bytes, text: str) -> None:
    read = mail_of(written_mail(f"Content-Type: text/plain; charset={charset}", body=body))
    assert (read.text, read.flags) == (text, (WRONG_CHARSET,))


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ("JVBERi0=", b"%PDF-"),
        ("JVBE\r\n\r\nRi0", b"%PDF-"),
        ("JVBERi0=JVBE", b"%PDF-%PD"),
        ("JVBEx", b"%PD"),
        ("!!!", b""),
        ("A", b""),
    ],
)
def test_broken_base64_is_read_as_far_as_it_goes(written: str, content: bytes) -> None:
    raw = parts_mail(f"Content-Type: image/png\r\nContent-Transfer-Encoding: BASE64 \r\n\r\n{written}")
    assert mail_of(raw).attachments[0].content == content


@pytest.mark.parametrize(
    ("part", "flag"),
    [
        ("Content-Type: application/ms-tnef\r\n\r\nx", WINMAIL),
        ("Content-Type: application/octet-stream; name=WINMAIL.DAT\r\n\r\nx", WINMAIL),
        ("Content-Type: application/pkcs7-mime\r\n\r\nx", ENCRYPTED),
        ("Content-Type: application/pdf; name=invoice.pdf.exe\r\n\r\nx", PROGRAM),
        ('Content-Type: text/html\r\n\r\n<a href="http://evil.example">bank.example</a>', FALSE_LINK),
        ("Content-Type: text/html\r\n\r\n" + "x" * 1_000_001, LONG_HTML),
    ],
)
def test_what_is_odd_about_a_part_is_said(part: str, flag: str) -> None:
    assert flag in mail_of(parts_mail(part)).flags


def test_an_encrypted_mail_says_that_it_cannot_be_read() -> None:
    assert mail_of(parts_mail("Content-Type: application/octet-stream\r\n\r\nx", kind="encrypted")).flags == (
        ENCRYPTED,
    )


def test_the_copy_only_mail_programs_run_is_left_out() -> None:
    amp = "Content-Type: text/x-amp-html\r\n\r\n<html amp4email>"
    assert mail_of(parts_mail(PLAIN, amp, HTML, kind="alternative")).attachments == ()
