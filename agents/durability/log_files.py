"""`Logs/*.jsonl`: the journal's chain, shown in the vault; always completed from the journal, never read for truth.

A line goes to the journal first and to the file second. A file that says something else is left as it is, for `verify`.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, update

from agents.durability.journal import last_link, links, read_meta, write_meta
from agents.durability.schema import CHAIN
from agents.errors import Transient
from agents.security.audit_logger import log_bytes
from agents.vault.files import MISSING, append, read_regular, write_over
from agents.vault.layout import LOGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agents.durability.journal import Journal
    from agents.security.audit_logger import Link
    from agents.vault.store import Store

MAX_LOG_BYTES = 10_000_000
_IN_HISTORY = "log in history"  # the newest event whose line is in a commit


class LogFiles:
    """The log files of one vault."""

    def __init__(self, journal: Journal, store: Store) -> None:
        self._journal = journal
        self._store = store
        self._in_doubt = True  # a write may have ended halfway: before the start, or in an error since

    def complete(self) -> tuple[str, ...]:
        """Write the lines that are missing; what the owner must know, in words.

        Raises:
            Transient: the disk refused; the next call does the rest.
        """
        in_doubt, self._in_doubt = self._in_doubt, True
        with self._journal.begin() as sql:
            missing = links(sql, unlogged=True)
            with _as_transient():
                says = [
                    (self._mend if in_doubt or self._is_gone(file) else self._append)(sql, file, missing)
                    for file in dict.fromkeys(link.file for link in missing)
                ]
        self._in_doubt = any(says)
        return tuple(words for words in says if words)

    def _is_gone(self, file: str) -> bool:
        """Whether it is not there: new, or taken away since; another machine puts the logs it does not know aside."""
        return not self._store.path(f"{LOGS}/{file}").exists()

    def restore(self) -> tuple[str, ...]:
        """Write again what was cut off the end of a file, or a whole file that is gone; what the owner must know.

        Raises:
            Transient: the disk refused.
        """
        with self._journal.begin() as sql:
            size = func.sum(func.length(CHAIN.c.line) + 1).label("size")
            wanted = select(CHAIN.c.file, size).where(CHAIN.c.logged.is_(True)).group_by(CHAIN.c.file)
            files = [(str(row.file), int(row.size)) for row in sql.execute(wanted)]
            says = [self._restored(sql, file) for file, size_bytes in files if self._size(file) < size_bytes]
        return tuple(filter(None, says))

    def _size(self, file: str) -> int:
        path = self._store.path(f"{LOGS}/{file}")
        return path.lstat().st_size if path.is_file() else 0

    def _restored(self, sql: Connection, file: str) -> str:
        path = self._store.path(f"{LOGS}/{file}")
        found = read_regular(path, MAX_LOG_BYTES)
        there = b"" if found == MISSING else found
        waiting = {link.seq for link in links(sql, unlogged=True)}
        told = log_bytes(link for link in links(sql, file=file) if link.seq not in waiting)
        if not isinstance(there, bytes) or not told.startswith(there):
            return ""  # it says something else: left as it is, for `verify`
        with _as_transient():
            append(path, told[len(there) :])
        return f"The log {file} was behind the journal and was completed."

    def go_on(self) -> str:
        """The log file that tells of an event after the journal's last one; empty when none does."""
        with self._journal.begin() as sql:
            last = last_link(sql)
            known = set(sql.execute(select(CHAIN.c.file).distinct()).scalars()) - {last.file if last else ""}
        if last is None:
            return ""
        follows = f'"prev":"{last.sha256}"'.encode()
        for path in sorted(self._store.path(LOGS).glob("*.jsonl")):
            content = b"" if path.name in known else read_regular(path, MAX_LOG_BYTES)
            if isinstance(content, bytes) and follows in content:
                return path.name
        return ""

    def _append(self, sql: Connection, file: str, missing: Sequence[Link]) -> str:
        append(self._store.path(f"{LOGS}/{file}"), log_bytes(link for link in missing if link.file == file))
        _mark_logged(sql, file)
        return ""

    def _mend(self, sql: Connection, file: str, missing: Sequence[Link]) -> str:
        """Bring one file to what the journal says when only its end is missing or torn; else say so."""
        whole = links(sql, file=file)
        lacking = {link.seq for link in missing}
        told = log_bytes(link for link in whole if link.seq not in lacking)
        path, expected = self._store.path(f"{LOGS}/{file}"), log_bytes(whole)
        found = read_regular(path, MAX_LOG_BYTES)
        there = b"" if found == MISSING else found
        if not isinstance(there, bytes):
            return f"The log {file} cannot be completed: {there.message}."
        if expected.startswith(there):
            append(path, expected[len(there) :])
        elif there.startswith(told):  # our own last write, torn by a crash
            write_over(path, expected)
        else:
            return f"The log {file} does not say what was recorded; run `verify`."
        _mark_logged(sql, file)
        return "" if len(there) >= len(told) else f"The log {file} was behind the journal and was completed."


@contextmanager
def _as_transient() -> Iterator[None]:
    try:
        yield
    except OSError as err:
        hint = "Free space on the disk, or make the vault writable; then run again."
        raise Transient(f"The log cannot be written: {err.strerror}", hint=hint) from err


def _mark_logged(sql: Connection, file: str) -> None:
    sql.execute(update(CHAIN).where(CHAIN.c.file == file, CHAIN.c.logged.is_(False)).values(logged=True))


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """The log files (posix, relative to our root) with lines that are in no commit, and the newest of their events."""

    paths: tuple[str, ...]
    events: int
    newest: int


def uncommitted_log(sql: Connection) -> Uncommitted:
    """What the history lacks of the log; `events` counts them."""
    since = int(read_meta(sql, _IN_HISTORY, "0"))
    waiting = CHAIN.c.logged.is_(True) & (CHAIN.c.seq > since)
    files = sql.execute(select(CHAIN.c.file).where(waiting).distinct().order_by(CHAIN.c.file)).scalars()
    paths = tuple(f"{LOGS}/{file}" for file in files)
    newest = int(sql.execute(select(func.max(CHAIN.c.seq)).where(waiting)).scalar() or since)
    return Uncommitted(paths, newest - since, newest)


def log_is_committed(sql: Connection, newest: int) -> None:
    """The lines up to this event are in a commit."""
    write_meta(sql, _IN_HISTORY, str(newest))
