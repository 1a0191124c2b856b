"""`books switch` and `books reconcile`: moving the books between the ledger and Odoo, and comparing both."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from agents.console.book_commands import DAY
from agents.console.entering import json_option, opened, vault_option

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

DIFFER = 1


@click.command()
@click.argument("origin", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--on", "day", type=DAY, metavar="DAY", required=True, help="The first day the other one keeps.")
@click.option("--yes", "is_meant", is_flag=True, help="Do it; without this it is only shown what would be done.")
@vault_option
def switch(origin: str, target: str, *, day: datetime, is_meant: bool, vault: Path | None) -> None:
    """Move your books from the ledger to Odoo, or back: balances, what is open, and what nobody has explained."""
    from agents.console.moving_books import WAYS, look, move
    from agents.errors import NotAllowed

    with opened(vault) as house:
        way = (origin, target)
        if way not in WAYS:
            raise NotAllowed(
                f"Books are not moved from {origin} to {target}.",
                hint="Say `books switch ledger odoo` or `books switch odoo ledger`.",
            )
        for line in (move if is_meant else look)(house, way, day.date()):
            click.echo(line)


@click.command()
@click.option("--on", "day", type=DAY, metavar="DAY", help="At the end of which day; default: that before the move.")
@json_option
@vault_option
def reconcile(*, day: datetime | None, as_json: bool, vault: Path | None) -> None:
    """Put the ledger and Odoo side by side: what differs, by how much, and why. Ends with 1 when they differ."""
    from agents.console.reconciled_view import compared_on, machine_view, shown

    with opened(vault) as house:
        report = compared_on(house, day.date() if day else None)
        if as_json:
            click.echo(json.dumps(machine_view(report), indent=2, default=str))
        else:
            for line in shown(report):
                click.echo(line)
        agree = report.agree
    if not agree:
        sys.exit(DIFFER)
