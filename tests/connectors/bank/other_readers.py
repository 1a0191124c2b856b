"""What other readers say of files of banks, as JSON: a program of its own, for the folder where they are installed.

Called with the names of files; `bank_files` calls it. It imports nothing of ours, and they are not installed for us.
"""

from __future__ import annotations

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

Told = dict[str, Any]  # lines: pairs of day and amount; openings and closings: amounts, where they are told


def by_mt940(path: Path) -> Told:
    found = import_module("mt940").parse(str(path))
    data = [each.data for each in found]
    lines = [(str(each.get("entry_date") or each["date"]), str(each["amount"].amount)) for each in data]
    opening, closing = (found.data.get(f"final_{end}_balance") for end in ("opening", "closing"))
    openings, closings = ([str(each.amount.amount)] if each else [] for each in (opening, closing))
    return {"lines": lines, "openings": openings, "closings": closings}


def by_ofxparse(path: Path) -> Told:
    accounts = import_module("ofxparse").OfxParser.parse(io.BytesIO(path.read_bytes())).accounts
    kept = [each.statement for each in accounts if type(each.statement).__name__ == "Statement"]
    if len(kept) != len(accounts):
        return {"error": "statements of investments, which are none of a bank account"}
    lines = [(f"{line.date:%Y-%m-%d}", str(line.amount)) for each in kept for line in each.transactions]
    balances = [str(each.balance) for each in kept if hasattr(each, "balance") and each.balance != ""]
    return {"lines": lines, "closings": balances, "openings": []}


def by_pycamt(path: Path) -> Told:
    found = import_module("pycamt.parser").Camt053Parser(path.read_bytes())
    lines = []
    for each in found.get_transactions():
        sign = "" if each["CreditDebitIndicator"] == "CRDT" else "-"
        lines.append((str(each["BookingDate"] or each["ValueDate"])[:10], f"{sign}{each['Amount']}"))
    told = found.get_statement_info()
    told = told if isinstance(told, list) else [told]
    ends = {end: [each[end] for each in told if each[end]] for end in ("OpeningBalance", "ClosingBalance")}
    return {"lines": lines, "openings": ends["OpeningBalance"], "closings": ends["ClosingBalance"]}


READERS = {"mt940": by_mt940, "ofx": by_ofxparse, "camt": by_pycamt}


def main() -> None:
    form, *names = sys.argv[1:]
    with ThreadPoolExecutor(1) as each_alone:  # whatever another reader raises says that it does not read the file
        tries = {name: each_alone.submit(READERS[form], Path(name)) for name in names}
    said = {name: {"error": repr(err)} if (err := one.exception()) else one.result() for name, one in tries.items()}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
