"""Promises about the owner's absence: nothing expires meanwhile, what is approved runs, and the Dashboard tells."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.clock import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from tests.autonomy.house import House

DAY_S = 86_400


def goals(house: House, words: str) -> None:
    """The owner writes when they are away; NOON is the 23rd of November."""
    text = f"---\ntype: goals\naway: {words}\n---\n# Goals\n"
    (house.vault / "Business_Goals.md").write_text(text, encoding="utf-8")


def until(house: House, proposal: str) -> datetime:
    (row,) = [each for each in house.sees().pending if each.id == proposal]
    return house.sees().until(row)


def page(house: House) -> str:
    return (house.vault / "Dashboard.md").read_text(encoding="utf-8")


def days(house: House, number: float) -> None:
    house.clock.advance(number * DAY_S)
    house.once()


def test_while_the_owner_is_away_nothing_expires_and_the_dashboard_tells(house: House) -> None:
    proposal = house.proposed()
    goals(house, "2026-11-25..2026-12-04")
    house.once()
    assert until(house, proposal) == NOON + timedelta(days=17)
    assert f"[[{proposal}]] | medium | 2026-12-10 12:00 |" in page(house)
    days(house, 8)
    assert house.waiting() == [proposal]
    assert "You are away until 2026-12-04: nothing expires meanwhile." in page(house)
    days(house, 4)
    assert house.waiting() == [proposal]
    assert "You were away until 2026-12-04: 1 decision and 0 questions waited for you." in page(house)
    house.restart()
    days(house, 6)
    assert (house.waiting(), house.row(proposal).state) == ([], "expired")
    assert "expired 2026-12-10 12:00; nothing was done" in house.text(proposal)
    assert "You were away" not in page(house)
    assert [each for each in house.happened("vault") if each.startswith("away.")] == [
        "away.changed",
        "away.began",
        "away.ended",
    ]
    assert house.is_sound()


@pytest.mark.parametrize("way", ["move", "command"])
def test_a_late_yes_after_an_absence_counts_and_runs(house: House, way: str) -> None:
    proposal = house.proposed()
    goals(house, "2026-11-25..2026-12-04")
    days(house, 12)
    house.move(proposal, "Approved") if way == "move" else house.command("approve", proposal)
    house.once()
    assert (house.courier.sent, house.alerts()) == (["send lamp"], [])
    assert house.is_sound()


def test_what_is_approved_runs_during_an_absence(house: House) -> None:
    proposal = house.proposed()
    goals(house, "2026-11-20..2026-12-04")
    house.move(proposal, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]


def test_coming_home_early_keeps_the_days_that_were_away(house: House) -> None:
    proposal = house.proposed()
    goals(house, "2026-11-25..2026-12-31")
    days(house, 5)
    goals(house, "")
    house.once()
    house.restart()
    assert until(house, proposal) == NOON + timedelta(days=7 + 3.5)
    assert "You were away until 2026-11-28" in page(house)
    days(house, 4)
    assert house.waiting() == [proposal]
    days(house, 2)
    assert house.waiting() == []


def test_a_file_that_is_gone_or_unreadable_changes_nothing(house: House) -> None:
    proposal = house.proposed()
    goals(house, "2026-11-25..2026-12-04")
    house.once()
    note = house.vault / "Business_Goals.md"
    note.unlink()
    house.once()
    note.write_bytes(b"x" * 1_000_001)
    days(house, 8)
    assert house.waiting() == [proposal]


def test_bad_values_are_named_by_line_once_and_the_good_ones_count(house: House) -> None:
    house.once()
    goals(house, "2026-12-24..2026-12-20, tomorrow, 2026-12-24..2027-01-02")
    house.once()
    house.restart()
    told = sorted(each.replace("\\", "") for each in house.alerts() if "Business" in each)
    assert [each[:29] for each in told] == [f"Business_Goals.md, line 3: {words}" for words in ("'t", "yo")]
    assert len(house.sees().away) == 1
    goals(house, "2026-12-24..2027-01-02")
    house.once()
    goals(house, "tomorrow")
    house.once()
    assert len([each for each in house.alerts() if "Business" in each]) == 3


def test_the_file_is_not_read_before_it_is_quiet(house: House) -> None:
    house.once()
    house.quiet_s = 2.0
    house.restart()
    goals(house, "2026-11-25..2026-12-04")
    house.runner.tick()
    assert house.sees().away == ()
    house.once()
    assert len(house.sees().away) == 1
    assert house.sees().machine_view()["away_until"] == ""
    days(house, 3)
    assert house.sees().machine_view()["away_until"] == "2026-12-04"
