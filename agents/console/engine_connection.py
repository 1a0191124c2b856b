"""`connect engine`: the PostgreSQL database in which the steps of long work are kept, and its row of `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.connectors.contract import Ask, Capability, Connection, State
from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import URL

    from agents.connectors.contract import ConnectorContext
    from agents.console.wiring import House

NEXT_STEP = "python orchestrator.py connect engine"


def engine_capability(house: House) -> Capability:
    """Where the steps are kept."""
    from agents.durability.engine_address import shown

    try:
        url = house.engine_url()
    except NeedsOwner as err:
        return Capability("engine", State.OFF, str(err), NEXT_STEP)
    place = f"in the PostgreSQL database {shown(url)}" if url else "in a file of the state folder (SQLite)"
    return Capability("engine", State.REAL, f"steps of long work are kept {place}", "")


def _url(answers: Mapping[str, str]) -> URL:
    from agents.durability.engine_address import read_address

    return read_address(answers["url"], answers["password"])


def _test(answers: Mapping[str, str]) -> str:
    from agents.durability.engine_address import try_address

    return try_address(_url(answers))


def _keep(context: ConnectorContext, answers: Mapping[str, str]) -> str:
    from agents.durability.engine_address import keep_address

    return keep_address(_url(answers), context.state, context.secrets)


def _forget(context: ConnectorContext) -> str:
    from agents.durability.engine_address import forget_address

    return forget_address(context.state, context.secrets)


def _answers(context: ConnectorContext) -> Mapping[str, str]:
    from agents.durability.engine_address import kept_address

    return {"url": kept_address(context.state)}


ENGINE = Connection(
    name="engine",
    asks=(
        Ask("url", "PostgreSQL database, such as postgresql://employee@db.example.org/employee"),
        Ask("password", "Password (leave empty if the server asks for none)", default="", secret=True),
    ),
    test=_test,
    keep=_keep,
    forget=_forget,
    answers=_answers,
)
