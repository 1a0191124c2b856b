"""The engine's steps in a PostgreSQL database, in a schema of their own for each journal."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from agents.durability.engine_database import ANOTHER, SPARE_CONNECTIONS, leave_to_the_parent, refusals, short, until
from agents.errors import NotAllowed
from agents.security.egress import is_loopback, system_certificates

if TYPE_CHECKING:
    from sqlalchemy import Connection


CHECKED = "verify-full"


class PostgresSchema:
    """A schema for one journal in a PostgreSQL database. The lock is the server's, held by a session of its own."""

    def __init__(self, url: URL, journal: str) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self.schema: str | None = f"ai_employee_{short(journal)}"
        self.prefix = f"{self.schema}."
        self._holder = create_engine(
            self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=connecting(url)
        )
        self._held: Connection | None = None

    def __repr__(self) -> str:
        return f"PostgresSchema({self._url!r}, {self.schema!r})"

    def take(self) -> None:
        """Hold an advisory lock."""
        self._taken()

    def connect(self, workers: int) -> Engine:
        """Its connections; the tables are made by the engine."""
        return create_engine(
            self._url,
            pool_size=workers + SPARE_CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args=connecting(self._url),
        )

    def check(self, engine: Engine) -> None:
        """The server does that by itself."""

    def is_there(self) -> bool:
        """Whether the tables are there. After a restart of the server the lock is taken again.

        Raises:
            NotAllowed: another process took it meanwhile.
            Transient: the server cannot be reached.
        """
        try:
            return self._sees_tables()
        except SQLAlchemyError:
            self.release()
        with refusals():
            return self._sees_tables()

    def set_aside(self) -> str:
        """Rename the schema, and drop the one that was set aside before."""
        kept = f"{self.schema}_damaged"
        with refusals(), self._holder.connect() as sql:
            sql.exec_driver_sql(f"DROP SCHEMA IF EXISTS {kept} CASCADE")
            sql.exec_driver_sql(f"ALTER SCHEMA {self.schema} RENAME TO {kept}")
        return (
            "The schema in which the engine keeps the steps of its work was damaged. It lies beside the new one as"
            f" {kept}; work that was under way begins again."
        )

    def shrink(self, engine: Engine) -> None:
        """The server does that by itself."""

    def release(self) -> None:
        """End the session, and with it the lock."""
        session, self._held = self._held, None
        if session is not None:
            with suppress(SQLAlchemyError):
                session.close()

    def abandon(self) -> None:
        """Forget the session without ending it."""
        leave_to_the_parent(self._held)
        self._held = None

    def _taken(self) -> Connection:
        """The session that holds the lock, begun when there is none."""
        if self._held is not None:
            return self._held
        with refusals():
            session = self._holder.connect()
        question = text("SELECT pg_try_advisory_lock(:key)")
        with refusals():
            got = until(lambda: bool(session.scalar(question, {"key": self._key()})))
        if not got:
            session.close()
            raise NotAllowed("Another process works with the engine of this vault.", hint=ANOTHER)
        self._held = session
        return session

    def _sees_tables(self) -> bool:
        name = {"name": f"{self.prefix}workflow_status"}
        return bool(self._taken().scalar(text("SELECT to_regclass(:name) IS NOT NULL"), name))

    def _key(self) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.schema}".encode()).digest()[:8], "big", signed=True)


def connecting(url: URL) -> dict[str, object]:
    """What each connection to the server is made with: to another computer, TLS with a checked certificate."""
    tls: dict[str, object] = {}
    if not is_on_this_computer(url):
        tls = {"sslmode": CHECKED, "sslrootcert": url.query.get("sslrootcert") or system_certificates()}
    return {
        "connect_timeout": 5,
        "application_name": "ai-employee",
        "keepalives_idle": 30,
        "tcp_user_timeout": 15_000,
        **tls,
    }


def is_on_this_computer(url: URL) -> bool:
    """Whether every host the address names is this computer: a Unix socket, or loopback."""
    if "service" in url.query:  # a file that may name any host
        return False
    hosts = [url.host or "", *(each for name in ("host", "hostaddr") for each in _values(url, name))]
    return all(not each or each.startswith(("/", "@")) or is_loopback(each) for each in hosts)


def _values(url: URL, name: str) -> list[str]:
    given = url.query.get(name, ())
    return [each for part in ((given,) if isinstance(given, str) else given) for each in part.split(",")]
