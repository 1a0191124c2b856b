"""What a file says, for whoever looks for secrets in it: its text, and the text that a mail wraps in an encoding. Pure.

A file that is compressed or encrypted says nothing here; ADR 0042 tells what that leaves open.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = 0  # the reading whose lines are those of the file
_ENCODED = re.compile(rb"(?i)^content-transfer-encoding:[ \t]*(?:\"?)(base64|quoted-printable)", re.MULTILINE)
_BASE64_LINE = re.compile(rb"(?m)^[ \t]{0,4}[A-Za-z0-9+/]{4,998}={0,2}[ \t]{0,4}\r?$\n?")
_ENCODED_WORD = re.compile(rb"=\?[\w-]{1,40}\?([BbQq])\?([^? \t\r\n]{1,2000})\?=")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE_BYTES = 2000


def is_plain(content: bytes) -> bool:
    """Whether the file says nothing but what stands in it: no part of it wraps a text in an encoding."""
    return not (content.startswith(_UTF16) or b"=?" in content or b"-encoding:" in content.lower())


def readings(content: bytes) -> Iterator[str]:
    """Every text in the file; the first is the file itself."""
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8"
    yield content.decode(encoding, errors="replace")
    if b"=?" in content and (words := b" ".join(_words(content))):
        yield words.decode(errors="replace")
    if b"-encoding:" not in content.lower():
        return
    wrapped = {each[1].lower() for each in _ENCODED.finditer(content)}
    if b"quoted-printable" in wrapped:
        yield quopri.decodestring(content).decode(errors="replace")
    if b"base64" in wrapped:
        yield from (each.decode(errors="replace") for each in _decoded(content) if b"\0" not in each[:_SAMPLE_BYTES])


def _words(content: bytes) -> Iterator[bytes]:
    """The encoded words of headers. Source: RFC 2047."""
    for each in _ENCODED_WORD.finditer(content):
        way, word = each[1].lower(), each[2]
        yield _base64(word) if way == b"b" else quopri.decodestring(word.replace(b"_", b" "))


def _decoded(content: bytes) -> Iterator[bytes]:
    """What each run of lines says that follow one another."""
    start = end = 0
    for line in _BASE64_LINE.finditer(content):
        if line.start() != end and end > start:
            yield _base64(content[start:end])
        start = start if line.start() == end else line.start()
        end = line.end()
    if end > start:
        yield _base64(content[start:end])


def _base64(text: bytes) -> bytes:
    """As far as it can be read: an end that is cut off does not hide what comes before it."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    return binascii.a2b_base64(
        digits[: len(digits) - len(digits) % 4] + _padded(digits[len(digits) - len(digits) % 4 :])
    )


def _padded(rest: bytes) -> bytes:
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
