"""Transitions: journal, files, log, commit - in this order, and each once."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from agents.durability.alerts import raise_alert
from agents.durability.commits import BURST, GROUP
from agents.durability.transitions import Recorder, Transition, local_text
from agents.durability.writing import operations_from
from agents.errors import Transient
from agents.security.audit_logger import Fact
from agents.vault.history import History
from agents.vault.layout import Mover
from agents.vault.store import EditText, Operation, Store
from tests.clock import NOON
from tests.durability.room import Room, filed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from agents.vault.history import Author

LOG = "Logs/2026-11-23-0001.jsonl"


def test_a_transition_is_in_journal_files_log_and_history(room: Room) -> None:
    room.record(filed("a"))
    assert room.text("Needs_Action/a.md") == "# a\n"
    head = room.recorder.flush()
    assert json.loads(room.text(LOG))["target"] == "a"
    assert head == room.git("rev-parse", "HEAD")
    assert room.git("log", "-1", "--format=%G? %an %s") == "G ai-employee File a"
    assert room.git("log", "-1", "--format=%(trailers:only)").splitlines()[:3] == [
        "Task: a",
        "Actor: watcher",
        "Action: task.filed",
    ]
    assert room.git("show", "HEAD:Needs_Action/a.md") == "# a"
    assert room.verify().broken == []


def test_a_commit_names_the_digest_of_what_was_decided(room: Room) -> None:
    fact = Fact("owner", "proposal.approved", "p", "", {"digest": "abc"})
    room.record(Transition(fact, "Approve\n\np", author="owner"))
    room.recorder.flush()
    assert room.git("log", "-1", "--format=%an %s") == "owner Approve p"
    trailers = room.git("log", "-1", "--format=%(trailers:only)").splitlines()
    assert trailers[-1] == "Digest: abc"
    assert not [line for line in trailers if line.startswith("Task:")]


def test_transitions_of_one_author_share_a_commit_and_each_author_has_their_own(room: Room) -> None:
    room.record(filed("a"), filed("b"), filed("c", author="owner"), filed("d"))
    room.recorder.flush()
    assert room.git("log", "--format=%an %s").splitlines() == [
        "ai-employee File d",
        "owner File c",
        "ai-employee 2 transitions, from: File a",
    ]
    assert room.events() == ["4", "3", "1", "2"]
    assert "- File b" in room.git("log", "--format=%b")


def test_the_owners_text_is_committed_before_ours_covers_it(room: Room) -> None:
    room.write("Plans/a.md", "by the owner\n")
    edited = Transition(Fact("owner", "proposal.edited", "a"), "Edit a", author="owner", paths=("Plans/a.md",))
    room.record(edited, filed("a", Operation("edit", "Plans/a.md", edits=(EditText("replace", "sealed\n"),))))
    room.recorder.flush()
    assert room.git("show", "HEAD~1:Plans/a.md") == "by the owner"
    assert room.git("show", "HEAD:Plans/a.md") == "sealed"


def test_a_busy_runner_commits_a_hundred_at_a_time_and_the_log_with_them(room: Room) -> None:
    for number in range(GROUP + 30):
        room.record(filed(f"n{number}"))
    assert room.git("rev-list", "--count", "HEAD") == "1"
    room.recorder.flush()
    assert room.git("rev-list", "--count", "HEAD") == "2"
    assert room.git("ls-tree", "-r", "--name-only", "HEAD~1", "Logs") == LOG
    assert len(set(room.events())) == GROUP + 30
    assert room.verify().exit_code == 0


def test_many_transitions_in_one_transaction_are_committed_in_groups(room: Room) -> None:
    with room.recorder.begin() as writing:
        assert writing.record_all([]) == ()
        numbers = writing.record_all([filed(f"n{number}", author="owner") for number in range(2 * BURST + 1)])
    assert numbers == tuple(range(1, 2 * BURST + 2))
    room.recorder.flush()
    assert room.git("rev-list", "--count", "HEAD") == "3"
    assert room.verify().exit_code == 0


def test_what_waits_for_a_commit_already_is_filled_up_to_a_hundred_only(room: Room) -> None:
    room.record(filed("first"))
    room.record(*(filed(f"n{number}") for number in range(GROUP)))
    room.recorder.flush()
    assert room.git("log", "--format=%s").splitlines() == ["File n99", "100 transitions, from: File first"]


def test_everybody_who_listens_hears_of_every_transition_once(room: Room) -> None:
    heard: list[str] = []
    room.recorder.told = lambda each: heard.append(each.subject)
    room.record(filed("a"), filed("b"))
    assert heard == ["File a", "File b"]


def test_idle_work_adds_a_commit_only_when_something_differs(room: Room) -> None:
    room.record(filed("a"))
    room.write("Dashboard.md", "# Dashboard\n")
    room.recorder.housekeeping(("Dashboard.md",))
    room.recorder.refresh_index()
    head = room.git("rev-parse", "HEAD")
    assert room.git("log", "-1", "--format=%an %s") == "ai-employee Write the dashboard and the log"
    assert room.git("status", "--porcelain") == ""
    room.recorder.housekeeping(("Dashboard.md",))
    room.restart()
    room.recorder.housekeeping(("Dashboard.md",))
    assert room.git("rev-parse", "HEAD") == head


def test_a_page_that_is_gone_leaves_the_history_too(room: Room) -> None:
    room.write("Dashboard.md", "# Dashboard\n")
    room.recorder.housekeeping(("Dashboard.md",))
    (room.vault / "Dashboard.md").unlink()
    room.recorder.housekeeping(("Dashboard.md",))
    assert room.git("ls-tree", "-r", "--name-only", "HEAD") == ""


def test_nothing_to_recover_says_nothing_and_changes_nothing(room: Room) -> None:
    room.record(filed("a"))
    room.recorder.housekeeping(())
    before = (room.notes(), room.git("rev-parse", "HEAD"))
    assert room.restart() == ()
    assert (room.notes(), room.git("rev-parse", "HEAD")) == before


def test_operations_come_back_from_the_journal_as_they_were() -> None:
    operation = Operation("move", "a", "b", "text", "blob", (EditText("line", "- x", "History"),), Mover.WATCHER)
    assert operations_from(json.dumps([asdict(operation)])) == (operation,)


def test_the_time_in_a_line_is_local_and_short() -> None:
    assert local_text(NOON) == "12:00"


class TestHeld:
    """What cannot be done as the vault is now."""

    def blocked(self, room: Room) -> None:
        room.write("Needs_Action/a.md", "# a\n")
        room.write("Plans/a.md", "of somebody else\n")
        move = Operation("move", "Needs_Action/a.md", "In_Progress/runner/a.md")
        room.write("In_Progress/runner/a.md", "of somebody else\n")
        room.record(filed("a", move), filed("b"))

    def test_it_is_told_in_an_alert_and_stops_nothing_else(self, room: Room) -> None:
        self.blocked(room)
        alerts = [text for name, text in room.notes().items() if "alert" in name]
        assert len(alerts) == 1
        assert "File a: In\\_Progress/runner/a.md cannot be written" in alerts[0]
        assert room.text("Needs_Action/b.md") == "# b\n"
        assert room.text("Needs_Action/a.md") == "# a\n"
        room.recorder.flush()
        assert sorted(room.events()) == ["2", "3"]
        assert room.verify().exit_code == 0

    def test_it_is_told_again_at_every_start_and_done_once_it_can_be(self, room: Room) -> None:
        self.blocked(room)
        assert "cannot be written" in room.restart()[0]
        assert len([name for name in room.notes() if "alert" in name]) == 1
        (room.vault / "In_Progress/runner/a.md").unlink()
        assert room.restart() == ()
        assert room.text("In_Progress/runner/a.md") == "# a\n"
        assert sorted(room.events()) == ["1", "2", "3"]
        assert room.verify().exit_code == 0

    def test_an_alert_that_cannot_be_written_does_not_lead_to_another_for_ever(self, room: Room) -> None:
        (room.vault / "Needs_Action").rename(room.vault / "elsewhere")
        (room.vault / "Needs_Action").symlink_to(room.vault / "elsewhere")
        with room.recorder.begin() as writing:
            raise_alert(writing, "vault", "Look at this.", NOON)
        assert list((room.vault / "elsewhere").iterdir()) == []
        assert len(room.restart()) == 1
        (room.vault / "Needs_Action").unlink()
        (room.vault / "elsewhere").rename(room.vault / "Needs_Action")
        assert room.restart() == ()
        assert len(list((room.vault / "Needs_Action").iterdir())) == 1


class FullDisk(Store):
    """The disk is full from the `left`-th operation on, until `left` is raised."""

    left = 0

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        self.left -= 1
        if self.left < 0:
            raise Transient("No space left on device", hint="Free some.")
        super().apply(operation, again=again)


def test_what_a_full_disk_refused_is_done_before_anything_new(room: Room) -> None:
    disk = FullDisk(room.vault, room.blob)
    disk.left = 1
    recorder = Recorder(room.journal, disk, room.history, room.clock, room.is_ours)
    room.recorder = recorder
    with pytest.raises(Transient):
        room.record(filed("a"), filed("b"), filed("c"))
    assert sorted(room.notes()) == ["Needs_Action/a.md"]
    with pytest.raises(Transient):
        room.record(filed("d"))
    disk.left = 100
    room.record(filed("e"))
    assert sorted(room.notes()) == [f"Needs_Action/{name}.md" for name in "abce"]
    recorder.flush()
    assert sorted(room.events()) == ["1", "2", "3", "4"]
    assert room.verify().exit_code == 0


class FailingDisk(Store):
    """Gives a note its name and then cannot take the temporary name away, once."""

    fails = 1

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        super().apply(operation, again=again)
        self.fails -= 1
        if self.fails == 0:
            note = self.path(operation.path)
            os.link(note, note.parent / ".ai-employee-0123456789abcdef.tmp")
            raise Transient("Input/output error", hint="Look at the disk.")


def test_a_second_name_that_a_failing_disk_left_to_a_note_hinders_nobody_afterwards(room: Room) -> None:
    room.recorder = Recorder(room.journal, FailingDisk(room.vault, room.blob), room.history, room.clock, room.is_ours)
    create = Operation("create", "Needs_Action/a.md", text="# a\n")
    edit = Operation("edit", "Needs_Action/a.md", edits=(EditText("append", "done\n"),))
    with pytest.raises(Transient):
        room.record(filed("a", create, edit))
    room.record(filed("b"))
    assert room.notes(logs=False) == {"Needs_Action/a.md": "# a\n\ndone\n", "Needs_Action/b.md": "# b\n"}
    room.recorder.flush()
    assert room.verify().exit_code == 0


class DyingDisk(Store):
    """Dies in the middle of a move, between the new name and the old one."""

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        if operation.kind == "move" and not again:
            self.path(operation.target).parent.mkdir(parents=True)
            os.link(self.path(operation.path), self.path(operation.target))
            raise Transient("Input/output error", hint="Look at the disk.")
        super().apply(operation, again=again)


def test_what_came_before_a_half_done_move_is_not_held_and_never_done_after_it(room: Room) -> None:
    room.recorder = Recorder(room.journal, DyingDisk(room.vault, room.blob), room.history, room.clock, room.is_ours)
    plan = Operation("generate", "Plans/plan-a.md", text="# Plan\n")
    done = Operation("move", plan.path, "Done/2026-11/plan-a.md")
    with pytest.raises(Transient):
        room.record(filed("plan", plan), filed("done", done))
    for _ in range(2):  # a recovery, and a second one
        assert room.recorder.recover() == ()
        assert room.notes(logs=False) == {"Done/2026-11/plan-a.md": "# Plan\n"}
    assert room.verify().exit_code == 0


class MovedHistory(History):
    """Commits, and then says that it could not."""

    fails = 1

    def commit(self, paths: Iterable[str], *, author: Author, message: str, when: datetime) -> str:
        made = super().commit(paths, author=author, message=message, when=when)
        self.fails -= 1
        if self.fails >= 0:
            raise Transient("the journal could not note it", hint="Try again.")
        return made


def test_a_commit_that_could_not_be_noted_is_not_made_again(room: Room) -> None:
    history = MovedHistory(room.git_dir, room.vault, room.key.sign)
    room.recorder = Recorder(room.journal, room.store, history, room.clock, room.is_ours)
    room.record(filed("a"))
    with pytest.raises(Transient):
        room.recorder.flush()
    room.record(filed("b"))
    room.recorder.flush()
    assert room.events() == ["2", "1"]
    assert room.git("rev-list", "--count", "HEAD") == "2"
    assert room.verify().exit_code == 0


def test_a_log_the_disk_refused_is_completed_without_a_line_twice(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.record(filed("a"))
    room.recorder.flush()
    room.record(filed("b"))

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Transient, match="No space left"):
        room.recorder.flush()
    monkeypatch.undo()
    room.recorder.flush()
    assert room.text(LOG).count("\n") == 2
    assert room.verify().exit_code == 0
