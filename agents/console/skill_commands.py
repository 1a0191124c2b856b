"""`skills`: what the employee can do by a skill, and the owner's word for a skill that is not as they accepted it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from agents.console.entering import opened, vault_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from agents.console.wiring import House
    from agents.durability.skill_rows import AcceptedSkill
    from agents.reasoning.skill_acceptance import Withheld
    from agents.reasoning.skill_library import Skill

MAX_DIFF_LINES = 200


@click.group(invoke_without_command=True)
@click.pass_context
@vault_option
def skills(context: click.Context, vault: Path | None) -> None:
    """The skills, and which of them do not run because you have not accepted them as they are."""
    if context.invoked_subcommand is None:
        from agents.reasoning.skill_shelf import SkillShelf

        with opened(vault) as house:
            found = SkillShelf(house.skills, house.accepted_skills).look()
            for each in found.accepted:
                click.echo(f"{each.name:<24} accepted   {each.label}")
            for resting in found.withheld:
                click.echo(f"{resting.name:<24} does not run: {resting.why}")
            if found.withheld:
                click.echo("\n`skills accept NAME` shows the difference and accepts it; `skills accept` all of them.")


@skills.command()
@click.argument("name", metavar="[NAME]", required=False, default="")
@click.option("--digest", "code", default="", help="The code shown under the difference, instead of a question.")
@vault_option
def accept(*, name: str, code: str, vault: Path | None) -> None:
    """Accept a skill as it is now, or all that are not accepted, after a look at what is different."""
    from agents.reasoning.skill_acceptance import code_of

    with opened(vault) as house:
        wanted, trees = _wanted(house, name)
        if not wanted:
            click.echo("Every skill is accepted as it is.")
            return
        _refuse_to_assistants(house)
        known, shown = house.accepted_skills(), code_of(wanted)
        if not code:
            for each in wanted:
                for line in _difference(house, known.get(each.name), trees.get(each.name), each):
                    click.echo(line)
        if (code or _answer(shown)) != shown:
            naming = f" {name}" if name else ""
            click.echo(
                f"Not accepted: nothing changed.\nRead the difference, then `skills accept{naming} --digest {shown}`.",
                err=True,
            )
            sys.exit(1)
        _accept(house, wanted, trees)
        for each in wanted:
            click.echo(f"{'Accepted' if each.digest else 'Let go'}: {each.name}")


def _refuse_to_assistants(house: House) -> None:
    """While an assistant's session goes on, what is typed may be its own; ends with exit code 1."""
    from agents.approval.assistants import objection
    from agents.console.proof_commands import refuse

    with house.journal.begin() as sql:
        goes_on = objection(sql, house.clock, ())
    if goes_on:
        refuse("an assistant's session (Claude Code) goes on", "End the session, then accept the skill.")


def _wanted(house: House, name: str) -> tuple[Sequence[Withheld], dict[str, Skill]]:
    """What is to be accepted, with the trees as they are now; ends with exit code 2 for a name that is none."""
    from agents.console.requesting import UNKNOWN_ID
    from agents.reasoning.skill_acceptance import sort_skills
    from agents.reasoning.skill_library import discover

    there, problems = discover(house.skills)
    found = sort_skills(there, problems, house.accepted_skills())
    known = {each.name for each in found.accepted} | {each.name for each in found.withheld}
    if name and name not in known:
        click.echo(f"{name}: no skill has this name.\nSee `skills`.", err=True)
        sys.exit(UNKNOWN_ID)
    broken = {each.skill for each in problems}
    wanted = [each for each in found.withheld if name in {"", each.name} and each.name not in broken]
    if name in broken:
        reason = next(each.why for each in found.withheld if each.name == name)
        click.echo(f"{name}: {reason}.\nMend its folder first.", err=True)
        sys.exit(1)
    return wanted, {each.name: each for each in there}


def _accept(house: House, wanted: Sequence[Withheld], trees: dict[str, Skill]) -> None:
    """Keep the bytes, the rows, and a word for the runner, who writes the events."""
    from agents.autonomy.skill_changes import BY_COMMAND, SKILLS_REQUEST, keep_trees
    from agents.durability.bell import ring
    from agents.durability.skill_rows import accept_skill, forget_skill, note_first_acceptance
    from agents.durability.task_persistence import add_request
    from agents.reasoning.skill_acceptance import acceptance_of

    now = house.clock.now()
    keep_trees(house.blobs, [trees[each.name] for each in wanted if each.digest])
    with house.journal.begin() as sql:
        note_first_acceptance(sql, now)
        for each in wanted:
            if each.digest:
                accept_skill(sql, acceptance_of(trees[each.name]), now, BY_COMMAND)
            else:
                forget_skill(sql, each.name)
            text = f"accepted {each.digest}" if each.digest else "forgotten"
            values = {
                "at": now.isoformat(),
                "kind": SKILLS_REQUEST,
                "target": each.name,
                "text": text,
                "actor": "vault",
            }
            add_request(sql, values)
    ring(house.state)


def _difference(house: House, before: AcceptedSkill | None, now: Skill | None, withheld: Withheld) -> Iterator[str]:
    """What is different, file by file and line by line; a file that is no text is only named."""
    from difflib import unified_diff

    from agents.vault.neutralize import visible

    yield f"\n{withheld.name}: {visible(withheld.why)}"
    files = dict(before.files) if before else {}
    new = {each.path: each.content for each in now.tree} if now else {}
    for path in sorted({*files, *new}):
        old = (house.blobs.get(files[path].split()[1]) or b"") if path in files else b""
        if old == new.get(path, b""):
            continue
        lines = [*unified_diff(_lines(old), _lines(new.get(path, b"")), f"accepted/{path}", f"now/{path}", lineterm="")]
        yield from (visible(each) for each in lines[:MAX_DIFF_LINES])
        if len(lines) > MAX_DIFF_LINES:
            yield f"... and {len(lines) - MAX_DIFF_LINES} more lines of {path}"


def _lines(content: bytes) -> list[str]:
    try:
        return content.decode().splitlines()
    except UnicodeDecodeError:
        return [f"({len(content):,} bytes that are no text)"]


def _answer(code: str) -> str:
    """The code when the owner says yes at the terminal; empty otherwise."""
    return code if sys.stdin.isatty() and click.confirm("Do you accept this?") else ""
