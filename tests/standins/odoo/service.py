"""Calls: who asks, what runs, in a transaction of its own that is committed whole or not at all."""

from __future__ import annotations

import inspect
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.standins.odoo import access
from tests.standins.odoo.errors import (
    AccessDenied,
    AccessError,
    BadCall,
    MissingError,
    NoDatabase,
    NoMethod,
    OdooError,
    SerializationFailure,
    WebError,
)
from tests.standins.odoo.faults import Faults
from tests.standins.odoo.records import Api, Env
from tests.standins.odoo.tables import ConflictError, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.clock import FrozenClock
    from tests.standins.odoo.fields import Row, Value
    from tests.standins.odoo.records import Model
    from tests.standins.odoo.tables import Transaction

TRIES = 5  # as the real server does before it gives a row fight up
BRAKE_FAILURES, BRAKE_S = 10, 60


@dataclass(slots=True)
class Service:
    """The server behind its doors. `secrets`: login -> password and keys. `tries`: how often a row fight is repeated.

    `first_check_s`: how long the first check of a password takes, until `stopped`.
    """

    models: Mapping[str, type[Model]]
    clock: FrozenClock
    database: str
    series: str
    superuser: int = 0
    tables: Tables = field(default_factory=Tables)
    passwords: dict[str, str] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    tries: int = TRIES
    first_check_s: float = 0.0
    stopped: threading.Event = field(default_factory=threading.Event)
    _checked: set[tuple[int, str]] = field(default_factory=set)
    _failures: list[float] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def version(self) -> Row:
        """What `common.version` says."""
        major = int(self.series.split(".")[0])
        build = {"18.0": "18.0-20241005"}.get(self.series, self.series)
        return {
            "server_version": build,
            "server_version_info": [major, 0, 0, "final", 0, ""],
            "server_serie": self.series,
            "protocol_version": 1,
        }

    # ---- who asks ----

    def login(self, database: str, login: str, secret: str) -> int | bool:
        """The id of the user, or False. Raises: NoDatabase."""
        self._known(database)
        uid = self.user_of(login)
        return uid if uid and self._is_right(uid, secret) else False

    def user_of(self, login: str) -> int:
        rows = self.tables.rows["res.users"].values()
        return next((row["id"] for row in rows if row["login"] == login and row["active"]), 0)

    def check(self, database: str, uid: int, secret: str) -> None:
        """Raises: NoDatabase, MissingError for nobody, AccessDenied."""
        self._known(database)
        if uid not in self.tables.rows["res.users"]:
            raise MissingError("res.users", uid, uid)
        if not self._is_right(uid, secret):
            raise AccessDenied

    def by_key(self, key: str) -> int:
        """The user of an API key. Raises: WebError."""
        for login, keys in self.keys.items():
            if key in keys:
                return self.user_of(login)
        raise WebError(401, "Invalid apikey")

    def web_login(self, database: str, login: str, secret: str) -> int:
        """By the page of the browser: passwords only, and a brake. Raises: AccessDenied."""
        now = self.clock.now().timestamp()
        self._failures = [each for each in self._failures if each > now - BRAKE_S]
        if len(self._failures) >= BRAKE_FAILURES:
            raise AccessDenied("Too many login failures, please wait a bit before trying again.")
        self._known(database)
        uid = self.user_of(login)
        if not uid or self.passwords.get(login) != secret:
            self._failures.append(now)
            raise AccessDenied
        return uid

    def _known(self, database: str) -> None:
        if database != self.database:
            raise NoDatabase(
                f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "{database}" does not exist\n'
            )

    def _is_right(self, uid: int, secret: str) -> bool:
        login = self.tables.rows["res.users"][uid]["login"]
        if self.first_check_s and (uid, secret) not in self._checked:
            self.stopped.wait(self.first_check_s)
        is_right = secret == self.passwords.get(login) or secret in self.keys.get(login, ())
        if is_right:
            self._checked.add((uid, secret))
        return is_right

    # ---- what runs ----

    def run(self, uid: int, model: str, method: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        """The value of the method. Raises: OdooError, and then nothing happened."""
        hold = self.faults.next_hold(model, method)
        for _ in range(self.tries):
            with self._lock:
                own = self.tables.begin()
                try:
                    value = perform(self.env(own, uid, kwargs), model, method, args, self.superuser, **kwargs)
                except OdooError as err:
                    raise self._translated(err, uid, kwargs) from err
                if hold is None:
                    return self._commit(own, model, method, value)
                self.tables.in_flight.append(own)
            hold.stop_here()
            hold = None
            with self._lock:
                self.tables.in_flight.remove(own)
                try:
                    return self._commit(own, model, method, value)
                except ConflictError:
                    if method == "load":  # the server's own repetition does not reach into it
                        return lost_load(args[1] if len(args) > 1 else kwargs.get("data", [[]]))
        raise SerializationFailure

    def env(self, own: Transaction, uid: int, kwargs: Mapping[str, Value]) -> Env:
        return Env(own, self.models, self.clock.now(), uid, dict(kwargs.get("context") or {}), self.series)

    def seed(self, work: Callable[[Env], None]) -> None:
        """Commit what is there from the beginning."""
        own = self.tables.begin()
        work(Env(own, self.models, self.clock.now(), self.superuser, {}, self.series))
        self.tables.commit(own, "", "install")
        self.tables.journal.clear()

    def _commit(self, own: Transaction, model: str, method: str, value: Value) -> Value:
        self.tables.commit(own, model, method)
        return value

    def _translated(self, err: OdooError, uid: int, kwargs: Mapping[str, Value]) -> OdooError:
        """In the user's language; the class stays."""
        row = self.tables.rows["res.users"].get(uid, {})
        language = (kwargs.get("context") or {}).get("lang") or row.get("lang") or "en_US"
        if language != "en_US" and err.name.startswith("odoo."):
            err.message = f"[{language}] {err.message}"
        return err


def lost_load(rows: Sequence[Value]) -> Row:
    """What `load` answers when another transaction was first."""
    where = {"rows": {"from": 0, "to": max(len(rows) - 1, 0)}, "record": 0, "type": "error"}
    return {"ids": False, "messages": [where | {"message": SerializationFailure().message}], "nextrow": 0}


def perform(env: Env, name: str, method: str, args: Sequence[Value], superuser: int = 0, **kwargs: Value) -> Value:
    """Run one method of a model as the user of `env`. Raises: OdooError."""
    model = env[name]
    if method.startswith("_"):
        raise AccessError(f"Private methods (such as {method}) cannot be called remotely.")
    function = getattr(type(model), method, None)
    spec: Api | None = getattr(function, "api", None)
    if function is None or spec is None:
        raise NoMethod(f"The method '{name}.{method}' does not exist")
    named = {key: value for key, value in kwargs.items() if key not in {"context", "ids"}}
    given = list(args)
    if spec.takes_ids:
        ids = kwargs["ids"] if "ids" in kwargs else given.pop(0) if given else []
        given.insert(0, [ids] if isinstance(ids, int) else list(ids))
    try:
        inspect.signature(function).bind(model, *given, **named)
    except TypeError as err:
        raise BadCall(f"{name}.{method}() {err}") from err
    if env.uid != superuser and spec.needs:
        access.check_model(model, spec.needs)
        if spec.takes_ids:
            access.check_records(model, given[0], spec.needs)
    return function(model, *given, **named)
