"""Promises about the runner: it ends when idle, goes on after any kill, and lives with what fails for a moment."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.autonomy_orchestrator import Runner, Swept
from agents.errors import NeedsOwner, Transient
from tests.autonomy.house import House, Killed
from watchers import file_sweeps

if TYPE_CHECKING:
    from pathlib import Path

    from agents.durability.transitions import Transition
    from tests.clock import FrozenClock

BUSY = Transient("The disk is busy", hint="Wait.")


def walk(house: House) -> None:
    """A parcel from mail to receipt, one question, and a rejected parcel; the owner says what he sees waiting."""
    for body, number in (("send lamp", 1), ("choose", 2), ("send candle", 3)):
        house.mail(body, number)
    house.once()
    for row in house.sees().pending:
        house.move(row.id, "Approved" if "lamp" in row.action else "Rejected")
    for question in house.sees().questions:
        house.tick(question.id, "red")
    house.once()


def finished(house: House) -> bool:
    assert house.courier.sent == ["send lamp"]
    assert len(house.tasks()) == 3
    assert [house.folder(task) for task in house.tasks()] == ["Done/2026-11"] * 3
    assert (house.open_notes(), house.waiting(), house.alerts()) == ([], [], [])
    assert house.happened().count("effect.done") == 1
    return house.is_sound()


def test_the_walk_ends_with_everything_filed(house: House) -> None:
    walk(house)
    assert finished(house)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 46, 3))
def test_killed_at_any_operation_nothing_is_lost_and_nothing_happens_twice(
    tmp_path: Path, clock: FrozenClock, number: int, *, after: bool
) -> None:
    house = House(tmp_path, clock).found()
    house.start()
    house.store.kill_at, house.store.after = number, after
    try:
        walk(house)
    except Killed:
        house.restart()
        walk_on(house)
    assert finished(house)
    house.close()


def walk_on(house: House) -> None:
    """The owner goes on where he was: says yes, no and red to what still waits."""
    inbox = {each.name for each in (house.vault / "Inbox").glob("*.eml")}
    assert inbox == set()
    for row in house.sees().pending:
        house.move(row.id, "Approved" if "lamp" in row.action else "Rejected")
    for question in house.sees().questions:
        if "- [ ] red" in house.text(question.id):
            house.tick(question.id, "red")
    house.once()


def test_once_waits_for_files_that_are_still_being_written(house: House) -> None:
    house.quiet_s = 2.0
    house.start()
    house.mail("send lamp")
    os.utime(house.vault / "Inbox/1.eml", (house.clock.now().timestamp(),) * 2)
    began_s = house.clock.monotonic_s()
    house.once()
    assert len(house.waiting()) == 1
    assert 2.0 <= house.clock.monotonic_s() - began_s < 3.0


def with_sources(house: House, *sources: Swept) -> Runner:
    left = list(sources)
    parts = replace(house.parts, sources=(lambda: left.pop(0) if left else Swept(0, None),))
    return Runner(house.recorder, parts, scan_every_s=5.0)


def test_files_that_were_left_are_known_and_the_shortest_wait_counts(house: House) -> None:
    house.start()
    runner = with_sources(house, Swept(0, 3.0, ("Inbox/x: hidden",)))
    house.places.unsettled_s = None
    assert runner.tick() == (0, 3.0)
    assert runner.left == ("Inbox/x: hidden",)
    assert runner.tick() == (0, None)


def test_watching_ends_when_told_and_does_what_comes_meanwhile(house: House) -> None:
    house.start()
    end, rounds = threading.Event(), []

    def before_wait() -> None:
        rounds.append(house.clock.monotonic_s())
        if len(rounds) == 1:
            house.mail("send lamp")
        if len(rounds) == 3:
            end.set()

    parts = replace(house.parts, before_wait=before_wait)
    Runner(house.recorder, parts, scan_every_s=5.0).watch(end)
    assert len(house.waiting()) == 1
    assert rounds[1] - rounds[0] == pytest.approx(5.0)
    assert house.is_sound()


def test_watching_waits_no_longer_than_an_unquiet_file_needs(house: House) -> None:
    house.start()
    end, rounds = threading.Event(), []

    def before_wait() -> None:
        rounds.append(house.clock.monotonic_s())
        if len(rounds) == 2:
            end.set()

    left = [Swept(0, 1.0)]
    parts = replace(house.parts, before_wait=before_wait, sources=(lambda: left.pop(0) if left else Swept(0, None),))
    Runner(house.recorder, parts, scan_every_s=5.0).watch(end)
    assert rounds[1] - rounds[0] == pytest.approx(1.02)


def test_watching_goes_on_after_what_fails_for_a_moment(house: House) -> None:
    house.start()
    end, troubles = threading.Event(), [BUSY]

    def source() -> Swept:
        if troubles:
            raise troubles.pop()
        end.set()
        return Swept(0, None)

    Runner(house.recorder, replace(house.parts, sources=(source,)), scan_every_s=5.0).watch(end)
    assert any("busy" in each for each in house.reports)
    assert house.is_sound()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EMFILE])
def test_watching_goes_on_after_what_the_system_refuses(house: House, number: int) -> None:
    house.start()
    end, refusals = threading.Event(), [OSError(number, os.strerror(number))]

    def source() -> Swept:
        if refusals:
            raise refusals.pop()
        end.set()
        return Swept(0, None)

    Runner(house.recorder, replace(house.parts, sources=(source,)), scan_every_s=5.0).watch(end)
    assert any(os.strerror(number) in each for each in house.reports)
    assert house.is_sound()


def test_a_run_ends_even_where_it_cannot_write_that_it_has_ended(house: House) -> None:
    house.start()
    (house.vault / "Health/runner.md").unlink()
    (house.vault / "Health/runner.md").mkdir()
    house.runner.leave()
    assert (house.vault / "Health/runner.md").is_dir()


def test_folders_the_owner_tidied_away_are_made_again(house: House) -> None:
    (house.vault / "Approved/.gitkeep").unlink(missing_ok=True)
    (house.vault / "Approved").rmdir()
    house.start()
    assert (house.vault / "Approved").is_dir()
    (house.vault / "Approved").rmdir()
    house.once()
    (house.vault / "Quarantine/.gitkeep").unlink(missing_ok=True)
    (house.vault / "Quarantine").rmdir()
    assert house.sees().quarantine == ()


@pytest.mark.parametrize("folder", ["Approved", "In_Progress", "In_Progress/runner"])
def test_a_folder_that_leads_elsewhere_is_refused(house: House, folder: str) -> None:
    (house.vault / folder).rename(house.room / "aside")
    (house.vault / folder).symlink_to(house.room / "aside")
    with pytest.raises(NeedsOwner, match=folder):
        house.start()
    (house.vault / folder).unlink()
    (house.vault / folder).write_text("a file\n", encoding="utf-8")
    with pytest.raises(NeedsOwner, match=folder):
        house.start()


def test_a_task_that_is_gone_has_no_turn(house: House) -> None:
    house.start()
    assert house.parts.turns.look("2026-11-23-email-0123456789") is None


def test_what_a_broken_write_left_is_removed_at_the_next_start_however_the_last_run_ended(house: House) -> None:
    for end in (house.restart, house.stop):
        house.start()
        left = house.vault / "Inbox/.ai-employee-0123456789abcdef.tmp"
        left.write_bytes(b"half")
        end()
        house.start()
        assert not left.exists()


def test_while_files_pour_in_they_come_first_and_turns_go_on_once_a_second(
    house: House, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.proposed("send candle", 9)  # the engine is open
    clock.advance(60)
    monkeypatch.setattr(file_sweeps, "MAX_EVENTS", 1)
    for number in range(4):
        house.mail("send lamp", number)
    seen = []
    for _ in range(4):
        seen.append(
            (house.runner.tick()[1], house.happened().count("task.filed"), house.happened().count("task.planned"))
        )
        clock.advance(0.6)
    assert seen == [(0.0, 2, 2), (0.0, 3, 2), (0.0, 4, 4), (None, 5, 5)]


def test_what_came_in_is_committed_before_its_turn(house: House) -> None:
    house.mail("send lamp", 1)
    house.start()
    planned_in = []

    def told(transition: Transition) -> None:
        if transition.fact.action_type == "task.claimed":
            planned_in.append(next(house.recorder.history.walk_back()).payload.partition(b"\n\n")[2].splitlines()[0])

    house.recorder.told = told
    house.runner.tick()
    assert planned_in == [f"File {house.tasks()[0]}".encode()]


def test_a_long_round_of_turns_is_interrupted_for_everything_else(house: House, clock: FrozenClock) -> None:
    for number in range(3):
        house.mail("send lamp", number)
    house.start()
    house.recorder.told = lambda transition: clock.advance(2) if transition.fact.action_type == "task.planned" else None
    planned = []
    while house.runner.tick()[0]:
        planned.append(house.happened().count("task.planned"))
    assert planned[:3] == [1, 2, 3]


def test_a_long_round_of_claims_is_interrupted_too(house: House, clock: FrozenClock) -> None:
    for number in range(3):
        house.mail("send lamp", number)
    house.start()
    house.recorder.told = lambda transition: clock.advance(2) if transition.fact.action_type == "task.claimed" else None
    house.runner.tick()
    assert (house.happened().count("task.claimed"), house.happened().count("task.planned")) == (1, 1)
    house.once()
    assert house.happened().count("task.planned") == 3


def test_the_same_mail_twice_at_once_is_one_task(house: House) -> None:
    house.mail("choose", 1)
    (house.vault / "Inbox" / "copy.eml").write_bytes((house.vault / "Inbox" / "1.eml").read_bytes())
    house.start()
    house.sweep()
    assert [each for each in house.happened() if each.startswith(("task", "event"))] == [
        "task.filed",
        "event.seen_again",
    ]
    assert list((house.vault / "Inbox").iterdir()) == []
