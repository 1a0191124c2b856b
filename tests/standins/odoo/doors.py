"""The routes: a request comes in, an answer goes out; what lies between is the service."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from defusedxml import ElementTree

from tests.standins.odoo import wire
from tests.standins.odoo.errors import (
    AccessDenied,
    BadCall,
    NoMethod,
    OdooError,
    SerializationFailure,
    UserError,
    WebError,
)
from tests.standins.odoo.faults import Fault
from tests.standins.odoo.service import lost_load
from tests.standins.odoo.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.standins.odoo.fields import Row, Value
    from tests.standins.odoo.service import Service

PAGES = {
    Fault.HTML_BEFORE: 200,
    Fault.HTML_AFTER: 200,
    Fault.BAD_GATEWAY_BEFORE: 502,
    Fault.BAD_GATEWAY_AFTER: 502,
    Fault.GATEWAY_TIMEOUT_AFTER: 504,
    Fault.TOO_MANY: 429,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a model's method that came in. `number` counts them from 1."""

    number: int
    model: str
    method: str
    args: tuple[Value, ...]
    named: Mapping[str, Value]


@dataclass(slots=True)
class Doors:
    """`asked`: the calls of models, in their order. `has_two_databases`: pages without a session are not found."""

    service: Service
    has_two_databases: bool = False
    asked: list[Asked] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        """The answer, and what is to become of it."""
        where = urlsplit(path)
        if method == "GET":
            return self._page(where.path, {name: each[0] for name, each in parse_qs(where.query).items()}), None
        if where.path.startswith("/xmlrpc/2/"):
            return self._xml(where.path, body)
        return self._json(where.path, headers, body)

    def _json(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[Answer, Fault | None]:
        if not headers.get("content-type", "").startswith("application/json"):
            text = "Request inferred type is compatible with 'http' but the route wants 'json'."
            return wire.page(400, text), None
        try:
            given = json.loads(body)
        except ValueError:
            return wire.page(400, "Invalid JSON data"), None
        if path == "/jsonrpc":
            return self._rpc(given)
        if path.startswith("/json/2/") and self.service.series >= "19":
            return self._json2(path, headers, given)
        return self._web(path, given), None

    def _web(self, path: str, given: Row) -> Answer:
        if path == "/web/session/authenticate":
            return self._session(given)
        if path == "/web/webclient/version_info":
            return wire.rpc_answer(given.get("id"), self.service.version())
        return wire.page(404)

    # ---- JSON-RPC ----

    def _rpc(self, given: Row) -> tuple[Answer, Fault | None]:
        number, call = given.get("id"), given.get("params") or {}
        args = list(call.get("args", []))
        try:
            if call.get("service") == "common":
                return wire.rpc_answer(number, self._common(str(call.get("method")), args)), None
            if call.get("service") != "object" or call.get("method") not in {"execute_kw", "execute"}:
                raise NoMethod(f"no such service or method: {call.get('service')}.{call.get('method')}")
        except OdooError as err:
            return wire.rpc_error(number, err), None
        database, uid, secret, model, method, *rest = args
        is_plain = call["method"] == "execute"
        positional = rest if is_plain else list(rest[0] if rest else [])
        named = {} if is_plain else dict(rest[1] if len(rest) > 1 else {})

        def work() -> Value:
            self.service.check(database, uid, secret)
            return self.service.run(uid, model, method, positional, named)

        asked = self._note(model, method, positional, named)
        answers = partial(wire.rpc_answer, number), partial(wire.rpc_error, number)
        return self._tried(asked, work, *answers)

    def _common(self, method: str, args: list[Value]) -> Value:
        if method == "version":
            return self.service.version()
        if method in {"login", "authenticate"}:
            return self.service.login(*args[:3])
        raise NoMethod(f"no such method: common.{method}")

    # ---- JSON-2 ----

    def _json2(self, path: str, headers: Mapping[str, str], given: Row) -> tuple[Answer, Fault | None]:
        parts = path.removeprefix("/json/2/").split("/")
        database = headers.get("x-odoo-database", "" if self.has_two_databases else self.service.database)
        if len(parts) != 2 or database != self.service.database:
            return wire.page(404), None
        model, method = parts

        def work() -> Value:
            word, _, key = headers.get("authorization", "").partition(" ")
            if word.lower() != "bearer":
                raise WebError(401, "User not authenticated, use the 'Authorization' header")
            uid = self.service.by_key(key.strip())
            value = self._named(uid, model, method, given)
            return [value] if method == "create" and isinstance(value, int) else value

        asked = self._note(model, method, [], given)
        return self._tried(asked, work, lambda value: Answer(json.dumps(value).encode()), wire.plain_error)

    def _named(self, uid: int, model: str, method: str, given: Row) -> Value:
        if model not in self.service.models:
            raise WebError(404, f"the model {model!r} does not exist")
        try:
            return self.service.run(uid, model, method, [], given)
        except NoMethod as err:
            raise WebError(404, err.message) from err
        except BadCall as err:
            raise WebError(422, err.message) from err

    # ---- both ----

    def _note(self, model: str, method: str, args: list[Value], named: Mapping[str, Value]) -> Asked:
        self.asked.append(Asked(len(self.asked) + 1, model, method, tuple(args), dict(named)))
        return self.asked[-1]

    def _tried(
        self,
        asked: Asked,
        work: Callable[[], Value],
        good: Callable[[Value], Answer],
        bad: Callable[[OdooError], Answer],
    ) -> tuple[Answer, Fault | None]:
        """Do the work, unless a fault comes before it; what the client gets is another matter."""
        met = self.service.faults.for_call(asked.number, asked.model, asked.method)
        if met is Fault.SERIALIZATION and asked.method == "load":
            rows = asked.args[1] if len(asked.args) > 1 else asked.named.get("data", [[]])
            return good(lost_load(rows)), None
        if met is Fault.SERIALIZATION:
            return bad(SerializationFailure()), None
        if met is Fault.DENIED:
            return bad(WebError(401, "Invalid apikey") if bad is wire.plain_error else AccessDenied()), None
        if met and met.is_before:
            return self._spoilt(met, Answer(b"")), met
        try:
            answer = good(work())
        except OdooError as err:
            answer = bad(err)
        self.service.faults.answered()
        return (self._spoilt(met, answer), met) if met else (answer, None)

    def _spoilt(self, met: Fault, answer: Answer) -> Answer:
        return wire.page(PAGES[met]) if met in PAGES else answer

    # ---- pages ----

    def _session(self, given: Row) -> Answer:
        words = given.get("params") or {}
        try:
            uid = self.service.web_login(words["db"], words["login"], words["password"])
        except OdooError as err:
            return wire.rpc_error(given.get("id"), err)
        told = {"uid": uid, "db": words["db"], "username": words["login"], "server_version": self.service.series}
        return wire.rpc_answer(given.get("id"), told)

    def _page(self, path: str, asked: Mapping[str, str]) -> Answer:
        parts = path.strip("/").split("/")
        if path == "/web/version" and self.service.series >= "19":
            told = self.service.version()
            info = {"version_info": told["server_version_info"], "version": told["server_version"]}
            return Answer(json.dumps(info).encode())
        if self.has_two_databases or parts[:2] != ["my", "invoices"] or not parts[-1].isdecimal():
            return wire.page(404)
        move = self.service.tables.rows["account.move"].get(int(parts[-1]))
        if not move or not move["access_token"] or asked.get("access_token") != move["access_token"]:
            return wire.page(200, "Log in")
        if asked.get("report_type") != "pdf":
            return wire.page(200, str(move["name"]))
        return Answer(wire.pdf("PROFORMA", [str(move["name"])]), 200, "application/pdf", "invoice.pdf")

    # ---- XML-RPC ----

    def _xml(self, path: str, body: bytes) -> tuple[Answer, Fault | None]:
        """Only what shows its defect: nothing to answer is a fault, though it is committed."""
        params = [_xml_value(each) for each in ElementTree.fromstring(body).iterfind("params/param/value")]
        if path != "/xmlrpc/2/object":
            return wire.page(404), None
        database, uid, secret, model, method, args, *_ = params

        def work() -> Value:
            self.service.check(database, uid, secret)
            value = self.service.run(uid, model, method, args, {})
            if value is None:
                raise UserError("TypeError: cannot marshal None unless allow_none is enabled")
            raise NotImplementedError("This stand-in answers nothing else over XML-RPC")

        asked = self._note(model, method, args, {})
        return self._tried(asked, work, lambda _: Answer(b""), lambda err: wire.fault(1, err.message))


def _xml_value(node: Value) -> Value:
    """The kinds a call of a method is made of."""
    inner = next(iter(node), None)
    if inner is None:
        return node.text or ""
    if inner.tag == "array":
        return [_xml_value(each) for each in inner.iterfind("data/value")]
    if inner.tag in {"int", "i4"}:
        return int(inner.text)
    return inner.text or ""
