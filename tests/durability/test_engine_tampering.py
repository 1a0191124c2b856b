"""Somebody changes the engine's database: no code of theirs runs, what cannot be read is told; on both databases."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from dbos import DBOS

from agents.durability import dbos_insides
from agents.durability.engine import Order, Standing, State
from tests.durability.engine_room import Calls, EngineRoom

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue


ALL: list[JsonValue] = [1, 2, 3, 4, 5]


def pickled_touch(path: Path) -> str:
    """What makes a file when it is unpickled, as DBOS keeps it; written by hand, since nothing of ours pickles."""
    return base64.b64encode(f"cbuiltins\nopen\n(V{path}\nVw\ntR.".encode()).decode()


def test_a_changed_row_runs_no_code(engine_room: EngineRoom, tmp_path: Path) -> None:
    """DBOS unpickles a row that says so, whatever serializer is configured: who can write the database would own us."""
    touched = tmp_path / "touched"
    calls = Calls(held=2)
    with engine_room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    calls.gate.let_go.set()
    evil = pickled_touch(touched)
    engine_room.change("UPDATE workflow_input SET inputs = :evil", evil=evil)
    engine_room.change("UPDATE workflow_status SET serialization = 'py_pickle'")
    engine_room.ended.clear()
    with engine_room.open(calls.work) as engine:
        assert engine_room.ended.is_set()
        assert engine_room.finished(engine).state is State.FAILED
    assert not touched.exists()


CHANGES = {
    "name": "UPDATE workflow_status SET name = 'other'",
    "class": "UPDATE workflow_status SET class_name = 'A'",
    "instance": "UPDATE workflow_status SET config_name = 'a'",
    "serialization": "UPDATE workflow_status SET serialization = NULL",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_we_did_not_write_is_a_failure_and_nothing_runs(engine_room: EngineRoom, change: str) -> None:
    """DBOS would claim it, find no such function, and leave it as running for ever."""
    calls = Calls(held=2)
    with engine_room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    calls.gate.let_go.set()
    engine_room.change(CHANGES[change])
    with engine_room.open(calls.work) as engine:
        assert engine.status("a").state is State.FAILED
    assert calls.called == ["x 1", "x 2"]


@pytest.mark.parametrize("table", ["input", "step"])
def test_nothing_is_unpickled_though_our_own_look_at_the_row_missed_it(
    engine_room: EngineRoom, tmp_path: Path, table: str
) -> None:
    touched = tmp_path / "touched"
    calls = Calls(held=2)
    evil = pickled_touch(touched)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        if table == "input":
            engine_room.change("UPDATE workflow_input SET inputs = :evil", evil=evil)
            engine_room.change("UPDATE workflow_status SET serialization = 'py_pickle'")
            assert str(DBOS.list_workflows()[0].input) == evil  # it says so, and unpickles nothing
            calls.gate.let_go.set()
            assert engine_room.finished(engine).state is State.FAILED
        else:
            engine.close(0)
            calls.gate.let_go.set()
            engine_room.change("UPDATE operation_outputs SET output = :evil, serialization = 'py_pickle'", evil=evil)
    with engine_room.open(calls.work) as engine:
        assert engine_room.finished(engine).state is State.FAILED
    assert not touched.exists()


def test_what_it_guards_against_is_real(tmp_path: Path) -> None:
    """The same bytes, given to what DBOS would give them to."""
    import pickle  # noqa: PLC0415, TID251 - to show that it is dangerous

    touched = tmp_path / "touched"
    pickle.loads(base64.b64decode(pickled_touch(touched))).close()  # noqa: S301
    assert touched.exists()


@pytest.mark.parametrize(
    "output", ["null", "[]", '{"failed": 1}', "{", "\u00e9"], ids=["null", "list", "number", "broken", "text"]
)
def test_an_outcome_that_we_did_not_write_is_a_failure_in_words(engine_room: EngineRoom, output: str) -> None:
    with engine_room.open(Calls().work) as engine:
        engine_room.do(engine)
        engine_room.change("UPDATE workflow_output SET output = :output", output=output)
        assert engine.status("a") == Standing(State.FAILED, error="What was kept of it cannot be read.")


def test_a_kept_step_that_we_did_not_write_is_a_failure_in_words(engine_room: EngineRoom) -> None:
    calls = Calls(held=2)
    with engine_room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    calls.gate.let_go.set()
    engine_room.change(
        "UPDATE operation_outputs SET output = :output", output=json.dumps({"raised": ["SystemExit", "", ""]})
    )
    with engine_room.open(calls.work) as engine:
        standing = engine_room.finished(engine)
    assert (standing.state, "do not fit" in standing.error) == (State.FAILED, True)


def test_dbos_is_the_version_whose_insides_we_know() -> None:
    from importlib.metadata import version  # noqa: PLC0415

    assert version("dbos") == dbos_insides.PINNED
