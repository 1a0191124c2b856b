"""The commands with which the owner takes the work in hand: pause, resume, skip, retry, drain, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from agents.console.entering import opened, vault_option
from agents.console.requesting import request, unknown

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from agents.console.wiring import House

one_task = click.argument("task", metavar="TASK")
perhaps_one_task = click.argument("task", metavar="[TASK]", required=False, default="")


@click.command()
@perhaps_one_task
@vault_option
def pause(task: str, vault: Path | None) -> None:
    """Let one task rest, or everything: no turns, nothing approved is done; what comes in is still taken in."""
    _say("pause", task, vault)


@click.command()
@perhaps_one_task
@vault_option
def resume(task: str, vault: Path | None) -> None:
    """Let one task go on, or everything that was paused or drained."""
    _say("resume", task, vault)


@click.command()
@one_task
@vault_option
def skip(task: str, vault: Path | None) -> None:
    """Leave out what a task waits for now, and go on without it."""
    _say("skip", task, vault)


@click.command()
@one_task
@vault_option
def retry(task: str, vault: Path | None) -> None:
    """Try again now what failed, expired or rests after an error. What is in doubt is never sent again."""
    _say("retry", task, vault)


@click.command()
@one_task
@vault_option
def cancel(task: str, vault: Path | None) -> None:
    """End a task: nothing of it waits or happens any more. What is done stays done."""
    _say("cancel", task, vault)


@click.command()
@vault_option
def drain(vault: Path | None) -> None:
    """Begin nothing new, finish what is begun as far as it goes without you, and end the run."""
    with opened(vault) as house:
        if house.runs_now():
            request(house, "drain", "", "")
        else:
            click.echo("Nothing runs here now, so there is nothing to drain.")


def _say(word: str, task: str, vault: Path | None) -> None:
    with opened(vault) as house:
        if task:
            _known(house, task)
        request(house, word, task, "")
        if word == "resume" and task and _all_paused(house):
            click.echo("Everything is paused as well; say `resume` without an id to go on.")


def _known(house: House, task: str) -> None:
    """Ends with exit code 2 when no open task has this id."""
    from agents.durability.task_persistence import find_task

    with house.journal.begin() as sql:
        row, owner = find_task(sql, task), _task_of(sql, task)
    if row is None:
        unknown(task, f"this belongs to the task {owner}; say it about that" if owner else "no task has this id")
    if row.state == "done":
        unknown(task, "this task is done already")


def _task_of(sql: Connection, name: str) -> str:
    """The task of a proposal or a question of this id; empty when there is none."""
    from agents.durability.proposal_rows import find_proposal
    from agents.durability.task_persistence import find_question

    row = find_proposal(sql, name) or find_question(sql, name)
    return row.task if row else ""


def _all_paused(house: House) -> bool:
    from agents.durability.control_rows import EVERYTHING, holds

    with house.journal.begin() as sql:
        return EVERYTHING in holds(sql)
