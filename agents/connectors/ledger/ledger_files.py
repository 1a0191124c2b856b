"""Which files make the ledger, how they are read, and what a new vault starts with.

Paths are posix and relative to our folder in the vault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.connectors.book_keeping import MAIN
from agents.errors import NeedsOwner
from agents.vault.files import read_regular
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

FOLDER = "Accounting"
GONE = "is missing"
MAX_LEDGER_FILE_BYTES = 50_000_000
_NUMBER = re.compile(r'number:[ \t]*"(INV|CN|BILL)-([0-9]{4})-([0-9]{4,6})"', re.IGNORECASE)
_OPENED = re.compile(r"(?m)^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ \t]*open[ \t]+([\w:-]+)")
_BANK_ACCOUNT = re.compile(
    r"(?m)^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ \t]+open[ \t]+Assets:Bank:([A-Z0-9][A-Za-z0-9-]*)(?![\w:-]).*$"
    r"((?:\n[ \t]+\S.*)*)"
)
_IBAN = re.compile(r'iban:[ \t]*"([^"]{1,60})"')


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the ledger cannot be read as a whole: which file, and what is wrong with it."""

    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} {self.message}"


def read_ledger(root: Path) -> dict[str, str] | Unreadable:
    """Every ledger file's text by path, those not included (conflict copies) too. All or nothing."""
    texts: dict[str, str] = {}
    for path in sorted((root / FOLDER).rglob("*.beancount*")):
        name = path.relative_to(root).as_posix()
        if path.name.startswith(".") and path.suffix == ".icloud":
            return Unreadable(name, "is not downloaded yet")
        if path.name.startswith(".") or path.suffix != ".beancount":
            continue
        text = _read_text(path)
        if isinstance(text, Problem):
            return Unreadable(name, f"cannot be read: {text.message}")
        texts[name] = text
    return texts if MAIN in texts else Unreadable(MAIN, GONE)


def ledger_texts(root: Path) -> dict[str, str]:
    """As `read_ledger`, for whoever cannot go on without.

    Raises:
        NeedsOwner: a file cannot be read.
    """
    texts = read_ledger(root)
    if isinstance(texts, Unreadable):
        raise NeedsOwner(f"The ledger cannot be read: {texts}", hint=f"Restore {texts.file} from the history.")
    return texts


def month_file(day: date) -> str:
    """Where entries of a day are appended: 'Accounting/2026/2026-11.beancount'."""
    return f"{FOLDER}/{day:%Y}/{day:%Y-%m}.beancount"


def document_file(number: str) -> str:
    """Where the PDF of a number lies: 'Accounting/Invoices/2026/inv-2026-0001.pdf'."""
    return f"{FOLDER}/Invoices/{number.split('-')[1]}/{number.lower()}.pdf"


def new_month_text(day: date) -> str:
    """What a month's file starts with."""
    return (
        f"; The ledger of {day:%Y-%m}. The AI employee appends here and never changes what stands here.\n"
        "; Write your own entries into ../manual.beancount.\n"
    )


def opening_files(today: date, currency: str) -> dict[str, str]:
    """The files that `init` adds to those of the vault template: text by path. `currency` is ISO 4217."""
    opening = (
        "; Where your books start: the currency you work in, and your opening balances, for example\n"
        f";   {today:%Y}-01-01 pad Assets:Bank:Checking Equity:Opening-Balances\n"
        f";   {today:%Y}-01-02 balance Assets:Bank:Checking  1000.00 {currency}\n"
        f'option "operating_currency" "{currency}"\n'
    )
    return {f"{FOLDER}/opening.beancount": opening, month_file(today): new_month_text(today)}


def highest_number(texts: Iterable[str], year: int, series: str = "") -> int:
    """The highest running number of a year in any ledger text, also in entries that were commented out; 0 = none.

    `series`: "" for invoices and credit notes, which share one, or BILL.
    """
    found = (match for text in texts for match in _NUMBER.finditer(text))
    mine = (match for match in found if int(match[2]) == year and (match[1].upper() == "BILL") == (series == "BILL"))
    return max((int(match[3]) for match in mine), default=0)


def opened_accounts(texts: Iterable[str]) -> set[str]:
    """Every account that some ledger text opens."""
    return {account for text in texts if "open" in text for account in _OPENED.findall(text)}


def bank_accounts(texts: Iterable[str]) -> dict[str, str]:
    """The owner's bank accounts by name, each with the IBAN that stands below its `open`, or empty."""
    found: dict[str, str] = {}
    for text in texts:
        for name, meta in _BANK_ACCOUNT.findall(text):
            iban = _IBAN.search(meta)
            found[name] = (iban[1].replace(" ", "").upper() if iban else "") or found.get(name, "")
    return found


def places_of(texts: Mapping[str, str], wanted: str) -> tuple[str, ...]:
    """Every 'file:line' where a text occurs."""
    return tuple(
        f"{name}:{at}" for name, text in texts.items() for at, line in enumerate(text.split("\n"), 1) if wanted in line
    )


def _read_text(path: Path) -> str | Problem:
    content = read_regular(path, MAX_LEDGER_FILE_BYTES)
    if isinstance(content, Problem):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError as err:
        return Problem(content[: err.start].count(b"\n") + 1, f"not UTF-8 at byte {err.start}")
