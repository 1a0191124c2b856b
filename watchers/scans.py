"""Pictures and scanned pages: which pictures of a file hold its words, and the file with the words read from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from watchers.pdf_text import MAX_PDF_BYTES, WITHOUT_TEXT, parsed
from watchers.picture_text import picture_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject, PdfReader
    from pypdf.generic import DictionaryObject, StreamObject

    from watchers.contract import StoredFile

READABLE = frozenset({"bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"})
MAX_SCANNED_PAGES = 3
MAX_PIXEL_BYTES = 40_000_000  # a page in colour at 300 dots an inch has 26 million
MIN_PICTURE_BYTES = 2_000
MIN_SIDE = 200  # pixels; what is smaller is no page
_AS_IT_IS = frozenset({"/DCTDecode", "/JPXDecode", "/CCITTFaxDecode"})  # JPEG, JPEG 2000, and TIFF made of it


def holds_pictures(file: StoredFile, flags: tuple[str, ...]) -> bool:
    """Whether what it says can only be in pictures. Small ones are signs and logos."""
    picture = file.extension in READABLE and len(file.content) >= MIN_PICTURE_BYTES
    return file.text is None and (picture or WITHOUT_TEXT in flags)


def with_scanned_text(file: StoredFile, flags: tuple[str, ...]) -> tuple[StoredFile, tuple[str, ...]]:
    """The file with the words of its pictures, where it has no text otherwise; and the flags with what is missing."""
    if not holds_pictures(file, flags):
        return file, flags
    pictures = (file.content,) if file.extension in READABLE else page_pictures(file.content)
    if not pictures:
        return file, flags
    read = picture_text(pictures)
    rest = tuple(each for each in flags if each != WITHOUT_TEXT or read.text is None)
    return replace(file, text=read.text), (*rest, read.flag)


def page_pictures(content: bytes) -> tuple[bytes, ...]:
    """The picture that fills each of the first pages of a PDF, as a file of its own; those that cannot be had are left.

    Never raises for what is in the file.
    """
    if len(content) > MAX_PDF_BYTES:
        return ()
    found = parsed(content, lambda reader: tuple(_pictures(reader)), MAX_PIXEL_BYTES)
    return () if isinstance(found, str) else found


def _pictures(reader: PdfReader) -> Iterator[bytes]:
    for number in range(min(len(reader.pages), MAX_SCANNED_PAGES)):
        if picture := _largest(reader.pages[number]):
            yield picture


def _largest(page: PageObject) -> bytes:
    """The largest picture of a page as a file, or no bytes."""
    resources = cast("DictionaryObject", page["/Resources"])
    named = cast("DictionaryObject", resources.get("/XObject", {}))
    every = [cast("StreamObject", named[name]) for name in named]
    images = [each for each in every if each.get("/Subtype") == "/Image" and min(_sides(each)) >= MIN_SIDE]
    largest = max(images, key=lambda each: _sides(each)[0] * _sides(each)[1], default=None)
    return b"" if largest is None else _as_file(largest)


def _sides(image: StreamObject) -> tuple[int, int]:
    return int(image.get("/Width", 0)), int(image.get("/Height", 0))


def _as_file(image: StreamObject) -> bytes:
    """A file that tesseract reads: as it is where it is one, else pixels with a head before them (netpbm)."""
    filters = image.get("/Filter", "")
    last = filters if isinstance(filters, str) else filters[-1]
    content = bytes(image.get_data())
    if last in _AS_IT_IS:
        return content
    width, height = _sides(image)
    bits = int(image.get("/BitsPerComponent", 0))
    kind = {(1, 1): 4, (1, 8): 5, (3, 8): 6}.get((_components(image), bits))
    if kind is None:
        return b""
    if bits == 1:  # here 1 is white, there it is black
        content = bytes(each ^ 0xFF for each in content)
    return b"P%d %d %d%s\n" % (kind, width, height, b"" if bits == 1 else b" 255") + content


def _components(image: StreamObject) -> int:
    """How many numbers make a pixel: 1 grey, 3 colour; 0 = another way."""
    space = image.get("/ColorSpace", "")
    if isinstance(space, str):
        return {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3}.get(space, 0)
    if space[0] == "/ICCBased":
        return int(space[1].get_object().get("/N", 0))
    return {"/CalGray": 1, "/CalRGB": 3}.get(space[0], 0)
