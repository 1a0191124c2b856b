"""The body of a mail: its parts to a capped depth and number, the text a person would read, and the files.

Written without the `email` package, whose parser recurses without a limit. Source: RFC 2045, RFC 2046 section 5.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.connectors.email.headers import (
    HeaderBlock,
    base64_bytes,
    decoded,
    decoded_words,
    one_line,
    parameters,
    split_headers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 10
MAX_PARTS = 200
MAX_NAME_CHARS = 255
MAX_BOUNDARY_CHARS = 200

TOO_DEEP = "parts inside parts inside parts: the innermost are kept as files"
TOO_MANY_PARTS = f"more than {MAX_PARTS} parts: the others are only in the original mail"
WRONG_CHARSET = "letters may be wrong: the text is not written as it says"
HIDDEN_TEXT = "hidden text: words that a mail program would not show are left out"
FALSE_LINK = "a link shows another address than the one it leads to"
LONG_HTML = "a very long page: its end is only in the original mail"
WINMAIL = "files packed in winmail.dat: only Outlook opens it"
ENCRYPTED = "encrypted: it cannot be read here"

_READ_AS_TEXT = frozenset({"text/plain", "text/html", "text/markdown", "text/enriched"})
_ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+_-]{0,100}")


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file of a mail. `sent_name` is the sender's word, in one line, and never a file name of ours."""

    sent_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail or part says, what came with it, and what is odd about it. `is_plain`: its text was not HTML."""

    text: str = ""
    attachments: tuple[MailAttachment, ...] = ()
    flags: tuple[str, ...] = ()
    is_plain: bool = False


@dataclass(slots=True)
class _Budget:
    """How many parts may still be read."""

    parts: int = field(default=MAX_PARTS)


def read_body(block: HeaderBlock) -> Body:
    """The text and files of a mail whose headers have been split. Never raises."""
    return _read_part(block, 0, _Budget())


def _read_part(block: HeaderBlock, depth: int, budget: _Budget) -> Body:
    media_type, about = _media_type(block)
    boundary = about.get("boundary", "").rstrip()
    if media_type.startswith("multipart/") and 0 < len(boundary) <= MAX_BOUNDARY_CHARS:
        pieces = list(_between_boundaries(block.body, boundary, budget.parts))
        if pieces:
            return _read_parts(block, pieces, depth, budget)
    return _read_leaf(block, media_type, about, is_root=depth == 0)


def _read_parts(block: HeaderBlock, pieces: list[bytes], depth: int, budget: _Budget) -> Body:
    media_type, _ = _media_type(block)
    flags = [ENCRYPTED] if media_type in _ENCRYPTED_TYPES else []
    if depth >= MAX_DEPTH:
        return Body(attachments=(MailAttachment("", "application/octet-stream", block.body),), flags=(*flags, TOO_DEEP))
    read: list[Body] = []
    for piece in pieces:
        if budget.parts <= 0:
            flags.append(TOO_MANY_PARTS)
            break
        budget.parts -= 1
        read.append(_read_part(split_headers(piece), depth + 1, budget))
    text, is_plain = _best(read) if media_type == "multipart/alternative" else _all(read)
    return Body(
        text,
        tuple(each for part in read for each in part.attachments),
        tuple(dict.fromkeys([*flags, *(flag for part in read for flag in part.flags)])),
        is_plain,
    )


def _best(read: list[Body]) -> tuple[str, bool]:
    """Of alternatives the plain one, if it says anything; else the last that does."""
    plain = [each.text for each in read if each.is_plain and each.text.strip()]
    other = [each.text for each in read if each.text.strip()]
    return (plain[0], True) if plain else (other[-1] if other else "", False)


def _all(read: list[Body]) -> tuple[str, bool]:
    said = [each for each in read if each.text.strip()]
    return "\n\n".join(each.text.strip("\n") for each in said), bool(said) and all(each.is_plain for each in said)


def _read_leaf(block: HeaderBlock, media_type: str, about: dict[str, str], *, is_root: bool) -> Body:
    disposition, told = parameters(block.first("content-disposition"))
    name = one_line(decoded_words(told.get("filename") or about.get("name", "")))[:MAX_NAME_CHARS]
    content = _transferred(block)
    if media_type in _READ_AS_TEXT and (is_root or not (name or disposition == "attachment")):
        return _read_text(content, media_type, about.get("charset", ""))
    if media_type == "text/x-amp-html":  # a copy of its neighbour that only mail programs run
        return Body()
    flags: tuple[str, ...] = (WINMAIL,) if media_type == "application/ms-tnef" or name.lower() == "winmail.dat" else ()
    flags += (ENCRYPTED,) if media_type in _ENCRYPTED_TYPES else ()
    return Body(attachments=(MailAttachment(name, media_type, content),), flags=flags)


def _read_text(content: bytes, media_type: str, charset: str) -> Body:
    written, is_true = decoded(content, charset.strip())
    flags = () if is_true else (WRONG_CHARSET,)
    text = re.sub(r"\r\n?", "\n", written)
    if media_type != "text/html":
        return Body(text, flags=flags, is_plain=True)
    from agents.connectors.email.html_text import text_of_html  # noqa: PLC0415 - a parser that most mails do not need

    seen = text_of_html(text)
    odd = ((HIDDEN_TEXT, seen.has_hidden_text), (FALSE_LINK, seen.has_false_link), (LONG_HTML, seen.is_cut))
    return Body(seen.text, flags=(*flags, *(flag for flag, holds in odd if holds)))


def _media_type(block: HeaderBlock) -> tuple[str, dict[str, str]]:
    """The media type in lower case and its parameters; what is none or not readable counts as plain text."""
    written, about = parameters(block.first("content-type"))
    if not written or written == "text":
        return "text/plain", about
    return (written if _MEDIA_TYPE.fullmatch(written) else "application/octet-stream"), about


def _transferred(block: HeaderBlock) -> bytes:
    """The content behind its transfer encoding; an unknown encoding is left as it is."""
    encoding, _ = parameters(block.first("content-transfer-encoding"))
    if encoding == "base64":
        return base64_bytes(block.body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(block.body)
    return block.body


def _between_boundaries(body: bytes, boundary: str, limit: int) -> Iterator[bytes]:
    """The pieces between boundary lines, at most `limit + 1`; the last may lack its end (a mail cut off on its way)."""
    line = re.compile(rb"(?:\A|\r\n|\n|\r)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]{0,100}(?=[\r\n]|\Z)")
    begin: int | None = None
    for number, found in enumerate(line.finditer(body)):
        if begin is not None:
            yield body[begin : found.start()].removeprefix(b"\r").removeprefix(b"\n")
        begin = None if found[1] else found.end()
        if begin is None or number > limit:
            return
    if begin is not None:
        yield body[begin:].removeprefix(b"\r").removeprefix(b"\n")
