"""Promises about the queue: the journal gives one total order, and what is urgent does not wait for a backlog."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.autonomy import effects
from agents.autonomy.queue_order import approved_in_order, due_in_order, next_tasks
from agents.durability import statements
from agents.durability.journal import Journal
from agents.durability.priorities import HEAD_START, set_priority, virtual_arrival
from agents.durability.proposal_rows import ActionNames, add_proposal
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import PROPOSAL, TASK

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from agents.durability.transitions import Transition
    from tests.autonomy.house import House
    from tests.clock import FrozenClock

MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 20), timezones=st.just(UTC))
QUEUE = st.lists(st.tuples(MOMENTS, st.sampled_from(sorted(HEAD_START))), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(QUEUE, st.integers(1, 4))
def test_the_journal_gives_tasks_and_effects_in_the_order_of_their_virtual_arrival(
    tmp_path: Path, arrivals: list[tuple[datetime, str]], many: int
) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        for number, (came, priority) in enumerate(arrivals):
            at, name = came.replace(microsecond=0).isoformat(), f"task-{number}"
            add_task(sql, replace(TASK, id=name, created_at=at))
            set_priority(sql, name, priority)
            proposal = replace(PROPOSAL, id=f"p-{number}", key=name, task=name, state="approved", decided_at=at)
            add_proposal(sql, proposal)
        wanted = sorted(range(len(arrivals)), key=lambda each: (_counts_from(*arrivals[each]), f"task-{each}"))
        names = [f"task-{each}" for each in wanted]
        assert due_in_order(sql, [*reversed(names), "nobody"]) == due_in_order(sql, sorted(names)) == names
        assert [row.id for row in next_tasks(sql, "filed", many)] == names[:many]
        assert next_tasks(sql, "claimed", many) == ()
        assert [each.id for each in approved_in_order(sql, ActionNames())] == [f"p-{each}" for each in wanted]
        sql.rollback()
    journal.close()


def _counts_from(came: datetime, priority: str) -> datetime:
    return virtual_arrival(came.replace(microsecond=0), priority)


def test_any_number_of_tasks_is_put_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MANY", 2)
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        for number in range(5):
            add_task(sql, replace(TASK, id=f"task-{number}"))
        set_priority(sql, "task-4", "urgent")
        assert due_in_order(sql, (f"task-{number}" for number in range(5))) == [
            "task-4",
            "task-0",
            "task-1",
            "task-2",
            "task-3",
        ]
    journal.close()


def test_what_was_begun_is_ended_first_and_names_of_actions_are_read_once(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    names = ActionNames()
    with journal.begin() as sql:
        add_task(sql, TASK)
        at = "2026-11-23T12:00:00+00:00"
        first = replace(PROPOSAL, id="p-1", key="1", state="approved", decided_at=at)
        add_proposal(sql, first)
        add_proposal(sql, replace(first, id="p-2", key="2", intent_at=at, action=json.dumps({"action": "email.send"})))
        assert [(each.id, each.action) for each in approved_in_order(sql, names)] == [
            ("p-2", "email.send"),
            ("p-1", "invoice.create"),
        ]
        sql.exec_driver_sql("UPDATE proposals SET action = 'gone'")
        assert [each.action for each in approved_in_order(sql, names)] == ["email.send", "invoice.create"]
    journal.close()


def planned(house: House) -> list[str]:
    """The tasks in the order of their first turns."""
    return [str(each["target"]) for each in house.events() if each["action_type"] == "task.planned"]


def test_an_urgent_task_that_arrives_is_taken_before_the_rest_of_a_backlog(house: House, clock: FrozenClock) -> None:
    for number in range(4):
        house.mail("send lamp", number)
    house.start()

    def told(transition: Transition) -> None:
        if transition.fact.action_type == "task.planned":
            clock.advance(2)  # a turn takes longer than a round
            if len(planned(house)) == 1:
                house.command("ask", "urgent", "nothing")

    house.recorder.told = told
    house.once()
    (asked,) = (task for task in house.tasks() if "-ask-" in task)
    assert len(planned(house)) == 5
    assert planned(house)[1] == asked
    assert "priority: urgent" in house.text(asked)


def test_an_urgent_task_is_taken_while_a_backlog_is_still_being_claimed(house: House, clock: FrozenClock) -> None:
    for number in range(4):
        house.mail("send lamp", number)
    house.start()
    house.sweep()
    clock.advance(60)
    house.command("ask", "urgent", "nothing")
    house.recorder.told = lambda each: clock.advance(2) if each.fact.action_type == "task.claimed" else None
    house.runner.tick()
    assert [task for task in planned(house) if "-ask-" in task] == planned(house)
    assert house.happened().count("task.claimed") == 1


def test_effects_of_an_urgent_task_come_before_the_rest_of_a_round(house: House, clock: FrozenClock) -> None:
    """Four parcels are approved at once, and the courier takes longer than a round for each."""
    for number in range(4):
        house.mail(f"send lamp-{number}", number)
    house.once()
    for row in house.sees().pending:
        house.move(row.id, "Approved")
    urgent: list[str] = []

    def told(transition: Transition) -> None:
        if transition.fact.action_type == "effect.done":
            clock.advance(effects.ROUND_S + 1)
            if not urgent:
                urgent.append(_last_approved(house))
                house.set(house.row(urgent[0]).task, "priority", "urgent")

    house.recorder.told = told
    house.once()
    assert len(house.courier.sent) == 4
    assert house.courier.sent[1] == f"send {json.loads(house.row(urgent[0]).action)['thing']}"


def _last_approved(house: House) -> str:
    """The proposal whose effect is last in the queue."""
    with house.journal.begin() as sql:
        return approved_in_order(sql, ActionNames())[-1].id


def test_effects_of_one_provider_never_overlap(house: House) -> None:
    """The courier notes when it begins and ends, and is asked for more while it works."""
    for number in range(3):
        house.mail(f"send lamp-{number}", number)
    house.once()
    inside, most = [0], [0]
    execute = house.courier.execute

    def watched(*words: object) -> object:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        for row in house.proposals("waiting"):
            house.command("approve", row)  # another process, in the middle of an effect
        made = execute(*words)  # type: ignore[arg-type]
        inside[0] -= 1
        return made

    house.courier.execute = watched  # type: ignore[method-assign,assignment]
    house.move(house.waiting()[0], "Approved")
    house.once()
    assert (len(house.courier.sent), most[0]) == (3, 1)


def test_a_low_task_of_yesterday_is_taken_before_a_normal_one_of_today(house: House, clock: FrozenClock) -> None:
    house.mail("send lamp", 1)
    house.start()
    house.sweep()
    (old,) = house.tasks()
    house.set(old, "priority", "low")
    house.once()
    for later_s in (3600, 23 * 3600 + 1):
        clock.advance(later_s)
        house.mail("send lamp", later_s)
        house.sweep()
    tasks = house.tasks()
    with house.journal.begin() as sql:
        assert due_in_order(sql, tasks) == [tasks[1], old, tasks[2]]
