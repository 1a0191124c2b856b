"""The engine on a PostgreSQL server that fails: work waits for it, a caller is told at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from agents.durability.engine import Order
from agents.durability.engine_postgres import PostgresSchema
from agents.errors import NotAllowed, Transient
from tests.durability.engine_room import Calls, EngineRoom

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from tests.standins.postgres_server import PostgresServer

ALL: list[JsonValue] = [1, 2, 3, 4, 5]

FEW, MOST_LOOKS = 28, 4  # transactions in four seconds


def test_connections_that_were_cut_are_made_again(tmp_path: Path, postgres: PostgresServer) -> None:
    room = EngineRoom(tmp_path, postgres.new_database())
    assert room.url
    with room.open(Calls().work) as engine:
        room.do(engine)
        postgres.end_sessions(room.url)
        assert engine.status("a").result == ALL
        assert room.do(engine, "b").result == ALL
        assert "refused" in room.process("try").stdout


def test_a_server_that_is_gone_keeps_no_caller_and_no_step_is_done_twice(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    """DBOS would try for ever: work may wait for the server, a caller is told at once."""
    room = EngineRoom(tmp_path, postgres.new_database())
    calls = Calls(held=3)
    with room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        postgres.stop()
        try:
            for call in (lambda: engine.status("a"), lambda: engine.submit(Order("k", "b", "y"))):
                with pytest.raises(Transient):
                    call()
            calls.gate.let_go.set()
        finally:
            postgres.start()
        assert room.finished(engine).result == ALL
    assert calls.called == [f"x {number}" for number in ALL]


def test_a_server_without_room_is_waited_for(tmp_path: Path, postgres: PostgresServer) -> None:
    """DBOS tries again while the server says that its disk is full: the step is done once."""
    room = EngineRoom(tmp_path, postgres.new_database())
    calls = Calls(held=3)
    with room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        room.change(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END'"
        )
        room.change("CREATE TRIGGER no_room BEFORE INSERT ON operation_outputs EXECUTE FUNCTION no_room()")
        room.ended.clear()
        calls.gate.let_go.set()
        assert not room.ended.wait(0.5)
        room.change("DROP TRIGGER no_room ON operation_outputs")
        assert room.finished(engine).result == ALL
    assert calls.called == [f"x {number}" for number in ALL]


def test_closing_does_not_wait_for_a_server_that_is_gone(tmp_path: Path, postgres: PostgresServer) -> None:
    room = EngineRoom(tmp_path, postgres.new_database())
    calls = Calls(held=3)
    with room.open(calls.work, patience_s=1) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        postgres.stop()
        room.ended.clear()
        calls.gate.let_go.set()
    try:
        assert room.ended.wait(10)
    finally:
        postgres.start()
    with room.open(calls.work) as engine:
        assert room.finished(engine).result == ALL
    assert calls.called == ["x 1", "x 2", "x 3", "x 3", "x 4", "x 5"]


def test_a_server_that_cannot_be_reached_is_transient(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.url("no_such_database").set(password="hunter2")
    with pytest.raises(Transient) as told, EngineRoom(tmp_path, url).open(Calls().work):
        pass
    assert "hunter2" not in f"{told.value} {told.value.hint} {PostgresSchema(url, 'j1')!r}"
    with pytest.raises(NotAllowed), EngineRoom(tmp_path).open({}) as engine:
        engine.submit(Order("k", "a", None))


def test_the_queue_is_asked_often_only_while_work_waits_in_it(tmp_path: Path, postgres: PostgresServer) -> None:
    room = EngineRoom(tmp_path, postgres.new_database())
    calls = Calls(held=3)
    with room.open(calls.work, patience_s=0) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
    calls.gate.let_go.set()
    with room.open(calls.work) as engine:
        assert room.finished(engine).result == ALL
        threading.Event().wait(2)  # a session tells what it did up to a second later
        asked: list[int] = []
        while len(asked) < MOST_LOOKS and (not asked or asked[-1] >= FEW):  # the server counts late on a busy machine
            before = transactions(room, postgres)
            threading.Event().wait(4)
            asked.append(transactions(room, postgres) - before)
        assert min(asked) < FEW


def transactions(room: EngineRoom, postgres: PostgresServer) -> int:
    """How many there have been in the room's database, as far as its idle sessions have told."""
    assert room.url
    with postgres.session() as sql:
        question = text("SELECT xact_commit FROM pg_stat_database WHERE datname = :name")
        return int(sql.execute(question, {"name": room.url.database}).scalar_one())
