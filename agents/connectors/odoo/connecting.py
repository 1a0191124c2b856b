"""`connect odoo`: from the owner's answers to a server that works, looked over point by point, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError

from agents.clock import SystemClock
from agents.connectors.odoo.account import CONNECT, KEY, OdooAccount, place_of, read_account
from agents.connectors.odoo.calls import ADDRESS_HINT, KEY_HINT, OK
from agents.connectors.odoo.chart import forget_chart, read_chart
from agents.connectors.odoo.checks import look_over, stopping, told
from agents.connectors.odoo.json2_calls import SINCE, Json2Calls
from agents.connectors.odoo.jsonrpc_calls import JsonRpcCalls
from agents.connectors.odoo.records import Records
from agents.errors import NeedsOwner
from agents.security.web_egress import Asking, Bounds, Web
from agents.vault.files import PRIVATE_MODE, forget_file, write_over

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.clock import Clock
    from agents.connectors.contract import ConnectorContext
    from agents.connectors.odoo.calls import OdooCalls
    from agents.security.egress import Egress

MAX_SETTINGS_BYTES = 100_000
NO_ODOO = "what answers at this address is no Odoo"


def calls_of(account: OdooAccount, key: SecretStr, egress: Egress, clock: Clock) -> OdooCalls:
    """The way to call the server that its version has."""
    return (Json2Calls if account.protocol == "json-2" else JsonRpcCalls)(account, key, egress, clock)


def found_account(answers: Mapping[str, str]) -> OdooAccount:
    """The account of the answers, with the server's version and the number of the user, asked live.

    Raises:
        NeedsOwner: an answer cannot be used, or the server does not take it.
        Transient: the server cannot be reached.
    """
    given = {name: answers.get(name, "").strip() for name in ("url", "database", "user", "in_clear")}
    try:
        account = OdooAccount.model_validate({**given, "ca_file": answers.get("ca_file", "").strip() or None})
    except ValidationError as err:
        wrong = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in err.errors()))
        raise NeedsOwner(f"these answers cannot be used: {wrong}", hint="Answer them again.") from err
    if account.in_clear and not account.is_in_clear:
        said = f"{account.in_clear} is not the host that would be reached without encryption"
        raise NeedsOwner(said, hint="Type the host as it stands in the address, or leave it empty.")
    key = SecretStr(answers.get("key", ""))
    if not key.get_secret_value():
        raise NeedsOwner("the key is empty", hint=KEY_HINT)
    egress, clock = account.egress, SystemClock()
    version = _version(account, egress, clock)
    if version < SINCE:
        user = JsonRpcCalls(account, key, egress, clock).login()
        return account.model_copy(update={"version": version, "user_id": user})
    account = account.model_copy(update={"version": version, "protocol": "json-2"})
    found = Records(Json2Calls(account, key, egress, clock)).search("res.users", [["login", "=", account.user]], ["id"])
    number = found[0]["id"] if len(found) == 1 else None
    if not isinstance(number, int):
        raise NeedsOwner(f"Odoo shows no user {account.user}", hint=KEY_HINT)
    return account.model_copy(update={"user_id": number})


def try_account(answers: Mapping[str, str]) -> str:
    """Log in and look everything over; what works, in words for the owner."""
    account = found_account(answers)
    key, egress, clock = SecretStr(answers["key"]), account.egress, SystemClock()
    records = Records(calls_of(account, key, egress, clock))
    points = look_over(account, records, read_chart(records, clock, account.user_id))
    if stops := stopping(points):
        raise NeedsOwner(f"Odoo is not ready for books yet:\n{told(stops)}", hint=CONNECT)
    says = f"Odoo {account.version} at {account.destination.host} took the key of {account.user}."
    if account.protocol == "json-2":
        says += " It is called over JSON-2, which nobody has tried with a real server yet: `make live NAME=odoo`."
    return f"{says}\n{told(points)}"


def keep_account(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    """Keep settings and key; returns where they lie, in words for the owner."""
    account = found_account(answers)
    where = context.secrets.put(KEY, answers["key"])
    forget_chart(context.state)
    write_over(place_of(context.state), account.model_dump_json(indent=2).encode(), mode=PRIVATE_MODE)
    return f"The key lies {where}."


def kept_answers(context: ConnectorContext) -> Mapping[str, str]:
    """What was answered to `connect odoo`, without the key.

    Raises:
        NeedsOwner: no Odoo is connected, or its file is damaged.
    """
    account = read_account(context.state)
    return {
        "url": account.url,
        "database": account.database,
        "user": account.user,
        "ca_file": str(account.ca_file or ""),
        "in_clear": account.in_clear,
    }


def forget_account(context: ConnectorContext) -> str:
    """Forget settings, key and what was kept of the server."""
    context.secrets.forget(KEY)
    forget_file(place_of(context.state), MAX_SETTINGS_BYTES)
    forget_chart(context.state)
    return "Odoo is forgotten."


def _version(account: OdooAccount, egress: Egress, clock: Clock) -> int:
    """The major version, by the page that newer servers have, else by the older way to ask.

    Raises:
        NeedsOwner: it is no Odoo.
        Transient: nobody answers.
    """
    url = f"{account.url.rstrip('/')}/web/version"
    answer = Web(egress, account.ca_file).ask(Asking("GET", url, {}), Bounds(clock, account.timeout_s))
    if answer.status != OK:
        return JsonRpcCalls(account, SecretStr("-"), egress, clock).version()
    try:
        info = json.loads(answer.body)["version_info"]
    except (ValueError, KeyError, TypeError):
        return JsonRpcCalls(account, SecretStr("-"), egress, clock).version()
    if isinstance(info, list) and info and isinstance(info[0], int):
        return info[0]
    raise NeedsOwner(NO_ODOO, hint=ADDRESS_HINT)
