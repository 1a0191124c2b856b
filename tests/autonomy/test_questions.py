"""Promises about questions: every way of answering counts once, and a question never gets lost."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy import dragged_tasks
from agents.autonomy.places import Places
from agents.autonomy.queries import task_states
from agents.autonomy.questions import acceptable
from agents.autonomy.read_notes import LOOK_EVERY_S
from agents.autonomy.views import answers_in, ask_to_json
from agents.durability.task_persistence import add_task, find_question, find_task
from agents.durability.transitions import Transition
from agents.reasoning.brain import AskOwner, Choice
from agents.security.audit_logger import Fact
from agents.vault.note import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from agents.autonomy.places import Entry
    from tests.autonomy.house import House

    Way = Callable[[House, str], None]


def by_property(house: House, question: str) -> None:
    house.set(question, "answer", "RED")


def by_checkbox(house: House, question: str) -> None:
    house.tick(question, "red")


def by_command(house: House, question: str) -> None:
    house.command("answer", question, " Red ")


def in_done(house: House, question: str) -> None:
    house.tick(question, "red")
    house.move(question, "Done")


def by_command_without_a_note(house: House, question: str) -> None:
    house.path(question).unlink()
    house.command("answer", question, "red")


@pytest.mark.parametrize("way", [by_property, by_checkbox, by_command, in_done, by_command_without_a_note])
def test_an_answer_in_any_way_is_taken_in_once_and_the_note_filed(house: House, way: Way) -> None:
    question = house.asked()
    way(house, question)
    house.once()
    house.restart()
    assert [each.value for each in house.brain.seen[-1][1]] == ["red"]
    assert len(house.brain.seen) == 2
    assert house.folder(question) == "Done/2026-11"
    assert "answered" in house.text(question)
    assert house.sees().questions == ()
    assert house.is_sound()


def test_the_owner_may_answer_in_other_words(house: House) -> None:
    question = house.asked()
    house.set(question, "answer", "green, like [[grass]]")
    house.once()
    assert house.brain.seen[-1][1][-1].value.startswith("green")


def test_several_ticked_boxes_are_held_and_told_once(house: House) -> None:
    question = house.asked()
    house.tick(question, "red", "blue")
    for _ in range(2):
        house.once()
    house.restart()
    assert (len(house.brain.seen), len(house.alerts())) == (1, 1)
    text = house.text(question).replace("- [x] blue", "- [ ] blue")
    house.path(question).write_text(text, encoding="utf-8")
    house.once()
    assert house.brain.seen[-1][1][-1].value == "red"


def test_a_note_that_is_no_text_is_held(house: House) -> None:
    question = house.asked()
    house.path(question).write_bytes(b"\xff\xfe answer: red")
    house.once()
    assert (len(house.brain.seen), len(house.alerts())) == (1, 1)


def test_deleting_a_question_is_no_answer(house: House) -> None:
    question = house.asked()
    house.path(question).unlink()
    house.once()
    assert house.folder(question) == "Needs_Action"
    assert len(house.brain.seen) == 1
    assert house.is_sound()


def test_a_question_filed_without_an_answer_comes_back_but_not_in_an_endless_loop(house: House) -> None:
    question = house.asked()
    house.move(question, "Done")
    house.once()
    assert house.folder(question) == "Needs_Action"
    assert "not answered yet" in house.text(question)
    house.move(question, "Done")
    house.once()
    assert house.folder(question) == "Done"
    house.clock.advance(60)
    house.once()
    assert house.folder(question) == "Needs_Action"


def test_an_answer_is_not_taken_before_the_note_is_quiet(house: House) -> None:
    question = house.asked()
    house.quiet_s = 2.0
    house.start()
    house.tick(question, "red")
    assert house.runner.tick()[0] == 0
    house.once()
    assert house.sees().questions == ()


def test_an_empty_answer_is_none_and_the_owner_hears_why(house: House) -> None:
    question = house.asked()
    house.command("answer", question, "  ")
    house.once()
    assert len(house.sees().questions) == 1
    assert "empty" in house.alerts()[0]


def test_the_same_question_is_not_asked_twice_while_it_is_open(house: House) -> None:
    question = house.asked()
    house.move(house.the_task(), "Needs_Action")
    house.once()
    assert [each.id for each in house.sees().questions] == [question]
    assert len(house.brain.seen) == 2


def test_a_choice_counts_however_it_is_written_and_emptiness_does_not(house: House) -> None:
    question = house.asked()
    with house.journal.begin() as sql:
        row = find_question(sql, question)
    assert row is not None
    assert acceptable(row, "  bLuE ") == "blue"
    assert isinstance(acceptable(row, " \n"), Problem)


def test_all_points_of_a_question_are_answered_together_by_command(house: House) -> None:
    question = house.asked()
    with house.journal.begin() as sql:
        row = find_question(sql, question)
    assert row is not None
    points = (AskOwner("order", "?", (Choice("day first"),)), AskOwner("account", "?", ()))
    both = replace(row, ask=ask_to_json(AskOwner("table", "?", (), "", points)))
    taken = acceptable(both, " Day  first | My Bank ")
    assert taken == "day first\nMy Bank"
    answered = replace(both, answer=taken)
    assert [(ask.key, words) for ask, words in answers_in(answered)] == [("order", "day first"), ("account", "My Bank")]
    for words in ("day first", "a | b | c", "day first | "):
        assert isinstance(acceptable(both, words), Problem)


def test_while_nothing_stirs_questions_rest_and_every_change_is_seen(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system tells what stirs, and a look takes a tenth of a second."""
    question = house.asked()
    house.once()
    questions, places = house.parts.moves.questions, house.parts.places
    told, looked = set[str](), list[str]()

    def news() -> frozenset[str]:
        found = frozenset(told)
        told.clear()
        return found

    def find(name: str, *folders: str) -> Entry | None:
        looked.append(name)
        house.clock.advance(0.1)
        return Places.find(places, name, *folders)

    def seen() -> bool:
        """Whether the next round looks for the note."""
        looked.clear()
        places.begin()
        questions.look()
        return bool(looked)

    monkeypatch.setattr(places, "_told", news)
    monkeypatch.setattr(places, "find", find)
    assert seen()
    assert not seen()
    told.add("Needs_Action")
    assert [seen(), seen()] == [True, False]
    house.clock.advance(LOOK_EVERY_S)
    assert [seen(), seen()] == [True, False]
    house.move(question, "Done")
    assert [seen(), seen()] == [True, True]  # shown again, which is an event
    assert not seen()
    house.path(question).unlink()
    assert [seen(), seen()] == [True, True]  # until it may be shown once more, it is looked for
    house.clock.advance(120)
    assert seen()
    house.tick(question, "red")
    told.add("Needs_Action")
    house.clock.advance(60)
    assert seen()
    with house.journal.begin() as sql:
        row = find_question(sql, question)
    assert row is not None
    assert row.answer == "red"


def test_an_answer_that_was_not_quiet_when_it_was_seen_is_taken_as_soon_as_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stirs any more by then."""
    question = house.asked()
    house.once()
    questions, places = house.parts.moves.questions, house.parts.places
    told = set[str]()

    def news() -> frozenset[str]:
        found = frozenset(told)
        told.clear()
        return found

    def find(name: str, *folders: str) -> Entry | None:
        house.clock.advance(0.02)
        return Places.find(places, name, *folders)

    def look() -> int:
        places.begin()
        return questions.look()

    monkeypatch.setattr(places, "_told", news)
    monkeypatch.setattr(places, "find", find)
    assert look() == 0
    house.tick(question, "red")
    os.utime(house.path(question), (house.clock.machine_now().timestamp(),) * 2)
    monkeypatch.setattr(places, "_quiet_s", 1.5)
    told.add("Needs_Action")
    assert look() == 0
    house.clock.advance(2)
    assert look() == 1


def round_of(house: House) -> None:
    """One round in which the owner's moves are looked at."""
    house.places.begin()
    house.parts.moves.look()


def test_what_is_no_task_is_looked_up_once_where_tasks_begin(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    question = house.asked()
    house.once()
    asked: list[str] = []

    def states(sql: Connection, names: list[str]) -> dict[str, str]:
        asked.extend(names)
        return task_states(sql, names)

    monkeypatch.setattr(dragged_tasks, "task_states", states)
    round_of(house)
    asked.clear()
    round_of(house)
    assert asked == []
    house.set(question, "tags", "mine")
    round_of(house)
    assert asked == [question]


def test_an_event_about_something_else_has_no_question_looked_up_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = house.asked()
    house.once()
    asked: list[str] = []

    def states(sql: Connection, names: list[str]) -> dict[str, str]:
        asked.extend(names)
        return task_states(sql, names)

    monkeypatch.setattr(dragged_tasks, "task_states", states)
    for target in ("something-else", "something-else", question):
        with house.recorder.begin() as writing:
            writing.record(Transition(Fact("runner", "test.happened", target), "Say so"))
        for _ in range(3):
            round_of(house)
        assert asked == ([question] if target == question else [])


def test_a_note_that_became_a_task_of_ours_meanwhile_is_one_from_that_event_on(house: House) -> None:
    """Of a task that another machine has begun, its note came first: until its event it was none."""
    question = house.asked()
    name = f"{question[:-1]}x"
    house.path(question).with_name(f"{name}.md").write_bytes(house.path(question).read_bytes())
    house.once()
    round_of(house)
    assert house.folder(name) == "Needs_Action"
    (known,) = house.tasks()
    with house.recorder.begin() as writing:
        task = find_task(writing.sql, known)
        assert task is not None
        add_task(writing.sql, replace(task, id=name, state="done"))
        writing.record(Transition(Fact("watcher", "task.filed", name, name), f"File {name}"))
    house.clock.advance(61)
    for _ in range(3):
        round_of(house)
    assert house.folder(name) == "In_Progress/runner"
