"""A file from outside, made ready to keep: an extension we chose, and its text where it has one. Pure.

The sender's name is kept only to be shown; no part of it becomes a file name.
"""

from __future__ import annotations

import re

from agents.connectors.calendar.reader import describe
from agents.vault.note import Problem
from watchers.contract import StoredFile
from watchers.pdf_text import pdf_text

MAX_TEXT_CHARS = 200_000
UNKNOWN = "bin"
# Kept as they are. Not here, and so kept as .bin: what runs (exe, js, html, docm), and what Obsidian would bring to
# life (canvas, base, svg). Markdown is kept as .txt: as .md its links, embeds and code blocks would be live.
DOCUMENTS = frozenset({"csv", "docx", "json", "odp", "ods", "odt", "pdf", "pptx", "rtf", "tsv", "txt", "xlsx", "xml"})
MESSAGES = frozenset({"eml", "ics", "vcf"})
STATEMENTS = frozenset({"mt940", "ofx", "qfx", "qif", "sta"})
IMAGES = frozenset({"avif", "bmp", "gif", "heic", "jpeg", "jpg", "png", "tif", "tiff", "webp"})
SOUNDS = frozenset({"m4a", "mp3", "mp4", "ogg", "wav"})
EXTENSIONS = DOCUMENTS | MESSAGES | STATEMENTS | IMAGES | SOUNDS | {"zip"}
RENAMED = {"md": "txt", "markdown": "txt", "text": "txt", "log": "txt"}
TEXT_EXTENSIONS = frozenset({"csv", "tsv", "txt"})
MEDIA_TYPES = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/plain": "txt",
}
_MEDIA_TYPE_OF = {extension: media_type for media_type, extension in MEDIA_TYPES.items()} | {
    "jpeg": "image/jpeg",
    "tsv": "text/tab-separated-values",
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


def extension_of(sent_name: str, media_type: str = "") -> str:
    """The extension to keep a file under: from a fixed list, else `bin`."""
    suffix = sent_name.rpartition(".")[2].lower() if "." in sent_name else ""
    suffix = RENAMED.get(suffix, suffix)
    if suffix in EXTENSIONS:
        return suffix
    return UNKNOWN if suffix else MEDIA_TYPES.get(media_type.lower(), UNKNOWN)


def stored_file(content: bytes, sent_name: str, media_type: str = "") -> tuple[StoredFile, tuple[str, ...]]:
    """The file to keep, and warnings in our own words. Text that cannot be read leaves `text` None."""
    extension = extension_of(sent_name, media_type)
    text, flags = _text_of(content, extension)
    media_type = media_type or _MEDIA_TYPE_OF.get(extension, "application/octet-stream")
    return StoredFile(content, extension, sent_name, media_type, text), flags


def read_text(content: bytes) -> tuple[str, tuple[str, ...]] | Problem:
    """Text and warnings: UTF-8, else Windows-1252 (what banks export); lines end with LF.

    NUL, control characters and bytes of neither encoding are a Problem with its line (0 = the whole file).
    """
    if content.startswith(_UTF16):
        return Problem(0, "text in UTF-16; save it again as UTF-8")
    flags: tuple[str, ...] = ()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as err:
            return Problem(content.count(b"\n", 0, err.start) + 1, f"byte 0x{content[err.start]:02X} is no text")
        flags = ("read as Windows-1252, since it is not UTF-8",)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        return Problem(
            text.count("\n", 0, found.start()) + 1, f"control character U+{ord(found[0]):04X}; this is no text"
        )
    if len(text) > MAX_TEXT_CHARS:
        return text[:MAX_TEXT_CHARS], (*flags, f"long text: only the first {MAX_TEXT_CHARS:,} characters were read")
    return text, flags


def _text_of(content: bytes, extension: str) -> tuple[str | None, tuple[str, ...]]:
    if extension == "pdf":
        read = pdf_text(content)
        return read.text, (read.flag,) if read.flag else ()
    if extension == "ics":
        words = describe(content)
        return (None, (f"calendar file not readable: {words.message}",)) if isinstance(words, Problem) else (words, ())
    if extension not in TEXT_EXTENSIONS:
        return None, ()
    text = read_text(content)
    return (None, (f"attached text not readable: {text.message}",)) if isinstance(text, Problem) else text
