"""The log files follow the journal: completed when behind or torn, left as they are when they say something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import links
from agents.durability.log_files import LogFiles, log_is_committed, uncommitted_log
from agents.security.audit_logger import log_bytes
from tests.durability.room import filed

if TYPE_CHECKING:
    from tests.durability.room import Room

FIRST, SECOND = "Logs/2026-11-23-0001.jsonl", "Logs/2026-11-24-0001.jsonl"


def expected(room: Room, path: str = FIRST) -> bytes:
    with room.journal.begin() as sql:
        return log_bytes(links(sql, file=path.removeprefix("Logs/")))


def two_lines_and_one_that_is_missing(room: Room) -> LogFiles:
    room.record(filed("a"), filed("b"))
    room.recorder.flush()
    room.record(filed("c"))
    return LogFiles(room.journal, room.store)


@pytest.mark.parametrize(
    ("whole", "end", "tail", "says"),
    [
        pytest.param(False, None, b"", False, id="behind by one"),
        pytest.param(True, None, b"", False, id="written, not noted"),
        pytest.param(True, -7, b"", False, id="torn"),
        pytest.param(False, None, b"\0" * 100, False, id="torn into zeros"),
        pytest.param(False, -1, b"", True, id="last byte lost"),
        pytest.param(False, 10, b"", True, id="tail lost"),
        pytest.param(False, 0, b"", True, id="all lost"),
    ],
)
def test_a_log_that_lacks_only_its_end_is_completed(
    room: Room, end: int | None, tail: bytes, *, whole: bool, says: bool
) -> None:
    logs = two_lines_and_one_that_is_missing(room)
    content = expected(room) if whole else (room.vault / FIRST).read_bytes()
    (room.vault / FIRST).write_bytes(content[:end] + tail)
    told = logs.complete()
    assert (room.vault / FIRST).read_bytes() == expected(room)
    assert ("was behind the journal" in "".join(told)) is says
    assert logs.complete() == ()


def test_a_log_that_is_gone_is_written_again(room: Room) -> None:
    logs = two_lines_and_one_that_is_missing(room)
    (room.vault / FIRST).unlink()
    assert "was behind" in logs.complete()[0]
    assert (room.vault / FIRST).read_bytes() == expected(room)


def test_a_log_that_says_something_else_is_left_until_it_is_put_back(room: Room) -> None:
    logs = two_lines_and_one_that_is_missing(room)
    whole = (room.vault / FIRST).read_bytes()
    bent = whole.replace(b'"a"', b'"x"')
    (room.vault / FIRST).write_bytes(bent)
    assert logs.complete() == logs.complete() == (f"The log {FIRST[5:]} does not say what was recorded; run `verify`.",)
    assert (room.vault / FIRST).read_bytes() == bent
    (room.vault / FIRST).write_bytes(whole)
    assert logs.complete() == ()
    assert (room.vault / FIRST).read_bytes() == expected(room)


def test_a_log_that_cannot_be_read_is_told(room: Room) -> None:
    logs = two_lines_and_one_that_is_missing(room)
    (room.vault / FIRST).unlink()
    (room.vault / FIRST).symlink_to(room.vault / "Company_Handbook.md")
    assert logs.complete() == (f"The log {FIRST[5:]} cannot be completed: it is a link.",)
    assert not (room.vault / "Company_Handbook.md").exists()


def test_each_day_has_its_file_also_when_the_clock_goes_back(room: Room) -> None:
    for days in (0, 1, -1):
        room.clock.advance(days * 86_400)
        room.record(filed(f"n{days}"))
        room.recorder.flush()
    assert (room.vault / FIRST).read_bytes() == expected(room, FIRST)
    assert (room.vault / SECOND).read_bytes() == expected(room, SECOND)
    assert room.text(FIRST).count("\n") == 2
    assert room.verify().exit_code == 0


def test_what_the_history_lacks_of_the_log_is_known_after_a_restart(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    room.clock.advance(86_400)
    room.record(filed("b"))
    room.recorder.flush()
    room.restart()
    with room.journal.begin() as sql:
        waiting = uncommitted_log(sql)
        assert (waiting.paths, waiting.events, waiting.newest) == ((FIRST, SECOND), 2, 2)
        log_is_committed(sql, 1)
        assert uncommitted_log(sql).paths == (SECOND,)
        log_is_committed(sql, 2)
        assert (uncommitted_log(sql).paths, uncommitted_log(sql).newest) == ((), 2)


def test_a_log_that_another_machine_puts_aside_while_we_run_is_written_whole_again(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    (room.vault / FIRST).unlink()
    room.record(filed("b"))
    room.recorder.flush()
    assert (room.vault / FIRST).read_bytes() == expected(room)
    room.record(filed("c"))
    room.recorder.flush()
    assert (room.vault / FIRST).read_bytes() == expected(room)
