"""`policy`: the rules in force, the handbook beside them, and the proof that a loosening needs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option
from agents.console.proof_commands import asked, code_option, refuse
from agents.console.requesting import recorded
from agents.console.terminal import bold, cyan, dim, say, yellow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agents.autonomy.past_decisions import Differences
    from agents.autonomy.policy_standing import Checked, InForce
    from agents.console.wiring import House
    from agents.durability.policy_rows import PolicyChange


@click.group(invoke_without_command=True)
@json_option
@vault_option
@click.pass_context
def policy(context: click.Context, *, as_json: bool, vault: Path | None) -> None:
    """Your rules: which are in force, and what waits for a proof."""
    if context.invoked_subcommand is not None:
        return
    from agents.autonomy.policy_standing import look_at_policy
    from agents.console.policy_reading import policy_ports

    with opened(vault) as house:
        with house.journal.begin() as sql:
            found = look_at_policy(sql, policy_ports(house))
        if as_json:
            click.echo(json.dumps(_machine_view(found), indent=2))
        else:
            _show(found)


@policy.command()
@vault_option
def check(vault: Path | None) -> None:
    """The handbook as it stands: bad rows, what would become easier or stricter, and what would have been otherwise."""
    from agents.autonomy.policy_standing import check_handbook
    from agents.console.policy_reading import policy_ports

    with opened(vault) as house:
        with house.journal.begin() as sql:
            found = check_handbook(house.place.root, sql, policy_ports(house), house.clock.now())
        _show_check(found)
    sys.exit(1 if found.problems or found.failing else 0)


@policy.command()
@code_option
@vault_option
def confirm(*, code: str, vault: Path | None) -> None:
    """Put the change that waits in force, with a proof that it is you."""
    with opened(vault) as house:
        change = _waiting(house)
        code = code or asked()
        if not code:
            refuse(
                "making something easier needs a proof that it is you",
                "Add an unused code of your list or your app: `policy confirm --code CODE`; `proof enrol` makes one.",
            )
        _prove(house, change, code)
        click.echo(recorded(house, f"policy confirm {change.id}"))


def _waiting(house: House) -> PolicyChange:
    from agents.durability.policy_rows import waiting_change

    with house.journal.begin() as sql:
        change = waiting_change(sql)
    if change is None:
        refuse("no change of the rules waits", "`policy check` says what the handbook would change; `run` takes it in.")
    if change.failing:
        refuse("examples of yours do not hold under it", "Mend the examples or the rules; `policy check` names them.")
    return change


def _prove(house: House, change: PolicyChange, code: str) -> None:
    """Put the confirmation into the journal with its proof; ends with exit code 1 when the code proves nothing."""
    from agents.approval.proof import Outcome, by_request, prove
    from agents.autonomy.policy_changes import CONFIRM
    from agents.console.proof_commands import tell
    from agents.durability.bell import ring
    from agents.durability.task_persistence import add_request, settle_request

    now = house.clock.now()
    values = {"at": now.isoformat(), "kind": CONFIRM, "target": change.id, "text": "", "actor": "vault"}
    with house.journal.begin() as sql:
        number = add_request(sql, values)
        attempt = prove(sql, code, change.id, by_request(number), now, house.context.secrets)
        if attempt.outcome is not Outcome.PROVED:
            settle_request(sql, number, "refused", attempt.words)
            wrong = attempt.outcome is Outcome.WRONG
            tell(sql, house, change.id, f"wrong On the command line {attempt.words}." if wrong else "refused")
    ring(house.state)
    if attempt.outcome is not Outcome.PROVED:
        refuse(attempt.words, "Write another code; `doctor` says how your list stands.")


def _machine_view(found: InForce) -> dict[str, object]:
    version, waits = found.version, found.waits
    return {
        "version": version.number if version else 0,
        "digest": version.digest if version else "",
        "since": version.since if version else "",
        "how": version.how if version else "built in",
        "proof": version.proof if version else "",
        "rules": list(found.rules),
        "suspended": [
            {"rule": words, "since": each.since, "proposal": each.proposal} for words, each in found.suspended
        ],
        "waits": waits and {"id": waits.id, "digest": waits.digest, "since": waits.asked_at},
    }


def _show(found: InForce) -> None:

    say(f"{bold('Rules in force')}  {dim(_standing(found))}")
    _listed(found.rules)
    for words, each in found.suspended:
        _listed((f"taken back since your no to {each.proposal}: {words}",))
    if found.waits:
        say(f"\n{yellow('A change of the handbook waits for a proof:')} {found.waits.id}")
        say("  `policy confirm --code CODE` puts it in force; `policy check` says what it makes easier.")


def _standing(found: InForce) -> str:
    from datetime import datetime

    from agents.clock import as_local

    version = found.version
    if version is None:
        return "built in; `run` takes the handbook in"
    since = f"{as_local(datetime.fromisoformat(version.since)):%Y-%m-%d %H:%M}"
    proof = f", {version.proof}" if version.proof else ""
    return f"version {version.number} since {since} ({version.how}{proof}), digest {version.digest[:16]}"


def _show_check(found: Checked) -> None:
    from agents.console.screens import shown
    from agents.vault.layout import HANDBOOK_NOTE

    for each in (*found.problems, *found.failing):
        where = f"{HANDBOOK_NOTE}, line {each.line}" if each.line else HANDBOOK_NOTE
        say(f"{yellow(f'{where}:')} {shown(each.message)}")
    if found.same:
        say("The handbook says what is in force.")
        return
    if found.easier:
        say(f"{bold('Easier')} (waits for a proof that it is you)")
        _listed(found.easier)
    if found.stricter:
        say(f"{bold('Stricter')}" + (" (waits too)" if found.easier else " (in force at once)"))
        _listed(found.stricter)
    _show_past(found.past)


def _show_past(past: Differences) -> None:
    from agents.console.screens import shown

    count = len(past.shown) + past.more
    say(f"{bold('The last 90 days:')} {count} of {past.among} proposals would have been decided otherwise.")
    for each in past.shown:
        say(f"  {cyan(each.id)}\n    then {shown(each.then)}\n    now  {shown(each.now)}")
    if past.more:
        say(f"  and {past.more} more")


def _listed(lines: Sequence[str]) -> None:
    from agents.console.screens import shown

    for each in lines:
        say(f"  - {shown(each)}")
