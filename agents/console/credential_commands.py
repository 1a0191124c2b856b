"""`credentials`: the passwords the employee holds - what for, since when, used when - and a new one in place of an old.

None of this shows a password.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from agents.connectors.contract import Ask, Capability, Connection
    from agents.console.wiring import House
    from agents.security.credential_records import Record

FOUND_NONE = "No password is kept here. `python orchestrator.py connect NAME` connects a service."


@dataclass(frozen=True, slots=True)
class Credential:
    """One password that is kept: its name, the service it is for, the question that asks for it, and its record."""

    name: str
    connection: Connection
    ask: Ask
    record: Record


@click.group(invoke_without_command=True)
@json_option
@vault_option
@click.pass_context
def credentials(context: click.Context, *, as_json: bool, vault: Path | None) -> None:
    """The passwords that are kept: what for, since when, last used, and how old they may be. Never a password."""
    if context.invoked_subcommand is not None:
        context.obj = vault
        return
    with opened(vault) as house:
        kept, today = kept_credentials(house), date.fromisoformat(house.today())
        if as_json:
            click.echo(json.dumps([_row(each, today) for each in kept], indent=2))
            return
        for each in kept:
            click.echo(_line(each, today))
        if not kept:
            click.echo(FOUND_NONE)


@credentials.command()
@click.argument("name")
@click.option("--vault", type=click.Path(path_type=Path), default=None, help="The vault, as above.")
@click.pass_obj
def rotate(chosen: Path | None, name: str, vault: Path | None) -> None:
    """Put a new password in place of NAME: it is tried live first; when it fails, the old one stays in force."""
    with opened(vault or chosen) as house:
        click.echo(rotated(house, name))


def kept_credentials(house: House) -> tuple[Credential, ...]:
    """Every password that is kept, by the services there are.

    Raises:
        NeedsOwner: the keyring is locked, or the file of passwords cannot be opened.
    """
    from agents.console.connecting import known_connections

    store = house.passwords
    asked = [(connection, ask) for connection in known_connections(house) for ask in connection.asks if ask.secret]
    named = [(f"{connection.name}.{ask.name}", connection, ask) for connection, ask in asked]
    found = ((name, connection, ask, store.known(name)) for name, connection, ask in named)
    return tuple(Credential(name, connection, ask, record) for name, connection, ask, record in found if record)


def rotated(house: House, name: str) -> str:
    """Ask for a new password, try it, and switch; what works now, in words.

    Raises:
        NeedsOwner: no such password is kept, or the new one does not work: the old one stays in force.
        Transient: the service cannot be reached now; the old one stays in force.
    """
    from agents.console.connecting import asked
    from agents.errors import EmployeeError, NeedsOwner
    from agents.security.credential_records import NEXT

    kept = {each.name: each for each in kept_credentials(house)}
    if name not in kept:
        raise NeedsOwner(f"No password {name!r} is kept.", hint="See `python orchestrator.py credentials`.")
    connection, store = kept[name].connection, house.passwords
    if connection.answers is None:
        raise NeedsOwner(f"{name} cannot be replaced alone.", hint=f"Run `connect {connection.name}`.")
    store.put(name + NEXT, asked(kept[name].ask))  # durable beside the old one before anybody hears of it
    answers = {**connection.answers(house.context), kept[name].ask.name: store.get(name + NEXT) or ""}
    try:
        works = connection.test(answers)
    except EmployeeError as err:
        store.forget(name + NEXT)
        raise type(err)(f"{err}. The old password stays in force", hint=err.hint) from err
    connection.keep(house.context, answers)
    store.forget(name + NEXT)
    return f"{works}\nThe new password of {name} is in force. Now take the old one back at the service, if you can."


def credentials_capability(house: House) -> Capability:
    """The row of `doctor`: how many passwords are kept, and which is too old."""
    from agents.connectors.contract import Capability, State
    from agents.errors import EmployeeError
    from agents.security.secrets import FileSecrets, open_secrets

    try:
        kept, today = kept_credentials(house), date.fromisoformat(house.today())
    except EmployeeError as err:
        return Capability("passwords", State.OFF, str(err), err.hint)
    old = [each for each in kept if each.record.is_old(today)]
    if old:
        worst = min(old, key=lambda each: each.record.since)
        words = ", ".join(f"{each.name} is {_days(each, today)} days old" for each in old)
        return Capability("passwords", State.REAL, words, f"python orchestrator.py credentials rotate {worst.name}")
    in_file = isinstance(open_secrets(house.state), FileSecrets)
    place = "an encrypted file that only you can read" if in_file else "the keyring of this computer"
    words = f"{len(kept)} kept in {place}, none older than it may be" if kept else f"none; they would lie in {place}"
    return Capability("passwords", State.REAL, words, "")


def _days(each: Credential, today: date) -> int:
    return (today - each.record.since).days


def _row(each: Credential, today: date) -> dict[str, object]:
    record = each.record
    used = record.used.isoformat() if record.used else ""
    facts = {"name": each.name, "scope": each.connection.name, "since": record.since.isoformat(), "used": used}
    return facts | {"days": _days(each, today), "max_days": record.max_age_days, "too_old": record.is_old(today)}


def _line(each: Credential, today: date) -> str:
    record = each.record
    used = f"last used {record.used}" if record.used else "not used yet"
    line = f"{each.name}: for {each.connection.name}, since {record.since}, {used}"
    if not record.is_old(today):
        return f"{line}; {_days(each, today)} of {record.max_age_days} days old."
    return f"{line}; {_days(each, today)} days old. Next: python orchestrator.py credentials rotate {each.name}"
