"""Alerts: told once for each cause, under a name of their own for ever, in the transition that noticed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.alerts import raise_alert
from agents.vault.note import Note, read_note
from tests.clock import NOON

if TYPE_CHECKING:
    from tests.durability.room import Room


def told(room: Room, about: str = "proposal-1", words: str = "It is held.", **more: str) -> str:
    with room.recorder.begin() as writing:
        return raise_alert(writing, about, words, NOON, **more)


def test_an_alert_is_a_note_that_says_what_and_about_what(room: Room) -> None:
    name = told(room, detail="`from outside`")
    note = read_note(room.text(f"Needs_Action/{name}.md"))
    assert isinstance(note, Note)
    assert (note.properties["type"], note.properties["about"], note.properties["id"]) == ("alert", "proposal-1", name)
    assert note.body.startswith("# It is held.\n")
    assert note.body.endswith("\n\n`from outside`\n")


def test_the_same_cause_is_told_once_also_after_a_restart(room: Room) -> None:
    name = told(room)
    room.restart()
    assert told(room) == name
    assert len(room.notes(logs=False)) == 1


def test_another_cause_another_subject_or_another_occasion_is_told(room: Room) -> None:
    names = {told(room), told(room, words="Something else."), told(room, about="proposal-2"), told(room, occasion="7")}
    assert len(names) == len(room.notes(logs=False)) == 4


def test_causes_are_not_confused_by_where_one_word_ends(room: Room) -> None:
    assert told(room, about="a", words="b c") != told(room, about="a b", words="c")


def test_a_cause_may_hold_any_character_and_its_note_is_one_line(room: Room) -> None:
    name = told(room, about="a\0\ud800\n", words="b\0\ud800\nc \u202e")
    assert told(room, about="a\0\ud800\n", words="b\0\ud800\nc \u202e") == name
    assert "# b⟨U+0000⟩⟨U+D800⟩ c ⟨U+202E⟩\n" in room.text(f"Needs_Action/{name}.md")
    assert room.verify().exit_code == 0


def test_an_alert_about_what_could_not_be_written_down_is_not_told(room: Room) -> None:
    def fail() -> None:
        with room.recorder.begin() as writing:
            raise_alert(writing, "proposal-1", "It is held.", NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert room.notes() == {}
    assert told(room)
