"""`connect` and `disconnect`: ask, test live, keep the secret out of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from agents.console.claude_connection import claude_connection
from agents.console.engine_connection import ENGINE
from agents.console.folder_connection import FOLDER, connect_folder, disconnect_folder
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.connectors.contract import Ask, Connection
    from agents.console.wiring import House


def connect_service(house: House, name: str, path: str = "") -> str:
    """Connect one service, or the folder of that path; what works now, in words.

    Raises:
        NeedsOwner: there is no such service, or the answers do not work.
    """
    if name == FOLDER:
        return connect_folder(house, path)
    connection = _connection(house, name, path)
    answers: dict[str, str] = {}
    for each in connection.asks:
        if each.applies is None or each.applies(answers):
            answers[each.name] = asked(each, answers)
    works = connection.test(answers)
    kept = connection.keep(house.context, answers)
    if connection.in_clear and (host := connection.in_clear(answers)):
        allowed_in_clear(house, name, host)
    return f"{works}\n{kept}"


def allowed_in_clear(house: House, name: str, host: str) -> None:
    """Let the runner record that the owner allowed a service to be reached without encryption."""
    from agents.autonomy.allowed_lines import IN_CLEAR
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request

    values = {"at": house.clock.now().isoformat(), "kind": IN_CLEAR, "target": name, "text": host, "actor": "vault"}
    with house.journal.begin() as sql:
        add_request(sql, values)
    ring(house.state)


def disconnect_service(house: House, name: str, path: str = "") -> str:
    """Forget one service, or the folder of that path; what that means, in words.

    Raises:
        NeedsOwner: there is no such service.
    """
    if name == FOLDER:
        return disconnect_folder(house, path)
    return _connection(house, name, path).forget(house.context)


def _connection(house: House, name: str, path: str) -> Connection:
    known = {each.name: each for each in known_connections(house)}
    first = known.get(name.partition("-")[0])
    if name not in known and first and first.further:
        return first.further(name)
    if name not in known:
        services = ", ".join(sorted({*known, FOLDER}))
        raise NeedsOwner(f"There is no service {name!r}.", hint=f"Known services: {services}.")
    if path:
        raise NeedsOwner(f"{name} is connected without a path.", hint=f"Leave {path} out.")
    return known[name]


def known_connections(house: House) -> tuple[Connection, ...]:
    """Everything that can be connected."""
    manifests = house.manifests
    known = (each for manifest in manifests for each in (*manifest.connections, *manifest.further(house.context)))
    return (*known, ENGINE, claude_connection(house.settings))


def asked(ask: Ask, answers: Mapping[str, str] | None = None) -> str:
    """What the owner answers at the terminal, after these answers."""
    default = ask.offer(answers or {}) if ask.offer else ask.default
    return str(click.prompt(ask.prompt, default=default, hide_input=ask.secret, show_default=not ask.secret))
