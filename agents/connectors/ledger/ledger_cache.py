"""What beancount made of each ledger file, kept in the state folder: a ledger that did not change is not loaded again.

A version of the ledger is known by the bytes of all its files, and only one without any error is kept. The rows of a
file are keyed by its own bytes: a month that was appended to costs that month. Where an entry may depend on other
files - by a pad, a lot, a plugin, an option - they are keyed by the whole version. A cache that is damaged, or that
another process holds, is as good as none.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing, suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.connectors.ledger.beancount_file import Loaded, Posting, Transaction, load
from agents.connectors.ledger.ledger_files import MAIN
from agents.vault.files import PRIVATE_MODE, write_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAME = "ledger-cache.sqlite"
FORM = 2  # of what is kept; another one is thrown away
VERSION_CHARS = 16
_ENTANGLED = re.compile(
    r"(?m)\{|^[ \t]*plugin\b|^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ \t]*pad\b"
    r'|^[ \t]*option[ \t]*"(?!(?:title|operating_currency)")'  # a tolerance decides what is left out of an entry
)
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS version (name TEXT PRIMARY KEY, home TEXT NOT NULL, files TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS file (digest TEXT PRIMARY KEY, rows TEXT NOT NULL)",
)


class LedgerCache:
    """The cache of one vault's ledger. `loads` counts how often the whole ledger was loaded."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root = root
        self._place = state / NAME
        self.loads = 0

    def load(self, texts: Mapping[str, str]) -> Loaded:
        """The ledger of these texts, as `beancount_file.load`; from the cache when this version is in it."""
        return self.known(texts) or self.loaded(texts)

    def loaded(self, texts: Mapping[str, str]) -> Loaded:
        """The ledger loaded whole, and kept if nothing is wrong with it."""
        self.loads += 1
        loaded = load(texts, MAIN, self.root)
        if not loaded.errors:
            self.keep(texts, loaded)
        return loaded

    def known(self, texts: Mapping[str, str]) -> Loaded | None:
        """This version from the cache, without an error; None when it is not there."""
        try:
            with closing(self._opened()) as sql:
                found = sql.execute("SELECT home, files FROM version WHERE name = ?", (version_of(texts),)).fetchone()
                if found is None:
                    return None
                files = json.loads(found[1])
                keys = _keys(texts)
                rows = [_rows(sql, name, keys[name]) for name in files]
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError):
            return None
        transactions = sorted((each for part in rows for each in part), key=lambda each: (each.day, each.line))
        return Loaded(tuple(transactions), (), frozenset(files), found[0], tuple(files))

    def keep(self, texts: Mapping[str, str], loaded: Loaded) -> None:
        """Keep this version; what cannot be kept is not, and costs a load the next time."""
        parts: dict[str, list[Transaction]] = {name: [] for name in loaded.order}
        for each in loaded.transactions:
            if each.file not in parts:  # made by a plugin, in no file
                return
            parts[each.file].append(each)
        keys = _keys(texts)
        digests = {keys[name]: name for name in parts}
        try:
            with closing(self._opened()) as sql, sql:
                known = {digest for (digest,) in sql.execute("SELECT digest FROM file")}
                fresh = ((each, parts[digests[each]]) for each in digests.keys() - known)
                rows = [(digest, json.dumps([*map(_row, entries)])) for digest, entries in fresh]
                sql.executemany("INSERT INTO file VALUES (?, ?)", rows)
                name = version_of(texts)
                sql.execute("DELETE FROM version")
                sql.execute("INSERT INTO version VALUES (?, ?, ?)", (name, loaded.home, json.dumps(loaded.order)))
                sql.executemany("DELETE FROM file WHERE digest = ?", [(each,) for each in known - digests.keys()])
        except (sqlite3.Error, OSError):
            return

    def _opened(self) -> sqlite3.Connection:
        if not self._place.exists():
            with suppress(FileExistsError):  # another process was quicker
                write_new(self._place, b"", mode=PRIVATE_MODE)
        sql = sqlite3.connect(self._place, timeout=1.0)
        try:
            if sql.execute("PRAGMA user_version").fetchone()[0] != FORM:
                sql.executescript(
                    f"DROP TABLE IF EXISTS version; DROP TABLE IF EXISTS file; PRAGMA user_version={FORM}"
                )
            for statement in _SCHEMA:
                sql.execute(statement)
        except sqlite3.DatabaseError as err:
            sql.close()
            if "not a database" in str(err) or "malformed" in str(err):
                self._place.unlink(missing_ok=True)
            raise
        return sql


def version_of(texts: Mapping[str, str]) -> str:
    """Hex digits that tell the bytes of every file."""
    told = hashlib.sha256()
    for name in sorted(texts):
        told.update(_digest(name, texts[name]).encode())
    return told.hexdigest()[:VERSION_CHARS]


def _keys(texts: Mapping[str, str]) -> dict[str, str]:
    """Under what the rows of each file are kept."""
    salt = version_of(texts) if any(_ENTANGLED.search(text) for text in texts.values()) else ""
    return {name: _digest(name, f"{salt}{text}") for name, text in texts.items()}


def _rows(sql: sqlite3.Connection, name: str, key: str) -> list[Transaction]:
    (kept,) = sql.execute("SELECT rows FROM file WHERE digest = ?", (key,)).fetchone()
    return [_transaction(name, row) for row in json.loads(kept)]


def _digest(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _row(entry: Transaction) -> list[object]:
    legs = [[leg.account, str(leg.amount), leg.currency, dict(leg.meta)] for leg in entry.postings]
    said = [entry.payee, entry.narration, entry.flag, sorted(entry.tags), sorted(entry.links), dict(entry.meta)]
    return [entry.day.isoformat(), entry.line, *said, legs]


def _transaction(name: str, row: list[object]) -> Transaction:
    day, line, payee, narration, flag, tags, links, meta, legs = row
    return Transaction(
        day=date.fromisoformat(str(day)),
        payee=str(payee),
        tags=frozenset(_texts(tags)),
        meta=_words(meta),
        postings=tuple(_legs(legs)),
        file=name,
        line=int(str(line)),
        links=frozenset(_texts(links)),
        narration=str(narration),
        flag=str(flag),
    )


def _legs(legs: object) -> Iterable[Posting]:
    for account, amount, currency, meta in legs if isinstance(legs, list) else ():
        yield Posting(account, Decimal(amount), currency, meta)


def _texts(values: object) -> list[str]:
    return values if isinstance(values, list) else []


def _words(meta: object) -> dict[str, str]:
    return meta if isinstance(meta, dict) else {}
