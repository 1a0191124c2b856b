"""The owner's logo: a picture in the vault, made ready to be printed.

Only its pixels are taken, on white and as many as paper shows: no place, no name, nothing else that stands in the file.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from agents.errors import NeedsOwner
from agents.vault.files import MISSING, read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("Accounting/Logo.png", "Accounting/Logo.jpg", "Accounting/Logo.jpeg")
MAX_BYTES, MAX_PIXELS = 5_000_000, 16_000_000
WIDTH_MM, HEIGHT_MM = 62.0, 22.0  # at most
PIXELS_PER_MM = 12  # 300 dpi
HINT = "Put a PNG or JPEG of up to 5 MB there, or take it away: then the name of your company is printed."


def read_logo(root: Path) -> bytes | None:
    """The picture as PNG, not larger than it is printed; None when there is none.

    Raises:
        NeedsOwner: there is something that is no such picture. A paper that went out without it cannot be taken back.
    """
    for name in NAMES:
        content = read_regular(root / name, MAX_BYTES)
        if content is MISSING:
            continue
        if isinstance(content, Problem):
            raise NeedsOwner(f"{name} cannot be printed: {content.message}.", hint=HINT)
        try:
            return _ready(content)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as err:
            raise NeedsOwner(f"{name} cannot be printed: it is no whole picture, or too large.", hint=HINT) from err
    return None


def _ready(content: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:  # known from its head, before anything is unpacked
                raise ValueError("too many pixels")
            turned = ImageOps.exif_transpose(picture).convert("RGBA")
    white = Image.new("RGBA", turned.size, "white")
    flat = Image.alpha_composite(white, turned).convert("RGB")
    flat.thumbnail((round(WIDTH_MM * PIXELS_PER_MM), round(HEIGHT_MM * PIXELS_PER_MM)))
    out = BytesIO()
    flat.save(out, "PNG")
    return out.getvalue()


def printed_mm(logo: bytes) -> tuple[float, float]:
    """Width and height on paper: as large as fits, in its own proportions."""
    with Image.open(BytesIO(logo)) as picture:
        scale = min(WIDTH_MM / picture.width, HEIGHT_MM / picture.height)
        return picture.width * scale, picture.height * scale
