"""`schedules`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@json_option
@vault_option
def schedules(*, as_json: bool, vault: Path | None) -> None:
    """Your jobs of Schedules.md: how each ended last, and when it is due next."""
    from agents.autonomy.jobs import look_at_jobs
    from agents.console import scheduled

    with opened(vault) as house:
        with house.journal.begin() as sql:
            jobs = look_at_jobs(house.place.root, sql)
        if as_json:
            click.echo(json.dumps(scheduled.machine_view(house, jobs), indent=2))
        else:
            scheduled.show(house, jobs)
