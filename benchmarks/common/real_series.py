"""Real series that forecasts are judged by, out of a package that carries data (`make real-series`).

The list beside this file was made by a rule, before anything was tuned, and stays as it is. The rule: what people paid
for, came for or made, as a business would count it, more than nothing at all times; of files with many series every
4th of retail (by state and industry), every 16th of medicines, every 12th of trips, every 20th of countries, sorted by
name; all of the others. Every second one is to judge by, the rest to tune with. Of each only the last points count, as
a small business has them: 48, 72 and 108 months or 32, 48 and 64 quarters in turn, 40 years.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("real_series.csv")
HOME = Path(__file__).parents[2] / ".real-series"
AHEAD = {12: 12, 4: 4, 1: 3}  # a year, or three where a year is one point
STEP = {12: 3, 4: 2, 1: 1}  # between the three ends of what is known
ENDS = 3


@dataclass(frozen=True, slots=True)
class RealSeries:
    """One series, the oldest point first. `season`: points a year, 12, 4 or 1; `role`: 'judge' or 'tune'."""

    role: str
    name: str
    season: int
    points: tuple[float, ...]

    def cuts(self) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]:
        """What is known and what came then, at three ends."""
        ahead, step = AHEAD[self.season], STEP[self.season]
        ends = [len(self.points) - ahead - step * back for back in range(ENDS)]
        return tuple((self.points[:end], self.points[end : end + ahead]) for end in ends)


def are_here() -> bool:
    """Whether the package was brought."""
    return (HOME / "complete").is_file()


def real_series(role: str) -> tuple[RealSeries, ...]:
    """The series of a role, in the order of the list."""
    [wheel] = HOME.glob("*.whl")
    with LIST.open(encoding="utf-8", newline="") as listed:
        wanted = [row for row in csv.DictReader(listed) if row["role"] == role]
    with zipfile.ZipFile(wheel) as packed:
        tables = {each: _table(packed, *each) for each in sorted({(row["file"], row["by"]) for row in wanted})}
    return tuple(_series(row, tables[row["file"], row["by"]]) for row in wanted)


def _table(packed: zipfile.ZipFile, file: str, by: str) -> dict[str, list[dict[str, str]]]:
    """The lines of a file by the name of the series they belong to."""
    found: dict[str, list[dict[str, str]]] = {}
    with packed.open(f"tsdata/{file}") as opened:
        for line in csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8-sig")):
            found.setdefault(" / ".join(line[key] for key in by.split("|") if key), []).append(line)
    return found


def _series(row: dict[str, str], table: dict[str, list[dict[str, str]]]) -> RealSeries:
    points = tuple(float(line[row["column"]]) for line in table[row["name"]])[-int(row["points"]) :]
    name = row["name"] or f"{Path(row['file']).stem} {row['column']}"
    return RealSeries(row["role"], name, int(row["season"]), points)
