"""Where the engine's PostgreSQL database is: from a setting, or as the owner connected it; without one, there is none.

The address is kept in the state folder, its password in the secret store. Nothing here shows a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from agents.durability.engine_postgres import CHECKED, connecting, is_on_this_computer
from agents.errors import NeedsOwner
from agents.vault.files import MISSING, PRIVATE_MODE, forget_file, read_regular, write_over
from agents.vault.note import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

PASSWORD = "engine.password"  # noqa: S105 - the secret's name, not the secret
OLDEST = 12
MAX_BYTES = 10_000
CONNECT = "Run `python orchestrator.py connect engine`."
_TLS = "Leave sslmode out of the address; a server with a certificate of its own needs sslrootcert=FILE there."
_FORM = "Write it like postgresql://employee@db.example.org/employee."


class Passwords(Protocol):
    """The secret store, as far as it is needed here."""

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        ...

    def put(self, name: str, value: str) -> str:
        """Keep it; returns where it lies."""
        ...

    def forget(self, name: str) -> None:
        """Remove it."""
        ...


class _Kept(BaseModel):
    """What lies in the state folder: an address without its password, and whether it has one."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    url: str = Field(max_length=2000)
    has_password: bool


def address(setting: SecretStr | None, state: Path, passwords: Passwords) -> URL | None:
    """The database; None: the engine keeps its steps in a file of the state folder. The setting comes first.

    Raises:
        NeedsOwner: the address cannot be read, or its password is not where it was kept.
    """
    if setting is not None and setting.get_secret_value():
        return read_address(setting.get_secret_value())
    kept = _read(state)
    if kept is None:
        return None
    password = passwords.get(PASSWORD) if kept.has_password else None
    if kept.has_password and not password:
        raise NeedsOwner("the password of the engine's database is not where it was kept", hint=CONNECT)
    return read_address(kept.url).set(password=password)


def read_address(words: str, password: str = "") -> URL:
    """An address as people write it; a password of its own wins over one in the address.

    Raises:
        NeedsOwner: it is no address of a PostgreSQL database.
    """
    try:
        url = make_url(words.strip())
    except (SQLAlchemyError, ValueError):  # not chained: their text may quote a password
        raise NeedsOwner("this is no address of a database", hint=_FORM) from None
    if url.get_backend_name() not in {"postgresql", "postgres"} or not url.database:
        raise NeedsOwner("this is no address of a PostgreSQL database", hint=_FORM)
    if not is_on_this_computer(url) and url.query.get("sslmode", CHECKED) != CHECKED:
        raise NeedsOwner("the database on another computer would be reached without a checked certificate", hint=_TLS)
    return url.set(drivername="postgresql", password=password or url.password)


def shown(url: URL) -> str:
    """An address for people: where it is, and no password."""
    return f"{url.database} at {url.host or 'this computer'}"


def try_address(url: URL) -> str:
    """Log in, and look whether the engine may work there; what works, in words.

    Raises:
        NeedsOwner: it does not work, and why.
    """
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args=connecting(url))
    try:
        with engine.connect() as sql:
            version = sql.scalar(text("SELECT current_setting('server_version_num')::int / 10000"))
            may = sql.scalar(text("SELECT has_database_privilege(current_database(), 'CREATE')"))
    except SQLAlchemyError as err:
        raise NeedsOwner(f"the database does not let us in: {_last_words(err, url)}", hint="Answer again.") from None
    if version < OLDEST:
        raise NeedsOwner(f"this is PostgreSQL {version}", hint=f"PostgreSQL {OLDEST} or newer is needed.")
    if not may:
        raise NeedsOwner(
            f"{url.username} may not make a schema in {url.database}",
            hint=f"Let an administrator say: GRANT CREATE ON DATABASE {url.database} TO {url.username}.",
        )
    return f"PostgreSQL {version} lets us in, and we may make a schema in {shown(url)}."


def keep_address(url: URL, state: Path, passwords: Passwords) -> str:
    """Keep address and password; where they lie, in words."""
    where = passwords.put(PASSWORD, str(url.password)) if url.password else ""
    plain = url._replace(password=None).render_as_string(hide_password=False)  # `set` takes None for no change
    kept = _Kept(url=plain, has_password=bool(url.password))
    write_over(_place(state), kept.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    secret = f" The password lies {where}." if where else ""
    return f"From the next `run` on, the steps of long work are kept in {shown(url)}.{secret}"


def kept_address(state: Path) -> str:
    """The address that was connected, without its password; empty when there is none."""
    kept = _read(state)
    return kept.url if kept else ""


def forget_address(state: Path, passwords: Passwords) -> str:
    """Forget address and password."""
    passwords.forget(PASSWORD)
    forget_file(_place(state), MAX_BYTES)
    return "The database is forgotten; the steps of long work are kept in a file of the state folder again."


def _read(state: Path) -> _Kept | None:
    content = read_regular(_place(state), MAX_BYTES)
    if content == MISSING:
        return None
    try:
        return _Kept.model_validate_json(b"" if isinstance(content, Problem) else content)
    except ValidationError:
        raise NeedsOwner("the address of the engine's database is damaged", hint=CONNECT) from None


def _place(state: Path) -> Path:
    return state / "connections" / "engine.json"


def _last_words(err: SQLAlchemyError, url: URL) -> str:
    """The server's own words, without the password."""
    words = str(getattr(err, "orig", None) or type(err).__name__).strip().splitlines()[0]
    said = words.rpartition("FATAL:" if "FATAL:" in words else "failed:")[2].strip()
    return said.replace(str(url.password), "...") if url.password else said
