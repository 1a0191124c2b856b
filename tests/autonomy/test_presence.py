"""Promises about machines: one runs a vault at a time, and one that was overtaken stops before its next effect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy import presence
from agents.autonomy.presence import Presence, read_presence
from agents.errors import NotAllowed, Transient
from agents.vault.files import read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from agents.vault.note import Problem
    from tests.autonomy.house import House
    from tests.clock import FrozenClock


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Health").mkdir()
    return tmp_path


def machine(root: Path, clock: FrozenClock, node: str, epoch: int = 1, journal: str = "") -> Presence:
    return Presence(root, node, epoch, clock, journal or f"j-{node}")


def test_a_second_machine_refuses_and_says_who_runs(root: Path, clock: FrozenClock) -> None:
    assert machine(root, clock, "studio").claim(take_over=False, lost=False) == 1
    with pytest.raises(NotAllowed, match=r"The machine studio runs this vault \(last seen 2026-11-23 12:00 UTC\)"):
        machine(root, clock, "laptop").claim(take_over=False, lost=False)


def test_the_same_name_with_another_state_folder_is_another_machine(root: Path, clock: FrozenClock) -> None:
    machine(root, clock, "macbook").claim(take_over=False, lost=False)
    with pytest.raises(NotAllowed):
        machine(root, clock, "macbook", journal="j-new").claim(take_over=False, lost=True)


def test_a_machine_that_left_or_fell_silent_may_be_followed_in_a_higher_epoch(root: Path, clock: FrozenClock) -> None:
    studio = machine(root, clock, "studio")
    studio.claim(take_over=False, lost=False)
    studio.leave()
    laptop = machine(root, clock, "laptop")
    assert laptop.claim(take_over=False, lost=False) == 2
    clock.advance(15 * 60)
    assert machine(root, clock, "studio").claim(take_over=False, lost=False) == 3
    assert machine(root, clock, "studio").claim(take_over=False, lost=False) == 3


def test_take_over_raises_the_epoch_and_the_other_machine_never_writes_over_it(root: Path, clock: FrozenClock) -> None:
    studio = machine(root, clock, "studio")
    studio.claim(take_over=False, lost=False)
    assert machine(root, clock, "laptop").claim(take_over=True, lost=False) == 2
    assert "laptop" in str(studio.overtaken())
    clock.advance(120)
    with pytest.raises(NotAllowed, match="laptop has taken over"):
        studio.beat()
    studio.leave()
    seen = read_presence(root / "Health/runner.md")
    assert seen is not None
    assert (seen.node, seen.epoch, seen.running) == ("laptop", 2, True)


def test_the_heart_beats_once_a_minute(root: Path, clock: FrozenClock) -> None:
    studio = machine(root, clock, "studio")
    studio.claim(take_over=False, lost=False)
    for seconds, beaten in ((59, 0), (1, 60)):
        clock.advance(seconds)
        studio.beat()
        seen = read_presence(root / "Health/runner.md")
        assert seen is not None
        assert (seen.heartbeat - clock.now()).total_seconds() == beaten - (clock.monotonic_s())


def test_a_machine_on_practice_time_never_seems_to_run_for_days(root: Path, clock: FrozenClock) -> None:
    clock.practise(timedelta(days=40))
    machine(root, clock, "studio").claim(take_over=False, lost=False)
    clock.practise(timedelta())
    seen = read_presence(root / "Health/runner.md")
    assert seen is not None
    assert seen.heartbeat == clock.now()
    clock.advance(900)
    assert machine(root, clock, "laptop").claim(take_over=False, lost=False) == 2


def test_a_lost_state_folder_is_a_new_epoch_also_without_the_note(root: Path, clock: FrozenClock) -> None:
    assert machine(root, clock, "studio").claim(take_over=False, lost=True) == 2


@pytest.mark.parametrize(
    ("heartbeat", "epoch", "readable"),
    [
        ("2026-11-23T12:00:00", "7", True),
        ("2026-11-23T12:00:00+00:00", "x", False),
        ("yesterday", "7", False),
        ("2026-11-23T12:00:00+00:00", "7\nnode: [", False),
    ],
)
def test_a_note_that_cannot_be_read_is_none(
    root: Path, clock: FrozenClock, heartbeat: str, epoch: str, *, readable: bool
) -> None:
    note = f"---\nnode: other\nepoch: {epoch}\nrunning: true\nheartbeat_utc: {heartbeat}\n---\n"
    (root / "Health/runner.md").write_text(note, encoding="utf-8")
    assert (read_presence(root / "Health/runner.md") is not None) == readable
    studio = machine(root, clock, "studio")
    if readable:
        with pytest.raises(NotAllowed):
            studio.claim(take_over=False, lost=False)
    else:
        assert studio.claim(take_over=False, lost=False) == 1


def test_a_copy_that_comes_to_say_something_while_it_is_tidied_away_stays(
    root: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = machine(root, clock, "studio")
    studio.claim(take_over=False, lost=False)
    note, copy = root / "Health/runner.md", root / "Health/runner 2.md"
    copy.write_bytes(note.read_bytes())
    reads = 0

    def synced_meanwhile(path: Path, max_bytes: int) -> bytes | Problem:
        nonlocal reads
        content = read_regular(path, max_bytes)
        reads += path == copy
        if reads == 2:  # whether it is overtaken, and whether the copy says more than the note
            copy.write_text(note.read_text(encoding="utf-8").replace("epoch: 1", "epoch: 7"), encoding="utf-8")
        return content

    monkeypatch.setattr(presence, "read_regular", synced_meanwhile)
    studio.leave()
    assert reads == 2
    assert "epoch: 7" in copy.read_text(encoding="utf-8")
    copy.write_bytes(note.read_bytes())
    studio.leave()
    assert not copy.exists()


def test_an_overtaken_run_makes_no_other_effect_and_ends(house: House) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    machine(house.vault, house.clock, "laptop").claim(take_over=True, lost=False)
    with pytest.raises(NotAllowed, match="taken over"):
        house.once()
    assert house.parts.effects.run() == 0
    assert (house.courier.sent, house.row(proposal).state) == ([], "waiting")
    house.stop()
    with pytest.raises(NotAllowed, match="laptop runs this vault"):
        house.start()


def test_an_effect_approved_before_the_take_over_is_proposed_anew_in_the_new_epoch(house: House) -> None:
    proposal = house.proposed()
    (house.vault / "STOP.md").write_text("stop\n", encoding="utf-8")
    house.move(proposal, "Approved")
    house.once()
    laptop = machine(house.vault, house.clock, "laptop")
    laptop.claim(take_over=True, lost=False)
    laptop.leave()
    (house.vault / "STOP.md").unlink()
    house.restart()
    (again,) = house.waiting()
    assert house.courier.sent == []
    assert again != proposal
    assert house.lying(proposal) == []
    assert house.presence.epoch == 3
    house.move(again, "Approved")
    house.once()
    assert house.courier.sent == ["send lamp"]
    assert house.is_sound()


def test_a_disk_that_refuses_the_heartbeat_does_not_end_the_run_and_the_next_beat_makes_up_for_it(
    root: Path, clock: FrozenClock
) -> None:
    studio = machine(root, clock, "studio")
    studio.claim(take_over=False, lost=False)
    (root / "Health").rename(root / "aside")
    (root / "Health").write_text("in the way", encoding="utf-8")
    clock.advance(60)
    with pytest.raises(Transient, match=r"Health/runner\.md cannot be written"):
        studio.beat()
    (root / "Health").unlink()
    (root / "aside").rename(root / "Health")
    clock.advance(1)
    studio.beat()
    seen = read_presence(root / "Health/runner.md")
    assert seen is not None
    assert seen.heartbeat == clock.now()
