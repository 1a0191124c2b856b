"""Drawings Mermaid cannot make: a fan of what may come, and how long the cash lasts. Own SVG, pure.

An SVG shown in a note does not see the theme of Obsidian, only that of the system. So the ground is transparent, lines
and letters are of a grey that reads on both, and nothing in it is looked up anywhere. The same values, the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from agents.insight.charts import GREY, PALETTE, axis, round_step
from agents.vault.neutralize import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

WIDTH, HEIGHT = 480, 300  # small, so that letters keep their size on a phone
LEFT, RIGHT, TOP, BOTTOM = 84, 16, 16, 40
BLUE, GREEN, RED = PALETTE[0], PALETTE[1], PALETTE[3]
LETTERS = 16  # px
MIN_POINTS = 2
MAX_DAYS_SHOWN = 4
RUNWAY_HEIGHT = 92
LEAST_MONTHS = Decimal(6)  # that the axis of a runway has
FEW_MONTHS = Decimal(3)  # of runway: the bar is red up to here


@dataclass(frozen=True, slots=True)
class FanPoint:
    """What is expected of a day: in eight of ten cases between `low` (P10) and `high` (P90)."""

    day: date
    low: Decimal
    median: Decimal
    high: Decimal


def fan(title: str, points: Sequence[FanPoint], past: Sequence[tuple[date, Decimal]] = ()) -> str:
    """What was, as a line, and what may come, as a band around the middle; zero is a line of its own.

    Raises:
        ValueError: there are fewer than two points.
    """
    if len(points) < MIN_POINTS:
        raise ValueError("a fan needs two points")
    if past:  # what may come begins where we are
        day, now = past[-1]
        points = [FanPoint(day, now, now, now), *points]
    ends = [*(amount for _, amount in past), *(each.low for each in points), *(each.high for each in points)]
    plot = _Plot(min([*(day for day, _ in past), points[0].day]), points[-1].day, *axis(ends))
    band = [*((each.day, each.high) for each in points), *((each.day, each.low) for each in reversed(points))]
    last = points[-1]
    spread = f"in 8 of 10 cases {_number(last.low)} to {_number(last.high)}"
    said = f"{points[0].day} to {last.day}; at the end {_number(last.median)}, {spread}"
    middle = plot.line([(each.day, each.median) for each in points])
    parts = [*plot.grid(), f'<polygon points="{plot.line(band)}" fill="{BLUE}" fill-opacity="0.25"/>']
    if past:
        parts.append(f'<polyline points="{plot.line(past)}" {_stroke(GREEN, 3)}/>')
    parts.append(f'<polyline points="{middle}" {_stroke(BLUE, 3)} stroke-dasharray="8 5"/>')
    return _svg(title, said, HEIGHT, parts)


def runway(title: str, months: Decimal, low: Decimal | None = None, high: Decimal | None = None) -> str:
    """For how many months the cash lasts, as a bar; `low` and `high` (P10, P90) as a bracket below it."""
    last = max(each for each in (months, high, LEAST_MONTHS) if each is not None)
    step = round_step(last / 6)
    count = int(last / step) + 1
    scale = Decimal(WIDTH - 2 * RIGHT - 20) / (count * step)
    colour = RED if months < FEW_MONTHS else GREEN
    bar = _px(max(Decimal(0), months) * scale)
    parts = [f'<rect x="{RIGHT}" y="8" width="{bar}" height="26" rx="4" fill="{colour}"/>']
    span = ""
    if low is not None and high is not None:
        start, end = (_px(RIGHT + max(Decimal(0), each) * scale) for each in (low, high))
        parts.append(f'<path d="M{start} 38v10H{end}v-10" {_stroke(GREY, 2)}/>')
        span = f"; in 8 of 10 cases {low:.1f} to {high:.1f}"
    marks = [at * step for at in range(count + 1)]
    parts += [_text(RIGHT + each * scale, Decimal(RUNWAY_HEIGHT - 10), f"{each:g}", "middle") for each in marks]
    return _svg(title, f"{months:.1f} months{span}", RUNWAY_HEIGHT, parts)


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where days and amounts lie on the drawing."""

    first: date
    last: date
    low: Decimal
    high: Decimal
    step: Decimal

    def x(self, day: date) -> Decimal:
        days = max(1, (self.last - self.first).days)
        return LEFT + Decimal((day - self.first).days) * (WIDTH - LEFT - RIGHT) / days

    def y(self, amount: Decimal) -> Decimal:
        return TOP + (self.high - amount) * (HEIGHT - TOP - BOTTOM) / ((self.high - self.low) or Decimal(1))

    def line(self, points: Sequence[tuple[date, Decimal]]) -> str:
        return " ".join(f"{_px(self.x(day))},{_px(self.y(amount))}" for day, amount in points)

    def grid(self) -> Iterator[str]:
        amount = self.low
        while amount <= self.high:
            y, is_zero = _px(self.y(amount)), amount == 0
            colour = RED if is_zero and self.low < 0 else GREY
            look = f'{_stroke(colour, 2 if is_zero else 1)} stroke-opacity="{1 if is_zero else 0.35}"'
            yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" {look}/>'
            yield _text(Decimal(LEFT - 8), self.y(amount) + 6, _number(amount), "end")
            amount += self.step
        days = (self.last - self.first).days
        for at in range(MAX_DAYS_SHOWN):
            day = self.first + (self.last - self.first) * at / (MAX_DAYS_SHOWN - 1) if days else self.first
            anchor = "start" if at == 0 else "end" if at == MAX_DAYS_SHOWN - 1 else "middle"
            yield _text(self.x(day), Decimal(HEIGHT - 14), f"{day:%b} {day.day}", anchor)


def _svg(title: str, said: str, height: int, parts: Sequence[str]) -> str:
    name, words = escape(on_one_line(title)), escape(said)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img">',
            f"<title>{name}</title>",
            f"<desc>{words}</desc>",
            f'<g font-family="system-ui, sans-serif" font-size="{LETTERS}" fill="{GREY}">',
            *parts,
            "</g>",
            "</svg>\n",
        ]
    )


def _stroke(colour: str, width: int) -> str:
    return f'fill="none" stroke="{colour}" stroke-width="{width}"'


def _text(x: Decimal, y: Decimal, words: str, anchor: str) -> str:
    return f'<text x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _px(value: Decimal) -> str:
    return f"{value:.1f}"


def _number(amount: Decimal) -> str:
    return f"{amount:,.0f}"
