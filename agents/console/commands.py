"""The command line. Each command opens the house, does one thing, and says what to do next.

Exit codes: 0 done; 1 refused or broken; 2 a wrong word or an unknown id; 3 could not be checked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from agents.console.adviser_command import adviser
from agents.console.audit_command import audit
from agents.console.book_commands import books
from agents.console.brief_command import brief
from agents.console.control_commands import cancel, drain, pause, resume, retry, skip
from agents.console.credential_commands import credentials
from agents.console.entering import crash_told, json_option, opened, told_plainly, vault_option
from agents.console.forecast_command import forecast
from agents.console.mcp_command import mcp
from agents.console.metrics_command import metrics
from agents.console.people_commands import contacts, promises
from agents.console.policy_commands import policy
from agents.console.privacy_commands import privacy
from agents.console.proof_commands import code_option, proof, signature_option
from agents.console.requesting import recorded, request, unknown
from agents.console.schedule_command import schedules
from agents.console.skill_commands import skills
from agents.console.switch_commands import reconcile, switch

if TYPE_CHECKING:
    from agents.console.wiring import House
    from agents.durability.proposal_rows import ProposalRow

INTERRUPTED = 130
NEWEST = 200


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="ai-employee")
@click.pass_context
def cli(context: click.Context) -> None:
    """An AI employee that lives in an Obsidian vault. Without a command: make ./MyVault if needed, and run.

    Nothing leaves without your yes, nothing gets lost, nothing happens twice.
    """
    if context.invoked_subcommand is None:
        place = Path.cwd() / "MyVault"
        if not place.exists():
            context.invoke(init, vault=place, sample=True, folder="AI Employee", copy=False)
        context.invoke(run, once=False, take_over=False, moved=False, vault=None)


@cli.command()
@click.argument("vault", type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help="Put a sample inbox into it.")
@click.option(
    "--folder", default="AI Employee", show_default=True, help="Our subfolder in a vault that is there already."
)
@click.option("--copy", is_flag=True, help="Make a copied vault a new one of its own, with its own journal.")
def init(vault: Path, *, sample: bool, folder: str, copy: bool) -> None:
    """Make a vault, or move into one subfolder of an existing vault."""
    from agents.console.copies import make_own
    from agents.console.founding_steps import make_vault

    with told_plainly():
        for line in make_own(vault) if copy else make_vault(vault, folder, sample=sample):
            click.echo(line)


@cli.command()
@click.option("--once", is_flag=True, help="End when nothing is left to do.")
@click.option("--take-over", is_flag=True, help="Run here although another machine says that it runs this vault.")
@click.option("--moved", is_flag=True, help="This folder, a copy of the vault, is the vault from now on.")
@vault_option
def run(*, once: bool, take_over: bool, moved: bool, vault: Path | None) -> None:
    """Work: take in what happened, plan, propose, and carry out what you approved."""
    from agents.console.copies import recognised
    from agents.console.running import run_vault

    try:
        with told_plainly():
            moved = moved or recognised(vault)
        with opened(vault, moved=moved) as house, house.lock():
            run_vault(house, once=once, take_over=take_over)
    except KeyboardInterrupt:
        click.echo("\nStopped in the middle. Nothing is lost: the next `run` goes on from here.", err=True)
        sys.exit(INTERRUPTED)


@cli.command()
@click.option("--all", "everything", is_flag=True, help="Also what is in progress, approved, done and in quarantine.")
@json_option
@vault_option
def status(*, everything: bool, as_json: bool, vault: Path | None) -> None:
    """What waits for you."""
    from agents.autonomy.overview import SHOWN, look
    from agents.console import practice, runners
    from agents.console.copies import recognised

    with told_plainly():
        moved = recognised(vault)
    with opened(vault, moved=moved) as house:
        at_most = None if as_json or everything else SHOWN
        overview = look(house.place.root, house.journal, house.clock.now(), at_most=at_most)
        if as_json:
            view = overview.machine_view() | {
                "vault": str(house.place.root),
                "history": str(house.state / "history.git"),
                "practice_time": practice.machine_view(house.clock),
            }
            click.echo(json.dumps(view | runners.machine_view(house), indent=2))
            return
        from agents.console import screens

        screens.loud(practice.practice(house.clock))
        screens.waiting(overview, house.place.root)
        for line in runners.sentences(house):
            click.echo(line)
        if everything:
            screens.everything(overview)


@cli.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--urgent", is_flag=True, help="Before everything that has waited for less than a week.")
@vault_option
def ask(text: tuple[str, ...], *, urgent: bool, vault: Path | None) -> None:
    """Ask for something in your own words."""
    with opened(vault) as house:
        request(house, "ask", "urgent" if urgent else "", " ".join(text))


@cli.command()
@click.argument("proposal", metavar="ID")
@code_option
@signature_option
@vault_option
def approve(proposal: str, *, code: str, signature: IO[bytes] | None, vault: Path | None) -> None:
    """Say yes to one proposal."""
    from agents.console.practice import practice
    from agents.console.proof_commands import approve_with_proof

    with opened(vault) as house:
        if words := practice(house.clock):
            click.echo(words)
        approve_with_proof(house, known_proposal(house, proposal), code, signature)
        click.echo(recorded(house, f"approve {proposal}"))


@cli.command()
@click.argument("proposal", metavar="ID")
@click.option("--reason", default="", help="Why; the next proposal takes it into account.")
@vault_option
def reject(proposal: str, *, reason: str, vault: Path | None) -> None:
    """Say no to one proposal."""
    with opened(vault) as house:
        known_proposal(house, proposal)
        request(house, "reject", proposal, reason)


@cli.command()
@click.argument("question", metavar="ID")
@click.argument("text", nargs=-1, required=True)
@vault_option
def answer(question: str, text: tuple[str, ...], vault: Path | None) -> None:
    """Answer one question."""
    from agents.durability.task_persistence import find_question

    with opened(vault) as house:
        with house.journal.begin() as sql:
            row = find_question(sql, question)
        if row is None or row.state != "open":
            unknown(question, "no open question has this id" if row is None else f"this question is {row.state}")
        request(house, "answer", question, " ".join(text))


@cli.command()
@click.argument("proposal", metavar="ID")
@vault_option
def undo(proposal: str, vault: Path | None) -> None:
    """Propose what undoes a done action, or say why nothing can."""
    from agents.autonomy.requests import undoing
    from agents.connectors.contract import CannotUndo
    from agents.durability.proposal_rows import find_proposal

    with opened(vault) as house:
        with house.journal.begin() as sql:
            row = find_proposal(sql, proposal)
        if row is None:
            unknown(proposal, "no proposal has this id")
        undone = undoing(row, house.connectors, house.models)
        if isinstance(undone, CannotUndo):
            click.echo(f"{proposal} cannot be undone: {undone.reason}", err=True)
            sys.exit(1)
        click.echo(f"To undo it: {undone.title()} It becomes a proposal that waits for your yes.")
        request(house, "undo", proposal, "")


@cli.command()
@click.argument("about", metavar="[ID]", required=False, default="")
@vault_option
def log(about: str, vault: Path | None) -> None:
    """What happened, in plain words; of everything (the newest 200), or of one id."""
    from agents.console.stories import told

    with opened(vault) as house:
        with house.journal.begin() as sql:
            lines = told(sql, about, NEWEST)
        if not lines:
            unknown(about, "nothing happened under this id") if about else click.echo("Nothing happened yet.")
        for line in lines:
            click.echo(line)


@cli.command()
@click.argument("name", metavar="ID")
@vault_option
def why(name: str, vault: Path | None) -> None:
    """The chain of one action: cause, rule, proposal, your answer, receipt, commit."""
    from agents.console.stories import why as reasons

    with opened(vault) as house:
        with house.journal.begin() as sql:
            lines = tuple(reasons(sql, name))
        if not lines:
            unknown(name, "no task, proposal or question has this id")
        for line in lines:
            click.echo(line)


@cli.command()
@json_option
@vault_option
def verify(*, as_json: bool, vault: Path | None) -> None:
    """Check that chain, log, history, receipts and notes say what was recorded. Changes nothing."""
    from agents.console.checking import check
    from agents.durability.verification import CANNOT_SEE

    with opened(vault) as house:
        report = check(house)
        if as_json:
            found = {"broken": report.broken, "warnings": report.warnings, "unchecked": report.unchecked}
            click.echo(json.dumps({**found, "cannot_see": CANNOT_SEE, "newest": report.newest}, indent=2))
        else:
            from agents.console import screens

            screens.verified(report)
    sys.exit(report.exit_code)


@cli.command()
@json_option
@vault_option
def doctor(*, as_json: bool, vault: Path | None) -> None:
    """Every capability and how safe it stands here, each with the one next step."""
    from agents.console.checking import every_capability
    from agents.console.posture import every_finding, machine_rows

    with opened(vault) as house:
        found, findings = every_capability(house), every_finding(house)
        if as_json:
            rows = [{"name": c.name, "state": c.state, "says": c.says, "next_step": c.next_step} for c in found]
            click.echo(json.dumps([*rows, *machine_rows(findings)], indent=2))
            return
        from agents.console import screens

        screens.doctor(found, findings)


@cli.command()
@click.argument("name")
@click.argument("path", required=False, default="")
@vault_option
def connect(name: str, path: str, vault: Path | None) -> None:
    """Connect a service: asks, tests it live, keeps the secret out of the vault. `folder PATH`: a drop folder."""
    from agents.console.connecting import connect_service

    with opened(vault) as house:
        click.echo(connect_service(house, name, path))


@cli.command()
@click.argument("name")
@click.argument("path", required=False, default="")
@vault_option
def disconnect(name: str, path: str, vault: Path | None) -> None:
    """Forget a service and its secret. `folder PATH`: take nothing more from a drop folder."""
    from agents.console.connecting import disconnect_service

    with opened(vault) as house:
        click.echo(disconnect_service(house, name, path))


def known_proposal(house: House, proposal: str) -> ProposalRow:
    """A proposal that waits for a decision; ends with exit code 2 when there is none of this id."""
    from agents.durability.proposal_rows import find_proposal

    with house.journal.begin() as sql:
        row = find_proposal(sql, proposal)
    if row is None or row.state != "waiting":
        unknown(proposal, "no proposal has this id" if row is None else f"this proposal is {row.state} already")
    return row


PEOPLE = (contacts, promises)
CONTROL = (pause, resume, skip, retry, drain, cancel)
for each in (adviser, switch, reconcile):
    books.add_command(each)
OFFICE = (audit, books, brief, forecast, metrics, mcp, schedules, skills)
for each in (*OFFICE, policy, privacy, proof, credentials, *PEOPLE, *CONTROL):
    cli.add_command(each)


def main() -> None:
    """The entry."""
    sys.excepthook = crash_told
    cli(prog_name="orchestrator.py")
