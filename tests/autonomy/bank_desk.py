"""Statements of a bank of our own, handed to the tasks of the bank on a day of our choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zlib import crc32

from agents.autonomy.bank_tasks import WHICH, BankTasks
from agents.reasoning.brain import Decision, Outcome
from tests.autonomy.test_bank_tasks import proposed, reports, task
from tests.connectors.bank.bank_room import Move
from tests.connectors.books_hand import perform
from tests.reasoning.builders import facts

if TYPE_CHECKING:
    from agents.connectors.book_figures import OpenItems
    from agents.connectors.book_orders import BankBook
    from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger

TODAY = date(2026, 11, 27)
PAPER, STRANGER = "AT611904300234573201", "FR1420041010050500013M02606"
CHECKING = Outcome(WHICH, "answered", value="Checking")


def moved(on: str, amount: str, text: str = "", party: str = "", iban: str = "") -> Move:
    """A movement of a day ('11-20') of the year; day, amount and text make its id at the bank."""
    return Move(date.fromisoformat(f"2026-{on}"), Decimal(amount), party, text, f"{on}{amount}{text[-12:]}", iban)


def decided(books: EmbeddedLedger, content: bytes, *outcomes: Outcome, today: date = TODAY) -> Decision:
    """What is to be done about a file."""
    now = replace(facts(), today=today)
    return BankTasks(lambda: reports(books)).decide(task(), content, outcomes, now)


def ordered(books: EmbeddedLedger, content: bytes, *outcomes: Outcome, today: date = TODAY) -> BankBook:
    """What is proposed about a file."""
    return proposed(decided(books, content, *outcomes, today=today))[0]


def booked(books: EmbeddedLedger, content: bytes, *outcomes: Outcome, today: date = TODAY) -> BankBook:
    """What is proposed about a file, and booked."""
    order = ordered(books, content, *outcomes, today=today)
    perform(books, [(f"{today:%m-%d}", order)], first=crc32(content))
    return order


def still_open(items: OpenItems) -> dict[str, Decimal]:
    """What is open of each document."""
    return {each.number: each.open for each in items.documents}
