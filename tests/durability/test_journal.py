"""The journal: whole transactions or none, also between processes, and an error that says what to do next."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from agents.durability import journal as journal_module
from agents.durability.journal import (
    Journal,
    commits_of,
    first_link,
    journal_id,
    last_link,
    links,
    links_about,
    read_meta,
    uncommitted,
    write_meta,
)
from agents.durability.task_persistence import add_events, add_request, requests_pending, settle_request
from agents.errors import Broken, Transient
from tests.durability.room import filed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.durability.room import Room


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def test_what_was_written_is_there_for_the_next_process(journal: Journal, tmp_path: Path) -> None:
    with journal.begin() as sql:
        assert read_meta(sql, "epoch", "1") == "1"
        write_meta(sql, "epoch", "2")
    with journal.begin() as sql:
        write_meta(sql, "epoch", "3")
    other = Journal.open(tmp_path)
    with other.begin() as sql:
        assert read_meta(sql, "epoch") == "3"
    other.close()


def test_a_journal_is_its_owners_alone_and_so_is_what_is_kept_of_it(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.begin_anew(tmp_path / "kept.sqlite", {})
    assert {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == dict.fromkeys(
        ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "kept.sqlite"), 0o600
    )
    journal.close()


def test_a_transaction_that_fails_leaves_nothing(journal: Journal) -> None:
    def fail() -> None:
        with journal.begin() as sql:
            write_meta(sql, "epoch", "2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with journal.begin() as sql:
        assert read_meta(sql, "epoch") == ""


def test_the_journal_is_durable_and_waits_for_other_processes(journal: Journal) -> None:
    with journal.begin() as sql:
        assert sql.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert sql.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert sql.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_journal_held_by_another_process_may_be_free_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "BUSY_TIMEOUT_S", 0.01)
    journal = Journal.open(tmp_path)
    other = sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient, match="locked") as held, journal.begin():
        pass
    assert "in a moment" in held.value.hint
    other.execute("ROLLBACK")
    other.close()
    with journal.begin() as sql:
        assert read_meta(sql, "epoch") == ""
    journal.close()


def test_a_journal_the_disk_refuses_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").mkdir()
    with pytest.raises(Transient, match="unable to open") as refused:
        Journal.open(tmp_path)
    assert "Free space" in refused.value.hint


def test_writers_in_several_threads_each_with_their_own_journal_lose_nothing(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()

    def count(number: int) -> None:
        own = Journal.open(tmp_path)
        for _ in range(20):
            with own.begin() as sql:
                write_meta(sql, f"n{number}", str(int(read_meta(sql, f"n{number}", "0")) + 1))
                write_meta(sql, "all", str(int(read_meta(sql, "all", "0")) + 1))
        own.close()

    threads = [threading.Thread(target=count, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    last = Journal.open(tmp_path)
    with last.begin() as sql:
        assert read_meta(sql, "all") == "80"
    last.close()


def test_a_file_that_is_no_journal_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"this is no database" * 1000)
    with pytest.raises(Broken, match="damaged") as told:
        Journal.open(tmp_path)
    assert "backup" in told.value.hint


def test_a_mistake_of_ours_is_not_taken_for_damage(journal: Journal) -> None:
    event = {"source": "inbox", "source_id": "1", "content_sha256": "", "task": "t", "seen_at": ""}
    with journal.begin() as sql:
        add_events(sql, [event])
    with pytest.raises(IntegrityError), journal.begin() as sql:
        add_events(sql, [event])


def test_the_chain_is_read_whole_by_file_and_by_what_it_is_about(room: Room) -> None:
    with room.journal.begin() as sql:
        assert (first_link(sql), last_link(sql), links(sql)) == (None, None, ())
    room.record(filed("a"), filed("b"))
    room.recorder.flush()
    room.clock.advance(86_400)
    room.record(filed("c", action="task.planned"))
    with room.journal.begin() as sql:
        assert [link.seq for link in links(sql)] == [1, 2, 3]
        assert [link.seq for link in links(sql, unlogged=True)] == [3]
        assert [link.seq for link in links(sql, file="2026-11-23-0001.jsonl")] == [1, 2]
        assert [link.seq for link in links_about(sql, ["b", "c"])] == [2, 3]
        assert first_link(sql) == links(sql)[0]
        assert last_link(sql) == links(sql)[2]
        assert uncommitted(sql) == {3}
        assert commits_of(sql, "b", "task.filed") == (room.history.head(),)
        assert commits_of(sql, "b", "task.planned") == ()
        assert commits_of(sql, "c", "task.planned") == ("",)


def test_every_journal_has_an_id_of_its_own_and_keeps_it(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    again, other = Journal.open(tmp_path), Journal.open(tmp_path / "other")
    with journal.begin() as sql:
        mine = journal_id(sql)
    with again.begin() as sql:
        assert journal_id(sql) == mine
    with other.begin() as sql:
        assert journal_id(sql) not in {"", mine}
    again.close()
    other.close()


def test_a_journal_that_begins_anew_keeps_the_old_one_and_what_others_asked_for(room: Room) -> None:
    room.record(filed("a"))
    journal, kept = room.journal, room.state / "kept.sqlite"
    kept.write_bytes(b"half a copy of a try that was killed")
    with journal.begin() as sql:
        before = journal_id(sql)
        for name, value in (("vault", "v"), ("place", "p"), ("epoch", "4"), ("head", "h")):
            write_meta(sql, name, value)
        for word in ("done", "open"):
            asked = {"at": "", "kind": "ask", "target": "", "text": word, "actor": "vault"}
            number = add_request(sql, asked)
            if word == "done":
                settle_request(sql, number, "done", "")
    journal.begin_anew(kept, {"said": "once"})
    with journal.begin() as sql:
        assert last_link(sql) is None
        assert [row.text for row in requests_pending(sql)] == ["open"]
        assert journal_id(sql) not in {"", before}
        names = ("vault", "place", "epoch", "head", "past epoch", "said")
        assert [read_meta(sql, name) for name in names] == ["v", "p", "", "", "4", "once"]
    old = sqlite3.connect(kept)
    assert old.execute("select count(*) from chain").fetchone() == (1,)
    assert old.execute("select count(*) from requests").fetchone() == (2,)
    old.close()


def test_a_tidied_journal_is_one_file_that_says_the_same(journal: Journal, tmp_path: Path) -> None:
    with journal.begin() as sql:
        write_meta(sql, "epoch", "2")
    log = tmp_path / "journal.sqlite-wal"
    assert log.stat().st_size > 0
    journal.tidy()
    assert log.stat().st_size == 0
    with journal.begin() as sql:
        assert read_meta(sql, "epoch") == "2"


def test_a_journal_that_is_held_is_tidied_another_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "BUSY_TIMEOUT_S", 0.01)
    journal = Journal.open(tmp_path)
    with journal.begin(), pytest.raises(Transient, match="could not be packed"):
        journal.tidy()


def test_a_journal_of_an_earlier_version_gets_the_index_of_intents(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    journal = Journal(f"sqlite:///{tmp_path / journal_module.JOURNAL_FILE}")
    with journal.begin() as sql:
        sql.exec_driver_sql("DROP INDEX ix_proposals_intent_at")
        sql.exec_driver_sql("DROP TABLE priorities")
    journal.close()
    journal = Journal.open(tmp_path)
    asked = "EXPLAIN QUERY PLAN SELECT id FROM proposals WHERE intent_at > '2026'"
    with journal.begin() as sql:
        assert "USING INDEX ix_proposals_intent_at" in str(sql.exec_driver_sql(asked).all())
        assert sql.exec_driver_sql("SELECT * FROM priorities").all() == []
    journal.close()
