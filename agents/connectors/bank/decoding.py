"""The letters of a file: bytes as text, or why they are not the letters the bank wrote. Pure.

UTF-8 and UTF-16 prove themselves. What is neither is taken for the Western code page that banks still use (cp1252, of
which ISO 8859-1 is a part for everything that is printed); text that was decoded wrongly before it came here shows.
"""

from __future__ import annotations

import codecs
import re

from agents.connectors.bank.refusal import WHOLE, RefusedError

# UTF-8 that somebody took for a Western code page and saved again, in the bytes of that page
_BROKEN = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2\x80|\xe2\x82\xac")
# what stands around messages that came over lines: begin and end of one, and end of file
_FRAMES = re.compile("^\x01|\x03$|\x1a\\Z", re.MULTILINE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(content: bytes) -> str:
    """The text of a file, its line ends plain.

    Raises:
        RefusedError: it is no text, was cut off inside a letter, or its letters were broken before.
    """
    text = _FRAMES.sub("", _decoded(content).replace("\r\n", "\n").replace("\r", "\n"))
    if _CONTROLS.search(text):
        raise RefusedError("The file holds bytes that no text has.")
    if not text.isascii() and ("\ufffd" in text or _BROKEN.search(text.encode("cp1252", "replace"))):
        raise RefusedError(
            "The letters of the file were broken by an earlier conversion.",
            "Export it again and do not open it in another program before.",
        )
    return text


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as err:
        if encoding != "utf-8" or (err.end == len(content) and err.reason == "unexpected end of data"):
            raise RefusedError("The file ends or breaks in the middle of a letter.", WHOLE) from err
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as err:
        raise RefusedError("The letters of the file are in no encoding that banks use.") from err
