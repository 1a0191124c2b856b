"""`connect` and `disconnect`: ask, test live, keep the secret out of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from agents.console.engine_connection import ENGINE
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from agents.connectors.contract import Ask, Connection
    from agents.console.wiring import House


def connect_service(house: House, name: str) -> str:
    """Connect one service; what works now, in words.

    Raises:
        NeedsOwner: there is no such service, or the answers do not work.
    """
    connection = _connection(house, name)
    answers = {each.name: asked(each) for each in connection.asks}
    works = connection.test(answers)
    kept = connection.keep(house.context, answers)
    return f"{works}\n{kept}"


def disconnect_service(house: House, name: str) -> str:
    """Forget one service; what that means, in words.

    Raises:
        NeedsOwner: there is no such service.
    """
    return _connection(house, name).forget(house.context)


def _connection(house: House, name: str) -> Connection:
    known = {each.name: each for each in known_connections(house)}
    if name not in known:
        raise NeedsOwner(f"There is no service {name!r}.", hint=f"Known services: {', '.join(sorted(known))}.")
    return known[name]


def known_connections(house: House) -> tuple[Connection, ...]:
    """Everything that can be connected."""
    return (*(each for manifest in house.manifests for each in manifest.connections), ENGINE)


def asked(ask: Ask) -> str:
    """What the owner answers at the terminal."""
    return str(click.prompt(ask.prompt, default=ask.default, hide_input=ask.secret, show_default=not ask.secret))
