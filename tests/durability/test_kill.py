"""Killed anywhere, a transition ends as if it had not been killed: once, whole, and verified."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import links
from tests.durability.mortal import Fuse, Killed, MortalRoom, in_memory
from tests.durability.room import Room
from tests.durability.walk import prepare, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def end_of(room: Room) -> tuple[dict[str, str], list[tuple[str, str]], list[int]]:
    """The vault, the chain, and the events in the history, as far as they do not depend on the key."""
    with room.journal.begin() as sql:
        fields = [json.loads(link.line) for link in links(sql)]
    return (
        room.notes(logs=False),
        [(each["action_type"], each["target"]) for each in fields],
        sorted(int(each) for each in room.events()),
    )


def is_whole(room: Room) -> None:
    assert room.verify().exit_code == 0, room.verify()
    before = (room.notes(), room.history.head())
    assert room.restart() == ()
    walk(room)
    assert (room.notes(), room.history.head()) == before, "recovering twice is recovering once"
    assert room.history.changed_paths() == ()
    room.journal.close()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A quick one."""
    with in_memory() as place:
        yield place


@pytest.fixture
def whole(tmp_path: Path) -> tuple[dict[str, str], list[tuple[str, str]], list[int]]:
    """How the walk ends when nobody is killed."""
    room = Room(tmp_path / "whole")
    prepare(room)
    walk(room)
    end = end_of(room)
    is_whole(room)
    assert end[2] == [1, 2, 3, 4, 5]
    return end


def died(room: MortalRoom, fuse: Fuse) -> bool:
    """Walk until the fuse blows; whether it did."""
    room.fuse = fuse
    room.journal.close()
    try:
        room.open().recover()
        walk(room)
    except Killed:
        return True
    finally:
        room.fuse = Fuse(0)
    return False


@pytest.mark.timeout(400)
def test_died_at_any_operation_the_walk_ends_alike(
    tmp_path: Path, whole: tuple[dict[str, str], list[tuple[str, str]], list[int]]
) -> None:
    number = 1
    while True:
        room = MortalRoom(tmp_path / str(number))
        prepare(room)
        alive = not died(room, Fuse(number))
        room.restart()
        walk(room)
        assert end_of(room) == whole, f"died at operation {number}"
        is_whole(room)
        if alive:
            break
        number += 1
    assert number > 60


def test_died_again_while_recovering_the_walk_ends_alike(
    tmp_path: Path, whole: tuple[dict[str, str], list[tuple[str, str]], list[int]]
) -> None:
    """In the middle of the walk first, then at every operation of the recovery, one after the other."""
    room = MortalRoom(tmp_path / "again")
    prepare(room)
    number = 30
    while died(room, Fuse(number)):
        number += 1
    room.restart()
    walk(room)
    assert end_of(room) == whole
    is_whole(room)


@pytest.mark.timeout(400)
def test_killed_at_any_change_of_a_file_the_walk_ends_alike(
    tmp_path: Path, whole: tuple[dict[str, str], list[tuple[str, str]], list[int]]
) -> None:
    """A real SIGKILL in a process of its own, at every file, link and folder that Python makes or removes."""
    rooms = tmp_path / "rooms"
    line = [sys.executable, "-m", "tests.durability.walk", str(rooms)]
    killed = int(subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert killed > 30
    for number in range(1, killed + 1):
        room = Room(rooms / str(number))
        room.restart()
        walk(room)
        assert end_of(room) == whole, f"killed at change {number}"
        is_whole(room)
