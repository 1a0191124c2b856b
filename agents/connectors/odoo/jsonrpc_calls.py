"""Calls over JSON-RPC (`execute_kw`, Odoo 16 to 21) by odoorpc, over the one door to the network.

Of odoorpc only its low-level call is used: its records cannot read invoices and ask more than they say. What it would
log holds the key in clear, so its log is shut. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Protocol, cast

from agents.connectors.odoo.calls import (
    ADDRESS_HINT,
    KEY_HINT,
    OK,
    in_english,
    no_answer,
    refusal,
    unexpected,
)
from agents.errors import NeedsOwner, Transient
from agents.security.web_egress import Asking, Bounds, NothingSent, Web

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue, SecretStr

    from agents.clock import Clock
    from agents.connectors.odoo.account import OdooAccount
    from agents.security.egress import Egress

PATH = "/jsonrpc"
OLDEST = 16


class JsonRpcCalls:
    """Calls to one database as one user."""

    def __init__(self, account: OdooAccount, key: SecretStr, egress: Egress, clock: Clock) -> None:
        import odoorpc  # noqa: PLC0415 (used by those alone who have an Odoo)

        logging.getLogger("odoorpc").setLevel(logging.WARNING)
        self._account, self._key, self._user_id = account, key, account.user_id
        self._refused = odoorpc.error.RPCError
        self._door = _Door(Web(egress, account.ca_file), Bounds(clock, account.timeout_s, 4 * account.timeout_s))
        to = account.destination
        host = f"[{to.host}]" if ":" in to.host else to.host
        protocol = "jsonrpc+ssl" if account.url.startswith("https:") else "jsonrpc"
        self._odoo = odoorpc.ODOO(host, protocol, to.port, account.timeout_s, version="18.0", opener=self._door)

    def version(self) -> int:
        """The server's major version.

        Raises:
            NeedsOwner: what answers is no Odoo, or too old a one.
            Transient: nobody answers.
        """
        said = self._service("common", "version", [])
        found = said.get("server_version_info") if isinstance(said, dict) else None
        major = found[0] if isinstance(found, list) and found else None
        if not isinstance(major, int) or major < OLDEST:
            raise NeedsOwner(f"this needs Odoo {OLDEST} or later", hint=ADDRESS_HINT)
        return major

    def login(self) -> int:
        """The number of the user.

        Raises:
            NeedsOwner: Odoo does not take name and key.
            Transient: nobody answers.
        """
        found = self._service(
            "common", "login", [self._account.database, self._account.user, self._key.get_secret_value()]
        )
        if not isinstance(found, int) or isinstance(found, bool):  # a wrong key is answered with false, not an error
            raise NeedsOwner("Odoo does not take the user and the key", hint=KEY_HINT)
        self._user_id = found
        return found

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """As `OdooCalls.call`."""
        named = in_english(kwargs)
        args: list[JsonValue] = [] if ids is None else [list(ids)]
        if method == "create":  # the server looks for it among the positional ones
            args = [named.pop("vals_list")]
        account, key = self._account, self._key.get_secret_value()
        return self._service("object", method, [account.database, self._user_id, key, model, method, args, named])

    def _service(self, service: str, method: str, args: list[JsonValue]) -> JsonValue:
        """`method`: what decides whether something may have been changed."""
        remote = "execute_kw" if service == "object" else method
        try:
            said = self._odoo.json(PATH, {"service": service, "method": remote, "args": args})
            return cast("JsonValue", said.get("result"))
        except self._refused as err:
            error = cast("dict[str, dict[str, str]]", err.info)
            raise refusal(method, error["data"]["name"], error["data"]["message"]) from None  # the cause holds a trace
        except NothingSent:
            raise
        except Transient as err:
            raise no_answer(method, str(err)) from err
        except _NoOdoo as err:
            raise unexpected(method, err.status) from err
        except (ValueError, KeyError, AttributeError, TypeError) as err:
            raise no_answer(method, "what answered is not Odoo itself") from err


class _NoOdoo(Exception):
    """An answer with a status that Odoo itself does not give."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Request(Protocol):
    """What odoorpc would send."""

    full_url: str
    data: object

    def header_items(self) -> list[tuple[str, str]]: ...


class _Door:
    """What odoorpc opens its requests with: our own web client."""

    def __init__(self, web: Web, bounds: Bounds) -> None:
        self._web, self._bounds = web, bounds

    def open(self, request: _Request, timeout: float) -> io.BytesIO:  # noqa: ARG002 (the bounds hold it)
        body = request.data if isinstance(request.data, bytes) else b""
        asking = Asking("POST", request.full_url, dict(request.header_items()), body)
        answer = self._web.ask(asking, self._bounds)
        if answer.status != OK:
            raise _NoOdoo(answer.status)
        json.loads(answer.body)  # a page is no answer
        return io.BytesIO(answer.body)
