"""`proof`: what people prove with (lists of codes, apps, SSH keys), and a proof that comes with `approve`."""

from __future__ import annotations

import re
import sys
from typing import IO, TYPE_CHECKING, NoReturn

import click

from agents.console.entering import opened, vault_option

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.approval.proof import Attempt
    from agents.console.wiring import House
    from agents.durability.proposal_rows import ProposalRow

MAX_SIGNATURE_BYTES = 8192
code_option = click.option("--code", default="", help="An unused code of your list, or the code your app shows now.")
signature_option = click.option(
    "--signature", type=click.File("rb"), default=None, help="A file with a signature by your SSH key; - reads it here."
)
ssh_option = click.option("--ssh", type=click.File("rb"), default=None, help="The .pub file of an SSH key.")
lost_option = click.option("--lost", is_flag=True, help="Without any proof; the new one counts a day later.")


@click.group()
def proof() -> None:
    """What proves that it is you, for what is of high risk: codes on paper, an app, SSH keys."""


@proof.command()
@click.option("--totp", is_flag=True, help="An app whose codes change every 30 seconds.")
@ssh_option
@click.option("--name", default="", help="What to call it; default: list, app or key.")
@click.option("--holder", default="owner", show_default=True, help="Whose it is, in small letters.")
@lost_option
@code_option
@signature_option
@vault_option
def enrol(  # noqa: PLR0913 - one parameter for each option
    *,
    totp: bool,
    ssh: IO[bytes] | None,
    name: str,
    holder: str,
    lost: bool,
    code: str,
    signature: IO[bytes] | None,
    vault: Path | None,
) -> None:
    """Print a new list of codes in place of the old; or enrol an app, an SSH key, another person."""
    from agents.console.proof_enrolment import Order, carry_out
    from agents.durability.credential_rows import Kind

    kind = Kind.TOTP if totp else Kind.SSH if ssh else Kind.LIST
    with opened(vault) as house:
        order = Order(kind, name, holder, _read(ssh), lost=lost)
        carry_out(house, order, code or _read(signature))


@proof.command()
@click.argument("name")
@ssh_option
@lost_option
@code_option
@signature_option
@vault_option
def rotate(
    name: str,
    *,
    ssh: IO[bytes] | None,
    lost: bool,
    code: str,
    signature: IO[bytes] | None,
    vault: Path | None,
) -> None:
    """Put a new one in the place of a list, an app or a key, which is void from then on."""
    from agents.console.proof_enrolment import carry_out, in_place_of

    with opened(vault) as house:
        order = in_place_of(house, name, _read(ssh), lost=lost)
        carry_out(house, order, code or _read(signature))


@proof.command()
@click.argument("name", required=False, default="list")
@code_option
@signature_option
@vault_option
def revoke(name: str, *, code: str, signature: IO[bytes] | None, vault: Path | None) -> None:
    """Take a list, an app or a key back."""
    from agents.console.proof_enrolment import take_back

    with opened(vault) as house:
        take_back(house, name, code or _read(signature) or asked())


@proof.command("list")
@vault_option
def list_all(vault: Path | None) -> None:
    """What is enrolled: whose, since when, when it was last used."""
    from agents.console.proof_enrolment import listed

    with opened(vault) as house:
        for line in listed(house):
            click.echo(line)


@proof.command()
@click.argument("about", metavar="ID")
@click.option("--name", default="", help="With which key you sign, when you have several.")
@vault_option
def request(about: str, *, name: str, vault: Path | None) -> None:
    """Print what an SSH key must sign to say yes to one proposal.

    `proof request ID | ssh-keygen -Y sign -f KEYFILE -n ai-employee-approval | approve ID --signature -`
    """
    from agents.approval.credentials import to_sign
    from agents.console.requesting import unknown
    from agents.durability.proposal_rows import find_proposal

    with opened(vault) as house:
        with house.journal.begin() as sql:
            row = find_proposal(sql, about)
            words = to_sign(sql, about, name)
        if re.match(r"\d{4}-", about) and (row is None or row.state != "waiting"):
            unknown(about, "no proposal has this id" if row is None else f"this proposal is {row.state} already")
        click.echo(words, nl=False)


def approve_with_proof(house: House, row: ProposalRow, code: str, signature: IO[bytes] | None = None) -> None:
    """Put a yes into the journal, with its proof; ends with exit code 1 when what was given proves nothing."""
    from agents.approval.assistants import objection
    from agents.approval.gate import PROVED_TIERS
    from agents.approval.proof import Outcome, by_request, prove
    from agents.approval.risk import Tier
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request, settle_request

    with house.journal.begin() as sql:
        doubt = objection(sql, house.clock, ())
    needed = row.risk in PROVED_TIERS or bool(doubt)
    shown = code or _read(signature) or (asked() if needed else "")
    if needed and not shown:
        refuse(
            doubt or "it is of high risk",
            "Add an unused code of your list, or your app's: `approve ID --code CODE`; or a signature over what "
            "`proof request ID` prints. Nothing enrolled yet? `proof enrol` prints a list.",
        )
    now = house.clock.now()
    values = {"at": now.isoformat(), "kind": "approve", "target": row.id, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        number = add_request(sql, values)
        attempt = prove(sql, shown, row.id, by_request(number), now, house.context.secrets) if shown else None
        refused = attempt is not None and attempt.outcome is not Outcome.PROVED
        if attempt and refused:
            settle_request(sql, number, "refused", attempt.words)
            tell(sql, house, row.id, word_of(attempt))
    ring(house.state)
    if attempt and refused:
        refuse(attempt.words, "Give another proof; `doctor` says how yours stand.")
    if row.risk == Tier.TWO:
        click.echo("Two people must say yes, each with a proof of their own; `status` shows whose yes is there.")


def word_of(attempt: Attempt) -> str:
    """The event of an attempt that proved nothing, and what an alert says of it."""
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
    return str(click.prompt("An unused code of your list, or of your app")) if sys.stdin.isatty() else ""


def refuse(words: str, hint: str) -> NoReturn:
    """Say why not, and end."""
    click.echo(f"Not done: {words}.\n{hint}", err=True)
    sys.exit(1)


def _read(file: IO[bytes] | None) -> str:
    return file.read(MAX_SIGNATURE_BYTES).decode(errors="replace") if file else ""
