"""What whoever thinks about a task is told of the owner: the same for the turn of a run and for its preview."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agents.autonomy.book_facts import credits_that_wait, with_standings
from agents.connectors.calendar.reader import shown_agenda
from agents.durability.journal import looking

if TYPE_CHECKING:
    from agents.autonomy.owner_facts import OwnerFacts
    from agents.console.wiring import House
    from agents.reasoning.brain import Outcome, OwnerFiles


def owner_files_now(house: House, reader: OwnerFacts, known: tuple[Outcome, ...]) -> OwnerFiles:
    """What the owner wrote, how the invoices of a task stand of which so much is known, and what is planned."""
    files = reader.owner_files()
    agenda = shown_agenda(house.state, house.place.root)
    facts = with_standings(files.facts, known, house.receivables, partial(_asked_back, house))
    return replace(files, facts=replace(facts, agenda=agenda))


def _asked_back(house: House) -> frozenset[str]:
    with looking(house.state) as sql:
        return credits_that_wait(sql)
