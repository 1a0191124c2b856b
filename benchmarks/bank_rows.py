"""10,000 movements of a bank in every format: seconds of processor time until each is known to be new or not.

The file is read, its balances are checked, and its lines are held against 10,000 ids that are known. The floor is what
nobody can save: cutting the same movements, as CSV, into cells. Hostile: the slowest of the texts made to be slow, of
1 MB each. In this process; the best of several rounds counts.
"""

from __future__ import annotations

import csv
import json
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.bank.reader import read_statements
from benchmarks.common.drops import is_quick
from tests.connectors.bank.bank_room import FORMATS, Export, Move, csv_german

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 10_000
PER_DAY = 30
HOSTILE_BYTES = 1_000_000
HOSTILE = (
    b"<![CDATA[",
    b"<OFX>",
    b"<STMTTRN>",
    b"?20SVWZ+",
    b":20:\n:25:1\n",
    b"/REMI/",
    b'"a;',
    b"a;1\n",
    b"Date;Amount\n",
    b"DE89",
    b"&lt;",
)
BEGINS = (
    b"",
    b"<OFX>",
    b":20:X\n:25:1\n:60F:C260101EUR1,00\n:61:2601010101C1,00NTRFX\n:86:166?00",
    b":20:X\n:25:1\n:60F:C260101EUR1,00\n:61:2601010101C1,00NTRFX\n:86:/TRTP/x",
    b"Date;Amount;Currency\n",
    b"<a>",
)


def main() -> None:
    """Print the figures."""
    moves = [
        Move(
            date(2026, 1, 1) + timedelta(days=number // PER_DAY),
            Decimal(number % 997 + 1) / 100 * (-1) ** number,
            f"Customer {number % 50}",
            f"Invoice {number}",
            f"B{number}",
        )
        for number in range(ROWS // 10 if is_quick() else ROWS)
    ]
    files = {form: write(Export(moves)) for form, write in FORMATS.items()}
    seconds = {f"{form.replace('-', '_')}_s": cpu_s(reading(content)) for form, content in files.items()}
    text = csv_german(Export(moves)).decode("cp1252")
    figures = seconds | {
        "slowest_s": max(seconds.values()),
        "floor_s": cpu_s(lambda: list(csv.reader(text.splitlines(), delimiter=";"))),
        "hostile_s": max(cpu_s(reading(content), 1) for content in hostile()),
        "rows": len(moves),
    }
    print(json.dumps(figures))


def reading(content: bytes) -> Callable[[], object]:
    """Reads a file and holds its lines against those of an earlier read, as a second import does."""
    first = read_statements(content, "export", {})
    known = {line.bank_id for each in first for line in each.lines} if isinstance(first, tuple) else set()

    def again() -> object:
        found = read_statements(content, "export", {})
        if not isinstance(found, tuple):
            return found
        return [line for each in found for line in each.lines if line.bank_id not in known]

    return again


def hostile() -> list[bytes]:
    """Every text made to be slow behind every beginning."""
    return [begin + each * (HOSTILE_BYTES // len(each)) for begin in BEGINS for each in HOSTILE]


def cpu_s(work: Callable[[], object], rounds: int = 0) -> float:
    """The best of so many rounds."""
    best = float("inf")
    for _ in range(rounds or (2 if is_quick() else 5)):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return round(best, 4)


if __name__ == "__main__":
    main()
