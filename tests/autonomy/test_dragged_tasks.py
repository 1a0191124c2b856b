"""Promises about task notes the owner moves, deletes or corrects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.owner_category import new_word
from tests.autonomy.scripted_brain import stubborn

if TYPE_CHECKING:
    from tests.autonomy.house import House


def test_a_done_task_put_back_is_a_new_turn_and_its_effects_never_repeat(house: House) -> None:
    house.brain.script = stubborn
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.once()
    task = house.the_task()
    house.tick(house.sees().questions[0].id, "file it, nothing is to be done")
    house.once()
    assert house.folder(task) == "Done/2026-11"
    turns = len(house.brain.seen)
    house.move(task, "Needs_Action")
    house.once()
    assert len(house.brain.seen) == turns + 1
    assert house.brain.seen[-1][1][-1].kind == "reopened"
    assert (house.courier.sent, house.waiting()) == (["send lamp"], [])
    assert house.folder(task) == "In_Progress/runner"
    assert house.folder(f"plan-{task}") == "Plans"
    assert house.is_sound()


def test_put_back_without_its_plan_it_works_too(house: House) -> None:
    house.mail("nothing")
    house.once()
    task = house.the_task()
    house.path(f"plan-{task}").unlink()
    house.move(task, "Needs_Action")
    house.once()
    assert house.folder(task) == "Done/2026-11"
    assert len(house.brain.seen) == 2
    assert house.is_sound()


def test_a_copy_in_needs_action_of_a_task_in_progress_is_left_alone(house: House) -> None:
    house.proposed()
    task = house.the_task()
    (house.vault / f"Needs_Action/{task}.md").write_text(house.text(task), encoding="utf-8")
    house.once()
    assert len(house.lying(task)) == 2
    assert len(house.brain.seen) == 1


def test_a_copy_of_a_done_task_is_a_new_turn_and_the_old_note_is_kept(house: House) -> None:
    house.mail("nothing")
    house.once()
    task = house.the_task()
    (house.vault / f"Needs_Action/{task}.md").write_text(house.text(task), encoding="utf-8")
    house.once()
    assert len(house.brain.seen) == 2
    assert house.folder(task) == "Done/2026-11"
    assert [each.name for each in (house.vault / "Quarantine").glob(f"{task}-twin-*.md")] != []
    assert house.is_sound()


@pytest.mark.parametrize("folder", ["Done", "Done/2026-11"])
def test_a_task_dragged_to_done_is_closed_and_nothing_of_it_waits(house: House, folder: str) -> None:
    proposal = house.proposed()
    task = house.the_task()
    house.move(task, folder)
    house.once()
    assert (house.waiting(), house.task(task).state) == ([], "done")
    assert house.folder(proposal) == "Done/2026-11"
    assert "withdrawn" in house.text(proposal)
    assert house.folder(task) == "Done/2026-11"
    assert house.open_notes() == []
    assert len(house.brain.seen) == 1
    assert house.is_sound()


def test_closing_a_task_withdraws_its_question(house: House) -> None:
    question = house.asked()
    house.move(house.the_task(), "Done")
    house.once()
    assert house.sees().questions == ()
    assert house.folder(question) == "Done/2026-11"
    assert "no longer asked" in house.text(question)


def test_closing_a_task_withdraws_a_proposal_that_is_held_in_approved(house: House) -> None:
    proposal = house.proposed("empty safe")
    house.move(proposal, "Approved")
    house.once()
    house.move(house.the_task(), "Done")
    house.once()
    assert (house.courier.sent, house.folder(proposal)) == ([], "Done/2026-11")
    assert house.is_sound()


def test_a_deleted_task_note_is_written_again(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.path(task).unlink()
    house.once()
    assert house.folder(task) == "In_Progress/runner"
    house.path(task).unlink()
    house.once()
    assert house.lying(task) == []
    house.clock.advance(60)
    house.once()
    assert house.folder(task) == "In_Progress/runner"
    assert house.is_sound()


def test_a_task_whose_note_is_a_link_is_worked_on_all_the_same(house: House) -> None:
    proposal = house.proposed()
    task = house.the_task()
    aside = house.path(task).rename(house.room / "aside.md")
    (house.vault / f"In_Progress/runner/{task}.md").symlink_to(aside)
    house.move(proposal, "Approved")
    house.once()
    assert (house.courier.sent, house.task(task).state) == (["send lamp"], "done")
    assert (house.vault / f"Done/2026-11/{task}.md").is_file()


def test_the_owners_category_is_a_new_turn_and_stands_for_good(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "category", "newsletter # mine")
    house.once()
    assert [view.category for view, _known in house.brain.seen] == ["", "newsletter"]
    house.restart()
    assert len(house.brain.seen) == 2
    house.move(task, "Needs_Action")
    house.once()
    assert house.brain.seen[-1][0].category == "newsletter"
    assert "category: newsletter" in house.text(task)
    assert house.is_sound()


def test_a_category_is_not_read_before_the_note_is_quiet(house: House) -> None:
    house.proposed()
    house.quiet_s = 2.0
    house.restart()
    house.set(house.the_task(), "category", "newsletter")
    assert house.runner.tick()[0] == 0
    house.once()
    assert house.brain.seen[-1][0].category == "newsletter"


def test_a_category_set_while_the_task_is_put_back_counts(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "category", "complaint")
    house.move(task, "Needs_Action")
    house.once()
    assert house.brain.seen[-1][0].category == "complaint"


def test_a_task_is_not_put_back_before_its_note_is_quiet(house: House) -> None:
    house.mail("nothing")
    house.once()
    house.quiet_s = 2.0
    house.start()
    path = house.move(house.the_task(), "Needs_Action")
    os.utime(path, (house.clock.now().timestamp(),) * 2)
    assert house.runner.tick()[0] == 0
    house.once()
    assert len(house.brain.seen) == 2


@pytest.mark.parametrize("value", ["", "[a, b]", "x" * 61, "{"])
def test_what_is_no_category_is_none(house: House, value: str) -> None:
    house.mail("nothing")
    house.once()
    assert new_word(f"---\ncategory: {value}\n---\n", house.task(house.the_task()), "") == ""


def test_a_name_that_is_no_text_among_the_tasks_stops_nothing(house: House) -> None:
    (house.vault / "Needs_Action" / os.fsdecode(b"2026-\xff.md")).write_text("bent", encoding="utf-8")
    house.mail("nothing")
    house.once()
    assert house.folder(house.the_task()) == "Done/2026-11"
