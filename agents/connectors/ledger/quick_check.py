"""Checks what is appended to a clean ledger without loading all of it: the files it concerns, upon the balances before.

Files in which everything is dated before the first day that is written to are cold: their accounts are opened as they
open them, and their balances are carried in one entry. Beancount judges that small ledger as any other. Where this
could say something else than the whole ledger would - a plugin, an option, a lot with a cost, a closed account, an
entry dated later in another file that is large - nothing is said, and the whole ledger is loaded. Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.ledger.beancount_file import Loaded, load
from agents.connectors.ledger.ledger_files import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from agents.connectors.ledger.beancount_file import Transaction

SMALL = "Accounting/quick-check.beancount"  # a name only; no such file is written
CARRIED = "Equity:Carried"
NOTHING = Decimal(0)
_DATED = re.compile(r"(?m)^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ \t]*(\S+)(.*)$")
_SPECIAL = re.compile(r"(?m)^[ \t]*(?:plugin|pushtag|poptag|pushmeta|popmeta)\b")
_OPTION = re.compile(r'(?m)^[ \t]*option[ \t]*"([^"]*)"[ \t]*"([^"]*)"')
_HARMLESS_OPTIONS = frozenset({"title", "operating_currency"})
_LATE_TO_TELL = frozenset({"close", "custom", "query", "plugin"})


def quick_check(before: Mapping[str, str], after: Mapping[str, str], known: Loaded, root: Path) -> Loaded | None:
    """The ledger of `after`, if it is as clean as `known`, that of `before`; None: load the whole to know."""
    changed = {name for name, text in after.items() if before.get(name) != text}
    if not changed <= known.files or set(before) - set(after) or _is_special(after, known.files):
        return None
    days = {name: _days(after[name]) for name in known.files}
    first = min((day for name in changed for day in days[name]), default=None)
    if first is None or any(date.max in each for each in days.values()):
        return None
    live = {name for name in known.files if name in changed or max(days[name], default=date.min) >= first}
    cold = known.files - live - {MAIN}
    live.discard(MAIN)
    if MAIN in changed or days[MAIN] or not cold:
        return None
    opens = _opens(after[name] for name in sorted(cold))
    if opens is None or _is_padded([after[name] for name in live], [after[name] for name in cold]):
        return None
    small = "\n".join([*_options(after, known.files), *opens, *_carried(known, cold, first)])
    small += "".join(f'\ninclude "{name.removeprefix("Accounting/")}"' for name in sorted(live)) + "\n"
    loaded = load({SMALL: small, **{name: after[name] for name in live}}, SMALL, root)
    if loaded.errors:
        return None
    kept = [each for each in known.transactions if each.file not in live]
    new = [each for each in loaded.transactions if each.file in live]
    place = {name: at for at, name in enumerate(known.order)}
    merged = sorted([*kept, *new], key=lambda each: (each.day, each.line, place[each.file]))
    return replace(known, transactions=tuple(merged))


def _is_special(texts: Mapping[str, str], files: Iterable[str]) -> bool:
    for name in files:
        text = texts[name]
        if _SPECIAL.search(text) or "{" in text:
            return True
        if {option for option, _ in _OPTION.findall(text)} - _HARMLESS_OPTIONS:
            return True
    return False


def _days(text: str) -> list[date]:
    """The day of every directive but those that open an account."""
    found = []
    for year, month, day, word, _ in _DATED.findall(text):
        if word != "open":
            try:
                found.append(date(int(year), int(month), int(day)))
            except ValueError:
                found.append(date.max)
    return found


def _opens(texts: Iterable[str]) -> list[str] | None:
    """What opens the accounts of the cold files, one line each; None when one of them does more than that."""
    found = []
    for text in texts:
        for year, month, day, word, rest in _DATED.findall(text):
            if word in _LATE_TO_TELL:
                return None
            if word == "open":
                found.append(f"{year}-{month}-{day} open{rest}")
    return found


def _is_padded(live: Iterable[str], cold: Iterable[str]) -> bool:
    """Whether a pad could be other than it was: one in a live file, or one whose balance is not cold too."""
    if any(word == "pad" for text in live for _, word, _ in _balancing(text)):
        return True
    before = [each for text in cold for each in _balancing(text)]
    settled = [(on, account) for on, word, account in before if word == "balance"]
    pads = ((day, account) for day, word, account in before if word == "pad")
    return any(not any(on > day and same == account for on, same in settled) for day, account in pads)


def _balancing(text: str) -> list[tuple[date, str, str]]:
    """Day, word and account of what pads or asserts a balance; its day is one, as all of the known ledger are."""
    found = []
    for year, month, day, word, rest in _DATED.findall(text):
        if word in {"pad", "balance"} and rest.split():
            found.append((date(int(year), int(month), int(day)), word, rest.split()[0]))
    return found


def _options(texts: Mapping[str, str], files: Iterable[str]) -> list[str]:
    pairs = {pair for name in files for pair in _OPTION.findall(texts[name]) if pair[0] == "operating_currency"}
    return [f'option "{name}" "{value}"' for name, value in sorted(pairs)]


def _carried(known: Loaded, cold: frozenset[str], first: date) -> list[str]:
    """The balances of the cold files as one entry on the day before."""
    sums: dict[tuple[str, str], Decimal] = {}
    for entry in _of(known.transactions, cold):
        for leg in entry.postings:
            place = (leg.account, leg.currency)
            sums[place] = sums.get(place, NOTHING) + leg.amount
    legs, rests = [], dict[str, Decimal]()
    for (account, currency), amount in sorted(sums.items()):
        if amount:
            legs.append(f"  {account}  {amount} {currency}")
            rests[currency] = rests.get(currency, NOTHING) - amount
    legs += [f"  {CARRIED}  {rest} {currency}" for currency, rest in rests.items() if rest]
    if not legs:
        return []
    return [f"1900-01-01 open {CARRIED}", f'{first - timedelta(days=1)} * "carried"', *legs]


def _of(transactions: Iterable[Transaction], files: frozenset[str]) -> Iterable[Transaction]:
    return (each for each in transactions if each.file in files)
