"""The engine's database is disposable: deleted, damaged, changed by somebody, out of reach; on both databases."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.engine import Order, Standing, State
from agents.errors import Transient
from tests.durability.engine_room import Calls, EngineRoom, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue


ALL: list[JsonValue] = [1, 2, 3, 4, 5]
LATER = datetime(2100, 1, 1, tzinfo=UTC)
EARLIER = datetime(2000, 1, 1, tzinfo=UTC)


def test_deleted_while_closed_everything_is_unknown_and_begins_anew(engine_room: EngineRoom) -> None:
    calls = Calls()
    with engine_room.open(calls.work) as engine:
        engine_room.do(engine, "a", "x")
    engine_room.delete()
    with engine_room.open(calls.work) as engine:
        assert engine.status("a") == Standing(State.UNKNOWN)
        assert engine_room.do(engine, "a", "y").result == ALL
        assert engine.says() == ()
    assert calls.called == [f"{run} {number}" for run in "xy" for number in ALL]


def test_deleted_while_open_everything_is_unknown_and_begins_anew(engine_room: EngineRoom) -> None:
    calls = Calls()
    with engine_room.open(calls.work) as engine:
        engine_room.do(engine, "a", "x")
        engine_room.delete()
        assert engine.status("a") == Standing(State.UNKNOWN)
        assert engine_room.do(engine, "a", "y").result == ALL
        engine_room.delete()
        assert engine_room.do(engine, "a", "z").result == ALL
        engine_room.delete()
        assert engine.sweep(LATER) == 0
        engine_room.delete()
        engine.cancel("a")
    with engine_room.open(calls.work) as engine:
        assert engine.status("a") == Standing(State.UNKNOWN)


def test_deleted_in_the_middle_of_a_step_the_work_waits_for_its_former_run(engine_room: EngineRoom) -> None:
    calls = Calls(held=3)
    with engine_room.open(calls.work) as engine:
        engine.submit(Order("k", "a", "x"))
        assert calls.gate.entered.wait(30)
        engine_room.delete()
        assert engine.status("a").state is State.RUNNING
        with pytest.raises(Transient):
            engine.submit(Order("k", "a", "x"))
        calls.gate.let_go.set()
        wait_until(lambda: engine.status("a").state is State.UNKNOWN)
        assert engine_room.do(engine, "a", "y").result == ALL
    assert calls.called == [*(f"x {number}" for number in ALL[:3]), *(f"y {number}" for number in ALL)]


def test_a_log_left_without_its_file_is_not_played_into_the_next(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    with room.open(Calls().work) as engine:
        room.do(engine)
        log = room.file.with_name("engine.sqlite-wal").read_bytes()
    assert log
    room.file.unlink()
    room.file.with_name("engine.sqlite-wal").write_bytes(log)
    with room.open(Calls().work) as engine:
        assert engine.status("a") == Standing(State.UNKNOWN)


@pytest.mark.parametrize("part", ["first page", "middle", "end", "all"])
def test_a_damaged_file_is_set_aside_with_a_word(tmp_path: Path, part: str) -> None:
    room = EngineRoom(tmp_path)
    with room.open(Calls().work) as engine:
        room.do(engine)
    content = bytearray(room.file.read_bytes())
    spoiled = {
        "first page": slice(0, 100),
        "middle": slice(4096, 40_000),
        "end": slice(-40_000, None),
        "all": slice(0, None),
    }[part]
    content[spoiled] = b"\x5a" * len(content[spoiled])
    room.file.write_bytes(content)
    for told in (True, False):
        with room.open(Calls().work) as engine:
            assert ["damaged" in words for words in engine.says()] == [True] * told
            assert engine.says() == ()
            assert engine.status("a").state is (State.UNKNOWN if told else State.DONE)
            assert room.do(engine).result == ALL
    kept = room.file.with_name("engine.sqlite.damaged").read_bytes()
    assert kept[4096:] == content[4096:]  # the first page says who looked at it


def test_damage_where_nobody_looks_is_found_when_the_file_is_opened(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    with room.open(lambda *_: "x" * 20_000) as engine:
        for number in range(30):
            room.do(engine, f"{number}")
    content = bytearray(room.file.read_bytes())
    content[300_000:400_000] = b"\x5a" * 100_000
    room.file.write_bytes(content)
    with room.open(Calls().work) as engine:
        assert ["damaged" in words for words in engine.says()] == [True]


def test_damage_while_open_is_set_aside_at_the_next_call(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work) as engine:
        engine_room.do(engine)
        engine_room.change("ALTER TABLE workflow_output RENAME TO gone")
        with pytest.raises(Transient):
            engine.status("a")
        assert engine.status("a") == Standing(State.UNKNOWN)
        assert ["damaged" in words for words in engine.says()] == [True]
        assert engine_room.do(engine).result == ALL


def test_tables_that_are_not_ours_are_set_aside(engine_room: EngineRoom) -> None:
    for _ in range(2):  # the second time there is one set aside already
        with engine_room.open(Calls().work):
            pass
        engine_room.change("ALTER TABLE workflow_status DROP COLUMN owner_xid")
        with engine_room.open(Calls().work) as engine:
            assert engine_room.do(engine).result == ALL
            assert len(engine.says()) == 1


def test_tables_of_another_program_are_set_aside(engine_room: EngineRoom) -> None:
    with engine_room.open(Calls().work):
        pass
    engine_room.change("UPDATE application_versions SET application_name = 'another'")
    with engine_room.open(Calls().work) as engine:
        assert engine_room.do(engine).result == ALL
        assert len(engine.says()) == 1


def test_a_disk_that_refuses_is_transient(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    room.file.mkdir(parents=True)
    with pytest.raises(Transient), room.open(Calls().work):
        pass
    room.file.rmdir()
    with room.open(Calls().work) as engine:
        assert room.do(engine).result == ALL


def test_the_file_is_private_and_writes_ahead(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    with room.open(Calls().work) as engine:
        room.do(engine)
        files = [each for each in tmp_path.iterdir() if each.name.startswith("engine.")]
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
        assert room.rows("PRAGMA journal_mode") == [("wal",)]


def test_swept_is_what_ended_before(engine_room: EngineRoom) -> None:
    calls = Calls(held=1)
    with engine_room.open({"k": lambda *_: 1, "long": calls.work}) as engine:
        engine.submit(Order("long", "runs", "x"))
        engine_room.do(engine, "a")
        assert engine.sweep(EARLIER) == 0
        assert engine.status("a").state is State.DONE
        assert engine.sweep(LATER) == 1
        assert (engine.status("a").state, engine.status("runs").state) == (State.UNKNOWN, State.RUNNING)
        assert engine_room.rows("SELECT count(*) FROM workflow_output") == [(0,)]
        calls.gate.let_go.set()
        assert engine_room.finished(engine, "runs").result == ALL


def test_swept_is_what_belongs_to_a_journal_that_is_gone(tmp_path: Path) -> None:
    with (room := EngineRoom(tmp_path)).open(Calls().work) as engine:
        room.do(engine)
    with (room := EngineRoom(tmp_path, journal="jfedcba9876543210")).open(Calls().work) as engine:
        assert engine.sweep(EARLIER) == 1


def test_a_swept_file_shrinks(tmp_path: Path) -> None:
    room = EngineRoom(tmp_path)
    with room.open(lambda *_: "x" * 20_000) as engine:
        for number in range(100):
            engine.submit(Order("k", f"{number}", None))
        wait_until(lambda: all(engine.status(f"{number}").state is State.DONE for number in range(100)))
        engine.sweep(EARLIER)
        before = size(room)
        assert engine.sweep(datetime.now(UTC) + timedelta(days=1)) == 100  # noqa: TID251 - the database has its own clock
        assert size(room) < before / 4


def size(room: EngineRoom) -> int:
    return sum(each.stat().st_size for each in room.state.glob("engine.sqlite*"))
