"""What beancount made of each ledger file, kept in the state folder: a ledger that did not change is not loaded again.

A version of the ledger is known by the bytes of all its files, and only one without any error is kept. The parts of a
file are keyed by its own bytes: a month that was appended to costs that month. Where an entry may depend on other
files - by a pad, a lot, a plugin, an option - they are keyed by the whole version. A cache that is damaged, or that
another process holds, is as good as none. Why it is kept in parts: ADR 0064.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from agents.connectors.book_keeping import MAIN
from agents.connectors.ledger.beancount_file import Loaded, load
from agents.connectors.ledger.file_parts import ABOUT, TOPICS, about
from agents.connectors.ledger.ledger import DAMAGED, Kept, Ledger
from agents.vault.files import PRIVATE_MODE, write_new

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME = "ledger-cache.sqlite"
FORM = 4  # of what is kept; another one is thrown away
VERSION_CHARS = 16
_ENTANGLED = re.compile(
    r"(?m)\{|^[ \t]*plugin\b|^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ \t]*pad\b"
    r'|^[ \t]*option[ \t]*"(?!(?:title|operating_currency)")'  # a tolerance decides what is left out of an entry
)
_ENTANGLING = ("{", "plugin", "pad", "option")  # one of them is in whatever is entangled: quicker to look for
_TABLES = ("version", "part", "file")  # the last one is of older forms
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS version (name TEXT PRIMARY KEY, home TEXT NOT NULL, files TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS part (digest TEXT, topic TEXT, rows TEXT NOT NULL, PRIMARY KEY (digest, topic))",
)
_PART = "SELECT rows FROM part WHERE digest = ? AND topic = ?"


class LedgerCache:
    """The cache of one vault's ledger. `loads` counts how often the whole ledger was loaded."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root = root
        self._place = state / NAME
        self.loads = 0

    def ledger(self, texts: Mapping[str, str]) -> Ledger:
        """The ledger of these texts, as `beancount_file.load` has it; from the cache when this version is in it."""
        kept = self.known(texts)
        return Ledger(texts, partial(self._loaded, texts, is_damaged=kept is not None), kept)

    def keep(self, ledger: Ledger) -> None:
        """Keep this version; what cannot be kept is not, and costs a load the next time."""
        kept = ledger.ask(lambda kept: kept)
        if not ledger.texts.keys() >= {*kept.order}:  # made by a plugin, in no file
            return
        version, keys = _keys(ledger.texts)
        mine = {keys[name] for name in kept.order}
        try:
            with closing(self._opened()) as sql, sql:
                known = {digest for (digest,) in sql.execute("SELECT digest FROM part WHERE topic = ?", (ABOUT,))}
                fresh = [name for name in kept.order if keys[name] not in known]
                places = [(name, topic) for name in fresh for topic in (*TOPICS, *kept.abouts[name].sums)]
                told = zip(places, kept.read(places), strict=True)
                rows = [(keys[name], topic, json.dumps(part)) for (name, topic), part in told]
                sql.executemany("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", rows)
                sql.execute("DELETE FROM version")
                sql.execute("INSERT INTO version VALUES (?, ?, ?)", (version, kept.home, json.dumps(kept.order)))
                sql.executemany("DELETE FROM part WHERE digest = ?", [(each,) for each in known - mine])
        except (sqlite3.Error, *DAMAGED, OSError):
            return

    def _loaded(self, texts: Mapping[str, str], *, is_damaged: bool) -> Loaded:
        """The ledger loaded whole, and kept if nothing is wrong with it."""
        if is_damaged:
            self._forget()
        self.loads += 1
        loaded = load(texts, MAIN, self.root)
        if not loaded.errors:
            self.keep(Ledger(texts, lambda: loaded))
        return loaded

    def _forget(self) -> None:
        with suppress(sqlite3.Error, OSError), closing(self._opened()) as sql, sql:
            sql.execute("DELETE FROM part")

    def known(self, texts: Mapping[str, str]) -> Kept | None:
        """The parts of this version, where they are there."""
        version, keys = _keys(texts)
        try:
            with closing(self._opened()) as sql:
                found = sql.execute("SELECT home, files FROM version WHERE name = ?", (version,)).fetchone()
            if found is None:
                return None
            files = tuple(json.loads(found[1]))
            parts = self._parts([(keys[name], ABOUT) for name in files])
            abouts = {name: about(part) for name, part in zip(files, parts, strict=True)}
        except DAMAGED:
            self._forget()
            return None
        except (sqlite3.Error, OSError):
            return None

        def read(wanted: Sequence[tuple[str, str]]) -> list[Any]:
            return self._parts([(keys[name], topic) for name, topic in wanted])

        return Kept(files, found[0], abouts, read)

    def _parts(self, wanted: Sequence[tuple[str, str]]) -> list[Any]:
        """The parts by digest and topic.

        Raises:
            LookupError: one is not there, or no part can be read.
        """
        try:
            with closing(self._opened()) as sql:
                found = [sql.execute(_PART, each).fetchone() for each in wanted]
        except (sqlite3.Error, OSError) as err:
            raise LookupError(f"{NAME} cannot be read") from err
        if None in found:
            raise LookupError(f"{NAME} does not hold a part any more")
        parts: list[Any] = json.loads(f"[{','.join(part for (part,) in found)}]")
        return parts

    def _opened(self) -> sqlite3.Connection:
        if not self._place.exists():
            with suppress(FileExistsError):  # another process was quicker
                write_new(self._place, b"", mode=PRIVATE_MODE)
        sql = sqlite3.connect(self._place, timeout=1.0)
        try:
            if sql.execute("PRAGMA user_version").fetchone()[0] != FORM:
                drops = "".join(f"DROP TABLE IF EXISTS {table}; " for table in _TABLES)
                sql.executescript(f"{drops}PRAGMA user_version={FORM}")
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
    return _version({name: _digest(name, text) for name, text in texts.items()})


def _version(digests: Mapping[str, str]) -> str:
    told = hashlib.sha256()
    for name in sorted(digests):
        told.update(digests[name].encode())
    return told.hexdigest()[:VERSION_CHARS]


def _keys(texts: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The version, and under what the parts of each file are kept."""
    digests = {name: _digest(name, text) for name, text in texts.items()}
    version = _version(digests)
    if any(_is_entangled(text) for text in texts.values()):
        return version, {name: _digest(name, f"{version}{text}") for name, text in texts.items()}
    return version, digests


def _is_entangled(text: str) -> bool:
    return any(word in text for word in _ENTANGLING) and _ENTANGLED.search(text) is not None


def _digest(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
