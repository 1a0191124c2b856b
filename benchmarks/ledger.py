"""What the books cost as they grow: a whole report, and one movement of the bank appended, at 1,000 and 10,000 entries.

Beside them the stock loader of beancount on the same files, without its cache, as the peer. Each is the best of three.
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

from agents.connectors.book_orders import BankBook, Cost, Move, Spending
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.ledger_append import LedgerAppend
from agents.connectors.ledger.ledger_files import MAIN, month_file, opening_files
from agents.connectors.ledger.ledger_records import LedgerRecords
from benchmarks.common.drops import is_quick
from tests.clock import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Callable

TEMPLATE = Path(__file__).parents[1] / "vault_template" / "vault" / "Accounting"
ROUNDS = 3
NOON = FrozenClock(datetime(2026, 11, 27, 12, tzinfo=UTC))
FIRST = date(2017, 1, 2)


def main() -> None:
    """Print the figures."""
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    found: dict[str, float] = {}
    for name, entries in (("1k", 1_000), ("10k", 1_000 if is_quick() else 10_000)):
        with tempfile.TemporaryDirectory() as folder:
            found |= {f"{key}_{name}": value for key, value in measured(Path(folder), entries).items()}
    print(json.dumps(found))


def measured(folder: Path, entries: int) -> dict[str, float]:
    """Seconds of a report, of an append and of the peer, and the report over the peer."""
    from beancount import loader  # only now: its cache was forbidden above

    root, state = folder / "Vault", folder / "state"
    state.mkdir()
    fill(root, entries)
    records = LedgerRecords(LedgerAppend(root, state), NOON)
    read_figures(root, root.parent / "state")  # the libraries are in memory now
    appended = [taken(partial(records.record, movement(at), f"{at:064x}")) for at in range(ROUNDS)]
    report_s = min(taken(lambda: report(root)) for _ in range(ROUNDS))
    peer_s = min(taken(lambda: loader.load_file(str(root / MAIN))) for _ in range(ROUNDS))
    return {
        "append_s": round(min(appended), 3),
        "report_s": round(report_s, 3),
        "peer_s": round(peer_s, 3),
        "report_over_peer": round(report_s / peer_s, 3),
    }


def report(root: Path) -> None:
    """Every figure that `books` shows."""
    figures, start, end = read_figures(root, root.parent / "state"), date(2026, 1, 1), date(2026, 11, 27)
    figures.profit_and_loss(start, end)
    figures.vat(start, end)
    figures.cash(end)
    figures.receivables(end)
    figures.payables(end)
    figures.unexplained(end)


def movement(at: int) -> BankBook:
    """One purchase."""
    costs = (Cost(category="Office", net=Decimal(20), tax=Decimal(19)),)
    move = Move(bank_id=f"new{at}", day=date(2026, 11, 27), amount=Decimal("-23.80"), reason=Spending(costs=costs))
    return BankBook(account="Checking", currency="EUR", moves=(move,))


def fill(root: Path, entries: int) -> None:
    """A ledger of ten years: invoices with their payments, and purchases, in turns."""
    copytree(TEMPLATE, root / "Accounting")
    texts = dict(opening_files(date(2026, 11, 27), "EUR"))
    texts["Accounting/opening.beancount"] += "".join(f"2000-01-01 open Assets:AR:Customer-{at}\n" for at in range(50))
    for at in range(entries):
        day = FIRST + timedelta(days=at * 3600 // entries)
        name = month_file(day)
        texts[name] = texts.get(name, "") + entry(at, day)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def entry(at: int, day: date) -> str:
    """One entry of three kinds."""
    number, customer = f"{day:%Y}-{at - at % 3 + 1:05}", f"Customer-{at // 3 % 50}"
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
