"""What is known of the company is read whole, and what cannot be read is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from agents.autonomy.known_company import CUT, known_books, known_company, known_work
from agents.durability.journal import Journal
from agents.durability.proposal_rows import add_proposal
from agents.durability.spend_rows import Request, note_request
from agents.durability.task_persistence import add_task
from agents.errors import NeedsOwner
from agents.insight.company import Work
from tests.connectors.books_hand import perform
from tests.connectors.books_story import STORY
from tests.connectors.ledger.test_ledger_as_books import EmbeddedLedger
from tests.durability.test_rows import PROPOSAL, TASK

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.book_figures import BookReports, ProfitAndLoss

ON = date(2026, 3, 31)


class Narrow:
    """Books that give no more rows at once than these, as a server may, though their sums are whole."""

    def __init__(self, reports: BookReports, at_most: int) -> None:
        self._reports = reports
        self._at_most = at_most
        self.asked: list[tuple[date, date]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._reports, name)

    def profit_and_loss(self, start: date, end: date) -> ProfitAndLoss:
        self.asked.append((start, end))
        found = self._reports.profit_and_loss(start, end)
        return replace(found, revenue=tuple(replace(each, rows=each.rows[: self._at_most]) for each in found.revenue))


def narrow(books: EmbeddedLedger, at_most: int) -> tuple[BookReports, Narrow]:
    made = Narrow(books.reports(), at_most)
    return cast("BookReports", made), made


def test_rows_that_do_not_come_at_once_are_asked_for_in_parts(tmp_path: Path) -> None:
    books = EmbeddedLedger(tmp_path)
    perform(books, STORY[:17])  # two invoices on one day
    whole = known_books(books.reports(), ON)
    assert (whole.since, len(whole.earned), whole.cut) == (date(2024, 12, 1), 6, "")
    reports, made = narrow(books, 2)
    assert known_books(reports, ON) == whole
    assert len(made.asked) > 3
    reports, _ = narrow(books, 0)
    cut = known_books(reports, ON)
    assert (cut.earned, cut.cut) == ((), CUT)


def test_what_stood_on_the_accounts_before_the_time_is_carried_on(tmp_path: Path) -> None:
    books = EmbeddedLedger(tmp_path)
    perform(books, STORY[:10])
    known = known_books(books.reports(), date(2027, 5, 15))  # the fifteen months before begin with February
    assert known.since == date(2026, 2, 1)
    assert known.money == ()
    assert known.money_before == {("Checking", "EUR"): Decimal("5317.20")}  # 5,000 - 23.80 - 800 - 49 + 1,190
    assert known.currency == "EUR"
    # of what was paid before only the day of the first is kept; a bill and two invoices were open then
    assert known.customers_since == {
        "Northwind": date(2026, 1, 5),
        "Globex": date(2026, 1, 6),
        "Initech": date(2026, 1, 7),
    }
    assert [each.party for each in known.invoices] == ["Globex", "Initech"]
    assert [each.party for each in known.bills] == ["Paper & Co"]


def test_books_that_cannot_be_read_are_told_with_what_mends_them(tmp_path: Path) -> None:
    def broken() -> BookReports:
        raise NeedsOwner("The ledger has an error.", hint="Put it in order.")

    (tmp_path / "Business_Goals.md").write_text(
        "## Revenue\n\n| month | target | currency |\n|-|-|-|\n| 2026-03 | 1 | EUR |\n"
    )
    company = known_company(tmp_path, broken, Work(), ON)
    assert (company.books, company.no_books) == (None, "The ledger has an error. Put it in order.")
    assert company.goals.plan == {"2026-03": {"EUR": Decimal(1)}}
    (tmp_path / "Business_Goals.md").unlink()
    assert known_company(tmp_path, broken, Work(), ON).goals.plan == {}


def test_times_of_the_journal_are_told_by_the_owners_clock(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with journal.begin() as sql:
        add_task(sql, replace(TASK, state="done"))
        add_task(sql, replace(TASK, id="old", created_at="2025-01-01T00:00:00+00:00", state="done"))
        add_proposal(sql, replace(PROPOSAL, state="done", decided_at=at.isoformat(), intent_at=at.isoformat()))
        note_request(sql, Request("a", at, at.date(), "a-model", Decimal("0.5")))
        work = known_work(sql, date(2026, 11, 24))
    journal.close()
    (task,), (proposal,) = work.tasks, work.proposals
    assert (task.opened, task.moved, task.closed, task.is_mail) == (at, at, at, True)
    assert (proposal.made, proposal.decided, proposal.done) == (at, at, at)
    assert task.opened.utcoffset() == at.astimezone().utcoffset()
    assert work.models_usd == {at.date(): Decimal("0.5")}
    assert task.opened - at == timedelta(0)
