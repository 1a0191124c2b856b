"""Promises about two machines on one synced vault: one runs, the other says so; taken over is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.presence import Presence, read_presence
from agents.durability.journal import links
from tests.autonomy.house import House, Killed
from tests.autonomy.machines import LAPTOP, RUNNER, STUDIO, Machines, settle, two_machines
from tests.watchers.samples import snapshot, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.security.audit_logger import Link
    from tests.clock import FrozenClock
    from tests.standins.sync_folder import Style


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    made = two_machines(tmp_path)
    yield made
    made.close()


def looked(house: House) -> tuple[str, int, bool]:
    seen = read_presence(house.vault / RUNNER)
    assert seen is not None
    return seen.node, seen.epoch, seen.running


def test_the_second_machine_refuses_says_who_runs_and_touches_nothing(machines: Machines) -> None:
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.synced()
    laptop = machines.houses[LAPTOP]
    before = snapshot(laptop.vault)
    said = machines.run(LAPTOP)
    assert "The machine studio runs this vault (last seen 2026-11-23 12:00 UTC)" in said
    assert {path: at for path, at in snapshot(laptop.vault).items() if path != ".git"} == before
    assert machines.run(LAPTOP) == said


def test_a_machine_that_was_taken_over_ends_in_the_middle_of_its_watch_and_makes_no_effect(machines: Machines) -> None:
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.synced()
    assert machines.run(LAPTOP, take_over=True, stays=True) == ""
    machines.says_yes_to_all(STUDIO)
    machines.synced()
    assert "This run ends: the machine laptop has taken over (epoch 2)" in machines.run(STUDIO)
    assert "The machine laptop runs this vault" in machines.run(STUDIO)
    assert looked(machines.houses[STUDIO]) == ("laptop", 2, True)
    assert machines.book == []
    machines.run(LAPTOP, stays=True)
    settle(machines)


@pytest.mark.parametrize("back", [STUDIO, LAPTOP])
def test_what_was_approved_and_not_done_before_the_take_over_is_done_by_neither(machines: Machines, back: int) -> None:
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    written(machines.houses[STUDIO].vault / "STOP.md", "stop")
    machines.says_yes_to_all(STUDIO)
    machines.run(STUDIO, stays=True)
    (approved,) = machines.yeses
    assert machines.houses[STUDIO].row(approved).state == "approved"
    machines.synced()
    machines.run(LAPTOP, take_over=True, stays=True)
    machines.synced()
    for house in machines.houses:
        (house.vault / "STOP.md").unlink(missing_ok=True)
    for side in (back, back, 1 - back, 1 - back):  # one that was taken over ends first, and is started again
        machines.run(side, take_over=True)
        machines.synced()
    assert machines.book == []
    (again,) = machines.houses[1 - back].waiting()
    assert again != approved
    assert any("new epoch" in each for each in machines.houses[1 - back].alerts())
    machines.says_yes_to_all(1 - back)
    machines.run(1 - back)
    assert len(machines.book) == 1
    assert machines.done_by_yes()


def test_while_the_news_is_late_both_work_and_one_yes_is_still_one_effect(machines: Machines) -> None:
    """The window that a sync folder leaves: the mail is proposed twice; each proposal needs a yes of its own."""
    machines.comes_in(STUDIO)
    machines.synced()
    machines.run(STUDIO, stays=True)
    machines.run(LAPTOP, stays=True)
    (mine,), (theirs,) = (house.waiting() for house in machines.houses)
    assert mine != theirs
    machines.says_yes(STUDIO, 0)
    machines.sync.look()
    waiting = machines.sync.on_its_way[LAPTOP]
    for change in [each for each in waiting if "Health" not in each.path]:
        machines.sync.deliver(LAPTOP, waiting.index(change))
    machines.run(LAPTOP, stays=True)
    assert machines.book == []
    machines.run(STUDIO, stays=True)
    assert len(machines.book) == 1
    machines.synced()
    assert "has taken over (epoch 2)" in machines.run(STUDIO)
    machines.run(LAPTOP, stays=True)
    assert len(machines.book) == 1
    assert machines.done_by_yes()


def test_machines_that_began_the_same_epoch_at_the_same_moment_still_share_no_yes(machines: Machines) -> None:
    """Both lost their state folder and the note: epoch, day, mail, order and second are the same."""
    machines.comes_in(STUDIO)
    machines.synced()
    machines.houses[STUDIO].lose_state()
    for side, house in enumerate(machines.houses):
        (house.vault / RUNNER).unlink(missing_ok=True)
        machines.run(side, stays=True)
        assert house.presence.epoch == 2
    (mine,), (theirs,) = (house.waiting() for house in machines.houses)
    assert mine != theirs  # one id is one key too: a mail server, which cannot be asked for it, would get it twice
    machines.says_yes(STUDIO, 0)
    waiting = machines.sync.on_its_way[LAPTOP]
    machines.sync.look()
    for change in [each for each in waiting if "Health" not in each.path]:
        machines.sync.deliver(LAPTOP, waiting.index(change))
    for side in (LAPTOP, STUDIO, LAPTOP):
        machines.run(side, stays=True)
    assert len(machines.book) == 1
    assert machines.done_by_yes()


def test_a_silent_machine_is_followed_and_stops_when_it_comes_back_a_week_later(machines: Machines) -> None:
    studio, laptop = machines.houses
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.synced()
    machines.comes_in(STUDIO)  # the network is gone: the second mail never leaves the studio
    machines.run(STUDIO, stays=True)
    laptop.clock.advance(16 * 60)
    assert machines.run(LAPTOP, stays=True) == ""
    machines.says_yes_to_all(LAPTOP)
    machines.run(LAPTOP, stays=True)
    assert [thing for _key, thing in machines.book] == ["send thing-1"]
    studio.clock.advance(7 * 86400)
    laptop.clock.advance(7 * 86400)
    machines.run(LAPTOP, stays=True)
    machines.synced()
    assert "laptop has taken over" in machines.run(STUDIO)
    machines.run(LAPTOP, stays=True)  # what arrived late is filed again where it runs
    assert [laptop.row(each).action.count("thing-2") for each in laptop.waiting()] == [1]
    assert any("arrived late" in each for each in laptop.alerts())
    settle(machines)


@pytest.mark.parametrize("ahead_s", [3600.0, -3600.0])
def test_a_clock_that_is_wrong_never_makes_two_effects_of_one_yes(tmp_path: Path, ahead_s: float) -> None:
    """A laptop whose clock is ahead takes the studio for silent; one that is behind sees a heartbeat of the future."""
    machines = two_machines(tmp_path, ahead_s=ahead_s)
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.synced()
    assert bool(machines.run(LAPTOP, stays=True)) == (ahead_s < 0)
    machines.says_yes_to_all(STUDIO)
    machines.synced()
    for side in (STUDIO, LAPTOP, STUDIO, LAPTOP):
        machines.run(side, stays=True)
        machines.synced()
    settle(machines)
    machines.close()


def test_without_the_note_a_run_goes_on_and_writes_it_again(machines: Machines) -> None:
    studio = machines.houses[STUDIO]
    machines.run(STUDIO, stays=True)
    (studio.vault / RUNNER).unlink()
    studio.clock.advance(61)
    assert machines.run(STUDIO, stays=True) == ""
    assert looked(studio) == ("studio", 1, True)


@pytest.mark.parametrize("style", ["syncthing", "dropbox", "obsidian"])
def test_a_higher_epoch_in_a_conflict_copy_of_the_note_counts(tmp_path: Path, style: Style) -> None:
    machines = two_machines(tmp_path, style)
    studio, laptop = machines.houses
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.synced()
    machines.run(LAPTOP, take_over=True, stays=True)
    studio.clock.advance(61)
    machines.run(STUDIO, stays=True)  # its heartbeat is newer than the note that has not arrived
    machines.synced()
    assert len(list((studio.vault / "Health").glob("runner*"))) > 1
    assert "laptop has taken over" in machines.run(STUDIO)
    machines.run(LAPTOP, stays=True)
    assert [each.name for each in (laptop.vault / "Health").glob("runner*")] == ["runner.md"]
    assert looked(laptop) == ("laptop", 2, True)
    settle(machines)
    machines.close()


def test_two_that_began_one_epoch_unknown_to_each_other_agree_which_of_them_stays(
    tmp_path: Path, clock: FrozenClock
) -> None:
    roots = tmp_path / "a", tmp_path / "b"
    for root in roots:
        (root / "Health").mkdir(parents=True)
    first, second = (Presence(root, root.name, 2, clock, f"j-{root.name}") for root in roots)
    for each in (first, second):
        assert each.claim(take_over=False, lost=False) == 2
    texts = [(root / RUNNER).read_text(encoding="utf-8") for root in roots]
    for root, text in zip(roots, reversed(texts), strict=True):
        (root / "Health/runner 2.md").write_text(text, encoding="utf-8")
    assert "b has taken over (epoch 2)" in str(first.overtaken())
    assert second.overtaken() is None


def test_logs_of_two_machines_never_have_one_name_and_both_are_kept(machines: Machines) -> None:
    laptop = machines.houses[LAPTOP]
    machines.comes_in(STUDIO)
    machines.run(STUDIO)
    machines.run(LAPTOP, stays=True)  # before anything of the studio arrived
    machines.synced()
    machines.run(LAPTOP, stays=True)
    machines.synced()
    kept = {each.name for each in (laptop.vault / "Logs").rglob("*.jsonl")}
    studios, laptops = ({link.file for link in chain_of(house)} for house in machines.houses)
    assert not studios & laptops
    assert kept >= studios | laptops
    assert laptop.verified().broken == []
    assert len(laptop.waiting()) == 1


def chain_of(house: House) -> tuple[Link, ...]:
    with house.journal.begin() as sql:
        return links(sql)


def test_a_note_that_arrives_before_its_original_is_filed_when_the_original_is_there(machines: Machines) -> None:
    laptop = machines.houses[LAPTOP]
    machines.comes_in(STUDIO)
    machines.run(STUDIO)
    machines.sync.look()
    waiting = machines.sync.on_its_way[LAPTOP]
    for change in [each for each in waiting if not each.path.startswith("Files/")]:
        machines.sync.deliver(LAPTOP, waiting.index(change))
    machines.run(LAPTOP, stays=True)
    assert laptop.waiting() == []
    machines.synced()
    machines.run(LAPTOP, stays=True)
    assert len(laptop.waiting()) == 1


def test_a_request_that_arrives_again_and_again_is_filed_once(machines: Machines) -> None:
    studio, laptop = machines.houses
    written(studio.vault / "Ask.md", "# Ask\n- choose\n")
    machines.run(STUDIO)
    (note,) = (studio.vault / "In_Progress/runner").glob("*.md")
    text = note.read_text(encoding="utf-8")
    machines.synced()
    machines.run(LAPTOP, stays=True)
    for _ in "12":
        laptop.clock.advance(7200)
        written(laptop.vault / "In_Progress/runner" / note.name, text)
        machines.run(LAPTOP, stays=True)
    assert len(laptop.sees().questions) == 1
    assert not (laptop.vault / "In_Progress/runner" / note.name).exists()


def test_an_effect_that_was_begun_and_not_noted_is_told_before_it_can_be_done_again(machines: Machines) -> None:
    studio = machines.houses[STUDIO]
    machines.comes_in(STUDIO)
    machines.run(STUDIO, stays=True)
    machines.says_yes_to_all(STUDIO)
    (begun,) = machines.yeses
    studio.failpoint = "after effect"
    with pytest.raises(Killed):
        machines.run(STUDIO, stays=True)
    studio.failpoint = ""
    machines.synced()
    machines.run(LAPTOP, take_over=True)
    machines.synced()
    machines.run(STUDIO, take_over=True)
    studio.restart()
    assert any(f"Nobody knows whether {begun} happened" in each for each in studio.alerts())
    assert len(machines.book) == 1


def test_what_was_asked_by_command_and_not_begun_outlives_a_take_over(machines: Machines) -> None:
    studio = machines.houses[STUDIO]
    machines.run(STUDIO)
    machines.synced()
    machines.run(LAPTOP)
    machines.synced()
    studio.command("ask", "", "choose")
    machines.run(STUDIO)
    assert len(studio.sees().questions) == 1
    assert len(list((studio.state / "earlier-journals").iterdir())) == 1
    assert studio.is_sound()
