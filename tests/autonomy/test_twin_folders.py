"""Promises about folders beside ours that pass for them, and about copies that contradict a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.errors import NeedsOwner

if TYPE_CHECKING:
    from tests.autonomy.house import House

COPY = ".sync-conflict-20261123-101010-ABCDEFG.md"


@pytest.mark.parametrize("name", ["approved", "APPROVED", "\u0410pproved", "Approve\u0301d", "Approved ", "Approved 2"])
def test_a_twin_of_approved_is_told_once_and_nothing_in_it_runs(house: House, name: str) -> None:
    proposal = house.proposed()
    (house.vault / name).mkdir()
    house.path(proposal).rename(house.vault / name / f"{proposal}.md")
    for _ in range(2):
        house.once()
    house.restart()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert (house.vault / f"Pending_Approval/{proposal}.md").is_file()
    (alert,) = house.alerts()
    assert "passes for Approved" in alert
    assert (house.vault / name / f"{proposal}.md").is_file()


def test_a_twin_that_comes_back_is_told_again_and_a_link_is_one_too(house: House) -> None:
    house.once()
    (house.vault / "approved").mkdir()
    house.once()
    (house.vault / "approved").rename(house.room / "aside")
    (house.vault / "approved").symlink_to(house.vault / "Approved")
    house.once()
    assert len(house.alerts()) == 2


def test_a_file_of_that_name_is_no_folder(house: House) -> None:
    (house.vault / "approved").write_text("mine\n", encoding="utf-8")
    house.once()
    assert house.alerts() == []


@pytest.mark.parametrize(("folder", "words"), [("Rejected", ""), ("Pending_Approval", "reject: true")])
def test_a_yes_is_held_while_a_conflict_copy_says_no_and_counts_when_it_is_gone(
    house: House, folder: str, words: str
) -> None:
    proposal = house.proposed()
    copy = house.vault / folder / f"{proposal}{COPY}"
    copy.write_text(house.text(proposal).replace("reject: false", words or "reject: false"), encoding="utf-8")
    house.move(proposal, "Approved")
    for _ in range(2):
        house.once()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])
    assert [each for each in house.alerts() if "conflict copy of it says no" in each]
    copy.unlink()
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.is_sound()


def test_a_conflict_copy_nobody_can_read_holds_a_yes_too(house: House) -> None:
    proposal = house.proposed()
    (house.vault / f"Approved/{proposal}{COPY}").mkdir()
    house.move(proposal, "Approved")
    house.once()
    assert house.courier.sent == []
    house.command("approve", proposal)
    house.once()
    assert (house.courier.sent, house.waiting()) == ([], [proposal])


def test_a_conflict_copy_that_says_yes_too_holds_nothing(house: House) -> None:
    proposal = house.proposed()
    (house.vault / f"Approved/{proposal}{COPY}").write_text(house.text(proposal), encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_a_folder_replaced_by_a_link_ends_the_run(house: House) -> None:
    proposal = house.proposed()
    (house.vault / "Approved").rename(house.room / "aside")
    (house.vault / "Approved").symlink_to(house.room / "aside")
    house.move(proposal, "Approved")
    with pytest.raises(NeedsOwner, match="Approved"):
        house.runner.tick()
    assert house.courier.sent == []


def test_a_second_name_that_goes_away_lets_the_yes_count(house: House) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    (house.room / "second.md").hardlink_to(house.vault / f"Approved/{proposal}.md")
    house.once()
    assert (house.courier.sent, len(house.alerts())) == ([], 1)
    (house.room / "second.md").unlink()
    house.once()
    assert house.courier.sent == ["send lamp"]
