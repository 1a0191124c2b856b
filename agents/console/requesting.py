"""What a command asks of the runner, and an id that leads nowhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from agents.console.wiring import House

UNKNOWN_ID = 2


def request(house: House, kind: str, target: str, text: str) -> None:
    """Put a request into the journal, without the secrets in it; the runner carries it out."""
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request
    from agents.security.secret_patterns import masked

    given, text = text, masked(text)
    if text != given:
        click.echo(f"A secret was left out, since it would stand in notes: {text}", err=True)
    values = {"at": house.clock.now().isoformat(), "kind": kind, "target": target, "text": text, "actor": "vault"}
    with house.journal.begin() as sql:
        add_request(sql, values)
    ring(house.state)
    click.echo(recorded(house, f"{kind} {target}".rstrip()))


def recorded(house: House, what: str) -> str:
    """That the runner will carry it out, and when."""
    when = "the runner carries it out now" if house.runs_now() else "carried out at the next `run`"
    return f"Recorded: {what}; {when}."


def unknown(name: str, words: str) -> NoReturn:
    """Say that an id leads nowhere, and end."""
    click.echo(f"{name}: {words}.\nSee `python orchestrator.py status --all`.", err=True)
    sys.exit(UNKNOWN_ID)
