"""How far a source was read: kept with when that was, found by its beginning, and kept when the journal begins anew."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.checkpoint_rows import Reached, reach, reached
from agents.durability.journal import Journal
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def test_a_place_is_read_as_far_as_was_said_last_and_since_then(journal: Journal) -> None:
    with journal.begin() as sql:
        reach(sql, "mail\tone", "1", NOON)
        reach(sql, "mail\ttwo", "1", NOON)
        reach(sql, "mail\ttwo", "2", LATER)
    with journal.begin() as sql:
        assert reached(sql, "mail\t") == {"mail\tone": Reached("1", NOON), "mail\ttwo": Reached("2", LATER)}


def test_the_same_again_changes_nothing(journal: Journal) -> None:
    with journal.begin() as sql:
        reach(sql, "mail", "1", NOON)
        reach(sql, "mail", "1", LATER)
        assert reached(sql, "mail") == {"mail": Reached("1", NOON)}


def test_signs_of_patterns_in_a_name_are_only_signs(journal: Journal) -> None:
    with journal.begin() as sql:
        for place in ("a_b", "axb", "a%b"):
            reach(sql, place, "1", NOON)
        assert [*reached(sql, "a_")] == ["a_b"]


def test_a_journal_that_begins_anew_knows_how_far_was_read(journal: Journal, tmp_path: Path) -> None:
    with journal.begin() as sql:
        reach(sql, "mail", "1", NOON)
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    with journal.begin() as sql:
        assert reached(sql, "mail") == {"mail": Reached("1", NOON)}
