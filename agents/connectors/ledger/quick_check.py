"""Checks what is appended to a clean ledger without loading all of it: the files it concerns, upon the balances before.

Files in which everything is dated before the first day that is written to are cold: their accounts are opened as they
open them, and their balances are carried in one entry. Beancount judges that small ledger as any other. Where this
could say something else than the whole ledger would - a plugin, an option, a lot with a cost, a closed account, an
entry dated later in another file that is large - nothing is said, and the whole ledger is loaded. Pure.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import load
from agents.connectors.ledger.file_parts import parts_of
from agents.connectors.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from agents.connectors.ledger.beancount_file import Transaction

SMALL = "Accounting/quick-check.beancount"  # a name only; no such file is written
CARRIED = "Equity:Carried"
NOTHING = Decimal(0)
Dated = tuple[str, str, str, str, str]  # year, month, day, word, and the rest of the line
_DATED = re.compile(r"(?m)^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ \t]*(\S+)(.*)$")
_SPECIAL = re.compile(r"(?m)^[ \t]*(?:plugin|pushtag|poptag|pushmeta|popmeta)\b")
_SPECIAL_WORDS = ("plugin", "tag", "meta")  # one of them is in each: quicker to look for
_OPTION = re.compile(r'(?m)^[ \t]*option[ \t]*"([^"]*)"[ \t]*"([^"]*)"')
_HARMLESS_OPTIONS = frozenset({"title", "operating_currency"})
_LATE_TO_TELL = frozenset({"close", "custom", "query", "plugin"})


def quick_check(before: Ledger, after: Mapping[str, str], root: Path) -> Ledger | None:
    """The ledger of `after`, if it is as clean as that before; None: load the whole to know."""
    files = before.files
    changed = {name for name, text in after.items() if before.texts.get(name) != text}
    if not changed <= files or set(before.texts) - set(after) or _is_special(after, files):
        return None
    dated = {name: _DATED.findall(after[name]) for name in files}
    days = {name: _days(each) for name, each in dated.items()}
    first = min((day for name in changed for day in days[name]), default=None)
    if first is None or any(date.max in each for each in days.values()):
        return None
    live = {name for name in files if name in changed or max(days[name], default=date.min) >= first}
    cold = files - live - {MAIN}
    live.discard(MAIN)
    if MAIN in changed or days[MAIN] or not cold:
        return None
    opens = _opens(dated[name] for name in sorted(cold))
    if opens is None or _is_padded([dated[name] for name in live], [dated[name] for name in cold]):
        return None
    small = "\n".join([*_options(after, files), *opens, *_carried(before, cold, first)])
    small += "".join(f'\ninclude "{name.removeprefix("Accounting/")}"' for name in sorted(live)) + "\n"
    loaded = load({SMALL: small, **{name: after[name] for name in live}}, SMALL, root)
    if loaded.errors:
        return None
    entries: dict[str, list[Transaction]] = {name: [] for name in changed}  # in the others stands what stood there
    for each in loaded.transactions:
        if each.file in changed:
            entries[each.file].append(each)
    parts = {name: parts_of(some, after[name]) for name, some in entries.items()}
    kept = before.ask(lambda kept: kept.with_files(parts))
    return Ledger(after, partial(load, after, MAIN, root), kept)


def _is_special(texts: Mapping[str, str], files: Iterable[str]) -> bool:
    for name in files:
        text = texts[name]
        if "{" in text or (any(word in text for word in _SPECIAL_WORDS) and _SPECIAL.search(text)):
            return True
        if "option" in text and {option for option, _ in _OPTION.findall(text)} - _HARMLESS_OPTIONS:
            return True
    return False


def _days(dated: Iterable[Dated]) -> list[date]:
    """The day of every directive but those that open an account."""
    found = []
    for year, month, day, word, _ in dated:
        if word != "open":
            try:
                found.append(date(int(year), int(month), int(day)))
            except ValueError:
                found.append(date.max)
    return found


def _opens(files: Iterable[Iterable[Dated]]) -> list[str] | None:
    """What opens the accounts of the cold files, one line each; None when one of them does more than that."""
    found = []
    for dated in files:
        for year, month, day, word, rest in dated:
            if word in _LATE_TO_TELL:
                return None
            if word == "open":
                found.append(f"{year}-{month}-{day} open{rest}")
    return found


def _is_padded(live: Iterable[Iterable[Dated]], cold: Iterable[Iterable[Dated]]) -> bool:
    """Whether a pad could be other than it was: one in a live file, or one whose balance is not cold too."""
    if any(word == "pad" for dated in live for _, word, _ in _balancing(dated)):
        return True
    before = [each for dated in cold for each in _balancing(dated)]
    settled = [(on, account) for on, word, account in before if word == "balance"]
    pads = ((day, account) for day, word, account in before if word == "pad")
    return any(not any(on > day and same == account for on, same in settled) for day, account in pads)


def _balancing(dated: Iterable[Dated]) -> list[tuple[date, str, str]]:
    """Day, word and account of what pads or asserts a balance; its day is one, as all of the known ledger are."""
    found = []
    for year, month, day, word, rest in dated:
        if word in {"pad", "balance"} and rest.split():
            found.append((date(int(year), int(month), int(day)), word, rest.split()[0]))
    return found


def _options(texts: Mapping[str, str], files: Iterable[str]) -> list[str]:
    told = (texts[name] for name in files if "option" in texts[name])
    pairs = {pair for text in told for pair in _OPTION.findall(text) if pair[0] == "operating_currency"}
    return [f'option "{name}" "{value}"' for name, value in sorted(pairs)]


def _carried(known: Ledger, cold: frozenset[str], first: date) -> list[str]:
    """The balances of the cold files as one entry on the day before."""
    sums: dict[tuple[str, str], Decimal] = {}
    for name, each in known.ask(lambda kept: kept.abouts).items():
        for account, some in each.sums.items() if name in cold else ():
            for currency, booked in some.items():
                sums[account, currency] = sums.get((account, currency), NOTHING) + Decimal(booked)
    legs, rests = [], dict[str, Decimal]()
    for (account, currency), amount in sorted(sums.items()):
        if amount:
            legs.append(f"  {account}  {amount} {currency}")
            rests[currency] = rests.get(currency, NOTHING) - amount
    legs += [f"  {CARRIED}  {rest} {currency}" for currency, rest in rests.items() if rest]
    if not legs:
        return []
    return [f"1900-01-01 open {CARRIED}", f'{first - timedelta(days=1)} * "carried"', *legs]
