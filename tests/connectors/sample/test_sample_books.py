"""The sample company in both books: at once into the ledger, and step by step through the port."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit
from agents.connectors.ledger.figure_reader import read_figures
from agents.connectors.ledger.ledger_append import NUMBERS
from agents.connectors.ledger.ledger_books import LedgerBooks
from agents.connectors.sample.company import sample_story
from agents.connectors.sample.customers import SILENT
from agents.connectors.sample.notes import sample_goals, sample_rates, samples_note
from agents.connectors.sample.story import Step, Story
from agents.connectors.sample_books import receipt_notes, tell, write_sample
from agents.errors import NotAllowed
from agents.reasoning.owner_files import read_owner_files
from tests.connectors.ledger.ledger_room import TEMPLATE, LedgerRoom, invoice, issue
from tests.connectors.odoo.odoo_room import OdooRoom

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 28)
COSTS = ("Salaries", "Telecom", "Energy", "Printing", "Subcontractors", "Adviser", "Insurance")
OTHERS = (("Opening Balances", "equity", "303100"), ("VAT Paid", "liability_current", "252100"))
OWN_WORDS = re.compile(r"^  (?:key|at|document|sha256): .*\n", re.MULTILINE)


def room_at(place: Path) -> LedgerRoom:
    """A new vault, with the notes that a sample is fitted to."""
    room = LedgerRoom(place)
    for name in ("Business_Goals.md", "Company_Handbook.md"):
        room.write(name, (TEMPLATE.parent / name).read_text(encoding="utf-8"))
    return room


def first_months(account: str = "Business") -> Story:
    """Two months, and a credit note at their end."""
    story = sample_story(TODAY, account=account)
    steps = [each for each in story.steps if each.day < date(2025, 1, 1)]
    (*_, last) = [each for each in steps if isinstance(each.order, InvoiceCreate)]
    assert isinstance(last.order, InvoiceCreate)
    customer, total = last.order.customer, last.order.totals.gross
    credit = InvoiceCredit(number=last.number, reason="not wanted", customer=customer, total=total, currency="EUR")
    number = f"CN-2024-{int(last.number[-4:]) + 1:04}"
    return replace(story, steps=(*steps, Step(date(2024, 12, 31), credit, number)))


def month_texts(room: LedgerRoom) -> dict[str, str]:
    """What the months hold, but for what differs between a process that rendered PDFs and one that did not."""
    found = sorted((room.vault / "Accounting").glob("20*/*.beancount"))
    return {each.name: OWN_WORDS.sub("", each.read_text(encoding="utf-8")) for each in found if "2026" not in each.name}


def numbers_given(room: LedgerRoom) -> object:
    """The highest number of each row of them, kept for when the ledger is lost."""
    return json.loads((room.state / NUMBERS).read_text(encoding="utf-8"))


def test_at_once_writes_what_one_by_one_writes(tmp_path: Path) -> None:
    story = first_months()
    at_once, one_by_one = room_at(tmp_path / "a"), room_at(tmp_path / "b")
    write_sample(at_once.vault, at_once.state, story)

    def set_day(day: date) -> None:
        one_by_one.clock.set(datetime.combine(day, time(12), UTC))

    tell(story, lambda: LedgerBooks(one_by_one.context), set_day)
    months = month_texts(at_once)
    assert set(months) == {"2024-11.beancount", "2024-12.beancount"}
    assert months == month_texts(one_by_one)
    assert at_once.stock()[1] == []
    assert numbers_given(at_once) == numbers_given(one_by_one)


def test_the_whole_story_stands_in_the_ledger(tmp_path: Path) -> None:
    room, story = room_at(tmp_path), sample_story(TODAY)
    assert write_sample(room.vault, room.state, story) == len(story.moves) + sum(bool(x.number) for x in story.steps)
    assert room.stock()[1] == []
    yesterday = date(2026, 11, 27)
    figures = read_figures(room.vault, room.state)
    owed = figures.receivables(yesterday)
    assert owed.unclear == ()
    assert SILENT in {each.party for each in owed.documents if each.late_days > 60}
    closing = story.steps[-1].order
    assert closing.action == "bank.book"
    assert {each.name: each.amounts for each in figures.cash(yesterday)}["Assets:Bank:Business"] == {
        "EUR": closing.closing
    }
    assert owed.freshness.bank_to["Assets:Bank:Business"] == yesterday
    room.clock.set(datetime(2026, 11, 28, 12, tzinfo=UTC))
    last = max(each.number for each in story.steps if each.number.startswith(("INV-2026", "CN-2026")))
    assert issue(room, order=invoice()).provider_id == f"INV-2026-{int(last[-4:]) + 1:04}"


def test_a_ledger_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    room = room_at(tmp_path)
    issue(room)
    before = month_texts(room)
    with pytest.raises(NotAllowed, match="holds entries already"):
        write_sample(room.vault, room.state, first_months())
    assert month_texts(room) == before


def odoo_for_the_sample() -> OdooRoom:
    room = OdooRoom()
    for at, name in enumerate(COSTS):
        vals = {"code": f"6010{at:02}", "name": name, "account_type": "expense"}
        room.odoo.call("account.account", "create", vals)
    for name, kind, code in OTHERS:
        room.odoo.call("account.account", "create", {"code": code, "name": name, "account_type": kind})
    room.read_chart()
    return room


def test_both_books_say_the_same_of_it(tmp_path: Path) -> None:
    story = first_months("Checking")
    ledger, odoo = room_at(tmp_path), odoo_for_the_sample()
    write_sample(ledger.vault, ledger.state, story)
    called = tell(story, lambda: odoo.books, odoo.set_day)
    here, there, on = read_figures(ledger.vault, ledger.state), odoo.reports(), date(2025, 1, 1)
    start = date(2024, 11, 1)
    assert here.profit_and_loss(start, on).result.amounts == there.profit_and_loss(start, on).result.amounts
    assert here.vat(start, on).due.amounts == there.vat(start, on).due.amounts
    for of_here, of_there in (
        (here.receivables(on), there.receivables(on)),
        (here.payables(on), there.payables(on)),
    ):
        assert [(called[x.number], x.party, x.open) for x in of_here.documents] == [
            (x.number, x.party, x.open) for x in of_there.documents
        ]
    moves = {name: row.amount for name, row in here.booked_moves("Checking").items()}
    assert moves == {name: row.amount for name, row in there.booked_moves("Checking").items()}


def test_the_notes_fit_the_company() -> None:
    story = sample_story(TODAY)
    said = samples_note(story)
    assert "made up" in said
    assert "without `--sample`" in said
    assert all(f"- {each.party}: " in said for each in story.labels)
    goals = sample_goals((TEMPLATE.parent / "Business_Goals.md").read_text(encoding="utf-8"), date(2027, 2, 3))
    assert re.findall(r"\| (20\d\d-\d\d) \| 8,000 \|", goals) == [
        "2026-09",
        "2026-10",
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
        "2027-03",
        "2027-04",
    ]
    assert goals.endswith("\n")


def test_the_rates_are_read_as_rates() -> None:
    handbook = (TEMPLATE.parent / "Company_Handbook.md").read_text(encoding="utf-8")
    rates = sample_rates((TEMPLATE / "Rates.md").read_text(encoding="utf-8"))
    found = read_owner_files(handbook, rates, TODAY)
    assert {each.customer: each.price for each in found.facts.rates}["Globe Outdoor"] == Decimal("95.00")
    assert not found.problems


def test_every_receipt_has_its_heading() -> None:
    story = sample_story(TODAY)
    notes = receipt_notes(story)
    assert len(notes) == 25
    assert all("are made up" in text for text in notes.values())
    for place in story.receipts:
        path, _, name = place.partition("#")
        assert f"\n## {name}\n" in notes[path]
