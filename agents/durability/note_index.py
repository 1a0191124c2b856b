"""Searching the vault's notes by words: an index in `index.sqlite` in the state folder, made from the notes.

It is disposable: delete it at any time; a damaged one is begun anew. It is refreshed when it is used, from changed
notes only. Private notes, and the folders of which nothing leaves, are never in it, and every hit is looked at once
more before it is told. What was asked is words and nothing else: no sign in it is syntax (SQLite FTS5).
Words are letters and digits between blanks and signs, so parts of words in languages without blanks are not found.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from agents.errors import EmployeeError, Transient
from agents.security.privacy_rules import privacy_rules
from agents.security.private_notes import is_private_folder, reason_to_withhold
from agents.vault.files import PRIVATE_MODE, write_new
from agents.vault.note import Note
from agents.vault.note_files import note_at
from agents.vault.note_walk import walk_notes
from agents.vault.outline import heading, lines_outside_fences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from agents.security.private_notes import PrivacyRules

Answer = TypeVar("Answer")
FILE = "index.sqlite"
FORM = 1  # of the tables; another one is begun anew
BUSY_S = 30.0
BATCH = 500  # notes a transaction: others who wait for the file get their turn
MAX_HITS = 50
MAX_WORDS = 12
MAX_WORD_CHARS = 60
MAX_LONGER = 16  # words that begin as the asked one does
MAX_QUERY_CHARS = 2_000
MAX_INDEXED_CHARS = 200_000  # of one note
MAX_TITLE_CHARS = 200
MAX_TITLE_PLACE_CHARS = 10_000
MAX_TITLE_LINES = 40
MAX_EXCERPT_CHARS = 400
_WORDS = re.compile("[^\\W_]+(?:[\u0300-\u036f]+[^\\W_]*)*")
_TABLES = (
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mark TEXT NOT NULL, shown INT NOT NULL)",
    "CREATE VIRTUAL TABLE texts USING fts5(path, title, body, tokenize = 'unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE words USING fts5vocab(texts, row)",
    "INSERT INTO texts (texts, rank) VALUES ('rank', 'bm25(4.0, 8.0, 1.0)')",
    f"PRAGMA user_version = {FORM}",
)
_BEST = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
_PATHS = "SELECT notes.path FROM texts JOIN notes ON notes.id = texts.rowid WHERE texts MATCH ? ORDER BY notes.path"
_LONGER = "SELECT term FROM words WHERE term >= ? AND term < ? LIMIT ?"
_SHOWN = "SELECT path, title, snippet(texts, 2, '', '', ' … ', 32) FROM texts WHERE texts MATCH ? AND rowid = ?"
_REFUSED = frozenset(  # the file is sound
    (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
    )
)
_TAKEN = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))
_PRIMARY = 0xFF  # the low byte of an error's code says what kind it is


@dataclass(frozen=True, slots=True)
class Hit:
    """A note in which the words stand. `path` is posix and relative to our root; `excerpt` is as it stands there."""

    path: str
    title: str
    excerpt: str


class NoteIndex:
    """The index of one vault. `state`: the state folder; `root`: our folder, beyond which nothing is looked at."""

    def __init__(self, state: Path, root: Path, *, busy_s: float = BUSY_S) -> None:
        self._busy_s = busy_s
        self._path = state / FILE
        self._root = root.resolve()

    def search(self, words: str, limit: int = 10) -> tuple[Hit, ...]:
        """The notes with all of the words, best first; with any of them where none has all.

        Raises:
            NeedsOwner: the handbook does not say which folders are private.
            Transient: another process makes the index right now, or the disk refuses.
        """
        rules = privacy_rules(self._root)
        asked = [each[:MAX_WORD_CHARS] for each in _WORDS.findall(_one_form(words))][:MAX_WORDS]
        if not asked:
            return ()
        found = self._answered(rules, lambda sql: _found(sql, asked, max(1, min(limit, MAX_HITS))))
        return tuple(each for each in found if self._may_be_told(each.path, rules))

    def holding(self, asked: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """The paths of the notes in which one of some runs of words stands, for each name; none without a word.

        Raises:
            NeedsOwner, Transient: as `search`.
        """
        rules = privacy_rules(self._root)
        runs = {name: [" ".join(_WORDS.findall(_one_form(run))) for run in each] for name, each in asked.items()}
        queries = {name: " OR ".join(f'"{run}"' for run in each if run) for name, each in runs.items()}
        return self._answered(
            rules, lambda sql: {name: _holding(sql, query) if query else () for name, query in queries.items()}
        )

    def _answered(self, rules: PrivacyRules, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """What the index says once it is as the notes are; one that is damaged is begun anew."""
        try:
            return self._looked_up(rules, ask)
        except _Damaged:
            self._begin_anew()
            return self._looked_up(rules, ask)

    def _looked_up(self, rules: PrivacyRules, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        with self._opened() as sql:
            self._refresh(sql, rules)
            with _transaction(sql, "BEGIN"):  # one moment of it, whatever others take in or out meanwhile
                return ask(sql)

    def _begin_anew(self) -> None:
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            self._path.with_name(name).unlink(missing_ok=True)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, 0600, with its tables; closed again so that nothing lies beside it between two uses."""
        if not self._path.exists():
            with suppress(FileExistsError):  # another process was quicker
                write_new(self._path, b"", mode=PRIVATE_MODE)
        with _told(), closing(sqlite3.connect(self._path, timeout=self._busy_s, isolation_level=None)) as sql:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "cache_size=-16000"):
                sql.execute(f"PRAGMA {pragma}")
            if not _form(sql):
                _lay_out(sql)
            if _form(sql) != FORM:
                raise _Damaged("The index of the notes was made by another version.", hint=_ANEW)
            yield sql

    def _refresh(self, sql: sqlite3.Connection, rules: PrivacyRules) -> None:
        """Take in what changed, and forget what is gone or became private."""
        gone = dict(sql.execute("SELECT path, mark FROM notes"))
        changed = [
            (path, mark)
            for path, mark in walk_notes(self._root, lambda folder: is_private_folder(folder, rules))
            if gone.pop(path, None) != mark
        ]
        hidden = any(is_private_folder(path.rpartition("/")[0], rules) for path in gone)
        for at in range(0, len(changed), BATCH):
            with _transaction(sql):
                for path, mark in changed[at : at + BATCH]:
                    hidden |= self._take_in(sql, path, mark, rules)
        if gone:
            with _transaction(sql):
                for path in gone:
                    _forget(sql, path)
        if hidden:  # what was deleted is still among the words until they are written together anew
            sql.execute("INSERT INTO texts (texts) VALUES ('optimize')")
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _take_in(self, sql: sqlite3.Connection, path: str, mark: str, rules: PrivacyRules) -> bool:
        """Put a note in as it is now, or only its mark when it is private; whether it was not private before."""
        note = note_at(self._root, path)
        was_shown = _forget(sql, path)
        shows = isinstance(note, Note) and reason_to_withhold(path, note, rules) is None
        row = sql.execute("INSERT INTO notes (path, mark, shown) VALUES (?, ?, ?)", (path, mark, shows)).lastrowid
        if shows and isinstance(note, Note):
            text = note.text[:MAX_INDEXED_CHARS]
            content = (row, path, _title(path, text), text)
            sql.execute("INSERT INTO texts (rowid, path, title, body) VALUES (?, ?, ?, ?)", content)
        return was_shown and not shows

    def _may_be_told(self, path: str, rules: PrivacyRules) -> bool:
        return reason_to_withhold(path, note_at(self._root, path), rules) is None


_ANEW = "Search once more; it is begun anew."


class _Damaged(EmployeeError):
    """The file is no index of ours any more."""


@contextmanager
def _told() -> Iterator[None]:
    """What SQLite says, as what to do next.

    Raises:
        Transient: another process has the file, or the computer refuses.
        _Damaged: anything else.
    """
    try:
        yield
    except sqlite3.Error as err:
        kind = getattr(err, "sqlite_errorcode", 0) & _PRIMARY
        if kind in _TAKEN:
            raise Transient("Another process makes the index of the notes.", hint="Search again in a minute.") from err
        if kind in _REFUSED:
            raise Transient(f"The computer refuses the index of the notes: {err}.", hint="Look at the disk.") from err
        raise _Damaged(f"The index of the notes does not work: {err}.", hint=_ANEW) from err


@contextmanager
def _transaction(sql: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    sql.execute(begin)
    try:
        yield
    except BaseException:
        sql.execute("ROLLBACK")
        raise
    sql.execute("COMMIT")


def _one_form(words: str) -> str:
    return unicodedata.normalize("NFC", words[:MAX_QUERY_CHARS])


def _form(sql: sqlite3.Connection) -> int:
    return int(sql.execute("PRAGMA user_version").fetchone()[0])


def _lay_out(sql: sqlite3.Connection) -> None:
    """Make the tables, unless another process was quicker."""
    with _transaction(sql):
        for each in _TABLES if not _form(sql) else ():
            sql.execute(each)


def _forget(sql: sqlite3.Connection, path: str) -> bool:
    """Take a note out; whether its text was in."""
    row = sql.execute("DELETE FROM notes WHERE path = ? RETURNING id, shown", (path,)).fetchone()
    if row is not None and row[1]:
        sql.execute("DELETE FROM texts WHERE rowid = ?", row[:1])
    return row is not None and bool(row[1])


def _found(sql: sqlite3.Connection, asked: list[str], limit: int) -> list[Hit]:
    """With all words before those with any; with the words themselves before those with longer ones."""
    exact = [f'"{each}"' for each in asked]
    longer = [_or_longer(sql, each) for each in asked]
    for join in (" AND ", " OR "):
        hits: dict[int, Hit] = {}
        for query in (join.join(exact), join.join(longer)):
            for (row,) in sql.execute(_BEST, (query, limit)).fetchall() if len(hits) < limit else ():
                path, title, excerpt = sql.execute(_SHOWN, (query, row)).fetchone()
                hits.setdefault(row, Hit(path, title, excerpt[:MAX_EXCERPT_CHARS]))
        if hits:
            return list(hits.values())[:limit]
    return []


def _holding(sql: sqlite3.Connection, query: str) -> tuple[str, ...]:
    return tuple(path for (path,) in sql.execute(_PATHS, (query,)))


def _or_longer(sql: sqlite3.Connection, word: str) -> str:
    """The word, or some that begin with it: as many as may match would take seconds."""
    start = "".join(each for each in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(each))
    known = sql.execute(_LONGER, (start, f"{start}\U0010ffff", MAX_LONGER)).fetchall()
    return "(" + " OR ".join(f'"{each}"' for each in dict.fromkeys([word, *(term for (term,) in known)])) + ")"


def _title(path: str, text: str) -> str:
    """The first big heading, else the name."""
    lines = islice(lines_outside_fences(text[:MAX_TITLE_PLACE_CHARS]), MAX_TITLE_LINES)
    found = (heading(each.text) for each in lines)
    title = next((each[1].strip() for each in found if each and each[0] == 1 and each[1].strip()), "")
    return title[:MAX_TITLE_CHARS] or PurePosixPath(path).stem
