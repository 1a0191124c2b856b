"""Turns are thought by an engine and filed by the runner: once, whatever happens in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.autonomy.ralph_wiggum_engine import PUT_OFF_S
from agents.durability.engine import Standing, State
from agents.durability.task_persistence import update_task
from agents.errors import NeedsOwner, Transient
from agents.reasoning.brain import Finish, Move, Outcome, TaskView
from tests.autonomy.inline_engine import InlineEngine
from tests.autonomy.scripted_brain import send

if TYPE_CHECKING:
    import pytest

    from tests.autonomy.house import House


def asked(house: House) -> int:
    """How often the brain was asked."""
    return len(house.brain.seen)


def thinks(house: House, body: str = "send lamp") -> None:
    """A mail came in, and its turn is being thought until the test lets it end."""
    house.engine.held = True
    house.mail(body)
    house.start()
    house.runner.tick()


def test_what_was_thought_and_not_filed_is_filed_by_the_next_process_and_not_thought_again(house: House) -> None:
    thinks(house)
    (key,) = house.engine.orders
    house.engine.go(key)
    house.engine.held = False
    house.restart()
    assert asked(house) == 1
    assert len(house.waiting()) == 1
    assert list(house.engine.orders) == [key]


def test_without_the_engines_database_a_turn_is_thought_again_and_filed_once(house: House) -> None:
    thinks(house)
    house.engine = InlineEngine({})
    house.restart()
    assert len(house.waiting()) == 1
    house.engine = InlineEngine({})
    house.restart()
    assert len(house.waiting()) == 1
    assert asked(house) == 1


def test_a_database_that_is_lost_while_a_turn_thinks_costs_the_thought_and_nothing_else(house: House) -> None:
    thinks(house)
    house.engine.standings.clear()
    house.engine.held = False
    house.once()
    assert len(house.waiting()) == 1


def test_so_many_turns_think_at_once_and_no_more(house: House) -> None:
    house.engine.held = True
    for number in range(6):
        house.mail("nothing", number)
    house.start()
    house.runner.tick()
    house.runner.tick()
    assert len(house.engine.orders) == 4
    first, *_ = house.engine.orders
    house.engine.go(first)
    house.runner.tick()
    assert len(house.engine.orders) == 5
    house.engine.held = False
    for key in [*house.engine.orders][1:]:
        house.engine.go(key)
    house.once()
    assert house.sees().done == 6


def test_while_files_pour_in_one_turn_thinks_at_a_time_and_a_closed_engine_is_opened_later(house: House) -> None:
    house.engine.held = True
    for number in range(6):
        house.mail("nothing", number)
    house.start()
    assert house.sweep() == 6
    for _ in range(2):
        house.parts.ralph.work(1.0, one_by_one=True)
        assert house.engine.orders == {}
    house.clock.advance(PUT_OFF_S + 1)
    for _ in range(2):
        house.parts.ralph.work(1.0, one_by_one=True)
        assert len(house.engine.orders) == 1
    house.parts.ralph.work(1.0)
    assert len(house.engine.orders) == 4
    house.engine.held = False
    for key in [*house.engine.orders]:
        house.engine.go(key)
    house.once()
    assert house.sees().done == 6


def test_while_a_turn_thinks_everything_else_goes_on(house: House) -> None:
    proposal = house.proposed("send lamp", 1)
    house.engine.held = True
    house.mail("send candle", 2)
    house.runner.tick()
    house.move(proposal, "Approved")
    house.runner.tick()
    assert house.courier.sent == ["send lamp"]


def test_a_turn_that_thinks_for_too_long_is_given_up_and_begun_anew(house: House) -> None:
    thinks(house, "nothing")
    (slow,) = house.engine.orders
    house.clock.advance(1801)
    house.runner.tick()
    assert house.engine.status(slow).state is State.CANCELLED
    house.runner.tick()
    assert "thought for too long" in house.reports[-1]
    house.engine.held = False
    house.clock.advance(60)
    house.once()
    assert len(house.engine.orders) == 2
    assert house.sees().done == 1


def test_a_turn_that_breaks_is_told_to_the_owner_once_and_tried_again(house: House) -> None:
    house.brain.troubles = [ZeroDivisionError("by zero"), ZeroDivisionError("by zero")]
    house.mail("nothing")
    for _ in range(3):
        house.once()
        house.clock.advance(60)
    assert house.sees().done == 1
    assert ["ZeroDivisionError" in each for each in house.alerts()] == [True]


def test_troubles_of_the_last_process_are_not_told_again(house: House) -> None:
    house.brain.troubles = [NeedsOwner("no key", hint="Say `connect brain`.")]
    house.mail("nothing")
    house.once()
    house.restart()
    assert house.sees().done == 1
    assert [each for each in house.reports if "no key" in each] == house.reports[:1]


def test_a_kept_thought_that_cannot_be_used_is_thought_again(house: House) -> None:
    thinks(house)
    (key,) = house.engine.orders
    house.engine.standings[key] = Standing(State.DONE, {"decision": {}, "news": {}})
    house.engine.held = False
    house.once()
    house.clock.advance(60)
    house.once()
    assert len(house.waiting()) == 1
    assert any("cannot be used" in each for each in house.reports)


def test_what_the_owner_closed_meanwhile_stays_closed(house: House) -> None:
    thinks(house)
    house.move(house.the_task(), "Done")
    house.runner.tick()
    (key,) = house.engine.orders
    house.engine.go(key)
    house.engine.held = False
    house.once()
    assert house.waiting() == []
    assert house.task(house.the_task()).state == "done"
    assert house.is_sound()


def twice(task: TaskView, known: tuple[Outcome, ...]) -> tuple[Move, ...]:
    """Two parcels at once; the end when both are decided."""
    return (Finish("both"),) if len(known) == 2 else (send(task, "lamp"), send(task, "book", key="book"))


def test_what_happens_while_a_turn_thinks_leads_to_the_next_one(house: House) -> None:
    house.brain.script = twice
    house.mail("send both")
    house.once()
    first, second = house.waiting()
    house.move(first, "Rejected")
    house.engine.held = True
    house.runner.tick()
    house.runner.tick()
    *_, key = house.engine.orders
    house.engine.go(key)  # it knows of one
    house.move(second, "Rejected")
    house.engine.held = False
    house.once()
    assert [len(known) for _, known in house.brain.seen] == [0, 1, 2]
    assert house.sees().done == 1


def test_an_engine_that_is_busy_costs_a_pause(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_order: object) -> None:
        raise Transient("the database is busy", hint="Wait.")

    house.mail("nothing")
    house.start()
    with monkeypatch.context() as patch:
        patch.setattr(house.engine, "submit", busy)
        house.runner.tick()
        house.runner.tick()
    assert house.engine.orders == {}
    assert any("busy" in each for each in house.reports)
    house.clock.advance(60)
    house.once()
    assert house.sees().done == 1


def test_steps_that_were_kept_are_not_taken_again(house: House) -> None:
    thinks(house)
    (key,) = house.engine.orders
    house.engine.go(key)
    house.engine.standings[key] = Standing(State.RUNNING)  # the process died before the work's end was kept
    house.engine.go(key)
    assert asked(house) == 1
    house.engine.held = False
    house.once()
    assert len(house.waiting()) == 1


def test_what_ended_long_ago_is_forgotten_once_a_day(house: House) -> None:
    house.start()
    house.once()
    assert house.engine.swept == 0  # nothing was thought: the engine is not even opened
    for number in range(3):
        house.mail("nothing", number)
        house.once()
    assert house.engine.swept == 1
    house.clock.advance(86400)
    house.restart()
    assert house.engine.swept == 1
    house.mail("nothing", 4)
    house.once()
    assert house.engine.swept == 2
    assert house.sees().done == 4


def test_a_database_that_was_damaged_is_told_to_the_owner_once(house: House) -> None:
    house.engine.damage = ("The steps of long work were damaged; they begin anew.",)
    for number in range(2):
        house.mail("nothing", number)
        house.once()
    (alert,) = house.alerts()
    assert "damaged" in alert
    assert house.sees().done == 2


def test_a_turn_that_was_just_filed_is_not_thought_again_without_news(house: House) -> None:
    house.engine.held = True
    for number in range(9):
        house.mail("send lamp", number)
    house.start()
    for _ in range(20):
        house.runner.tick()
        for key, standing in [*house.engine.standings.items()]:
            if standing.state is State.RUNNING:
                house.engine.go(key)
    assert len(house.engine.orders) == asked(house) == 9
    assert len(house.waiting()) == 9


def test_a_turn_is_filed_also_when_its_task_is_no_longer_due(house: House) -> None:
    thinks(house)
    task = house.the_task()
    with house.journal.begin() as sql:
        update_task(sql, task, state="waiting")
    (key,) = house.engine.orders
    house.engine.go(key)
    house.once()
    assert len(house.waiting()) == 1
