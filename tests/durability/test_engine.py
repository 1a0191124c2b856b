"""The contract of the engine, on both of its databases: what a caller may count on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from agents.durability.engine import Order, Standing, State, StepFailed
from agents.errors import NeedsOwner, NotAllowed, Transient
from tests.durability.engine_room import Calls, EngineRoom, Gate, wait_until

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.durability.engine import Steps

ALL: list[JsonValue] = [1, 2, 3, 4, 5]
NOTHING: dict[str, JsonValue] = {}
QUESTIONS_AT_REST = 6  # in four seconds; with its own pauses DBOS asks 18 times and more


def test_work_is_done_and_its_result_kept(engine_room: EngineRoom) -> None:
    calls = Calls()
    with engine_room.open(calls.work) as engine:
        assert engine_room.do(engine, "a", "x") == Standing(State.DONE, ALL)
    with engine_room.open(calls.work) as engine:
        assert engine.status("a") == Standing(State.DONE, ALL)
    assert calls.called == [f"x {number}" for number in ALL]


def test_what_nobody_submitted_is_unknown(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine:
        assert engine.status("a") == Standing(State.UNKNOWN)


def test_the_same_key_is_run_once(engine_room: EngineRoom) -> None:
    calls = Calls()
    with engine_room.open(calls.work) as engine:
        engine_room.do(engine, "a", "x")
        assert engine_room.do(engine, "a", "y") == Standing(State.DONE, ALL)
    with engine_room.open(calls.work) as engine:
        engine_room.do(engine, "a", "z")
    assert len(calls.called) == len(ALL)


def test_work_of_no_known_kind_is_refused(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine, pytest.raises(NotAllowed):
        engine.submit(Order("other", "a", None))


def test_whoever_waits_is_told_after_the_end(engine_room: EngineRoom) -> None:
    with engine_room.open(lambda steps, _argument: steps.run("one", lambda: 1)) as engine:
        engine_room.ended.clear()
        engine.submit(Order("k", "a", None))
        assert engine_room.ended.wait(30)
        assert engine.status("a").state is State.DONE


def test_an_error_of_ours_is_told_in_its_words(engine_room: EngineRoom) -> None:
    def fail(_steps: Steps, _argument: JsonValue) -> JsonValue:
        raise NeedsOwner("The mailbox is locked.", hint="Unlock it.")

    with engine_room.open(fail) as engine:
        assert engine_room.do(engine) == Standing(State.FAILED, error="The mailbox is locked. Unlock it.")


def test_of_any_other_error_only_class_and_place_are_told(engine_room: EngineRoom) -> None:
    """Its text may hold a secret, and so may what is kept of it."""

    def fail(steps: Steps, _argument: JsonValue) -> JsonValue:
        with pytest.raises(StepFailed):
            steps.run("one", lambda: NOTHING["hunter2"])
        return NOTHING["hunter2"]

    with engine_room.open(fail) as engine:
        standing = engine_room.do(engine)
    assert standing.state is State.FAILED
    assert "KeyError" in standing.error
    assert "test_engine.py line " in standing.error
    kept = [*engine_room.rows("SELECT * FROM workflow_output"), *engine_room.rows("SELECT * FROM operation_outputs")]
    assert "KeyError" in str(kept)
    assert "hunter2" not in f"{standing}{kept}"


def test_what_a_step_raised_is_raised_again_and_not_done_again(engine_room: EngineRoom) -> None:
    """The work goes the same way the second time: it went on after the error."""
    called, gate = [], Gate()

    def refused() -> JsonValue:
        called.append("refused")
        raise Refused("The provider is busy.", hint="Wait.")

    def go_on(steps: Steps, _argument: JsonValue) -> JsonValue:
        try:
            steps.run("call", refused)
        except Transient as err:
            told = f"{type(err).__name__}: {err} {err.hint}"
        return [told, steps.run("gate", gate)]

    with engine_room.open(go_on, patience_s=0) as engine:
        engine.submit(Order("k", "a", None))
        assert gate.entered.wait(30)
    gate.let_go.set()
    with engine_room.open(go_on) as engine:
        assert engine_room.finished(engine).result == ["Transient: The provider is busy. Wait.", "through"]
    assert (called, gate.times) == (["refused"], 2)


class Refused(Transient):
    """A finer kind of one of ours; what is kept is the kind."""


@pytest.mark.parametrize("value", [{1, 2}, b"x", object(), {(1, 2): 3}], ids=["set", "bytes", "object", "tuple key"])
def test_what_is_no_json_is_no_result(engine_room: EngineRoom, value: JsonValue) -> None:
    with engine_room.open(
        {"step": lambda steps, _: steps.run("one", lambda: value), "work": lambda *_: value}
    ) as engine:
        for kind in ("step", "work"):
            engine.submit(Order(kind, kind, None))
            standing = engine_room.finished(engine, kind)
            assert (standing.state, "TypeError" in standing.error) == (State.FAILED, True)
        with pytest.raises(NotAllowed):
            engine.submit(Order("work", "other", value))


ODD: list[JsonValue] = ["\ud800 \x00 é 漢", {"a": [None, True, 1.5]}, 10**20, "x" * 100_000]


def test_odd_text_and_large_values_come_back_as_they_were(engine_room: EngineRoom) -> None:
    """Mails hold half characters and null bytes, which a database would refuse as they are."""
    with engine_room.open(lambda steps, argument: [argument, steps.run("one", lambda: ODD)]) as engine:
        assert engine_room.do(engine, "a", ODD).result == [ODD, ODD]


def test_a_step_gives_the_first_time_what_it_will_give_again(engine_room: EngineRoom) -> None:
    seen: list[JsonValue] = []

    def work(steps: Steps, _argument: JsonValue) -> JsonValue:
        seen.append(steps.run("one", lambda: {"pair": (1, 2)}))  # type: ignore[dict-item]
        return None

    with engine_room.open(work) as engine:
        assert engine_room.do(engine).state is State.DONE
    assert seen == [{"pair": [1, 2]}]


def test_cancelled_in_a_step_it_ends_with_that_step(engine_room: EngineRoom) -> None:
    calls = Calls(held=3)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        engine.cancel("a")
        assert engine.status("a").state is State.CANCELLED
        engine_room.ended.clear()
        calls.gate.let_go.set()
        assert engine_room.ended.wait(30)
        assert engine.status("a") == Standing(State.CANCELLED)
        engine.submit(Order("k", "a", "x"))
        assert engine.status("a") == Standing(State.CANCELLED)
    assert engine_room.rows("SELECT count(*) FROM operation_outputs") == [(2,)]
    with engine_room.open(calls.work) as engine:
        engine_room.do(engine, "b", "y")
        assert engine.status("a") == Standing(State.CANCELLED)
    assert [each for each in calls.called if each.startswith("x")] == ["x 1", "x 2", "x 3"]


def test_cancelling_what_has_ended_or_never_was_changes_nothing(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine:
        engine_room.do(engine)
        engine.cancel("a")
        engine.cancel("b")
        assert (engine.status("a").state, engine.status("b").state) == (State.DONE, State.UNKNOWN)


def test_as_many_run_at_once_as_there_are_workers_and_no_more(engine_room: EngineRoom) -> None:
    lock, together, now, most = threading.Lock(), threading.Barrier(3), [0], [0]

    def step() -> JsonValue:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        together.wait(10)
        with lock:
            now[0] -= 1
        return None

    before = threading.active_count()
    with engine_room.open(lambda steps, _: steps.run("one", step), workers=3) as engine:
        for number in range(30):
            engine.submit(Order("k", f"{number}", None))
        wait_until(lambda: all(engine.status(f"{number}").state is State.DONE for number in range(30)))
        threads = threading.active_count() - before
    assert most == [3]
    assert threads <= 3 + 7


def test_closing_waits_for_the_step_under_way_and_keeps_it(engine_room: EngineRoom) -> None:
    calls = Calls(held=3)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        threading.Timer(0.2, calls.gate.let_go.set).start()
    assert calls.called == ["x 1", "x 2", "x 3"]
    with engine_room.open(calls.work) as engine:
        assert engine_room.finished(engine).result == ALL
    assert calls.called == [f"x {number}" for number in ALL]


def test_work_that_waits_for_a_worker_begins_nothing_while_the_engine_closes(engine_room: EngineRoom) -> None:
    calls = Calls(held=3)
    with engine_room.open(calls.work, workers=1) as engine:
        engine.submit(Order("k", "a", "x"))
        engine.submit(Order("k", "b", "y"))
        assert calls.gate.entered.wait(30)
        threading.Timer(0.2, calls.gate.let_go.set).start()
    assert calls.called == ["x 1", "x 2", "x 3"]
    with engine_room.open(calls.work) as engine:
        assert [engine_room.finished(engine, key).result for key in "ab"] == [ALL, ALL]
    assert len(calls.called) == 2 * len(ALL)


def test_a_closed_engine_refuses(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine:
        pass
    engine.close()
    with pytest.raises(NotAllowed):
        engine.status("a")
    with pytest.raises(NotAllowed):
        engine.submit(Order("k", "a", None))


def test_opening_and_closing_is_quick_and_leaves_no_thread(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work):
        pass
    threads, took_s = threading.active_count(), []
    for _ in range(10):
        began_s = time.monotonic()
        with engine_room.open(Calls().work):
            pass
        took_s.append(time.monotonic() - began_s)
    assert min(took_s) < 0.8  # closing DBOS alone takes a second, as it comes, every time
    assert threading.active_count() <= threads


def test_an_idle_engine_hardly_asks_its_database(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine:
        engine_room.do(engine)
        asked: list[str] = []

        def count(*call: object) -> None:
            asked.append(str(call[2]))

        event.listen(Engine, "before_cursor_execute", count)
        try:
            threading.Event().wait(4)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        assert len(asked) <= QUESTIONS_AT_REST, asked


def test_the_engine_says_nothing_on_the_console(engine_room: EngineRoom, capfd: pytest.CaptureFixture[str]) -> None:
    with engine_room.open(lambda *_: NOTHING["x"]) as engine:
        assert engine_room.do(engine).state is State.FAILED
        engine.cancel("b")
    assert capfd.readouterr() == ("", "")


def test_the_engine_calls_nobody(engine_room: EngineRoom) -> None:
    said = engine_room.process("listen", str(engine_room.state / "lines"))
    assert said.returncode == -9
    said = engine_room.process("listen", str(engine_room.state / "lines"))
    assert (said.stdout, said.stderr) == (f"{ALL}\n[]\n", "")
