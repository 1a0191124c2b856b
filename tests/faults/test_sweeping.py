"""The shares of a sweep are the whole of it, each point once."""

from __future__ import annotations

import pytest

from tests.faults.sweeping import Sweep, share_of


def chosen(words: str, points: int) -> list[int]:
    return Sweep(share_of(words), lambda _name, _told: None).of("tried", points, 3)


def test_all_shares_together_visit_every_point_once() -> None:
    visited = [point for which in range(1, 9) for point in chosen(f"{which}/8", 101)]
    assert sorted(visited) == chosen("all", 101) == [*range(101)]


def test_some_points_are_spread_with_both_ends() -> None:
    assert chosen("some", 101) == [0, 50, 100]


@pytest.mark.parametrize("words", ["0/8", "9/8", "a/b", "most"])
def test_what_is_no_share_is_refused(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (int has its own words)
        share_of(words)
