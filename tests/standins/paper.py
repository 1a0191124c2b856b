"""Paper that somebody photographed or scanned: words drawn into a picture, and pictures in a PDF without text."""

from __future__ import annotations

import io
from pathlib import Path

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).resolve().parents[2] / "agents/connectors/ledger/fonts/OpenSans-Regular.ttf"
RECEIPT = (
    "Paper & More\n14 Market Street\nRECEIPT 83   2026-11-02\nCopy paper 27.45\nToner 22.90\nSubtotal 54.04\n"
    "VAT 19% 10.27\nTotal EUR 64.31\nPaid by card 64.31"
)


def drawn(words: str, mode: str = "L") -> Image.Image:
    """The words in black on white. `mode`: 1 = black and white, L = grey, RGB = colour."""
    image = Image.new("L", (900, max(400, 60 + 50 * (words.count("\n") + 1))), 255)
    ImageDraw.Draw(image).text((40, 30), words, fill=0, font=ImageFont.truetype(FONT, 32))
    return image.convert(mode)


def picture(words: str = RECEIPT, kind: str = "PNG", mode: str = "L", turned: int = 0) -> bytes:
    """The words as the file of a picture, turned left by so many degrees."""
    out = io.BytesIO()
    drawn(words, mode).rotate(turned, expand=True).save(out, kind)
    return out.getvalue()


def scanned(*pages: str, kind: str = "JPEG", mode: str = "L", turned: int = 0) -> bytes:
    """A PDF of pictures of pages; `kind` decides how they lie in it, `turned` is as for `picture`."""
    document = FPDF()
    if kind != "JPEG":
        document.set_image_filter("FlateDecode")
    for page in pages:
        document.add_page()
        document.image(io.BytesIO(picture(page, kind, mode, turned)), w=180)
    return bytes(document.output())
