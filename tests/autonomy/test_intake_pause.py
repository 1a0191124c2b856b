"""Promises about too much at once: nothing new is begun, nothing is lost, it is said once, and it goes on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.errors import Transient
from tests.autonomy.house import House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clock import FrozenClock

LIMIT = 5


@pytest.fixture
def full(tmp_path: Path, clock: FrozenClock) -> Iterator[House]:
    """A vault in which one proposal more than the limit waits; seven mails came."""
    house = House(tmp_path, clock, max_open=LIMIT).found()
    for number in range(7):
        house.mail("send lamp", number)
    house.once()
    yield house
    house.close()


def new(house: House) -> list[str]:
    """The tasks that were taken in and not begun."""
    return [name for name in house.sees().tasks if house.folder(name) == "Needs_Action"]


def reject(house: House, number: int) -> None:
    for proposal in house.waiting()[:number]:
        house.command("reject", proposal)
    house.once()


def test_above_the_limit_what_comes_is_kept_and_not_begun(full: House) -> None:
    assert len(full.waiting()) == LIMIT + 1
    assert len(new(full)) == 1
    full.mail("send lamp", 8)
    full.once()
    assert len(new(full)) == 2
    assert list((full.vault / "Inbox").glob("*.eml")) == []
    assert full.is_sound()


def test_it_is_said_once_on_the_dashboard_and_in_the_status(full: House) -> None:
    full.restart()
    full.mail("send lamp", 8)
    full.once()
    (alert,) = full.alerts()
    assert alert.startswith("More than 5 proposals wait for you, so nothing new is begun")
    assert full.sees().intake_paused in (full.vault / "Dashboard.md").read_text(encoding="utf-8")
    assert str(full.sees().machine_view()["intake_paused"]).startswith("More than 5")
    assert full.happened().count("intake.paused") == 1


def test_it_goes_on_by_itself_but_not_at_every_single_decision(full: House) -> None:
    reject(full, 1)
    assert (len(full.waiting()), len(new(full))) == (LIMIT, 1)
    reject(full, 1)  # four wait, a fifth less than the limit
    assert new(full) == []
    assert full.sees().intake_paused == ""
    assert full.happened().count("intake.resumed") == 1


def test_another_pause_is_told_again(full: House) -> None:
    reject(full, 2)
    for number in range(10, 13):
        full.mail("send lamp", number)
    full.once()
    assert full.happened().count("intake.paused") == 2
    assert len(full.alerts()) == 2


def test_what_the_owner_asks_for_and_what_they_call_urgent_is_begun(full: House) -> None:
    full.mail("send lamp", 8)
    full.once()
    late, urgent = new(full)
    full.set(urgent, "priority", "urgent")
    full.command("ask", "", "send candle")
    full.once()
    assert new(full) == [late]
    assert full.task(urgent).state == "waiting"
    assert len(full.waiting()) == LIMIT + 3
    full.set(late, "subject", "urgent")
    full.once()
    assert new(full) == [late]


def test_an_urgent_note_that_cannot_be_read_waits_with_the_others(full: House) -> None:
    (late,) = new(full)
    full.path(late).write_bytes(b"---\npriority: urgent\npriority: [\n---\n")
    full.once()
    assert new(full) == [late]


def test_a_task_that_was_begun_goes_on(full: House) -> None:
    full.move(full.waiting()[0], "Approved")
    full.once()
    assert full.courier.sent == ["send lamp"]
    assert full.happened().count("task.done") == 1


def test_tasks_that_the_owner_holds_take_no_room_from_the_others(tmp_path: Path, clock: FrozenClock) -> None:
    house = House(tmp_path, clock, max_open=1).found()
    for number in range(3):
        house.mail("send lamp", number)
    house.start()
    house.sweep()
    *held, free = sorted(house.tasks())
    for task in held:
        house.command("pause", task)
    house.once()
    assert [house.task(each).state for each in (*held, free)] == ["filed", "filed", "waiting"]
    house.close()


def test_an_urgent_task_that_the_owner_holds_is_not_begun_during_the_pause(full: House) -> None:
    (late,) = new(full)
    full.set(late, "priority", "urgent")
    full.command("pause", late)
    full.once()
    assert new(full) == [late]
    full.command("resume", late)
    full.once()
    assert new(full) == []


def test_tasks_whose_turn_fails_hold_nobody_up(tmp_path: Path, clock: FrozenClock) -> None:
    house = House(tmp_path, clock, max_open=1).found()
    house.brain.troubles = [Transient("The brain is busy", hint="Wait.") for _ in range(20)]
    for number in range(4):
        house.mail("send lamp", number)
    house.once()
    assert [house.task(each).state for each in house.tasks()] == ["claimed"] * 4
    house.close()
