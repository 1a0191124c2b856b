"""A copied vault: the owner says once whether it is the vault itself, moved, or a new one of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agents.autonomy.founding import give_own_id, locate
from agents.autonomy.presence import forget_runners
from agents.autonomy.whereabouts import CopiedVault, known_place
from agents.console.wiring import house_at, open_house
from agents.durability.journal import JOURNAL_FILE, Journal
from agents.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator


def recognised(vault: Path | None) -> bool:
    """Look whether this is a copy of a vault; on a terminal the owner says what it is. Whether it is the vault itself.

    Raises:
        CopiedVault: nobody is there to say it.
    """
    house = open_house(vault)
    try:
        house.journal  # noqa: B018 - opening it looks
    except CopiedVault as err:
        if not sys.stdin.isatty():
            raise
        click.echo(f"{err}\n'moved': the same vault, here from now on. 'copy': a new vault of its own.")
        if click.prompt("Which is it", type=click.Choice(["moved", "copy"])) == "moved":
            return True
        for line in make_own(house.place.root):
            click.echo(line)
    finally:
        house.close()
        for words in house.noticed:
            click.echo(words, err=True)
    return False


def make_own(vault: Path) -> Iterator[str]:
    """Make a copy a new vault, in sentences.

    Raises:
        NotAllowed: it is the vault itself: a new id would part it from its journal.
        NeedsOwner: there is no vault.
    """
    place = locate(vault, Path.cwd())
    house = house_at(place)
    if (house.state / JOURNAL_FILE).is_file():
        journal = Journal.open(house.state)
        with journal.begin() as sql:
            known = known_place(sql)
        journal.close()
        if known is not None and known.root == str(place.root):
            raise NotAllowed(f"{place.root} is no copy: its journal knows it here.", hint="Name the copied folder.")
    give_own_id(place.root)
    forget_runners(place.root)
    yield f"{place.root} is a vault of its own now; what is open in it is filed and proposed anew at its first run."
    if house.settings.state is not None:
        yield "AI_EMPLOYEE_STATE names the state folder of the other vault; set it to a folder of this one's own."
    yield f"Next: `python orchestrator.py run --vault '{place.root}'`."
