"""`privacy`: what would leave for a model, whether the owner accepted that, and a look at the very bytes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from agents.console.entering import opened, vault_option
from agents.console.requesting import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.connectors.contract import Capability
    from agents.console.wiring import House
    from agents.durability.consent_rows import Consent
    from agents.reasoning.outgoing import Prepared
    from agents.security.consent_page import Terms
    from agents.settings import Settings

CODE_CHARS = 8


@click.group(invoke_without_command=True)
@click.pass_context
@vault_option
def privacy(context: click.Context, vault: Path | None) -> None:
    """What would leave for a model, to whom, at which cost; and whether you accepted it."""
    if context.invoked_subcommand is None:
        from agents.security.consent_page import page

        with opened(vault) as house:
            terms, newest = _asked(house)
            click.echo(f"{page(terms)}\n{standing(terms, newest)}")


@privacy.command()
@click.option("--page", "code", default="", help="The code that `privacy` shows under the page, instead of a question.")
@vault_option
def accept(*, code: str, vault: Path | None) -> None:
    """Accept the page: from then on a model may be asked, within its limits."""
    from agents.durability.bell import ring
    from agents.durability.consent_rows import accept_page
    from agents.security.consent_page import page

    with opened(vault) as house:
        terms, _newest = _asked(house)
        if not code:
            click.echo(page(terms))
        if (code or _answer(terms)) != code_of(terms):
            click.echo("Not accepted: nothing leaves.\nRead `privacy`, then `privacy accept --page CODE`.", err=True)
            sys.exit(1)
        with house.journal.begin() as sql:
            number = accept_page(sql, terms, house.clock.now())
            _tell_runner(sql, house, number, "accepted")
        ring(house.state)
        click.echo("Accepted. `privacy revoke` takes it back at any time.")


@privacy.command()
@vault_option
def revoke(vault: Path | None) -> None:
    """Take it back: nothing more leaves for a model."""
    from agents.durability.bell import ring
    from agents.durability.consent_rows import newest_consent, revoke_consent

    with opened(vault) as house:
        with house.journal.begin() as sql:
            newest = newest_consent(sql)
            if newest and revoke_consent(sql, house.clock.now()):
                _tell_runner(sql, house, newest.number, "revoked")
        ring(house.state)
        click.echo("Taken back. Nothing leaves for a model.")


@privacy.command()
@vault_option
def note(vault: Path | None) -> None:
    """Put the page into the vault as Privacy.md, where a tick accepts it: on a phone, for example."""
    from agents.autonomy.consent_note import consent_note
    from agents.autonomy.requests import PRIVACY
    from agents.console.requesting import recorded
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request
    from agents.vault.layout import PRIVACY_NOTE

    with opened(vault) as house:
        text = consent_note(terms_of(house.settings), accepted=False)
        at = house.clock.now().isoformat()
        with house.journal.begin() as sql:
            add_request(sql, {"at": at, "kind": PRIVACY, "target": PRIVACY_NOTE, "text": text, "actor": "vault"})
        ring(house.state)
        click.echo(recorded(house, PRIVACY_NOTE))


@privacy.command()
@click.argument("task", metavar="TASK")
@click.option("--note", "notes", multiple=True, metavar="PATH", help="A note to send with it, such as Projects/x.md.")
@vault_option
def preview(task: str, notes: tuple[str, ...], vault: Path | None) -> None:
    """Print exactly the bytes that would leave for a task. Nothing is sent."""
    with opened(vault) as house:
        prepared = prepared_for(house, task, notes)
        click.echo(prepared.body, nl=False)  # bytes as they are
        for line in told(prepared):
            click.echo(line, err=True)


def prepared_for(house: House, task: str, notes: tuple[str, ...]) -> Prepared:
    """What would leave for a task; ends with exit code 2 when there is no such task.

    Raises:
        NotAllowed: the task is private.
        NeedsOwner: nobody knows what is private.
    """
    from agents.console.model_brain import first_request
    from agents.durability.task_persistence import find_task

    with house.journal.begin() as sql:
        row = find_task(sql, task)
    if row is None:
        unknown(task, "no task has this id")
    return first_request(house, row, notes)


def told(prepared: Prepared) -> Iterator[str]:
    """What was replaced, by kind and never by value; what stays, and why."""
    from agents.console.screens import shown

    counts = ", ".join(f"{number} {kind}" for kind, number in prepared.replaced().items())
    yield f"\nReplaced by placeholders: {counts or 'nothing'}."
    for each in prepared.withheld:
        yield f"Withheld: {shown(each.path)}: {shown(each.reason)}."
    yield f"{len(prepared.body):,} bytes would go to {shown(prepared.terms.address)}. Nothing was sent."


def terms_of(chosen: Settings) -> Terms:
    """To whom it goes and what it may cost, by the settings."""
    from agents.security.consent_page import Terms

    return Terms(chosen.model_provider, chosen.model_url, chosen.model, chosen.max_task_usd, chosen.max_month_usd)


def code_of(terms: Terms) -> str:
    """What names the page in a command."""
    from agents.security.consent_page import page_digest

    return page_digest(terms)[:CODE_CHARS]


def standing(terms: Terms, newest: Consent | None) -> str:
    """Whether the page is accepted, in a sentence with the next step."""
    from agents.security.consent_page import page_digest

    step = f"Accept it: `privacy accept --page {code_of(terms)}`."
    if newest is None:
        return f"Not accepted: nothing leaves for a model. {step}"
    if newest.revoked_at:
        return f"You took it back on {_day(newest.revoked_at)}: nothing leaves for a model. {step}"
    if newest.page_sha256 != page_digest(terms):
        return f"You accepted another page on {_day(newest.at)}; this one is new, so nothing leaves. {step}"
    return f"You accepted this page on {_day(newest.at)}. `privacy revoke` takes it back."


def privacy_capability(house: House) -> Capability:
    """Whether a model may be asked, as `doctor` shows it."""
    from agents.connectors.contract import Capability, State
    from agents.durability.consent_rows import consent_in_force

    terms, newest = _asked(house)
    with house.journal.begin() as sql:
        given = consent_in_force(sql, terms)
    words = standing(terms, newest).partition(" Accept it")[0].partition(" `privacy revoke")[0]
    step = "" if given else "python orchestrator.py privacy"
    return Capability("privacy", State.REAL if given else State.OFF, words, step)


def _asked(house: House) -> tuple[Terms, Consent | None]:
    from agents.durability.consent_rows import newest_consent

    with house.journal.begin() as sql:
        return terms_of(house.settings), newest_consent(sql)


def _answer(terms: Terms) -> str:
    """The code of the page when the owner says yes at the terminal; empty otherwise."""
    return code_of(terms) if sys.stdin.isatty() and click.confirm("Do you accept this?") else ""


def _tell_runner(sql: Connection, house: House, number: int, word: str) -> None:
    from agents.autonomy.requests import PRIVACY
    from agents.durability.task_persistence import add_request

    at = house.clock.now().isoformat()
    add_request(sql, {"at": at, "kind": PRIVACY, "target": f"consent-{number}", "text": word, "actor": "vault"})


def _day(moment: str) -> str:
    from datetime import datetime

    from agents.clock import as_local

    return as_local(datetime.fromisoformat(moment)).strftime("%Y-%m-%d")


def find_secret_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand in a text, as offsets."""
    from agents.security.secret_patterns import find_secrets

    return ((each.start, each.end) for each in find_secrets(text))
