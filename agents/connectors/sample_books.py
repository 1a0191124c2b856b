"""Puts the sample company into books: into a new ledger at once, or through the port into whichever books there are."""

from __future__ import annotations

from datetime import UTC, datetime, time
from itertools import groupby
from typing import TYPE_CHECKING

from agents.connectors.book_orders import BankBook, BillBook, Payment
from agents.connectors.contract import sha256_hex
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.connectors.ledger.ledger_append import LedgerAppend
from agents.connectors.ledger.many_orders import append_past
from agents.connectors.sample.notes import SAMPLES_NOTE, sample_goals, sample_rates, samples_note
from agents.vault.files import make_folder, write_new, write_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from agents.connectors.book_orders import Move
    from agents.connectors.books import Books
    from agents.connectors.sample.story import Step, Story

SAMPLE = f"These are made up. [[{SAMPLES_NOTE.removesuffix('.md')}]] says how to begin with a vault of your own."
GOALS, RATES = "Business_Goals.md", "Accounting/Rates.md"


def write_sample(root: Path, state: Path, story: Story) -> int:
    """Put a story into a new vault: its ledger, receipts, goals, rates, and a note about it; how many entries it has.

    Raises:
        NotAllowed: the ledger holds entries already.
        NeedsOwner, Transient, OutcomeUnknown: as any append to the ledger.
    """
    for path, text in {SAMPLES_NOTE: samples_note(story), **receipt_notes(story)}.items():
        make_folder((root / path).parent)
        write_new(root / path, text.encode())
    goals, rates = ((root / path).read_text(encoding="utf-8") for path in (GOALS, RATES))
    write_over(root / GOALS, sample_goals(goals, story.today).encode())
    write_over(root / RATES, sample_rates(rates).encode())
    at = datetime.combine(story.today, time(), UTC)
    append_past(LedgerAppend(root, state), ((each.day, each.order, each.number) for each in story.steps), at)
    return len(story.moves) + sum(bool(each.number) for each in story.steps)


def receipt_notes(story: Story) -> dict[str, str]:
    """The notes that hold the receipts of a story, one a month, by path."""
    notes = {}
    places = sorted(place.split("#") for place in story.receipts)
    for path, found in groupby(places, key=lambda each: each[0]):
        said = "".join(f"\n## {name}\n\n{story.receipts[f'{path}#{name}']}\n" for _, name in found)
        notes[path] = f"# Receipts of {path[-10:-3]}\n\n{SAMPLE}\n{said}"
    return notes


def tell(story: Story, books: Callable[[], Books], set_day: Callable[[date], None]) -> dict[str, str]:
    """Carry out each step of a story on its day, through the port; how these books call each document of it.

    `books` are opened for each step; `set_day` makes it that day for them.

    Raises:
        What `Books.issue`, `credit` and `record` raise.
    """
    called: dict[str, str] = {}
    for at, step in enumerate(story.steps):
        set_day(step.day)
        key = sha256_hex(f"sample {story.seed} {at}".encode())
        made = _carried_out(books(), step, called, key)
        if step.number:
            called[step.number] = made
    return called


def _carried_out(books: Books, step: Step, called: Mapping[str, str], key: str) -> str:
    match step.order:
        case InvoiceCreate() as order:
            return books.issue(order, key).provider_id
        case InvoiceCredit() as order:
            return books.credit(order.model_copy(update={"number": called[order.number]}), key).provider_id
        case BillBook() as order:
            return books.record(order, key).provider_id
        case BankBook() as order:
            moves = tuple(_as_called(each, called) for each in order.moves)
            return books.record(order.model_copy(update={"moves": moves}), key).provider_id


def _as_called(move: Move, called: Mapping[str, str]) -> Move:
    if not isinstance(move.reason, Payment):
        return move
    parts = tuple(each.model_copy(update={"number": called[each.number]}) for each in move.reason.parts)
    return move.model_copy(update={"reason": move.reason.model_copy(update={"parts": parts})})
