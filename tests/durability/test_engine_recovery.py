"""What happens to work when the process dies, another one comes, or its run cannot be recorded; on both databases."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from agents.durability import dbos_engine, dbos_insides
from agents.durability.engine import Order, Standing, State
from agents.errors import NotAllowed, Transient
from tests.durability.engine_process import lines
from tests.durability.engine_room import Calls, EngineRoom, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

ALL: list[JsonValue] = [1, 2, 3, 4, 5]
KEY_LIKE = "workflow_uuid LIKE '%:five'"


@pytest.fixture
def killed(engine_room: EngineRoom) -> Path:
    """A room whose engine was killed within step 3 of 5 of the work 'five'; the file that counts the steps."""
    file = engine_room.state / "lines"
    assert engine_room.process("work", str(file)).returncode == -9
    return file


def steps(file: Path) -> list[str]:
    return file.read_text(encoding="ascii").split()


def test_after_a_kill_finished_steps_are_not_done_again(engine_room: EngineRoom, killed: Path) -> None:
    with engine_room.open({"lines": lines}) as engine:
        assert engine_room.finished(engine, "five") == Standing(State.DONE, ALL)
    assert steps(killed) == ["1", "2", "3", "3", "4", "5"]


def test_the_first_step_is_done_again_within_a_second(engine_room: EngineRoom, killed: Path) -> None:
    with engine_room.open({"lines": lines}):
        assert wait_until(lambda: steps(killed).count("3") == 2) < 1


def test_submitting_again_after_a_kill_begins_nothing_anew(engine_room: EngineRoom, killed: Path) -> None:
    with engine_room.open({"lines": lines}) as engine:
        engine.submit(Order("lines", "five", str(killed)))
        assert engine_room.finished(engine, "five").result == ALL
    assert steps(killed) == ["1", "2", "3", "3", "4", "5"]


def test_work_of_another_executor_or_program_version_is_taken_up(engine_room: EngineRoom, killed: Path) -> None:
    """DBOS leaves it alone for ever: a renamed machine, or an upgrade of the program, would lose it."""
    engine_room.change("UPDATE workflow_status SET executor_id = 'other', application_version = 'older'")
    with engine_room.open({"lines": lines}) as engine:
        assert engine_room.finished(engine, "five").result == ALL
    assert steps(killed) == ["1", "2", "3", "3", "4", "5"]


def test_how_often_it_was_begun_is_not_forgotten(engine_room: EngineRoom, killed: Path) -> None:
    assert steps(killed)
    engine_room.change("UPDATE workflow_status SET recovery_attempts = 5, executor_id = 'other'")
    with engine_room.open({"lines": lines}) as engine:
        engine_room.finished(engine, "five")
    assert engine_room.rows("SELECT recovery_attempts FROM workflow_status") == [(6,)]


def test_work_that_kills_the_program_each_time_is_given_up(engine_room: EngineRoom, killed: Path) -> None:
    most = dbos_insides.MOST_ATTEMPTS
    engine_room.change("UPDATE workflow_status SET recovery_attempts = :most", most=most + 1)
    engine_room.ended.clear()
    with engine_room.open({"lines": lines}) as engine:
        assert engine_room.ended.is_set()
        standing = engine.status("five")
    assert (standing.state, f"begun {most + 1} times" in standing.error) == (State.FAILED, True)
    assert steps(killed) == ["1", "2", "3"]


def test_work_of_a_kind_that_is_gone_fails_in_words(engine_room: EngineRoom, killed: Path) -> None:
    assert steps(killed)
    with engine_room.open({"newer": lines}) as engine:
        assert engine_room.finished(engine, "five") == Standing(
            State.FAILED, error="No work of the kind 'lines' is known any more."
        )


def test_steps_in_another_order_than_before_fail_in_words(engine_room: EngineRoom, killed: Path) -> None:
    assert steps(killed)
    with engine_room.open({"lines": lambda steps, _: steps.run("another step", lambda: 1)}) as engine:
        standing = engine_room.finished(engine, "five")
    assert (standing.state, "do not fit" in standing.error) == (State.FAILED, True)


def test_a_second_process_is_refused_and_runs_nothing(engine_room: EngineRoom) -> None:
    calls = Calls(held=2)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        assert "refused: Another process" in engine_room.process("try").stdout
        calls.gate.let_go.set()
        assert engine_room.finished(engine).result == ALL
    assert calls.called == [f"x {number}" for number in ALL]
    assert engine_room.process("try").stdout == ""


def test_a_second_engine_in_the_process_is_refused(engine_room: EngineRoom, tmp_path: Path) -> None:
    with engine_room.open(Calls().work), pytest.raises(NotAllowed, match="in this process"):  # noqa: SIM117 - the second
        with EngineRoom(tmp_path / "other").open(Calls().work):
            pass


def test_a_step_that_outlasts_the_closing_keeps_everybody_out(engine_room: EngineRoom) -> None:
    calls = Calls(held=3)
    with engine_room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    with pytest.raises(NotAllowed, match="Another process"), engine_room.open(calls.work):
        pass
    calls.gate.let_go.set()
    with engine_room.open(calls.work) as engine:
        assert engine_room.finished(engine).result == ALL
    assert calls.called == ["x 1", "x 2", "x 3", "x 3", "x 4", "x 5"]


def test_a_leftover_step_does_not_write_through_the_next_engine(engine_room: EngineRoom, tmp_path: Path) -> None:
    """DBOS has one instance in a process: a late step would find that of another vault."""
    calls, other = Calls(held=3), EngineRoom(tmp_path / "other")
    other.state.mkdir()
    with engine_room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    with other.open(Calls().work) as engine:
        engine_room.ended.clear()
        calls.gate.let_go.set()
        assert engine_room.ended.wait(30)
        assert engine.status("a").state is State.UNKNOWN
        assert other.rows("SELECT count(*) FROM operation_outputs") == [(0,)]
    assert calls.called == ["x 1", "x 2", "x 3"]


def test_two_journals_share_nothing(engine_room: EngineRoom, tmp_path: Path) -> None:
    """Neither two vaults, nor a journal and the one that began anew in its place."""
    for state in (tmp_path / "other", engine_room.state):
        state.mkdir(exist_ok=True)
        other = EngineRoom(state, engine_room.url, "jfedcba9876543210")
        calls = Calls(held=3)
        with engine_room.open(calls.work, patience_s=0) as engine:
            engine.submit(Order("k", state.name, "x"))
            assert calls.gate.entered.wait(30)
        calls.gate.let_go.set()
        mine = Calls()
        with other.open(mine.work) as engine:
            assert engine.status(state.name).state is State.UNKNOWN
            assert other.do(engine, state.name, "y").result == ALL
        assert mine.called == [f"y {number}" for number in ALL]
        with engine_room.open(calls.work) as engine:
            assert engine_room.finished(engine, state.name).result == ALL


def test_a_forked_child_has_no_engine_and_harms_none(engine_room: EngineRoom, tmp_path: Path) -> None:
    other = EngineRoom(tmp_path / "other")
    other.state.mkdir()
    with engine_room.open(Calls().work) as engine:
        engine_room.do(engine)
        child = os.fork()
        if not child:
            os._exit(_in_the_child(engine_room, other))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert "refused" in engine_room.process("try").stdout
        assert engine.status("a").result == ALL
        assert engine_room.do(engine, "b").result == ALL
    assert engine_room.process("try").stdout == ""


def _in_the_child(engine_room: EngineRoom, other: EngineRoom) -> int:
    """0 when the parent's engine cannot be had here, and another one can."""
    try:
        with engine_room.open(Calls().work):
            return 1
    except NotAllowed:
        pass
    with other.open(Calls().work) as engine:
        return 0 if other.do(engine).result == ALL else 2


def test_a_child_forked_while_the_disk_refuses_has_no_engine_either(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    with room.open(Calls().work) as engine:
        room.file.unlink()
        room.file.mkdir()
        with pytest.raises(Transient):
            engine.status("a")
        child = os.fork()
        if not child:
            os._exit(len(dbos_engine.opened()))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(dbos_engine.opened()) == 1


def test_a_result_that_cannot_be_recorded_is_tried_again_later(engine_room: EngineRoom) -> None:
    """As when the disk is full for a while: the work is neither lost nor done twice more than needed."""
    calls = Calls(held=3)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        engine_room.change("ALTER TABLE operation_outputs RENAME TO away")
        engine_room.ended.clear()
        calls.gate.let_go.set()
        assert engine_room.ended.wait(30)
        assert engine_room.rows("SELECT status FROM workflow_status") == [("PENDING",)]
        engine_room.change("ALTER TABLE away RENAME TO operation_outputs")
        assert engine_room.finished(engine).result == ALL
    assert calls.called == ["x 1", "x 2", "x 3", "x 3", "x 4", "x 5"]


def test_an_outcome_that_cannot_be_recorded_is_tried_again_later(engine_room: EngineRoom) -> None:
    calls = Calls(held=5)
    with engine_room.open(lambda steps, argument: [calls.work(steps, argument), calls.gate()]) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        engine_room.change("ALTER TABLE workflow_output RENAME TO away")
        engine_room.ended.clear()
        calls.gate.let_go.set()
        assert engine_room.ended.wait(30)
        engine_room.change("ALTER TABLE away RENAME TO workflow_output")
        assert engine_room.finished(engine).result == [ALL, "through"]
    assert len(calls.called) == len(ALL)


def test_recovery_of_many_takes_no_second_each(engine_room: EngineRoom) -> None:
    calls = Calls(held=1)
    with engine_room.open(calls.work, workers=2, patience_s=0) as engine:
        for number in range(40):
            engine.submit(Order("k", f"{number}", "x"))
        assert calls.gate.entered.wait(30)
    calls.gate.let_go.set()
    began_s = time.monotonic()
    with engine_room.open(calls.work) as engine:
        wait_until(lambda: all(engine.status(f"{number}").state is State.DONE for number in range(40)))
    assert time.monotonic() - began_s < 10
