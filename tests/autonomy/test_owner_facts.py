"""Promises about the owner's files: read when needed, and a limit nobody can read is no permission."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.owner_facts import DEFAULT_LIMIT, NOTHING, OwnerFacts, read_limit
from agents.connectors.contract import Money

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import FrozenClock

TABLE = "## {heading}\n| what | limit |\n| --- | --- |\n| Money that leaves or is forgiven | {limit} |\n"


@pytest.mark.parametrize(
    ("heading", "limit", "expected"),
    [
        ("Limits", "750 EUR", Money(Decimal(750), "EUR")),
        ("limits", "99.50CHF", Money(Decimal("99.50"), "CHF")),
        ("Limits", "a lot", NOTHING),
        ("Limits", "1,000 EUR", NOTHING),
        ("Limits", "", NOTHING),
        ("Rules", "750 EUR", DEFAULT_LIMIT),
    ],
)
def test_the_limit_is_the_owners(heading: str, limit: str, expected: Money) -> None:
    assert read_limit(TABLE.format(heading=heading, limit=limit)) == expected


def test_without_a_row_the_default_holds_and_a_broken_table_is_passed_over() -> None:
    assert read_limit("") == DEFAULT_LIMIT
    other = "## Limits\n| what | limit |\n| --- | --- |\n| coffee | 3 EUR |\n"
    ragged = "## Limits\n| what | limit |\n| --- | --- |\n| coffee |\n\n"
    assert read_limit(other) == DEFAULT_LIMIT
    assert read_limit(ragged + TABLE.format(heading="Limits", limit="7 EUR")) == Money(Decimal(7), "EUR")


def test_the_files_are_read_anew_each_time_and_may_be_missing(tmp_path: Path, clock: FrozenClock) -> None:
    facts = OwnerFacts(tmp_path, clock, proposal_days=7, models={})
    assert facts.policy().limit == DEFAULT_LIMIT
    assert facts.policy().days == 7
    assert facts.owner_files().facts.today == clock.now().date()
    (tmp_path / "Company_Handbook.md").write_text(TABLE.format(heading="Limits", limit="9 EUR"), encoding="utf-8")
    assert facts.policy().limit == Money(Decimal(9), "EUR")
