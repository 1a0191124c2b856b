"""An A4 sheet with our font, and the few ways we put text on it; the only file that imports fpdf.

Open Sans covers Latin, Greek and Cyrillic; a letter it lacks is refused rather than printed as a box, a symbol it lacks
(an emoji) is left out. Units are millimetres, font sizes points; `y` is the top of a text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import DeviceRGB
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence

Colour = tuple[int, int, int]

FONTS = Path(__file__).parent / "fonts"
INK: Colour = (33, 37, 41)
MUTED: Colour = (104, 112, 120)
ACCENT: Colour = (28, 78, 110)
RULE: Colour = (214, 219, 224)
TINT: Colour = (242, 245, 247)
WHITE: Colour = (255, 255, 255)
LEFT, RIGHT, WIDTH = 22.0, 188.0, 166.0
LINE_RATIO = 0.5  # line height in mm per point
SMALLEST_PT = 4.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks."""

    size: float = 9.5
    bold: bool = False
    colour: Colour = INK
    align: Literal["L", "R", "C"] = "L"

    @property
    def line_mm(self) -> float:
        """The height of one line."""
        return self.size * LINE_RATIO


class Sheet(FPDF):
    """Pages of one document; page breaks are the caller's."""

    def __init__(self, *, for_archives: bool = False) -> None:
        """`for_archives`: as PDF/A-3b, which may carry files."""
        super().__init__(format="A4", enforce_compliance="PDF/A-3B" if for_archives else None)
        self.add_font("body", "", FONTS / "OpenSans-Regular.ttf")
        self.add_font("body", "B", FONTS / "OpenSans-Semibold.ttf")
        self._open_fonts = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self._glyphs = frozenset(self._open_fonts[0].cmap)
        self.set_auto_page_break(auto=False)
        self.set_margins(LEFT, 20, 210 - RIGHT)
        self.c_margin = 0
        self._use(Style())

    def close(self) -> None:
        """Close the font files, which fpdf leaves open."""
        for font in self._open_fonts:
            font.ttfont.close()

    def put(self, x: float, y: float, width: float, text: str, style: Style) -> None:
        """One line; set smaller until it fits the width, so that it never runs into its neighbour."""
        shown = self.drawable(text)
        self._use(style)
        size = style.size
        while self.get_string_width(shown) > width and size > SMALLEST_PT:
            size -= 0.25
            self.set_font_size(size)
        self.set_xy(x, y + (style.size - size) * LINE_RATIO / 2)
        self.cell(width, size * LINE_RATIO, shown, align=style.align)

    def put_block(self, x: float, y: float, width: float, text: str, style: Style) -> None:
        """Text broken into lines; afterwards `y` of the sheet is below it."""
        self._use(style)
        self.set_xy(x, y)
        self.multi_cell(width, style.line_mm, self.drawable(text), align=style.align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def block_mm(self, width: float, text: str, style: Style) -> float:
        """The height `put_block` will take."""
        self._use(style)
        lines = self.multi_cell(width, style.line_mm, self.drawable(text), dry_run=True, output=MethodReturnValue.LINES)
        return len(lines) * style.line_mm if isinstance(lines, list) else style.line_mm

    def rule(self, y: float, colour: Colour = RULE, thickness: float = 0.2) -> None:
        """A line across the text's width."""
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(LEFT, y, RIGHT, y)

    def fill(self, box: tuple[float, float, float, float], colour: Colour) -> None:
        """A filled rectangle: x, y, width, height."""
        self.set_fill_color(*colour)
        self.rect(*box, style="F")

    def put_code(self, place: tuple[float, float, float], rows: Sequence[Sequence[bool]]) -> None:
        """A square code of modules (True is dark) on white: x, y and its side, with four modules of quiet around it.

        One path for all of it: drawn one by one, its modules show hairlines between them.
        """
        x, y, side = place
        self.fill((x, y, side, side), WHITE)
        module = side / (len(rows) + 8)
        with self.drawing_context() as drawing:
            path = PaintedPath()
            path.style.fill_color = DeviceRGB(0, 0, 0)
            path.style.stroke_color = None
            path.style.intersection_rule = "nonzero"
            for down, row in enumerate(rows, 4):
                at = 4
                for is_dark, some in groupby(row):
                    wide = len([*some])
                    if is_dark:
                        path.rectangle(x + at * module, y + down * module, wide * module, module)
                    at += wide
            drawing.add_item(path)

    def drawable(self, text: str) -> str:
        """The text without symbols the font lacks.

        Raises:
            NotAllowed: it has a letter or digit the font lacks.
        """
        missing = [each for each in text if each != "\n" and ord(each) not in self._glyphs]
        for each in missing:
            if unicodedata.category(each)[0] in "LN":
                raise NotAllowed(
                    f"The invoice's font has no {each!r} (U+{ord(each):04X}).",
                    hint="Write names and lines in Latin, Greek or Cyrillic letters.",
                )
        return re.sub(" {2,}", " ", "".join(each for each in text if each not in missing))

    def _use(self, style: Style) -> None:
        self.set_font("body", "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)
