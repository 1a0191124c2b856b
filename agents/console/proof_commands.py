"""`proof`: the owner's printed list of codes, and a code that comes with `approve`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

from agents.console.entering import opened, vault_option

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.approval.proof import Attempt, Enrolled
    from agents.console.wiring import House
    from agents.durability.proposal_rows import ProposalRow

COLUMNS = 4
code_option = click.option("--code", default="", help="An unused code of your list (`proof enrol` prints one).")


@click.group()
def proof() -> None:
    """Codes that prove it is you, for what is of high risk."""


@proof.command()
@click.option("--lost", is_flag=True, help="Without a code of the present list; the new one counts a day later.")
@code_option
@vault_option
def enrol(*, lost: bool, code: str, vault: Path | None) -> None:
    """Print a new list of codes in place of the old."""
    from agents.approval.proof import Attempt, standing
    from agents.approval.proof import enrol as make_list
    from agents.durability.bell import ring

    with opened(vault) as house:
        now = house.clock.now()
        with house.journal.begin() as sql:
            there_is_one = standing(sql, now)[0]
        code = code or (asked() if there_is_one and not lost else "")
        with house.journal.begin() as sql:
            made = make_list(sql, now, code, lost=lost)
            _tell_runner(sql, house, made, lost=lost)
        ring(house.state)
    if isinstance(made, Attempt):
        refuse(made.words, "Give an unused code of your present list, or say `proof enrol --lost`.")
    _print_list(made, waits=made.counts_from > now)


@proof.command()
@code_option
@vault_option
def revoke(*, code: str, vault: Path | None) -> None:
    """Take the list of codes back."""
    from agents.approval.proof import Outcome
    from agents.approval.proof import revoke as take_back
    from agents.durability.bell import ring

    with opened(vault) as house:
        code = code or asked()
        with house.journal.begin() as sql:
            attempt = take_back(sql, house.clock.now(), code)
            tell(sql, house, "codes", "revoked" if attempt.outcome is Outcome.PROVED else _word(attempt))
        ring(house.state)
    if attempt.outcome is not Outcome.PROVED:
        refuse(attempt.words, "Give an unused code of your list; is it lost, say `proof enrol --lost`.")
    click.echo("The list is void. `proof enrol` prints a new one.")


def approve_with_proof(house: House, row: ProposalRow, code: str) -> None:
    """Put a yes into the journal, with the proof that a code gives; ends with exit code 1 when it proves nothing."""
    from agents.approval.proof import Outcome, by_request, prove
    from agents.approval.risk import Tier
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request, settle_request

    code = code or (asked() if row.risk == Tier.HIGH else "")
    if row.risk == Tier.HIGH and not code:
        refuse(
            "it is of high risk",
            "Add an unused code of your list: `approve ID --code CODE`; `proof enrol` prints a list.",
        )
    now = house.clock.now()
    values = {"at": now.isoformat(), "kind": "approve", "target": row.id, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        number = add_request(sql, values)
        attempt = prove(sql, code, row.id, by_request(number), now) if code else None
        refused = attempt is not None and attempt.outcome is not Outcome.PROVED
        if attempt and refused:
            settle_request(sql, number, "refused", attempt.words)
            tell(sql, house, row.id, _word(attempt))
    ring(house.state)
    if attempt and refused:
        refuse(attempt.words, "Write another code; `doctor` says how your list stands.")


def _tell_runner(sql: Connection, house: House, made: Enrolled | Attempt, *, lost: bool) -> None:
    from agents.approval.proof import Attempt
    from agents.clock import as_local

    if isinstance(made, Attempt):
        tell(sql, house, "codes", _word(made))
        return
    waits = f"{as_local(made.counts_from):%Y-%m-%d %H:%M}"
    words = (
        f"replaced A new list of codes was asked for without a code of the old one. It counts from {waits} on; "
        "if that was not you, somebody else uses this computer."
    )
    tell(sql, house, f"list-{made.number}", words if lost else "enrolled")


def _word(attempt: Attempt) -> str:
    from agents.approval.proof import Outcome

    return f"wrong On the command line {attempt.words}." if attempt.outcome is Outcome.WRONG else "refused"


def tell(sql: Connection, house: House, about: str, words: str) -> None:
    """Let the runner write an event: its word, and after it what an alert says."""
    from agents.autonomy.requests import PROOF
    from agents.durability.task_persistence import add_request

    values = {"at": house.clock.now().isoformat(), "kind": PROOF, "target": about, "text": words, "actor": "vault"}
    add_request(sql, values)


def asked() -> str:
    """A code, asked for at the terminal; empty where nobody can answer."""
    return str(click.prompt("An unused code of your list")) if sys.stdin.isatty() else ""


def refuse(words: str, hint: str) -> NoReturn:
    """Say why not, and end."""
    click.echo(f"Not done: {words}.\n{hint}", err=True)
    sys.exit(1)


def _print_list(made: Enrolled, *, waits: bool) -> None:
    from agents.clock import as_local
    from agents.security.proof_codes import shown

    click.echo(f"Your list {made.number} of codes. Print it or write it down; it is not shown again.\n")
    rows = len(made.codes) // COLUMNS
    for row in range(rows):
        places = [row + column * rows for column in range(COLUMNS)]
        click.echo("".join(f"  {at + 1:>3}  {shown(made.codes[at])}" for at in places))
    click.echo("\nEach counts once, for one proposal of high risk: write it into `code` and say yes, or type")
    click.echo("`approve ID --code CODE`. Keep the list away from this computer and cross out what you used.")
    if waits:
        click.echo(f"It counts from {as_local(made.counts_from):%Y-%m-%d %H:%M} on, and the old one is void.")
