"""Charts a note can show: Mermaid with colours of its own, always beside a table and a line of words. Pure.

Obsidian's Mermaid draws bars nearly white on white unless it is told the colours, so every block says them. All of them
read on a light and on a dark page. Mermaid stretches no axis to zero by itself, so the block says that too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from agents.connectors.books import shortest
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

GREY = "#8a8f98"  # reads on white and on black
PALETTE = ("#4C9AFF", "#36B37E", "#E2A03F", "#FF5630", "#9B7EDE", "#2CA6A4")
DARK = "#111111"  # on a slice of any of the colours
WIDTH, HEIGHT = 420, 260  # small, so that letters keep their size on a phone
MAX_LABEL, MAX_TITLE = 24, 60
MAX_SLICES = len(PALETTE)
_SPOKEN = frozenset(" .,&()+-/'_:")
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_AXES = "".join(
    f', "{axis}{part}Color": "{GREY}"' for axis in ("xAxis", "yAxis") for part in ("Label", "Title", "Tick", "Line")
)
_TITLE = f'"backgroundColor": "transparent", "plotColorPalette": "{PALETTE[0]}"'
_BAR_COLOURS = f'"xyChart": {{{_TITLE}{_AXES}}}'
_PIE_COLOURS = "".join(
    (
        f'"pieLegendTextColor": "{GREY}", "pieStrokeColor": "{GREY}"',
        f', "pieOuterStrokeColor": "{GREY}", "pieSectionTextColor": "{DARK}", "pieOpacity": "1"',
        *(f', "pie{at}": "{colour}"' for at, colour in enumerate(PALETTE, 1)),
    )
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One amount of a chart: `drawn` as the drawing has it (1234.50), `shown` as people read it (1,234.50 EUR)."""

    label: str
    amount: Decimal
    drawn: str
    shown: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, the same as a table, and as a line of words for whoever does not see it. All three are markdown."""

    drawing: str
    table: str
    words: str

    @property
    def text(self) -> str:
        """All three, as they stand in a note."""
        return f"{self.drawing}\n\n{self.words}\n\n{self.table}"


def bars(title: str, bars: Sequence[Bar], heading: str) -> Chart:
    """Amounts one after the other, such as weeks; the title stands in the words, `heading` above the amounts.

    Raises:
        ValueError: there is no bar.
    """
    if not bars:
        raise ValueError("a chart needs a bar")
    low, high, _step = axis([each.amount for each in bars])
    labels = ", ".join(f'"{label_text(each.label)}"' for each in bars)
    drawing = _block(
        _init(_BAR_COLOURS, f', "xyChart": {{"width": {WIDTH}, "height": {HEIGHT}}}'),
        "xychart-beta",
        f"    x-axis [{labels}]",
        f"    y-axis {shortest(low)} --> {shortest(high)}",
        f"    bar [{', '.join(each.drawn for each in bars)}]",
    )
    return Chart(drawing, _table(bars, heading), _bars_in_words(title, bars))


def pie(title: str, bars: Sequence[Bar], heading: str) -> Chart:
    """Parts of a whole; parts that are nothing or less stand in the table only.

    Raises:
        ValueError: there are no parts, or more than colours.
    """
    slices = [each for each in bars if each.amount > 0]
    if not slices or len(slices) > MAX_SLICES:
        raise ValueError(f"a pie has 1 to {MAX_SLICES} parts, not {len(slices)}")
    drawing = _block(
        _init(_PIE_COLOURS),
        "pie",
        *(f'    "{label_text(each.label)}" : {each.drawn}' for each in slices),
    )
    return Chart(drawing, _table(bars, heading), _pie_in_words(title, slices))


def axis(amounts: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """The ends of an axis that holds zero and all amounts, and the step between its lines; all round numbers."""
    low, high = min(Decimal(0), *amounts), max(Decimal(0), *amounts)
    step = round_step((high - low) / 4)
    high = max(high, low + step)  # an axis of no length is none
    ends = (low / step).to_integral_value(ROUND_FLOOR), (high / step).to_integral_value(ROUND_CEILING)
    return ends[0] * step, ends[1] * step, step


def round_step(rough: Decimal) -> Decimal:
    """The next round number (1, 2, 2.5 or 5 times a power of ten) that is not less; 1 for nothing."""
    if rough <= 0:
        return Decimal(1)
    power = Decimal(10) ** rough.adjusted()
    return next(step * power for step in _STEPS if step * power >= rough)


def label_text(text: str, max_chars: int = MAX_LABEL) -> str:
    """Words from outside as a label: letters, digits and a few signs that mean nothing to Mermaid, cut to length."""
    kept = "".join(char if char.isalnum() or char in _SPOKEN else " " for char in on_one_line(text))
    shown = " ".join(kept.split()) or "unnamed"
    return shown if len(shown) <= max_chars else f"{shown[: max_chars - 1].rstrip()}…"


def _init(colours: str, sizes: str = "") -> str:
    return f'%%{{init: {{"theme": "base"{sizes}, "themeVariables": {{{colours}}}}}}}%%'


def _block(*lines: str) -> str:
    return "\n".join(["```mermaid", *lines, "```"])


def _table(bars: Sequence[Bar], heading: str) -> str:
    rows = [f"| {label_text(each.label)} | {each.shown} |" for each in bars]
    return "\n".join([f"| | {heading} |", "| --- | ---: |", *rows])


def _bars_in_words(title: str, bars: Sequence[Bar]) -> str:
    first, last = bars[0], bars[-1]
    low, high = min(bars, key=lambda each: each.amount), max(bars, key=lambda each: each.amount)
    ends = f"{first.shown} ({label_text(first.label)}) at first, {last.shown} ({label_text(last.label)}) now"
    span = f"least {low.shown} ({label_text(low.label)}), most {high.shown} ({label_text(high.label)})"
    return f"*In words: {label_text(title, MAX_TITLE)}: {ends}; {span}.*"


def _pie_in_words(title: str, slices: Sequence[Bar]) -> str:
    ranked = sorted(slices, key=lambda each: -each.amount)
    parts = ", ".join(f"{label_text(each.label)} {each.shown}" for each in ranked)
    return f"*In words: {label_text(title, MAX_TITLE)}: {parts}.*"
