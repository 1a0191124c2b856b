"""Consent is to one page, word by word; any change asks again, and it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agents.durability.consent_rows import (
    accept_page,
    consent_in_force,
    newest_consent,
    remember_tick,
    revoke_consent,
    seen_tick,
)
from agents.durability.journal import Journal
from agents.security.consent_page import Terms, page, page_digest
from tests.clock import FrozenClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TERMS = Terms("Anthropic", "https://api.example", "a-model", Decimal(5), Decimal(20))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def test_nothing_is_in_force_before_the_owner_accepted(journal: Journal) -> None:
    with journal.begin() as sql:
        assert not consent_in_force(sql, TERMS)
        assert newest_consent(sql) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(TERMS, provider="Another"),
        replace(TERMS, address="https://other.example"),
        replace(TERMS, model="another"),
        replace(TERMS, task_usd=Decimal(6)),
        replace(TERMS, month_usd=Decimal(21)),
    ],
)
def test_a_change_of_whom_or_the_cap_is_asked_again(journal: Journal, other: Terms) -> None:
    with journal.begin() as sql:
        accept_page(sql, TERMS, FrozenClock().now())
        assert consent_in_force(sql, TERMS)
        assert not consent_in_force(sql, other)
        accept_page(sql, other, FrozenClock().now())
        assert not consent_in_force(sql, TERMS)


def test_what_was_taken_back_is_not_in_force(journal: Journal) -> None:
    with journal.begin() as sql:
        assert not revoke_consent(sql, FrozenClock().now())
        number = accept_page(sql, TERMS, FrozenClock().now())
        assert revoke_consent(sql, FrozenClock().now())
        assert not consent_in_force(sql, TERMS)
        newest = newest_consent(sql)
    assert newest is not None
    assert (newest.number, newest.page, newest.page_sha256) == (number, page(TERMS), page_digest(TERMS))
    assert newest.revoked_at


def test_the_page_says_to_whom_and_at_which_cost() -> None:
    text = page(TERMS)
    for each in ("Anthropic", "https://api.example", "a-model", "5 USD", "20 USD"):
        assert each in text


def test_how_the_tick_stood_is_remembered(journal: Journal) -> None:
    with journal.begin() as sql:
        seen = [seen_tick(sql)]
        for ticked in (True, False):
            remember_tick(sql, ticked=ticked)
            seen.append(seen_tick(sql))
    assert seen == [None, True, False]
