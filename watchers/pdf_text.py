"""The text of a PDF from outside, within limits.

Confession: pypdf runs in this process. Its own limits (set below, tighter than its defaults) bound memory and the work
of one page, ours bound bytes, pages and characters; but a file made to keep a page just under the limits can hold the
watcher for some seconds. A PDF never decides anything alone: what we read here only helps to guess what it is.
"""

from __future__ import annotations

import io
import logging
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pypdf import PdfReader

T = TypeVar("T")

WITHOUT_TEXT = "PDF without text (a scan?)"
MAX_PDF_BYTES = 10_000_000
MAX_PAGES = 20
MAX_PDF_CHARS = 100_000
MAX_DECODED_BYTES = 5_000_000
MAX_PARSED_OPERANDS = 50_000  # of one page; a dense printed page has some thousand
# What a parser of hostile bytes may raise besides its own errors; bugs of pypdf, none of them ours to correct.
PARSER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,  # and with it RecursionError, NotImplementedError
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class PdfText:
    """What could be read; `text` None = nothing. `flag` says what is missing, empty = nothing."""

    text: str | None
    flag: str = ""


def pdf_text(content: bytes) -> PdfText:
    """The words of the first pages; never raises for what is in the file."""
    if len(content) > MAX_PDF_BYTES:
        return PdfText(None, f"PDF not read: larger than {MAX_PDF_BYTES // 1_000_000} MB")
    read = parsed(content, _read, MAX_DECODED_BYTES)
    return PdfText(None, f"PDF not readable ({read})") if isinstance(read, str) else read


def parsed(content: bytes, read: Callable[[PdfReader], T], decoded_bytes: int) -> T | str:
    """What `read` makes of the file, or the kind of error there was. No stream grows beyond `decoded_bytes`."""
    from pypdf import PdfReader, apply_configuration  # noqa: PLC0415 (heavy, used rarely)
    from pypdf.errors import DependencyError, DeprecationError, PyPdfError  # noqa: PLC0415 (heavy, used rarely)

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the file
    try:
        with apply_configuration(
            array_based_stream_maximum_output_length=decoded_bytes,
            jbig2_maximum_output_length=decoded_bytes,
            jbig2dec_binary=None,  # no other program on bytes from outside
            lzw_maximum_output_length=decoded_bytes,
            run_length_maximum_output_length=decoded_bytes,
            stream_decoding_work_maximum_length=4 * decoded_bytes,
            stream_filters_maximum_length=4,
            stream_parsing_work_maximum_count=MAX_PARSED_OPERANDS,
            xform_maximum_invocations_per_extraction=100,
            zlib_maximum_output_length=decoded_bytes,
            zlib_maximum_recovery_input_length=0,
        ):
            return read(PdfReader(io.BytesIO(content), strict=False))
    except (PyPdfError, DependencyError, DeprecationError, *PARSER_ERRORS) as err:
        return type(err).__name__


def _read(reader: PdfReader) -> PdfText:
    if reader.is_encrypted:
        return PdfText(None, "PDF not read: it is protected by a password")
    pages = len(reader.pages)
    text = "\n".join(_pages(reader.pages[number].extract_text() for number in range(min(pages, MAX_PAGES)))).strip()
    if not text:
        return PdfText(None, WITHOUT_TEXT)
    if pages > MAX_PAGES or len(text) > MAX_PDF_CHARS:
        return PdfText(text[:MAX_PDF_CHARS], f"PDF read only in part: {min(pages, MAX_PAGES)} of {pages} pages")
    return PdfText(text)


def _pages(texts: Iterator[str]) -> Iterator[str]:
    """The pages' texts until there is enough."""
    enough = MAX_PDF_CHARS
    for text in texts:
        yield text
        enough -= len(text)
        if enough < 0:
            return
