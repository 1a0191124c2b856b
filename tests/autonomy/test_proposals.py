"""Promises about what waits for the owner: every way of saying yes and no, and everything that is neither."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.autonomy.scripted_brain import stubborn

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.autonomy.house import House

    Way = Callable[[House, str, str], None]


def by_moving(house: House, proposal: str, said: str) -> None:
    house.move(proposal, {"approve": "Approved", "reject": "Rejected"}[said])


def by_property(house: House, proposal: str, said: str) -> None:
    house.set(proposal, "decision", said)


def by_checkbox(house: House, proposal: str, said: str) -> None:
    house.set(proposal, said, "true")


def by_command(house: House, proposal: str, said: str) -> None:
    house.command(said, proposal)


WAYS = [by_moving, by_property, by_checkbox, by_command]


@pytest.mark.parametrize("way", WAYS)
def test_a_yes_in_any_way_makes_the_effect_once_and_files_everything(house: House, way: Way) -> None:
    proposal = house.proposed()
    assert house.courier.sent == []
    way(house, proposal, "approve")
    house.once()
    house.restart()
    assert house.courier.sent == ["send lamp"]
    assert house.folder(proposal) == "Done/2026-11"
    assert "## Receipt" in house.text(proposal)
    assert house.open_notes() == []
    assert house.is_sound()


@pytest.mark.parametrize("way", WAYS)
def test_a_no_in_any_way_runs_nothing_and_the_note_lies_in_rejected(house: House, way: Way) -> None:
    proposal = house.proposed()
    way(house, proposal, "reject")
    house.once()
    assert (house.courier.sent, house.waiting()) == ([], [])
    assert house.folder(proposal) == "Rejected"
    assert house.row(proposal).state == "rejected"
    assert house.is_sound()


def test_the_reason_of_a_no_reaches_the_brain(house: House) -> None:
    proposal = house.proposed()
    house.set(proposal, "reason", "too heavy")
    house.move(proposal, "Rejected")
    house.once()
    _view, outcomes = house.brain.seen[-1]
    assert [(each.kind, each.reason) for each in outcomes] == [("rejected", "too heavy")]


def test_rejected_beats_approved(house: House) -> None:
    proposal = house.proposed()
    text = house.text(proposal)
    house.move(proposal, "Rejected")
    (house.vault / f"Approved/{proposal}.md").write_text(text, encoding="utf-8")
    house.once()
    assert house.courier.sent == []
    assert house.row(proposal).state == "rejected"
    assert house.is_sound()


def test_twins_in_two_folders_hold_and_are_told_once(house: House) -> None:
    proposal = house.proposed()
    (house.vault / f"Approved/{proposal}.md").write_text(house.text(proposal), encoding="utf-8")
    for _ in range(2):
        house.once()
    house.restart()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert len(house.alerts()) == 1
    (house.vault / f"Pending_Approval/{proposal}.md").unlink()
    house.once()
    assert house.courier.sent == ["send lamp"]


@pytest.mark.parametrize("folder", ["Pending_Approval", "Approved"])
def test_both_boxes_ticked_hold_and_are_told_once(house: House, folder: str) -> None:
    proposal = house.proposed()
    house.set(proposal, "approve", "true")
    house.set(proposal, "reject", "true")
    house.move(proposal, folder)
    for _ in range(2):
        house.once()
    house.restart()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert len(house.alerts()) == 1


def test_later_is_no_decision_and_what_is_said_then_counts(house: House) -> None:
    proposal = house.proposed()
    house.set(proposal, "decision", "later")
    house.once()
    house.once()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    house.set(proposal, "decision", "approve")
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_deleting_a_pending_note_is_no_decision(house: House) -> None:
    proposal = house.proposed()
    house.path(proposal).unlink()
    house.once()
    assert house.folder(proposal) == "Pending_Approval"
    assert (house.courier.sent, house.row(proposal).state) == ([], "waiting")
    assert house.is_sound()


def test_a_pending_note_that_keeps_disappearing_is_not_written_in_an_endless_loop(house: House) -> None:
    proposal = house.proposed()
    for _ in range(3):
        house.path(proposal).unlink() if house.lying(proposal) else None
        house.once()
    assert house.happened(proposal).count("proposal.shown_again") == 1
    house.clock.advance(60)
    house.once()
    assert house.folder(proposal) == "Pending_Approval"


@pytest.mark.parametrize("folder", ["Done", "Done/2026-11"])
def test_a_pending_note_in_done_is_no_decision_and_expires_there(house: House, folder: str) -> None:
    proposal = house.proposed()
    house.move(proposal, folder)
    house.once()
    assert (house.courier.sent, house.folder(proposal), house.row(proposal).state) == ([], folder, "waiting")
    house.clock.advance(8 * 86_400)
    house.once()
    assert house.row(proposal).state == "expired"


def test_an_expired_proposal_is_filed_and_the_next_turn_hears_of_it(house: House) -> None:
    proposal = house.proposed()
    house.clock.advance(8 * 86_400)
    house.move(proposal, "Approved")
    house.once()
    assert (house.courier.sent, house.waiting()) == ([], [])
    assert "expired" in house.text(proposal)
    assert [each.kind for each in house.brain.seen[-1][1]] == ["expired"]
    assert house.is_sound()


def test_an_edited_order_comes_back_once_read_as_meant_and_the_first_one_never_again(house: House) -> None:
    house.brain.script = stubborn
    proposal = house.proposed()
    path = house.path(proposal)
    path.write_text(house.text(proposal).replace("thing: lamp", "thing: candle"), encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    (again,) = house.waiting()
    assert (house.courier.sent, house.row(proposal).state) == ([], "superseded")
    assert "candle" in house.text(again)
    house.move(house.the_task(), "Needs_Action")  # another turn, in which the brain wants the lamp again
    house.once()
    assert house.waiting() == [again]
    house.move(again, "Approved")
    house.once()
    assert house.courier.sent == ["send candle"]
    assert house.waiting() == []


def test_a_high_risk_cannot_be_approved_without_proof(house: House) -> None:
    proposal = house.proposed("empty safe")
    house.move(proposal, "Approved")
    house.once()
    house.once()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert len(house.alerts()) == 1


def test_a_decision_waits_until_the_note_is_quiet(house: House) -> None:
    proposal = house.proposed()
    house.places.__init__(house.vault, house.clock, quiet_s=2.0)  # type: ignore[misc]
    os.utime(house.path(proposal), (house.clock.now().timestamp(),) * 2)
    house.set(proposal, "decision", "approve")
    os.utime(house.path(proposal), (house.clock.now().timestamp(),) * 2)
    moved, unsettled_s = house.runner.tick()
    assert (moved, house.courier.sent) == (0, [])
    assert unsettled_s == pytest.approx(2.0)
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_a_note_that_cannot_be_read_is_held(house: House) -> None:
    proposal = house.proposed()
    path = house.path(proposal)
    path.rename(house.room / "aside.md")
    path.mkdir()
    for _ in range(2):
        house.once()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert len(house.alerts()) == 1
    path.rmdir()
    house.once()
    assert house.folder(proposal) == "Pending_Approval"


@pytest.mark.parametrize("folder", ["Pending_Approval", "Approved", "Rejected"])
def test_a_link_with_a_proposals_name_decides_nothing_and_is_removed(house: House, folder: str) -> None:
    proposal = house.proposed()
    aside = house.path(proposal).rename(house.room / "aside.md")
    (house.vault / folder / f"{proposal}.md").symlink_to(aside)
    house.once()
    assert (house.courier.sent, house.row(proposal).state) == ([], "waiting")
    assert aside.exists()
    assert house.folder(proposal) == "Pending_Approval"
    assert not house.path(proposal).is_symlink()
    assert len(house.alerts()) == 1
