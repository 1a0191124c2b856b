"""Promises about what waits for the owner: every way of saying yes and no, and everything that is neither."""

from __future__ import annotations

import pytest

from tests.autonomy.house import House


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
def test_a_yes_in_any_way_runs_the_effect_once_and_files_everything(house: House, way) -> None:
    proposal = house.proposed()
    assert house.courier.sent == []
    way(house, proposal, "approve")
    house.once()
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.folder(proposal) == "Done/2026-11"
    assert "## Receipt" in house.text(proposal)
    assert house.open_notes() == []
    assert house.is_sound()
