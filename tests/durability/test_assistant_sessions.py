"""When a session of an assistant goes on: by what it said, by its process, and by how long nothing was seen of it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.assistant_sessions import (
    LAST_CALL,
    SILENT,
    Session,
    add_session,
    process_lives,
    process_mark,
    sessions,
    went_on_at,
)
from agents.durability.journal import Journal
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

ONE = Session("s1", 0, "", NOON, NOON, None)
HOUR = timedelta(hours=1)


def goes_on(tmp_path: Path, session: Session, *, at: timedelta, now: timedelta, lives: bool = True) -> bool:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        add_session(sql, session)
        found = went_on_at(sql, [NOON + at], NOON + now, lambda _pid, _mark: lives)
    journal.close()
    return found


def test_a_session_is_kept_once_and_seen_again(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    later = replace(ONE, seen=NOON + HOUR)
    ended = replace(later, ended=NOON + HOUR)
    with journal.begin() as sql:
        for each in (ONE, later, ended):
            add_session(sql, each)
            assert sessions(sql) == (each,)
    journal.close()


@pytest.mark.parametrize(("at", "expected"), [(-HOUR, False), (timedelta(0), True), (HOUR, True), (2 * HOUR, False)])
def test_one_that_said_that_it_ended_went_on_until_then(tmp_path: Path, at: timedelta, *, expected: bool) -> None:
    assert goes_on(tmp_path, replace(ONE, ended=NOON + HOUR), at=at, now=3 * HOUR) is expected


def test_one_that_is_open_goes_on_while_it_was_seen_within_half_a_day(tmp_path: Path) -> None:
    assert goes_on(tmp_path, ONE, at=SILENT - HOUR, now=SILENT - HOUR)
    assert not goes_on(tmp_path, ONE, at=SILENT, now=SILENT)


def test_one_whose_process_is_gone_ended_soon_after_it_was_last_seen(tmp_path: Path) -> None:
    killed = replace(ONE, pid=7, mark="1")
    assert goes_on(tmp_path, killed, at=HOUR, now=HOUR, lives=True)
    assert not goes_on(tmp_path, killed, at=HOUR, now=HOUR, lives=False)
    assert goes_on(tmp_path, killed, at=LAST_CALL, now=HOUR, lives=False)


def test_a_process_is_told_from_a_later_one_of_the_same_number() -> None:
    mine = process_mark(os.getpid())
    assert process_lives(os.getpid(), mine)
    assert not process_lives(os.getpid(), "1")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert process_mark(gone.pid) == ""
    assert not process_lives(gone.pid, "77")


def test_where_the_system_does_not_say_the_number_counts(tmp_path: Path) -> None:
    none = tmp_path / "none"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert process_lives(os.getpid(), "5", none)
    assert not process_lives(gone.pid, "5", none)

    def others(_pid: int, _signal: int) -> None:
        raise PermissionError

    assert process_lives(gone.pid, "5", none, others)


def test_without_sessions_nothing_goes_on(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.begin() as sql:
        assert not went_on_at(sql, [NOON], NOON)
        add_session(sql, replace(ONE, pid=os.getpid(), mark=process_mark(os.getpid())))
        assert went_on_at(sql, [NOON], NOON)
    journal.close()
