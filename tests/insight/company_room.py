"""Small companies made by hand: rows, invoices and tasks in few words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agents.connectors.bank.statement import BankLine
from agents.connectors.book_figures import DocumentStanding, Freshness, SourceRow
from agents.insight.company import Booked, Books, Company, ProposalSpan, TaskSpan, Work
from agents.insight.financial_analyzer import METRICS, measure_one
from agents.insight.goals import Goals, read_goals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agents.insight.measured import Measured

ON = date(2026, 11, 27)  # a Friday
SINCE = date(2025, 8, 1)
KEYS = {each.key: each for each in METRICS}


def day(text: str) -> date:
    """'11-27' of 2026, or a whole day."""
    return date.fromisoformat(text if len(text) > len("11-27") else f"2026-{text}")


def row(of: str, amount: str, currency: str = "EUR", place: str = "") -> SourceRow:
    """A row of the books."""
    return SourceRow(day(of), place or f"file:{of}", "said", Decimal(amount), currency)


def booked(account: str, *rows: tuple[str, str]) -> list[Booked]:
    """Rows of one account: (day, amount)."""
    return [Booked(account, row(of, amount)) for of, amount in rows]


def invoice(
    number: str, party: str, of: str, total: str, *paid: tuple[str, str], due_days: int = 14
) -> DocumentStanding:
    """An invoice and what was paid of it: (day, amount); it stands at the place of its number."""
    rows = tuple(SourceRow(day(on), "bank", number, -Decimal(amount), "EUR") for on, amount in paid)
    rest = Decimal(total) + sum(each.amount for each in rows)
    about = (number, party, day(of), day(of) + timedelta(days=due_days), Decimal(total), "EUR")
    return DocumentStanding(*about, number, rest, "", rows, ON, Freshness("v"))


def charges(payee: str, amount: str, *days: str) -> list[BankLine]:
    """What the bank took for a payee."""
    return [BankLine(f"{payee} {of}", day(of), -Decimal(amount), "EUR", payee) for of in days]


def books_of(**parts: Iterable[object]) -> Books:
    """Books with these parts, whose bank is up to date."""
    told: dict[str, Any] = {name: frozenset(part) if name == "direct" else tuple(part) for name, part in parts.items()}
    return Books(since=SINCE, bank_to={"Checking": ON}, **told)


def company_of(books: Books | None = None, work: Work | None = None, goals: str = "", on: date = ON) -> Company:
    """A company."""
    return Company(on, read_goals(goals) if goals else Goals(), books, "", work)


def of_key(company: Company, key: str) -> Measured:
    """One metric by its key."""
    return measure_one(company, KEYS[key])


def told(measured: Measured) -> list[str]:
    """The values as they are compared, or why there are none."""
    values = [" ".join(filter(None, (each.label, str(each.amount), each.currency))) for each in measured.values]
    return values or [measured.missing]


def at(text: str) -> datetime:
    """'11-20 08:00' of 2026, UTC."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def task(name: str, opened: str, closed: str = "", *, moved: str = "", mail: bool = False) -> TaskSpan:
    """A task."""
    return TaskSpan(name, "asked", at(opened), at(moved or opened), at(closed) if closed else None, is_mail=mail)


def proposal(
    name: str, made: str, decided: str = "", done: str = "", of: str = "", action: str = "email.send"
) -> ProposalSpan:
    """A proposal, by default to answer a mail."""
    return ProposalSpan(name, of, action, at(made), at(decided) if decided else None, at(done) if done else None)
