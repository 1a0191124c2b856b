"""Promises about the owner's words about the whole run: pause, resume, drain; by command, PAUSE.md and DRAIN.md."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.autonomy.house import House


def dashboard(house: House) -> str:
    return (house.vault / "Dashboard.md").read_text(encoding="utf-8")


def held(house: House) -> list[str]:
    return [each.name for each in house.sees().holds]


@pytest.mark.parametrize("way", ["command", "PAUSE.md", "pause.txt"])
def test_everything_paused_takes_in_and_does_nothing_else(house: House, way: str) -> None:
    proposal = house.proposed()
    note = house.vault / way
    house.command("pause", "") if way == "command" else note.write_text("", encoding="utf-8")
    house.once()
    house.move(proposal, "Approved")
    house.mail("send candle", 2)
    house.restart()
    assert (house.courier.sent, len(house.brain.seen), len(house.tasks())) == ([], 1, 2)
    assert house.row(proposal).state == "approved"
    assert f"{proposal} waits: everything is paused" in house.reports
    assert "Everything is paused, by" in dashboard(house)
    assert "Everything is paused" in house.start()[-1]
    house.command("resume", "") if way == "command" else note.unlink()
    house.once()
    assert (house.courier.sent, len(house.waiting()), held(house)) == (["send lamp"], 1, [])
    assert "Everything is paused" not in dashboard(house)
    assert house.is_sound()


def test_resume_by_command_takes_the_note_away_and_keeps_its_words(house: House) -> None:
    house.once()
    empty, full = house.vault / "PAUSE.md", house.vault / "pause (1).md"
    empty.write_text(" \n", encoding="utf-8")
    full.write_text("Back on Monday.\n", encoding="utf-8")
    house.once()
    house.command("resume", "")
    house.once()
    house.restart()
    assert held(house) == []
    assert not empty.exists()
    assert not full.exists()
    (kept,) = (house.vault / "Done").glob("*/pause-*.md")
    assert kept.read_text(encoding="utf-8") == "Back on Monday.\n"
    empty.write_text("", encoding="utf-8")
    house.once()
    assert held(house) == ["everything"]
    assert house.is_sound()


def test_a_note_that_cannot_be_taken_away_says_nothing_new(house: House) -> None:
    aside = house.room / "aside.md"
    aside.write_text("", encoding="utf-8")
    (house.vault / "PAUSE.md").symlink_to(aside)
    house.once()
    assert held(house) == ["everything"]
    house.command("resume", "")
    house.once()
    house.restart()
    assert held(house) == []
    assert (house.vault / "PAUSE.md").is_symlink()


def test_one_of_two_notes_that_goes_does_not_resume(house: House) -> None:
    house.once()
    notes = [house.vault / "PAUSE.md", house.vault / "PAUSE (conflicted copy 2026-11-23).md"]
    for each in notes:
        each.write_text("", encoding="utf-8")
    house.once()
    notes[0].unlink()
    house.once()
    assert held(house) == ["everything"]
    notes[1].unlink()
    house.once()
    assert held(house) == []
    assert house.happened().count("run.paused") == 1


def test_a_note_about_what_the_command_said_takes_it_over(house: House) -> None:
    house.command("pause", "")
    house.once()
    note = house.vault / "PAUSE.md"
    note.write_text("", encoding="utf-8")
    house.once()
    note.unlink()
    house.once()
    assert held(house) == []


def test_everything_paused_twice_is_paused_once(house: House) -> None:
    for _ in range(2):
        house.command("pause", "")
        house.once()
    assert (house.alerts(), house.happened().count("run.paused")) == ([], 1)


def test_nothing_to_resume_is_no_matter(house: House) -> None:
    house.command("resume", "")
    house.once()
    assert (house.alerts(), house.happened().count("run.resumed")) == ([], 0)


def test_a_vault_that_cannot_be_read_changes_no_word(house: House) -> None:
    house.command("pause", "")
    house.once()
    words = house.parts.controls.run
    (house.vault / "PAUSE.md").write_text("", encoding="utf-8")
    house.vault.rename(house.room / "elsewhere")
    assert words.look() == 0
    (house.room / "elsewhere").rename(house.vault)
    assert held(house) == ["everything"]


@pytest.mark.parametrize("way", ["command", "DRAIN.md"])
def test_drain_finishes_what_is_begun_ends_the_run_and_is_lifted_by_the_next(house: House, way: str) -> None:
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.mail("send candle", 2)
    note = house.vault / way
    house.command("drain", "") if way == "command" else note.write_text("", encoding="utf-8")
    house.runner.watch(threading.Event())
    assert house.runner.drained.startswith("Drained")
    assert (house.courier.sent, len(house.tasks()), len(house.brain.seen)) == (["send lamp"], 2, 2)
    assert held(house) == ["drain"]
    house.stop()
    said = house.start()
    assert said[-1].startswith("The last run ended because you said drain")
    assert (held(house), note.exists()) == ([], False)
    house.runner.once()
    assert (len(house.waiting()), house.runner.drained) == (1, "")
    assert house.is_sound()


def test_a_drained_run_that_was_killed_drains_again(house: House) -> None:
    house.mail("send lamp")
    house.command("drain", "")
    house.start()
    house.runner.tick()
    assert house.start()[-1].startswith("You said drain")
    house.runner.once()
    assert (house.runner.drained != "", house.brain.seen) == (True, [])
    house.restart()
    assert len(house.brain.seen) == 1


@pytest.mark.parametrize("way", ["command", "note"])
def test_before_it_is_over_drain_can_be_taken_back(house: House, way: str) -> None:
    note = house.vault / "DRAIN.md"
    house.once()
    note.write_text("", encoding="utf-8")
    house.runner.tick()
    assert held(house) == ["drain"]
    assert "Nothing new is begun, by DRAIN.md" in render(house)
    house.command("resume", "") if way == "command" else note.unlink()
    house.mail("send lamp")
    house.once()
    assert (len(house.waiting()), house.runner.drained, note.exists()) == (1, "", False)


def render(house: House) -> str:
    from agents.autonomy.dashboard import render_dashboard  # noqa: PLC0415 (only here)

    return render_dashboard(house.sees(), ())


@pytest.mark.parametrize("word", ["pause", "resume", "drain"])
@pytest.mark.parametrize("way", ["command", "note"])
@pytest.mark.parametrize("kill_at", [1, 2])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_a_word_about_everything_holds_once(
    house: House, word: str, way: str, kill_at: int, *, after: bool
) -> None:
    house.once()
    note = house.vault / ("DRAIN.md" if word == "drain" else "PAUSE.md")
    if word == "resume":
        note.write_text("Back soon.", encoding="utf-8")
        house.once()
    if way == "command":
        house.command(word, "")
    elif word == "resume":
        note.unlink()
    else:
        note.write_text("", encoding="utf-8")
    house.once_killed_at(kill_at, after=after)
    said = {"pause": "run.paused", "resume": "run.resumed", "drain": "run.draining"}
    assert house.happened().count(said[word]) == 1
    assert held(house) == (["everything"] if word == "pause" else [])
    assert house.is_sound()
