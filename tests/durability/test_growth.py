"""What is done for every commit costs the same however much there is already."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.queries import log_files_since
from agents.durability.journal import last_link
from tests.durability.mortal import in_memory
from tests.durability.room import Room, filed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW, MANY = 40, 400
HEADROOM = 1.5


@pytest.fixture
def memory_room() -> Iterator[Room]:
    with in_memory() as folder:
        room = Room(folder)
        room.recorder.recover()
        yield room
        room.journal.close()


@contextmanager
def steps(room: Room) -> Iterator[Callable[[], int]]:
    """Tens of steps that the database takes meanwhile. Source: sqlite3, `set_progress_handler`."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    with room.journal.begin() as sql:
        connection = sql.connection.driver_connection
    assert connection is not None
    connection.set_progress_handler(step, 10)
    try:
        yield lambda: taken
    finally:
        connection.set_progress_handler(None, 0)


def cost_of_a_commit(room: Room, name: str) -> int:
    room.record(filed(name))
    with steps(room) as taken:
        room.recorder.flush()
        return taken()


def test_of_a_commit_not_with_the_transitions_that_were_committed(memory_room: Room) -> None:
    memory_room.record(*(filed(f"few-{number}") for number in range(FEW)))
    memory_room.recorder.flush()
    before = cost_of_a_commit(memory_room, "first")
    memory_room.record(*(filed(f"many-{number}") for number in range(MANY)))
    memory_room.recorder.flush()
    assert cost_of_a_commit(memory_room, "second") < HEADROOM * before


def test_of_the_log_files_that_a_page_needs_not_with_those_before(memory_room: Room) -> None:
    costs = []
    for number in (FEW, MANY):
        memory_room.record(*(filed(f"of-{number}-{each}") for each in range(number)))
        with steps(memory_room) as taken, memory_room.journal.begin() as sql:
            last = last_link(sql)
            assert last is not None
            assert log_files_since(sql, last.seq - 5) == (last.file,)
            costs.append(taken())
    assert costs[1] < HEADROOM * costs[0]
