"""Tasks that wait: for a day, for something that holds, for each other. A wait survives every restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from agents.durability.wait_rows import waits_of
from agents.errors import Broken
from agents.reasoning.brain import Condition, Finish, Move, Outcome, TaskView, WaitUntil
from tests.autonomy.house import Killed
from tests.clock import NOON

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.autonomy.house import House

DAY_S = 86400.0
PAID = Condition("paid", "INV-2026-0001")
IN_3_DAYS = NOON + timedelta(days=3)


def patient(_task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Waits three days for the payment, and says what woke it."""
    if known:
        return (Finish(f"woken by {known[-1].value}"),)
    return (WaitUntil("payment", "the payment of the invoice", IN_3_DAYS, (PAID,)),)


def wait_for(wait: WaitUntil, task: TaskView, _known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Waits for this, and for itself."""
    return (replace(wait, conditions=(Condition("task", task.id), *wait.conditions)),)


def wait_plainly(wait: WaitUntil, _task: TaskView, _known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Waits for this."""
    return (wait,)


def waiting(house: House) -> str:
    """A task that waits."""
    house.brain.script = patient
    house.mail("wait")
    house.once()
    return house.the_task()


def books_say(house: House, *, paid: bool) -> None:
    def check(_sql: Connection, _task: str, _about: str) -> bool:
        return paid

    house.checks["paid"] = check
    house.changes += 1


def test_a_task_sleeps_until_its_day_and_not_a_moment_longer(house: House) -> None:
    task = waiting(house)
    assert f"waits until {IN_3_DAYS:%Y-%m-%d %H:%M}: the payment of the invoice" in house.text(task)
    house.clock.advance(3 * DAY_S - 60)
    house.restart()
    assert (house.task(task).state, len(house.brain.seen)) == ("waiting", 1)
    house.clock.advance(60)
    house.restart()
    assert house.task(task).state == "done"
    assert "woken by time" in house.text(task)
    assert house.is_sound()


def test_what_it_waits_for_wakes_it_before_its_day(house: House) -> None:
    task = waiting(house)
    books_say(house, paid=False)
    house.once()
    assert house.task(task).state == "waiting"
    books_say(house, paid=True)
    house.once()
    assert "woken by paid" in house.text(task)


def test_conditions_are_looked_up_when_something_changed_and_else_from_time_to_time(house: House) -> None:
    waiting(house)
    looked: list[str] = []

    def check(_sql: Connection, task: str, _about: str) -> bool:
        looked.append(task)
        return len(looked) == 3

    house.checks["paid"] = check
    house.changes += 1
    for _ in range(5):
        house.runner.tick()
    assert looked == [house.the_task()]
    house.clock.advance(601)
    for _ in range(5):
        house.runner.tick()
    assert len(looked) == 2
    house.changes += 1
    house.once()
    assert house.sees().done == 1


def test_books_that_cannot_be_read_wake_nobody(house: House) -> None:
    def broken(_sql: Connection, _task: str, _about: str) -> bool:
        raise Broken("line 7 is no transaction", hint="Mend it.")

    task = waiting(house)
    house.checks["paid"] = broken
    house.changes += 1
    house.once()
    assert house.task(task).state == "waiting"


def test_a_kind_of_condition_nobody_can_look_up_never_holds(house: House) -> None:
    task = waiting(house)
    house.changes += 1
    house.once()
    assert house.task(task).state == "waiting"


def test_the_same_wait_is_filed_once_and_another_of_its_key_takes_its_place(house: House) -> None:
    task = waiting(house)
    for moment in (IN_3_DAYS, IN_3_DAYS + timedelta(days=1)):
        house.brain.script = partial(wait_plainly, WaitUntil("payment", "it", moment, (PAID,)))
        house.move(task, "Needs_Action")
        house.once()
    with house.journal.begin() as sql:
        open_ones, gone = waits_of(sql, task, "open"), waits_of(sql, task, "withdrawn")
    assert [each.until for each in open_ones] == [(IN_3_DAYS + timedelta(days=1)).isoformat()]
    assert [each.until for each in gone] == [IN_3_DAYS.isoformat()]


def test_a_task_that_ends_waits_for_nothing_any_more(house: House) -> None:
    task = waiting(house)
    house.move(task, "Done")
    house.once()
    house.clock.advance(4 * DAY_S)
    house.once()
    assert len(house.brain.seen) == 1
    with house.journal.begin() as sql:
        assert [each.state for each in waits_of(sql, task, "open", "ended", "withdrawn")] == ["withdrawn"]


@pytest.mark.parametrize("after", [False, True])
def test_killed_when_it_wakes_it_wakes_once(house: House, *, after: bool) -> None:
    task = waiting(house)
    house.clock.advance(3 * DAY_S)
    house.start()
    house.store.kill_at, house.store.after = house.store.applied + 1, after
    with pytest.raises(Killed):
        house.runner.once()
    house.restart()
    assert house.task(task).state == "done"
    assert len(house.brain.seen) == 2
    assert house.happened(task).count("wait.ended") == 1
    assert house.is_sound()


class Ring:
    """Each task waits for the one before it; the first for the last, once that is known."""

    def __init__(self) -> None:
        self.after: dict[str, str] = {}

    def __call__(self, task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
        if woken := [each.value for each in known if each.kind == "waited"]:
            return (Finish(f"went on: {woken[-1]}"),)
        other = self.after.get(task.text.strip())
        return (WaitUntil("other", "the other task", None, (Condition("task", other),)),) if other else ()


def ring(house: House, size: int) -> list[str]:
    """Tasks that wait for each other in a circle; the first is asked about when the circle closes."""
    script = Ring()
    house.brain.script = script
    tasks: list[str] = []
    for number in range(size):
        house.mail(f"task {number}", number)
        house.once()
        (new,) = set(house.tasks()) - set(tasks)
        tasks.append(new)
        script.after[f"task {number + 1}"] = new
    script.after["task 0"] = tasks[-1]
    (stuck,) = house.sees().questions
    house.set(stuck.id, "answer", "look again")
    house.once()
    return tasks


@pytest.mark.parametrize("size", [2, 5])
def test_tasks_that_wait_for_each_other_are_found_named_and_given_to_the_owner(house: House, size: int) -> None:
    first, *others = ring(house, size)
    (question,) = house.sees().questions
    text = house.text(question.id)
    assert "These tasks wait for each other" in text
    assert all(each in text for each in (first, *others))
    house.tick(question.id, "go on without waiting")
    house.once()
    assert {house.task(each).state for each in (first, *others)} == {"done"}
    assert "went on: skipped" in house.text(first)
    assert all("went on: task" in house.text(each) for each in others)
    assert house.is_sound()


def test_a_task_that_waits_for_itself_is_a_circle(house: House) -> None:
    house.brain.script = lambda task, _known: (WaitUntil("me", "myself", None, (Condition("task", task.id),)),)
    question = house.asked("wait")
    assert "These tasks wait for each other" in house.text(question)
    house.tick(question, "I do it myself")
    house.once()
    assert house.sees().done == 1


def test_with_a_day_or_another_condition_there_is_no_circle(house: House) -> None:
    for number, wait in enumerate((WaitUntil("a", "myself", IN_3_DAYS), WaitUntil("b", "myself", None, (PAID,)))):
        house.brain.script = partial(wait_for, wait)
        house.mail("wait", number)
        house.once()
    assert house.sees().questions == ()
