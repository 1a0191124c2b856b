"""How far a folder was read: what begins, what goes on, and what the owner is told of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from watchers.mail_position import Position, begun, first_notice, position_from, renumbered, search_day, share

UIDS = st.lists(st.integers(1, 500), unique=True, max_size=60)


def test_what_the_journal_keeps_is_the_same_position_again() -> None:
    position = Position(7, 12, (3, 5))
    assert position_from(position.text()) == position


def test_of_the_unread_the_newest_are_read_and_what_comes_meanwhile_is_not_counted_twice() -> None:
    assert begun(7, 10, (1, 5, 9, 11), 2) == Position(7, 10, (5, 9))


def test_with_other_numbers_everything_of_late_is_looked_at_again() -> None:
    assert renumbered(8, 4, (5, 4, 2)) == Position(8, 4, (2, 4))


@given(UIDS, UIDS, st.integers(1, 7))
def test_read_in_batches_every_mail_is_read_once(unread: list[int], later: list[int], batch: int) -> None:
    last = max(unread, default=0)
    position = begun(1, last, unread, 50)
    wanted = [*position.pending, *sorted(last + each for each in later)]
    read: list[int] = []
    while left := [*position.pending, *(last + each for each in sorted(later) if last + each > position.uid)]:
        position = position_from(position.after(left[:batch]).text())
        read += left[:batch]
    assert read == wanted


def test_fifty_are_shared_among_the_folders_and_none_goes_without() -> None:
    assert [share(folders) for folders in (1, 3, 80)] == [50, 16, 1]


def test_a_day_is_named_in_english_whatever_the_machine_speaks() -> None:
    assert search_day(NOON) == "23-Nov-2026"


@pytest.mark.parametrize(
    ("taken", "words"), [(1, "1 unread mail of the last 7 days becomes a task"), (0, "0 unread mails")]
)
def test_the_rest_is_counted_by_folder(taken: int, words: str) -> None:
    told = first_notice("owner@studio.example", 7, taken, {"INBOX": 19_950, "Bank": 2, "Empty": 0})
    assert words in told
    assert "19,950 in INBOX and 2 in Bank." in told


def test_where_nothing_is_left_nothing_is_told() -> None:
    assert first_notice("owner@studio.example", 7, 3, {"INBOX": 0}) == ""
