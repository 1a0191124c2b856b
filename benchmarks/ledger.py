"""What the books cost as they grow: each report, and one movement of the bank appended, at 1,000 and 10,000 entries.

With `BENCH_LARGE` set at 100,000 too, which takes minutes. Beside them the stock loader of beancount on the same files,
without its cache, as the peer. Each is the best of three, but what loads everything is done once.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import MAIN
from agents.connectors.book_orders import BankBook, Cost, Move, Part, Payment, Spending
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.ledger_append import LedgerAppend
from agents.connectors.ledger.ledger_files import month_file, opening_files
from agents.connectors.ledger.ledger_records import LedgerRecords
from benchmarks.common.drops import is_quick
from tests.clock import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agents.connectors.book_orders import Reason
    from agents.connectors.ledger.figures import LedgerFigures

TEMPLATE = Path(__file__).parents[1] / "vault_template" / "vault" / "Accounting"
ROUNDS = 3
NOON = FrozenClock(datetime(2026, 11, 27, 12, tzinfo=UTC))
FIRST, START, TODAY = date(2017, 1, 2), date(2026, 1, 1), date(2026, 11, 27)
PURCHASE = Spending(costs=(Cost(category="Office", net=Decimal(20), tax=Decimal(19)),))
REPORTS: dict[str, tuple[Callable[[LedgerFigures], object], ...]] = {
    "profit": (lambda figures: figures.profit_and_loss(START, TODAY),),
    "vat": (lambda figures: figures.vat(START, TODAY),),
    "cash": (lambda figures: figures.cash(TODAY),),
    "receivables": (lambda figures: figures.receivables(TODAY),),
    "payables": (lambda figures: figures.payables(TODAY),),
    "unexplained": (lambda figures: figures.unexplained(TODAY),),
}


def main() -> None:
    """Print the figures."""
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    found: dict[str, float] = {}
    sizes = {"1k": 1_000, "10k": 1_000 if is_quick() else 10_000} | ({"100k": 100_000} if is_large() else {})
    for name, entries in sizes.items():
        with tempfile.TemporaryDirectory() as folder:
            found |= {f"{key}_{name}": value for key, value in measured(Path(folder), entries).items()}
    print(json.dumps(found))


def is_large() -> bool:
    """Whether the largest books are wanted: `BENCH_LARGE` is set."""
    return bool(os.environ.get("BENCH_LARGE"))


def measured(folder: Path, entries: int) -> dict[str, float]:
    """Seconds of each report, of an append and of the peer, and all reports over the peer.

    `loaded_s`: nothing is kept yet. `append_payment_s`: it pays an invoice. `append_full_s`: its month is long over.
    """
    from beancount import loader  # only now: its cache was forbidden above

    root, state = folder / "Vault", folder / "state"
    state.mkdir()
    fill(root, entries)
    records = LedgerRecords(LedgerAppend(root, state), NOON)
    found = {"loaded_s": taken(partial(read_figures, root, state))}

    def append_s(name: str, day: date, amount: str, reason: Reason) -> float:
        move = Move(bank_id=name, day=day, amount=Decimal(amount), reason=reason)
        order = BankBook(account="Checking", currency="EUR", moves=(move,))
        return taken(partial(records.record, order, f"{name:0>64}"))

    found["append_s"] = min(append_s(f"new-a{at}", TODAY, "-23.80", PURCHASE) for at in range(ROUNDS))
    found["append_payment_s"] = min(append_s(f"new-b{at}", TODAY, "1.00", part_of(entries)) for at in range(ROUNDS))
    for name, asked in {**REPORTS, "report": tuple(one for each in REPORTS.values() for one in each)}.items():
        found[f"{name}_s"] = min(taken(partial(report, root, state, asked)) for _ in range(ROUNDS))
    peer = partial(loader.load_file, str(root / MAIN))
    found["peer_s"] = min(taken(peer) for _ in range(1 if is_large() else ROUNDS))
    found["append_full_s"] = append_s("late", FIRST, "-23.80", PURCHASE)
    found["report_over_peer"] = found["report_s"] / found["peer_s"]
    return {name: round(value, 3) for name, value in found.items()}


def report(root: Path, state: Path, asked: Iterable[Callable[[LedgerFigures], object]]) -> None:
    """Some of the figures that `books` shows, as a new command would read them."""
    figures = read_figures(root, state)
    for each in asked:
        each(figures)


def part_of(entries: int) -> Payment:
    """A part of what the last entry of so many asks for: it is an invoice, as 999 can be divided by three."""
    at = entries - 1
    number, customer = number_of(at, day_of(at, entries)), f"Customer-{at // 3 % 50}"
    return Payment(party=customer, parts=(Part(number=f"INV-{number}", amount=Decimal("1.00")),))


def day_of(at: int, entries: int) -> date:
    """Ten years, evenly."""
    return FIRST + timedelta(days=at * 3600 // entries)


def number_of(at: int, day: date) -> str:
    """Of the invoice that an entry is, or pays."""
    return f"{day:%Y}-{at - at % 3 + 1:05}"


def fill(root: Path, entries: int) -> None:
    """A ledger of ten years: invoices with their payments, and purchases, in turns."""
    copytree(TEMPLATE, root / "Accounting")
    texts = dict(opening_files(date(2026, 11, 27), "EUR"))
    texts["Accounting/opening.beancount"] += "".join(f"2000-01-01 open Assets:AR:Customer-{at}\n" for at in range(50))
    for at in range(entries):
        day = day_of(at, entries)
        name = month_file(day)
        texts[name] = texts.get(name, "") + entry(at, day)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def entry(at: int, day: date) -> str:
    """One entry of three kinds."""
    number, customer = number_of(at, day), f"Customer-{at // 3 % 50}"
    if at % 3 == 0:
        return (
            f'\n{day} * "{customer}" "INV-{number} work" #invoice ^inv-{number}\n  number: "INV-{number}"\n'
            f"  due: {day + timedelta(days=14)}\n  Assets:AR:{customer}  119.00 EUR\n"
            '  Income:Services  -100.00 EUR\n    rate: "19"\n  Liabilities:VAT:Output  -19.00 EUR\n    rate: "19"\n'
        )
    if at % 3 == 1:
        return (
            f'\n{day} * "{customer}" "payment" #payment\n  bank_id: "b{at}"\n  Assets:Bank:Checking  119.00 EUR\n'
            f'  Assets:AR:{customer}  -119.00 EUR\n    applies: "inv-{number}"\n'
        )
    return (
        f'\n{day} * "Shop" "purchase" #spending\n  bank_id: "b{at}"\n  Assets:Bank:Checking  -23.80 EUR\n'
        "  Expenses:Office  20.00 EUR\n  Liabilities:VAT:Input  3.80 EUR\n"
    )


def taken(work: Callable[[], object]) -> float:
    """Seconds."""
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
