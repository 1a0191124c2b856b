"""Calls over JSON-2 (Odoo 19 and later): one POST a call, named arguments, a bearer key, errors with a status.

Written from the documentation of Odoo 19 and tried against our own server alone, until `make live NAME=odoo` ran
against a real one: `doctor` says so. Source: docs/odoo.md, ADR 0069.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from agents.connectors.odoo.calls import OK, UNAUTHORIZED, in_english, no_answer, refusal, unexpected
from agents.errors import Transient
from agents.security.web_egress import Answer, Asking, Bounds, NothingSent, Web

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue, SecretStr

    from agents.clock import Clock
    from agents.connectors.odoo.account import OdooAccount
    from agents.security.egress import Egress

SINCE = 19


class Json2Calls:
    """Calls to one database with the key of one user."""

    def __init__(self, account: OdooAccount, key: SecretStr, egress: Egress, clock: Clock) -> None:
        self._url = account.url.rstrip("/")
        self._web = Web(egress, account.ca_file)
        self._bounds = Bounds(clock, account.timeout_s, 4 * account.timeout_s)
        self._headers = {
            "Authorization": f"bearer {key.get_secret_value()}",
            "Content-Type": "application/json; charset=utf-8",
            "X-Odoo-Database": account.database,
        }

    def call(
        self, model: str, method: str, ids: Sequence[int] | None = None, kwargs: Mapping[str, JsonValue] | None = None
    ) -> JsonValue:
        """As `OdooCalls.call`."""
        named = in_english(kwargs)
        if ids is not None:
            named["ids"] = list(ids)
        answer = self._asked(method, f"{self._url}/json/2/{quote(model)}/{quote(method)}", json.dumps(named).encode())
        said = _read(answer)
        if answer.status == OK and said is not _PAGE:
            return cast("JsonValue", said)
        if answer.status == OK:
            raise no_answer(method, "what answered is not Odoo itself")
        if answer.status != UNAUTHORIZED and isinstance(said, dict) and isinstance(said.get("name"), str):
            raise refusal(method, said["name"], str(said.get("message", "")))
        raise unexpected(method, answer.status)

    def _asked(self, method: str, url: str, body: bytes) -> Answer:
        try:
            return self._web.ask(Asking("POST", url, self._headers, body), self._bounds)
        except NothingSent:
            raise
        except Transient as err:
            raise no_answer(method, str(err)) from err


_PAGE = object()  # what answered speaks no JSON


def _read(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return _PAGE
