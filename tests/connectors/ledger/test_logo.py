"""The owner's logo on paper: as large as fits, in its proportions; what is no picture lets the invoice wait."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image

from agents.connectors.ledger.invoice_pdf import render_pdf
from agents.connectors.ledger.logo import HEIGHT_MM, MAX_BYTES, WIDTH_MM, printed_mm, read_logo
from agents.errors import NeedsOwner
from tests.connectors.ledger.ledger_room import LedgerRoom, issue, pdf_text
from tests.connectors.ledger.test_invoice_pdf import OURS, paper

if TYPE_CHECKING:
    from pathlib import Path


def picture(width: int, height: int, kind: str = "PNG", **how: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 40, 60)).save(out, kind, **how)
    return out.getvalue()


def bomb() -> bytes:
    """A whole PNG of few bytes that says it is 50,000 by 50,000."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(10_000))), (b"IEND", b""))
    made = (
        struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text)) for name, text in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def kept(folder: Path, content: bytes, name: str = "Logo.png") -> bytes | None:
    (folder / "Accounting").mkdir(exist_ok=True)
    (folder / "Accounting" / name).write_bytes(content)
    return read_logo(folder)


@pytest.mark.parametrize(
    ("size", "name", "printed"),
    [
        ((1240, 220), "Logo.png", (62.0, 11.0)),  # wide
        ((500, 1000), "Logo.jpg", (11.0, 22.0)),  # high
        ((62, 22), "Logo.jpeg", (62.0, 22.0)),
    ],
)
def test_it_is_printed_as_large_as_fits_in_its_own_proportions(
    tmp_path: Path, size: tuple[int, int], name: str, printed: tuple[float, float]
) -> None:
    logo = kept(tmp_path, picture(*size, "PNG" if name.endswith("png") else "JPEG"), name)
    assert logo
    assert printed_mm(logo) == pytest.approx(printed, rel=0.02)
    with Image.open(BytesIO(logo)) as ready:
        assert ready.width <= WIDTH_MM * 12
        assert ready.height <= HEIGHT_MM * 12


def test_it_stands_on_the_invoice_and_the_name_beside_it(tmp_path: Path) -> None:
    logo = kept(tmp_path, picture(600, 200))
    content = render_pdf(paper(), OURS, logo)
    assert content == render_pdf(paper(), OURS, logo)
    (shown,) = pypdf.PdfReader(BytesIO(content)).pages[0].images
    assert shown.image
    assert shown.image.convert("RGB").getpixel((5, 5)) == (200, 40, 60)
    assert "Studio Lindqvist" in pdf_text(content)[0]
    assert not pypdf.PdfReader(BytesIO(render_pdf(paper(), OURS))).pages[0].images


def test_what_is_clear_is_white_and_nothing_but_pixels_leaves(tmp_path: Path) -> None:
    clear = BytesIO()
    Image.new("RGBA", (60, 20), (0, 0, 0, 0)).save(clear, "PNG")
    logo = kept(tmp_path, clear.getvalue())
    assert logo
    with Image.open(BytesIO(logo)) as ready:
        assert ready.getpixel((1, 1)) == (255, 255, 255)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"  # lies on its side
    logo = kept(tmp_path, picture(60, 20, "JPEG", exif=exif))
    assert logo
    assert b"taken at home" not in logo
    with Image.open(BytesIO(logo)) as ready:
        assert ready.size == (20, 60)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg/>",
        picture(60, 20)[:-30],
        picture(60, 20, "GIF"),
        picture(4_001, 4_000),
        bytes(MAX_BYTES + 1),
        bomb(),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NeedsOwner, match=r"Accounting/Logo\.png cannot be printed") as asked:
        kept(tmp_path, content)
    assert "take it away" in asked.value.hint


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(picture(60, 20))
    (tmp_path / "Accounting").mkdir()
    (tmp_path / "Accounting" / "Logo.png").symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(NeedsOwner, match="cannot be printed"):
        read_logo(tmp_path)


def test_the_invoice_waits_for_the_logo_and_no_number_is_gone(tmp_path: Path) -> None:
    room = LedgerRoom(tmp_path)
    room.write("Accounting/Logo.png", "none")
    with pytest.raises(NeedsOwner, match="cannot be printed"):
        issue(room)
    (room.vault / "Accounting" / "Logo.png").write_bytes(picture(60, 20))
    receipt = issue(room)
    assert receipt.provider_id.endswith("-0001")
    assert pypdf.PdfReader(room.vault / receipt.documents[0].path).pages[0].images
