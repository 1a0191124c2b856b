"""`contacts` and `promises`: whom you deal with, and what was promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option, write_for_owner

if TYPE_CHECKING:
    from agents.connectors.contacts.reader import Contact
    from agents.console.wiring import House
    from agents.durability.promise_rows import PromiseRow


@click.group(invoke_without_command=True)
@click.pass_context
@vault_option
def contacts(context: click.Context, vault: Path | None) -> None:
    """Your contacts: each note in `Contacts/`, how to reach it, and when it was first and last seen."""
    if context.invoked_subcommand is None:
        with opened(vault) as house:
            found = _contacts(house)
            for each in found:
                seen = f"  {each.first_seen or '?'} to {each.last_seen or '?'}"
                click.echo(f"{_shown(each.values.summary())}{seen}  [{_shown(each.stem)}]")
            if not found:
                click.echo("There are no contacts yet. Put a file of vCards (.vcf) into Inbox.")


@contacts.command()
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@vault_option
def export(path: Path | None, vault: Path | None) -> None:
    """Write all contacts as one file of vCards 4.0: to a new file, or to the terminal."""
    from agents.connectors.contacts.vcard import write_cards

    with opened(vault) as house:
        found = _contacts(house)
        cards = write_cards(each.values for each in found)
        if path is None:
            click.echo(cards, nl=False)
            return
        write_for_owner(path, cards.encode())
        click.echo(f"{len(found)} contacts are in {path}.")


def _contacts(house: House) -> tuple[Contact, ...]:
    from agents.connectors.contacts.reader import ContactBook

    return ContactBook(house.place.root).look()


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@json_option
@click.pass_context
@vault_option
def promises(context: click.Context, *, everything: bool, as_json: bool, vault: Path | None) -> None:
    """What you promised in mails you approved, and what your contacts promised you."""
    if context.invoked_subcommand is not None:
        return
    from agents.durability.promise_rows import ENDS, OPEN, promises_in

    with opened(vault) as house:
        with house.journal.begin() as sql:
            found = promises_in(sql, OPEN, *(ENDS if everything else ()))
        if as_json:
            click.echo(json.dumps([_machine_view(each, house.today()) for each in found], indent=2))
            return
        for each in found:
            click.echo(_line(each, house.today()))
        click.echo("`promises kept NUMBER`, `broken` or `withdrawn` says what became of one." if found else "None.")


def _line(row: PromiseRow, today: str) -> str:
    who = f"you to {row.other}" if row.said_by == "us" else f"{row.other} to you"
    return f"{row.number:>4}  {row.due}  {_standing(row, today):<9}  {who}: {_shown(row.words)}  [{row.task}]"


def _standing(row: PromiseRow, today: str) -> str:
    return "overdue" if row.state == "open" and row.due < today else row.state


def _machine_view(row: PromiseRow, today: str) -> dict[str, object]:
    names = ("number", "said_by", "other", "words", "due", "state", "task", "source", "said_at")
    return {**{name: getattr(row, name) for name in names}, "overdue": _standing(row, today) == "overdue"}


def _ends(word: str) -> click.Command:
    @click.argument("number", type=click.IntRange(1, 999_999_999))
    @vault_option
    def end(number: int, vault: Path | None) -> None:
        from agents.console.requesting import request, unknown
        from agents.durability.promise_rows import find_promise

        with opened(vault) as house:
            with house.journal.begin() as sql:
                promise = find_promise(sql, number)
            if promise is None:
                unknown(str(number), "no promise has this number")
            request(house, "promise", str(number), word)

    return click.command(word, help=f"Say that a promise is {word}, by its number.")(end)


for each in ("kept", "broken", "withdrawn"):
    promises.add_command(_ends(each))


def _shown(text: str) -> str:
    """Words from outside for a terminal."""
    from agents.vault.neutralize import visible

    return visible(text)
