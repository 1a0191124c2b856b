"""A real PostgreSQL server from the system's packages, on a Unix socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy import URL, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

PATIENCE_S = 60.0
POLL_S = 0.05
SETTINGS = {"listen_addresses": "", "fsync": "off", "max_connections": "100", "shared_buffers": "32MB"}
# the superuser needs no password, everybody else does
ACCESS = "local all postgres trust\nlocal all all scram-sha-256\n"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; None: PostgreSQL is not installed."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    places = [*packaged, *([Path(found).resolve().parent] if found else [])]
    return next((each for each in places if (each / "initdb").exists() and (each / "postgres").exists()), None)


class PostgresServer:
    """A server that runs. `sessions_end` and `stop` are how it fails."""

    def __init__(self, programs_folder: Path, folder: Path) -> None:
        self._programs = programs_folder
        self._folder = folder
        self._user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
        self._numbers = count(1)
        if self._user:
            about = pwd.getpwnam(self._user)
            os.chown(folder, about.pw_uid, about.pw_gid)
        words = [
            "initdb",
            "--pgdata",
            str(folder / "data"),
            "--username",
            "postgres",
            "--no-sync",
            "--encoding",
            "UTF8",
        ]
        self._call([*words, "--no-locale"])
        (folder / "data" / "pg_hba.conf").write_text(ACCESS, encoding="ascii")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = SETTINGS | {"unix_socket_directories": str(self._folder)}
        words = [each for name, value in settings.items() for each in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", str(self._folder / "data"), *words],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        pause = Event()
        for _ in range(round(PATIENCE_S / POLL_S)):
            try:
                with self.session():
                    return
            except OperationalError:
                assert self._process.poll() is None, "the server ended"
                pause.wait(POLL_S)
        raise AssertionError("the server does not answer")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        self._process.send_signal(3)  # SIGQUIT: immediate shutdown
        self._process.wait(PATIENCE_S)

    def url(self, database: str = "postgres", user: str = "postgres") -> URL:
        """The address of a database, without a password."""
        return URL.create("postgresql", user, database=database, query={"host": str(self._folder)})

    @contextmanager
    def session(self, database: str = "postgres") -> Iterator[Connection]:
        """A session of the superuser; each statement is a transaction."""
        place = self.url(database).set(drivername="postgresql+psycopg")
        engine = create_engine(place, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as sql:
            yield sql

    def new_database(self) -> URL:
        """An empty database that nobody else has."""
        name = f"fresh_{os.getpid()}_{next(self._numbers)}"
        with self.session() as sql:
            sql.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def new_role(self, password: str, database: URL) -> str:
        """Somebody who may log in with a password, and make schemas in a database."""
        name = f"employee_{os.getpid()}_{next(self._numbers)}"
        with self.session() as sql:
            sql.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
            sql.exec_driver_sql(f"GRANT CREATE ON DATABASE {database.database} TO {name}")
        return name

    def drop(self, url: URL) -> None:
        """Drop a database, whoever uses it."""
        with self.session() as sql:
            sql.exec_driver_sql(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")

    def end_sessions(self, url: URL) -> None:
        """Cut every connection to a database, as a restart does."""
        with self.session() as sql:
            others = "FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
            sql.execute(text(f"SELECT pg_terminate_backend(pid, 5000) {others}"), {"name": url.database})

    def _call(self, words: list[str]) -> None:
        done = subprocess.run(
            [self._programs / words[0], *words[1:]],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server in a folder that is gone afterwards."""
    found = programs()
    assert found
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short, as the names of sockets have to be
    server = PostgresServer(found, folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
