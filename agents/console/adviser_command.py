"""`books adviser`: one sheet as PDF for the tax adviser, made from the figures of whoever keeps the books."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.console.book_commands import from_option, span_of, to_option
from agents.console.entering import opened, vault_option, write_for_owner

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("path", metavar="PATH.pdf", type=click.Path(path_type=Path))
@from_option
@to_option
@vault_option
def adviser(path: Path, *, start: datetime | None, end: datetime | None, vault: Path | None) -> None:
    """Write a sheet for the tax adviser, as PDF: profit and loss, VAT by rate, what is open; to a new file."""
    from agents.connectors.adviser_sheet import adviser_figures, adviser_pdf
    from agents.connectors.letterhead import read_letterhead

    with opened(vault) as house:
        first, last = span_of(house, start, end)
        content = adviser_pdf(
            adviser_figures(house.book_reports, first, last), read_letterhead(house.place.root).company
        )
        write_for_owner(path, content)
        click.echo(f"The sheet for your tax adviser, {first} to {last}, is in {path}.")
