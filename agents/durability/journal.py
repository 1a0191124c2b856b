"""The journal: the truth about events, tasks, proposals, intents and receipts, in SQL.

One writer at a time (`BEGIN IMMEDIATE`), write-ahead log, `synchronous=FULL`: what `begin` has left is on the disk.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    NullPool,
    StaticPool,
    bindparam,
    create_engine,
    delete,
    event,
    false,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.schema import CreateIndex

from agents.durability.checkpoint_schema import CHECKPOINTS
from agents.durability.drop_folder_schema import DROP_FOLDERS, DROPPED_FILES
from agents.durability.finding_schema import EVERY_TABLE, FINDINGS
from agents.durability.people_schema import PROMISES
from agents.durability.schema import CHAIN, LATER_INDEXES, META, REQUESTS, TRANSITIONS
from agents.durability.skill_schema import ACCEPTED_SKILLS, ASSISTANT_SESSIONS
from agents.durability.spend_schema import SPENDING
from agents.errors import Broken, Transient
from agents.security.audit_logger import Link, fields_of
from agents.vault.files import PRIVATE_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Pool, Row

BUSY_TIMEOUT_S = 20
JOURNAL_FILE = "journal.sqlite"
PAST_EPOCH = "past epoch"  # the last epoch of a journal that began anew
LOG_MARK = "log mark"  # what sets the names of this journal's log files apart from those of other machines
_ID = "journal"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_META_VALUE = select(META.c.value).where(META.c.name == bindparam("note"))  # made once: asked for every event
_NEWEST = select(func.max(CHAIN.c.seq))
_OUTLIVES = frozenset({"vault", "place", "skills accepted"})  # what holds for a journal that begins anew
_GONE = {  # of a journal that begins anew, where not all of it is; money that was spent stays spent
    REQUESTS: REQUESTS.c.state != "pending",
    META: META.c.name.not_in(_OUTLIVES),
    SPENDING: false(),
    CHECKPOINTS: false(),  # what was read from a mailbox stays read
    PROMISES: false(),  # what was promised stays promised
    FINDINGS: false(),  # and what the owner called fine stays so
    ACCEPTED_SKILLS: false(),  # this and the next are about this machine, not the vault
    ASSISTANT_SESSIONS: false(),
    DROP_FOLDERS: false(),
    DROPPED_FILES: DROPPED_FILES.c.state == "filed",  # offered anew: rather a second task than none
}
_HELD = "Try again in a moment."
_REFUSED = "Free space on the disk, or make the state folder writable; then run again."


class Journal:
    """A connection to the journal of one vault, for one thread; transactions do not nest. Close it when done."""

    def __init__(self, url: str, begin: str = "BEGIN IMMEDIATE", pool: type[Pool] = StaticPool) -> None:
        self._engine = create_engine(
            url, poolclass=pool, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
        )
        event.listen(self._engine, "connect", _set_up)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql(begin))

    @classmethod
    def open(cls, state: Path) -> Journal:
        """The journal in the state folder, created when there is none."""
        with suppress(OSError):  # it is there, or SQLite says in its own words why it cannot be
            os.close(os.open(state / JOURNAL_FILE, _NEW, PRIVATE_MODE))
        journal = cls(f"sqlite:///{state / JOURNAL_FILE}")
        with journal.begin() as sql:
            EVERY_TABLE.create_all(sql)
            for index in LATER_INDEXES:  # `create_all` adds none to a table that is there
                sql.execute(CreateIndex(index, if_not_exists=True))
            if not read_meta(sql, _ID):
                write_meta(sql, _ID, _new_id())
        return journal

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: all of it is durable, or nothing.

        Raises:
            Transient: another process held the journal for too long, or the disk refused.
            Broken: the file is no journal any more.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as err:
            held = "locked" in str(err.orig)
            raise Transient(f"The journal could not be written: {err.orig}", hint=_HELD if held else _REFUSED) from err
        except DatabaseError as err:
            if type(err) is not DatabaseError:  # its kinds, such as IntegrityError, are mistakes of ours
                raise
            hint = "Restore the state folder from a backup."
            raise Broken(f"The journal is damaged: {err.orig}", hint=hint) from err

    def begin_anew(self, kept: Path, notes: Mapping[str, str]) -> None:
        """Copy everything to the new file `kept` and begin an empty journal with an id of its own, in this same file.

        What other processes asked for and nobody carried out stays, and which skills are accepted.
        `notes` are first notes of the new one.
        """
        kept.unlink(missing_ok=True)  # of a try that was killed
        self._copy_to(kept)
        with self.begin() as sql:
            past = read_meta(sql, "epoch", "1")
            for table in reversed(EVERY_TABLE.sorted_tables):
                gone = _GONE.get(table, true())
                sql.execute(delete(table).where(gone))
            write_meta(sql, _ID, _new_id())
            for name, value in {**notes, PAST_EPOCH: past}.items():
                write_meta(sql, name, value)

    def _copy_to(self, kept: Path) -> None:
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(kept),))
        finally:
            connection.close()
        with kept.open("rb+") as file:
            os.fchmod(file.fileno(), PRIVATE_MODE)
            os.fsync(file.fileno())

    def tidy(self) -> None:
        """Bring the write-ahead log into the file, and let the database look at its own figures; changes no row.

        Raises:
            Transient: another process held the journal for too long, or the disk refused.
        """
        connection = self._engine.raw_connection()
        try:
            for pragma in ("optimize", "wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.OperationalError as err:
            raise Transient(f"The journal could not be packed: {err}", hint=_HELD) from err
        finally:
            connection.close()

    def close(self) -> None:
        """Give the connection back."""
        self._engine.dispose()


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, and as we say
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _new_id() -> str:
    return f"j{secrets.token_hex(8)}"  # a letter first: no editor of YAML takes it for a number


@contextmanager
def looking(state: Path) -> Iterator[Connection]:
    """A look at the journal as it is now, from any thread; it stops no writer and writes nothing.

    Raises:
        Transient: the disk refused.
    """
    with _apart(state, "BEGIN") as sql:
        yield sql


@contextmanager
def noting(state: Path) -> Iterator[Connection]:
    """A short transaction that writes, from any thread, beside the runner's: for rows of which nothing else follows.

    Raises:
        Transient: another one held the journal for too long, or the disk refused.
    """
    with _apart(state, "BEGIN IMMEDIATE") as sql:
        yield sql


@contextmanager
def _apart(state: Path, begin: str) -> Iterator[Connection]:
    if not (state / JOURNAL_FILE).exists():  # a vault new to this machine: SQLite would make one without tables
        Journal.open(state).close()
    with _beside(f"sqlite:///{state / JOURNAL_FILE}", begin).begin() as sql:
        yield sql


@lru_cache(maxsize=4)
def _beside(url: str, begin: str) -> Journal:
    """One for all threads: each transaction has a connection of its own, and what was compiled for one serves all."""
    return Journal(url, begin, pool=NullPool)


def read_meta(sql: Connection, name: str, default: str = "") -> str:
    """One value of the journal's own notes."""
    found = sql.execute(_META_VALUE, {"note": name}).scalar()
    return default if found is None else str(found)


def write_meta(sql: Connection, name: str, value: str) -> None:
    """Set one value of the journal's own notes."""
    if sql.execute(update(META).where(META.c.name == name).values(value=value)).rowcount == 0:
        sql.execute(insert(META).values(name=name, value=value))


def journal_id(sql: Connection) -> str:
    """The id of this journal; no other one has it, and one that began anew has another."""
    return read_meta(sql, _ID)


def first_link(sql: Connection) -> Link | None:
    """The oldest link of the event chain."""
    row = sql.execute(select(CHAIN).order_by(CHAIN.c.seq).limit(1)).first()
    return _as_link(row) if row else None


def last_link(sql: Connection) -> Link | None:
    """The newest link of the event chain."""
    row = sql.execute(select(CHAIN).order_by(CHAIN.c.seq.desc()).limit(1)).first()
    return _as_link(row) if row else None


def newest_seq(sql: Connection) -> int:
    """The number of the newest event; 0 when there is none. Every change of a row that counts has one."""
    return sql.execute(_NEWEST).scalar() or 0


def links(sql: Connection, *, file: str = "", unlogged: bool = False) -> tuple[Link, ...]:
    """The chain in order: whole, of one log file, or what the log files still lack."""
    wanted = select(CHAIN).order_by(CHAIN.c.seq)
    if file:
        wanted = wanted.where(CHAIN.c.file == file)
    if unlogged:
        wanted = wanted.where(CHAIN.c.logged.is_(False))
    return tuple(_as_link(row) for row in sql.execute(wanted))


def digests(sql: Connection) -> dict[int, str]:
    """The digest of every event, by sequence number."""
    return {row.seq: row.sha256 for row in sql.execute(select(CHAIN.c.seq, CHAIN.c.sha256))}


def links_about(sql: Connection, names: Sequence[str]) -> tuple[Link, ...]:
    """The links whose target or task is one of `names`, in order."""
    wanted = select(CHAIN).where(CHAIN.c.target.in_(names) | CHAIN.c.task.in_(names)).order_by(CHAIN.c.seq)
    return tuple(_as_link(row) for row in sql.execute(wanted))


def commits_of(sql: Connection, target: str, action_type: str) -> tuple[str, ...]:
    """The commits that hold the events of one kind about one target, in order; "" for one in no commit yet."""
    wanted = select(CHAIN, TRANSITIONS.c.commit_id).join(TRANSITIONS).where(CHAIN.c.target == target)
    found = sql.execute(wanted.order_by(CHAIN.c.seq))
    return tuple(str(row.commit_id) for row in found if fields_of(_as_link(row)).get("action_type") == action_type)


def uncommitted(sql: Connection) -> frozenset[int]:
    """The sequence numbers of events that are in no commit yet."""
    waiting = select(CHAIN.c.seq).join(TRANSITIONS).where(TRANSITIONS.c.commit_id == "")
    return frozenset(sql.execute(waiting).scalars())


def _as_link(row: Row[Any]) -> Link:
    return Link(row.seq, row.line, row.sha256, row.file)
