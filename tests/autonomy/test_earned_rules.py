"""Promises about earned autonomy: offered after so many unchanged yeses, never by itself, and one no takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.earned_row import Offer, earned_row
from agents.autonomy.earned_rules import read_times
from tests.approval.proofs import listed
from tests.autonomy.house import SENDER, Killed
from tests.autonomy.rule_house import HEADER, RuleHouse, offered_after, read, rule_house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

DAY_S = 86_400
ROW = f"| owner | approve | parcel.send | at most 2 a day and to {SENDER} | allow |"


@pytest.fixture
def house(tmp_path: Path, clock: FrozenClock) -> Iterator[RuleHouse]:
    made = rule_house(tmp_path, clock)
    offered_after(made, "3 unchanged yes")
    yield made
    made.close()


def yes(house: RuleHouse, number: int, body: str = "send lamp") -> str:
    proposal = house.proposed(body, number)
    house.move(proposal, "Approved")
    house.once()
    return proposal


def no(house: RuleHouse, number: int) -> str:
    proposal = house.proposed("send lamp", number)
    house.move(proposal, "Rejected")
    house.once()
    return proposal


def in_the_handbook(house: RuleHouse) -> None:
    """The owner pastes the offered row and confirms it with a code."""
    house.handbook(ROW)
    house.once()
    house.set(house.asks(), "code", listed(house.journal, house.clock.now())[0])
    house.once()


def test_after_so_many_yeses_in_a_row_one_bounded_row_is_offered_and_nothing_changes(house: RuleHouse) -> None:
    for number in (1, 2):
        yes(house, number)
    house.clock.advance(DAY_S)
    assert [*house.notes()] == []
    yes(house, 3)
    (note,) = house.notes()
    assert f"```text\n{ROW}\n```" in note
    assert "One no of yours" in note
    assert house.version().number == 1
    for number in (4, 5, 6, 7):
        yes(house, number)
    house.restart()
    assert len([*house.notes()]) == 1
    assert house.happened().count("rule.offered") == 1
    assert house.is_sound()


@pytest.mark.parametrize("way", ["rejected", "edited", "expired", "taken back"])
def test_whatever_is_no_unchanged_yes_begins_the_count_anew(house: RuleHouse, way: str) -> None:
    yes(house, 1)
    spoiled(house, way)
    yes(house, 4)
    yes(house, 5)
    assert [*house.notes()] == []
    yes(house, 6)
    assert len([*house.notes()]) == 1


def spoiled(house: RuleHouse, way: str) -> None:
    """A second proposal that is not simply approved."""
    if way == "rejected":
        no(house, 3)
        return
    proposal = house.proposed("send lamp", 3)
    if way == "edited":
        house.path(proposal).write_text(house.text(proposal).replace("thing: lamp", "thing: desk"), "utf-8")
        house.move(proposal, "Approved")
        house.once()
        (again,) = house.waiting()
        house.move(again, "Rejected")
    elif way == "expired":
        house.clock.advance(8 * DAY_S)
    else:
        house.command("pause", "")
        house.once()
        house.move(proposal, "Approved")
        house.once()
        house.move(proposal, "Rejected")
        house.command("resume", "")
    house.once()


def test_what_needs_a_proof_is_never_offered_and_other_counterparties_count_apart(house: RuleHouse) -> None:
    for number in (1, 2, 3, 4):
        proposal = house.proposed("empty safe", number)
        house.set(proposal, "code", listed(house.journal, house.clock.now())[0])
        house.move(proposal, "Approved")
        house.once()
        assert house.row(proposal).state == "done"
    assert [*house.notes()] == []


def test_a_no_begins_anew_and_then_it_is_offered_once_more(house: RuleHouse) -> None:
    for number in (1, 2, 3):
        yes(house, number)
    no(house, 4)
    for number in (5, 6, 7):
        yes(house, number)
    assert len([*house.notes()]) == 2


def test_a_rule_that_was_put_in_is_not_offered_again_and_one_no_suspends_it_for_good(house: RuleHouse) -> None:
    for number in (1, 2, 3):
        yes(house, number)
    in_the_handbook(house)
    assert house.version().how == "confirmed"
    proposal = no(house, 4)
    assert house.suspended() == 1
    assert any(f"You said no to {proposal}, so this rule of yours counts no more" in each for each in house.alerts())
    no(house, 5)
    assert house.happened().count("rule.suspended") == 1
    house.restart()
    assert (house.suspended(), house.version().number) == (1, 2)
    assert house.is_sound()


def test_a_suspended_rule_comes_back_only_through_the_handbook_and_a_proof(house: RuleHouse) -> None:
    in_the_handbook(house)
    no(house, 4)
    house.handbook(ROW.replace("at most 2", "at most 1"))
    house.once()
    assert house.change() is not None
    house.handbook()
    house.once()
    assert (house.change(), house.suspended(), house.version().how) == (None, 0, "stricter")
    house.handbook(ROW)
    house.once()
    assert house.change() is not None


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_it_is_offered_or_taken_back_it_is_so_once(house: RuleHouse, *, after: bool) -> None:
    yes(house, 1)
    yes(house, 2)
    proposal = house.proposed("send lamp", 3)
    house.move(proposal, "Approved")
    for kill_at in range(1, 12):
        house.store.kill_at, house.store.after = house.store.applied + kill_at, after
        try:
            house.once()
        except Killed:
            house.start()
    house.restart()
    assert len([*house.notes()]) == 1
    assert house.happened().count("rule.offered") == 1
    assert house.is_sound()


def test_a_name_that_no_row_can_say_is_not_offered() -> None:
    offer = Offer("parcel.send", "a | b", "", None, 1)
    assert earned_row(offer, HEADER, read) == ""
    assert earned_row(Offer("parcel.send", "{{x}}", "", None, 1), HEADER, read) == ""
    plain = Offer("parcel.send", "Anna", "", None, 1)
    assert earned_row(plain, HEADER, read) == "| owner | approve | parcel.send | at most 1 a day and to Anna | allow |"
    assert earned_row(plain, "# Handbook\n", read).startswith("| who | may | what | when | then |\n| --- |")
    short = "## Permissions\n\n| what | when | then |\n| --- | --- | --- |\n"
    assert earned_row(plain, short, read) == "| parcel.send | at most 1 a day and to Anna | allow |"


@pytest.mark.parametrize(
    ("says", "times"),
    [("10 unchanged yes", 10), ("4 yeses", 4), ("7", 7), ("0", 0), ("never", 0), ("", 0), ("ten", 0)],
)
def test_after_how_many_yeses_is_the_owners_to_say(says: str, times: int) -> None:
    table = f"## Limits\n\n| what | limit |\n| --- | --- |\n| other | 1 |\n| offer a rule after | {says} |\n"
    assert read_times(table) == times
    assert read_times("") == 10


def test_without_the_word_of_the_owner_nothing_is_offered(house: RuleHouse) -> None:
    offered_after(house, "never")
    for number in range(1, 5):
        yes(house, number)
    assert [*house.notes()] == []
