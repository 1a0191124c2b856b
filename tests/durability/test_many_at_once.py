"""Many transitions in one transaction: killed anywhere they end as if not killed, in order, in few commits."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from agents.durability.blobs import MAX_FRESH_BYTES, Blobs
from agents.durability.commits import BURST
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.store import MANY, Operation
from tests.durability.mortal import Fuse, Killed, MortalRoom, in_memory
from tests.durability.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agents.durability.transitions import Recorder
    from agents.durability.writing import Author

NUMBER = MANY + 2


def note(number: int, author: Author = "ai-employee") -> Transition:
    path = f"Needs_Action/2026-11-23-file-{number:010d}.md"
    fact = Fact("watcher", "task.filed", path)
    return Transition(fact, f"File {number}", (Operation("create", path, text=f"{number}\n"),), author)


def file(recorder: Recorder, number: int = NUMBER) -> None:
    with recorder.begin() as writing:
        for each in range(number):
            writing.record(note(each))


@pytest.fixture
def place() -> Iterator[Path]:
    with in_memory() as folder:
        yield folder


def filed(room: Room) -> list[str]:
    return sorted(path.read_text(encoding="utf-8") for path in (room.vault / "Needs_Action").iterdir())


def test_killed_anywhere_all_of_them_are_filed_or_none(place: Path) -> None:
    number, alive = 0, False
    while not alive:
        number += 1
        room = MortalRoom(place / str(number))
        room.recorder.recover()
        room.fuse = Fuse(number)
        room.journal.close()
        room.open()
        try:
            file(room.recorder)
            room.recorder.flush()
            alive = True
        except Killed:
            pass
        room.fuse = Fuse(0)
        room.restart()
        assert filed(room) in ([], sorted(f"{each}\n" for each in range(NUMBER))), f"killed at {number}"
        assert len(set(room.events())) == len(list(room.events())) == len(filed(room))
        assert room.verify().exit_code == 0
        room.journal.close()
    assert number > 2 * NUMBER
    assert len(filed(room)) == NUMBER


def test_more_than_a_commit_holds_go_into_several(place: Path) -> None:
    room = Room(place / "room")
    room.recorder.recover()
    file(room.recorder, 2 * BURST + 1)
    room.recorder.flush()
    assert len(filed(room)) == 2 * BURST + 1
    assert len(list(room.history.walk_back())) == 3
    assert room.verify().exit_code == 0
    room.journal.close()


def test_the_owners_and_ours_in_one_transaction_are_two_commits(place: Path) -> None:
    room = Room(place / "room")
    room.recorder.recover()
    with room.recorder.begin() as writing:
        writing.record(note(1, "owner"))
        writing.record(note(2))
        writing.record(note(3))
    room.recorder.flush()
    assert len(list(room.history.walk_back())) == 2
    room.journal.close()


def test_what_was_kept_ahead_is_there_and_nothing_is_written_over(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"sealed")
    (tmp_path / digest).write_bytes(b"bent")
    with blobs.ahead([b"sealed", b"new", b"new"]):
        assert blobs.get(digest) is None
        assert blobs.put(b"new") == blobs.put(b"new")
        new = blobs.put(b"new")
        (tmp_path / new).write_bytes(b"bent")
        assert blobs.get(new) == b"new"  # it was written a moment ago, and is not read again
    assert blobs.get(new) is None
    assert blobs.put(b"sealed") == digest
    assert blobs.get(digest) == b"sealed"


def test_what_was_kept_ahead_is_on_the_disk_and_large_files_are_not_kept_in_memory(tmp_path: Path) -> None:
    blobs, large = Blobs(tmp_path), bytes(MAX_FRESH_BYTES + 1)
    with blobs.ahead([b"new", large]):
        assert Blobs(tmp_path).get(blobs.put(b"new")) == b"new"
        (tmp_path / blobs.put(large)).write_bytes(b"bent")
        assert blobs.get(sha256(large).hexdigest()) is None
