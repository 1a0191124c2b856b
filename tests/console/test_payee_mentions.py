"""When a payee was mentioned last, and what is told of a subscription that nothing mentions."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.clock import as_local
from agents.connectors.bank.recurring import recurring_charges, with_unused
from agents.connectors.bank.statement import BankLine
from agents.console.payee_mentions import last_mentions
from agents.console.recurring_view import shown
from agents.durability.journal import Journal
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import TASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGAN = date(2026, 1, 5)
PAYEE = "PIXEL TOOLS LTD 4711"


class Vault:
    """A vault whose first task came on a day."""

    def __init__(self, place: Path) -> None:
        self.root, self.state = place / "Vault", place / "state"
        self.state.mkdir()
        self.write("Company_Handbook.md", "## Privacy\n\n| folder | leaves |\n| --- | --- |\n| Secret | never |\n")
        self.journal = Journal.open(self.state)

    def begin(self) -> None:
        with self.journal.begin() as sql:
            add_task(sql, replace(TASK, created_at=f"{BEGAN}T12:00:00+00:00"))

    def write(self, path: str, text: str = "We work with Pixel Tools.", *, on: date | None = None) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        if on:
            at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp()
            os.utime(place, (at, at))

    def last(self, payee: str = PAYEE) -> date | None:
        return last_mentions(self.root, self.state, [payee]).get(payee)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    made = Vault(tmp_path)
    with closing(made.journal):
        yield made


def test_the_newest_mail_request_or_note_of_the_owner_that_names_a_payee_counts(vault: Vault) -> None:
    vault.begin()
    assert vault.last() == BEGAN  # nothing ever did
    vault.write("Done/2026-02/2026-02-01-email-0123456789.md", "---\ncategory: question\n---\nPixel Tools?")
    vault.write("Done/2026-02/2026-02-03-ask-0123456789.md", "---\nx: y\n---\npixel tools")
    assert vault.last() == date(2026, 2, 3)
    vault.write("Projects/Logo.md", on=date(2026, 3, 1))
    assert vault.last() == date(2026, 3, 1)
    assert vault.last("Tools of Pixel") == BEGAN
    assert vault.last("PAYPAL *PIXEL TOOLS BERLIN") == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Done/2026-03/2026-03-01-file-0123456789.md", "---\ncategory: receipt\n---\nPixel Tools"),
        ("Done/2026-03/2026-03-01-email-0123456789.md", "---\ncategory: newsletter\n---\nPixel Tools"),
        ("Done/2026-03/2026-03-01-email-0123456789.md", "---\na: [\n---\nPixel Tools"),  # nobody can read its category
        ("Done/2026-03/2026-03-01-bank-book-0123456789.md", "Pixel Tools"),
        ("Plans/plan-2026-03-01-email-0123456789.md", "Pixel Tools"),
        ("Dashboard.md", "Pixel Tools"),
        ("Secret/Own.md", "Pixel Tools"),
    ],
)
def test_what_a_payee_sends_what_we_write_and_what_is_private_is_no_mention(vault: Vault, path: str, text: str) -> None:
    vault.begin()
    vault.write(path, text)
    assert vault.last() == BEGAN


def test_where_nothing_can_be_known_nothing_is_said(vault: Vault) -> None:
    assert vault.last() is None  # a vault without a single task
    vault.begin()
    assert vault.last("1&1 4711") is None
    (vault.root / "Company_Handbook.md").unlink()
    assert vault.last() is None


def test_a_subscription_that_nothing_mentions_is_told_with_the_day_and_what_it_costs_a_year() -> None:
    today = as_local(datetime(2026, 6, 10, 12, tzinfo=UTC)).date()
    days = [today - timedelta(days=30 * back) for back in range(4)]
    lines = [BankLine(str(day), day, Decimal("-20.00"), "EUR", PAYEE) for day in days]
    found = with_unused(recurring_charges(lines, today), {PAYEE: BEGAN}, today)
    assert "    ⚠ nothing here mentions it since 2026-03-12; in a year it costs 243.33 EUR" in shown(found)
