"""How urgent a task is: by kind, deadline and handbook; whoever only shouts gains nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.durability.urgency_table import UrgencyRow
from agents.reasoning.kinds import Kinds
from agents.reasoning.urgency import unknown_kinds, urgency_of
from tests.reasoning.builders import asked, facts, mail

if TYPE_CHECKING:
    from agents.reasoning.brain import Facts, TaskView

KINDS = Kinds({"complaint": "a complaint", "suspicious": "a suspicious message"})
SOON = "Please mend it by tomorrow."


def priority(view: TaskView, category: str, known: Facts | None = None) -> str:
    return urgency_of(view, category, known or facts(), KINDS).priority


def with_rows(*rows: UrgencyRow) -> Facts:
    known = facts()
    return replace(known, handbook=replace(known.handbook, urgency=rows))


@pytest.mark.parametrize(
    ("category", "stranger", "known"),
    [
        ("outage", "normal", "high"),
        ("newsletter", "low", "low"),
        ("spam", "low", "low"),
        ("complaint", "normal", "normal"),
        ("suspicious", "normal", "normal"),
    ],
)
def test_a_kind_raises_only_what_a_known_sender_writes(category: str, stranger: str, known: str) -> None:
    assert priority(mail("x"), category) == stranger
    assert priority(mail("x", sender_known=True), category) == known


def test_a_deadline_counts_for_a_known_sender_and_beats_a_kind_that_can_wait() -> None:
    assert priority(mail(SOON), "complaint") == "normal"
    assert priority(mail(SOON, sender_known=True), "complaint") == "high"
    assert priority(mail(SOON, sender_known=True), "newsletter") == "high"
    assert urgency_of(mail(SOON, sender_known=True), "complaint", facts(), KINDS).why == "it is wanted by 2026-11-24"


@pytest.mark.parametrize("shout", ["URGENT!!! ASAP", "DRINGEND sofort", "urgent: by tomorrow, I need it today", SOON])
def test_a_stranger_who_shouts_does_not_jump_the_queue(shout: str) -> None:
    assert priority(mail(shout, subject=shout), "question") == "normal"


def test_a_flagged_mail_and_a_request_of_the_owner_are_left_alone() -> None:
    assert priority(mail(SOON, sender_known=True, flags=("two From headers",)), "outage") == "normal"
    assert priority(asked(SOON), "owner_request") == "normal"


def test_the_handbook_says_it_better_and_never_more_than_high() -> None:
    known = with_rows(UrgencyRow("A complaint", 0, "urgent", 7), UrgencyRow("outage", 0, "low", 8))
    assert priority(mail("x"), "complaint", known) == "high"
    assert urgency_of(mail("x"), "complaint", known, KINDS).why == "a complaint, line 7 of the handbook"
    assert priority(mail("x", sender_known=True), "outage", known) == "low"


def test_the_handbook_says_how_near_a_deadline_is() -> None:
    known = with_rows(UrgencyRow("", 10, "high", 7))
    assert priority(mail("by 1 December", sender_known=True), "complaint", known) == "high"
    assert priority(mail("by 1 December", sender_known=True), "complaint") == "normal"


def test_a_row_that_names_no_kind_is_told_with_its_line() -> None:
    rows = (UrgencyRow("complaint", 0, "high", 7), UrgencyRow("outtage", 0, "high", 8), UrgencyRow("", 3, "high", 9))
    assert [(each.line, each.message) for each in unknown_kinds(rows, KINDS)] == [
        (8, "there is no kind of task 'outtage'")
    ]
