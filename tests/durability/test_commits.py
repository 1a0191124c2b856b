"""Which commit holds which event is known after a crash, after a cut, and after a lost history."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from agents.durability.commits import commit_message
from agents.durability.journal import Journal, last_link, links, read_meta, write_meta
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.security.audit_logger import Fact, Moment, chain
from tests.clock import NOON
from tests.durability.room import Room, filed
from tests.stock_git import foreign_commit

if TYPE_CHECKING:
    from pathlib import Path


def forget_commits(room: Room, head: str) -> None:
    """The journal as a crash before the note of the commit leaves it."""
    with room.journal.begin() as sql:
        sql.execute(update(TRANSITIONS).values(commit_id=""))
        write_meta(sql, "head", head)


def commit_ids(room: Room) -> list[str]:
    with room.journal.begin() as sql:
        return list(sql.execute(select(TRANSITIONS.c.commit_id).order_by(TRANSITIONS.c.number)).scalars())


def test_commits_made_just_before_a_crash_are_taken_as_made(room: Room) -> None:
    room.record(filed("a"), filed("b", author="owner"))
    head = room.recorder.flush()
    before = commit_ids(room)
    forget_commits(room, "")
    assert room.restart() == ()
    assert commit_ids(room) == before
    assert room.git("rev-parse", "HEAD") == head


def test_an_event_in_a_commit_without_our_signature_is_not_taken_as_committed(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    first = room.git("rev-parse", "HEAD")
    room.record(filed("b"))
    with room.journal.begin() as sql:
        digest = sql.execute(select(CHAIN.c.sha256).where(CHAIN.c.seq == 2)).scalar()
    foreign_commit(room.vault, f"File b\n\nEvent: 2 {digest}")
    assert room.restart() == ()
    assert room.git("rev-list", "--count", f"{first}..HEAD") == "2"
    assert room.git("log", "-1", "--format=%G? %s") == "G File b"


def test_an_event_under_another_digest_is_not_taken_and_told(room: Room) -> None:
    message = "File x\n\nEvent: 1 0000\nEvent: nonsense\n"
    room.record(filed("a"))
    room.history.commit((), author="ai-employee", message=message, when=NOON)
    assert "event 1, which the journal does not know" in room.restart()[0]
    assert room.events()[0] == "1"
    assert room.git("rev-list", "--count", "HEAD") == "2"


def test_a_cut_history_is_brought_up_again(room: Room) -> None:
    for name in "abc":
        room.record(filed(name))
        room.recorder.flush()
    head = room.git("rev-parse", "HEAD")
    room.git("update-ref", "HEAD", "HEAD~2")
    assert room.restart() == ("The history was behind the journal and was brought up again.",)
    assert room.git("rev-parse", "HEAD") == head
    assert room.verify().exit_code == 0


def test_a_lost_history_is_written_again_from_the_journal(room: Room) -> None:
    for name in "abc":
        room.record(filed(name))
        room.recorder.flush()
    room.recorder.housekeeping(())
    shutil.rmtree(room.git_dir)
    assert room.restart() == ("The history was lost and is written again from the journal.",)
    room.recorder.housekeeping(())
    assert sorted(room.events()) == ["1", "2", "3"]
    assert room.git("ls-tree", "-r", "--name-only", "HEAD", "Logs").startswith("Logs/")
    assert room.verify().exit_code == 0


def test_what_is_left_of_a_history_is_kept(room: Room, tmp_path: Path) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    shutil.copytree(room.git_dir, tmp_path / "backup")
    room.record(filed("b"))
    room.recorder.flush()
    shutil.rmtree(room.git_dir)
    shutil.copytree(tmp_path / "backup", room.git_dir)
    assert "written again" in room.restart()[0]
    assert room.events() == ["2", "1"]
    assert room.verify().exit_code == 0


def test_a_journal_brought_back_from_a_backup_is_told(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    room.record(filed("b"))
    room.recorder.flush()
    with room.journal.begin() as sql:
        head = sql.execute(select(TRANSITIONS.c.commit_id).where(TRANSITIONS.c.number == 1)).scalar_one()
        sql.execute(delete(CHAIN).where(CHAIN.c.seq == 2))
        sql.execute(delete(TRANSITIONS).where(TRANSITIONS.c.number == 2))
        write_meta(sql, "head", head)
    assert "event 2, which the journal does not know: the journal is an old one" in room.restart()[0]


def restored(room: Room) -> None:
    """The journal is the old one again."""
    room.journal.close()
    shutil.copy(room.state / "old.sqlite", room.state / "journal.sqlite")
    room.open()


def test_a_journal_that_history_or_log_go_beyond_is_an_old_one(room: Room) -> None:
    assert room.recorder.overtaken() == ""
    room.record(filed("a"))
    first = room.recorder.flush()
    room.journal.begin_anew(room.state / "old.sqlite", {})  # only to have a whole copy of the journal as it is now
    restored(room)
    for name in "bc":
        room.record(filed(name))
        room.recorder.flush()
    assert room.recorder.overtaken() == ""
    restored(room)
    assert room.recorder.overtaken() == "the history tells of event 3, which the journal does not know"
    room.git("update-ref", "refs/heads/main", first)
    assert room.recorder.overtaken() == "2026-11-23-0001.jsonl goes on where the journal ends"
    foreign = foreign_commit(room.vault, "x\n\nEvent: 9 0000")
    room.git("update-ref", "refs/heads/main", foreign)
    for log in (room.vault / "Logs").glob("*.jsonl"):
        log.unlink()
    (room.vault / "Logs/2026-11-24-0001.jsonl").mkdir()
    assert room.recorder.overtaken() == ""


def test_a_history_beside_the_one_the_journal_knows_tells_nothing(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    with room.journal.begin() as sql:
        write_meta(sql, "head", "0" * 40)
        sql.execute(update(CHAIN).values(sha256="0"))
    assert room.recorder.overtaken() == ""


def test_a_journal_begun_anew_knows_only_whose_it_is_and_leaves_a_whole_copy(room: Room) -> None:
    with room.journal.begin() as sql:
        write_meta(sql, "vault", "v1")
    room.record(filed("a"))
    (room.state / "kept.sqlite").write_bytes(b"half a copy")
    room.journal.begin_anew(room.state / "kept.sqlite", {})
    with room.journal.begin() as sql:
        assert read_meta(sql, "vault") == "v1"
        assert (last_link(sql), read_meta(sql, "head")) == (None, "")
    kept = Journal(f"sqlite:///{room.state / 'kept.sqlite'}")
    with kept.begin() as sql:
        assert [link.seq for link in links(sql)] == [1]
    kept.close()


def test_a_new_journal_begins_where_the_old_history_ends(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    room.journal.close()
    for path in room.state.glob("journal.sqlite*"):
        path.unlink()
    shutil.rmtree(room.vault / "Logs")
    assert room.open().recover() == ()
    room.record(filed("b"))
    room.recorder.flush()
    assert room.restart() == ()
    assert room.git("rev-list", "--count", "HEAD") == "2"
    report = room.verify()
    assert (report.broken, report.exit_code) == ([], 0)
    assert "belongs to an earlier journal" in report.warnings[0]


def test_a_message_is_one_line_and_a_trailer_for_each_event() -> None:
    first = chain(None, Fact("runner", "task.filed", "a"), Moment("", 0), "", "2026-11-23")
    second = chain(first, Fact("runner", "task.filed", "b"), Moment("", 0), "", "2026-11-23")
    assert commit_message(["File\n\na", "File b"], [first, second]).splitlines() == [
        "2 transitions, from: File a",
        "",
        "- File a",
        "- File b",
        "",
        "Actor: runner",
        "Action: task.filed",
        f"Event: 1 {first.sha256}",
        f"Event: 2 {second.sha256}",
    ]
