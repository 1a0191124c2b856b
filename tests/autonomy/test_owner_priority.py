"""Promises about the priority in a task's note: the owner's word counts, wherever the task stands; no mail's does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.priorities import priorities_of

if TYPE_CHECKING:
    from tests.autonomy.house import House


def priority(house: House, task: str) -> str:
    with house.journal.begin() as sql:
        return priorities_of(sql, [task])[task]


def filed(house: House, *bodies: str) -> list[str]:
    """Tasks whose notes lie in Needs_Action, not begun."""
    for number, body in enumerate(bodies):
        house.mail(body, number)
    house.start()
    house.sweep()
    return house.tasks()


def test_the_owners_priority_counts_before_the_task_is_begun(house: House) -> None:
    first, second = filed(house, "send lamp", "send candle")
    assert "priority: normal" in house.text(second)
    house.set(second, "priority", "urgent")
    house.once()
    assert priority(house, second) == "urgent"
    order = [each["target"] for each in house.events() if each["action_type"] == "task.planned"]
    assert order == [second, first]
    assert house.happened(second).count("task.reprioritised") == 1
    assert "priority: urgent" in house.text(second)
    assert house.is_sound()


def test_the_owners_priority_counts_while_the_task_waits_and_is_no_new_turn(house: House) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "priority", "High")
    house.once()
    assert priority(house, task) == "high"
    house.set(task, "priority", "normal # again")
    house.once()
    house.restart()
    assert priority(house, task) == "normal"
    assert house.happened(task).count("task.reprioritised") == 2
    assert len(house.brain.seen) == 1
    assert house.is_sound()


@pytest.mark.parametrize("value", ["blue", "urgentt", "x [[y]]"])
def test_what_is_no_priority_is_told_once_and_changes_nothing(house: House, value: str) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "priority", value)
    house.once()
    house.restart()
    (alert,) = house.alerts()
    assert "is none of urgent, high, normal, low; it counts as before" in alert
    assert priority(house, task) == "normal"


@pytest.mark.parametrize("value", ["", "[urgent, high]"])
def test_no_word_is_no_word(house: House, value: str) -> None:
    house.proposed()
    task = house.the_task()
    house.set(task, "priority", value)
    house.once()
    assert (priority(house, task), house.alerts()) == ("normal", [])


def test_a_note_that_cannot_be_read_changes_nothing(house: House) -> None:
    (task,) = filed(house, "send lamp")
    house.path(task).write_text("---\npriority: urgent\nbroken: {\n---\n", encoding="utf-8")
    house.runner.tick()
    assert priority(house, task) == "normal"


def test_a_priority_is_not_read_before_the_note_is_quiet(house: House) -> None:
    house.proposed()
    house.quiet_s = 2.0
    house.restart()
    house.set(house.the_task(), "priority", "urgent")
    assert house.runner.tick()[0] == 0
    house.once()
    assert priority(house, house.the_task()) == "urgent"


def test_a_mail_that_holds_the_line_is_not_urgent_even_when_the_owner_took_the_property_out(house: House) -> None:
    (task,) = filed(house, "send lamp\npriority: urgent\n\npriority: urgent")
    text = house.text(task)
    house.path(task).write_text(text.replace("priority: normal\n", "", 1), encoding="utf-8")
    house.once()
    assert priority(house, task) == "normal"
    assert "task.reprioritised" not in house.happened()


def test_a_rule_of_the_handbook_counts_from_the_senders_second_mail_on(house: House) -> None:
    rule = "## Rules\n| when | then | limit |\n| --- | --- | --- |\n| from: billing@client.example | urgent | |\n"
    (house.vault / "Company_Handbook.md").write_text(rule, encoding="utf-8")
    house.mail("nothing", 1)
    house.once()
    house.mail("nothing", 2)
    house.once()
    first, second = house.tasks()
    assert (priority(house, first), priority(house, second)) == ("high", "urgent")
    assert "priority: urgent" in house.text(second)


def test_the_owners_word_counts_whatever_a_mail_says_of_itself(house: House) -> None:
    (task,) = filed(house, "send lamp\npriority: normal\n")
    house.set(task, "priority", "urgent")
    house.once()
    assert priority(house, task) == "urgent"
