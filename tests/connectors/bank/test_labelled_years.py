"""Whole years of a small business: what is booked without asking is right, and most of what can be is."""

from __future__ import annotations

from functools import cache

import pytest

from agents.clock import SystemClock
from agents.connectors.bank.matches import Kind, Reconciliation, Verdict
from agents.connectors.bank.matching import reconcile
from tests.connectors.bank.grading import Grade, grade
from tests.connectors.bank.labelled_year import LabelledYear
from tests.connectors.bank.small_business import year_of

SEEDS = tuple(range(1, 9))
TODAYS = SystemClock().now().date().toordinal()  # another year every day
PRECISION, RECALL = 0.995, 0.85
SHOWN = 5


@cache
def matched(seed: int) -> tuple[LabelledYear, Reconciliation]:
    year = year_of(seed)
    return year, reconcile(year.statements, year.expected)


def marks(seeds: tuple[int, ...]) -> tuple[float, float, str]:
    """Precision and recall over all lines of these years, and the first wrong ones."""
    grades: list[Grade] = [grade(*matched(seed)) for seed in seeds]
    wrong = [f"seed {seed}: {each}" for seed, mark in zip(seeds, grades, strict=True) for each in mark.wrong]
    right = sum(each.right for each in grades)
    booked, matchable = sum(each.booked for each in grades), sum(each.matchable for each in grades)
    return 1 - len(wrong) / booked, right / matchable, "\n".join(wrong[:SHOWN])


@pytest.mark.parametrize("seeds", [SEEDS, (TODAYS, TODAYS + 1, TODAYS + 2)], ids=["fixed", "today"])
def test_what_is_booked_without_asking_is_right_and_that_is_most_of_it(seeds: tuple[int, ...]) -> None:
    precision, recall, wrong = marks(seeds)
    assert precision >= PRECISION, f"seeds {seeds}: {precision:.4f}\n{wrong}"
    assert recall >= RECALL, f"seeds {seeds}: {recall:.4f}"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_year_is_bad(seed: int) -> None:
    found = grade(*matched(seed))
    assert found.precision >= 0.98, "\n".join(found.wrong)
    assert found.recall >= 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_what_only_the_owner_may_book_is_never_booked(seed: int) -> None:
    year, found = matched(seed)
    auto = {each.id for each in found.auto()}
    assert not auto & {line_id for line_id, truth in year.truths.items() if truth.is_for_the_owner}
    assert not auto & {line_id for line_id, truth in year.truths.items() if truth.what == "duplicate"}


def test_the_years_hold_everything_that_has_to_be_told_apart() -> None:
    kinds = {each.kind for seed in SEEDS for each in matched(seed)[1].matches}
    assert kinds == set(Kind)
    verdicts = {each.verdict for each in matched(1)[1].matches}
    assert verdicts == set(Verdict)


def test_the_same_seed_is_the_same_year() -> None:
    assert year_of(3) == year_of(3)
    assert year_of(3).statements != year_of(4).statements


def test_a_grade_counts_whole_lines() -> None:
    """Half of the parts is not half right."""
    year, found = matched(1)
    swapped = {line_id: year.truths[found.auto()[0].id] for line_id in year.truths}
    bad = grade(LabelledYear(year.seed, year.statements, year.expected, swapped), found)
    assert bad.precision < 0.05
    assert len(bad.wrong) >= bad.booked - 3
