"""Promises of intake: an event becomes one note, whatever is killed or comes twice, and nothing is dropped."""

from __future__ import annotations

import os
from dataclasses import replace
from errno import ENOSPC
from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.reader import Problem, read_mail
from agents.durability.checkpoint_rows import reached
from agents.durability.due_runs import Run
from agents.durability.run_rows import runs_of
from agents.durability.task_persistence import TaskRow, add_task, requests_pending
from agents.vault.layout import note_id
from tests.autonomy.house import House, Killed
from tests.clock import NOON
from tests.watchers.samples import mail, with_attachment, written
from watchers.contract import Checkpoint, Event, Notice, OriginKind, Sweep
from watchers.inbox_watcher import InboxWatcher
from watchers.intake import Intake
from watchers.mail_event import mail_event

if TYPE_CHECKING:
    from agents.durability.run_rows import State


def inbox(house: House) -> list[str]:
    return sorted(each.name for each in (house.vault / "Inbox").iterdir() if not each.name.startswith("."))


def notes(house: House) -> list[str]:
    """The task notes in Needs_Action."""
    found = sorted(each.stem for each in (house.vault / "Needs_Action").glob("*.md"))
    return [name for name in found if "-alert-" not in name]


def quarantine(house: House) -> list[str]:
    return sorted(each.name for each in (house.vault / "Quarantine").iterdir() if not each.name.startswith("."))


def test_a_mail_becomes_one_note_and_its_original_is_kept(house: House) -> None:
    content = mail(body="Hello there")
    written(house.vault / "Inbox/a.eml", content)
    assert house.sweep() == 1
    (task,) = notes(house)
    assert (inbox(house), house.task(task).state) == ([], "filed")
    assert "Hello there" in house.text(task)
    (kept,) = (house.vault / "Files/2026-11").iterdir()
    assert kept.read_text(encoding="utf-8") == content
    assert f"[[{kept.name}]]" in house.text(task)
    assert house.sweep() == 0


def test_the_same_mail_again_is_seen_cleared_and_no_second_note(house: House) -> None:
    for name in ("a.eml", "b.eml"):
        written(house.vault / f"Inbox/{name}", mail())
        house.sweep()
    written(house.vault / "Inbox/c.eml", mail().replace("\n", "\r\n"))
    house.sweep()
    assert (len(notes(house)), inbox(house)) == (1, [])
    assert house.happened().count("event.seen_again") == 2


def test_another_mail_under_a_known_id_is_filed_and_flagged_once(house: House) -> None:
    written(house.vault / "Inbox/a.eml", mail(body="first"))
    house.sweep()
    (first,) = notes(house)
    for _ in range(2):
        written(house.vault / "Inbox/b.eml", mail(body="marker under a known id"))
        house.sweep()
    (second,) = set(notes(house)) - {first}
    assert "this one says something else" in house.text(second)
    assert "marker" in house.text(second)
    assert inbox(house) == []


def test_attachments_are_kept_under_names_of_ours(house: House) -> None:
    written(house.vault / "Inbox/a.eml", with_attachment("../../Approved/evil.md", "a,b\n"))
    house.sweep()
    assert [each.name for each in (house.vault / "Approved").iterdir() if each.suffix] == []
    kept = sorted(each.suffix for each in (house.vault / "Files/2026-11").iterdir())
    assert kept == [".eml", ".txt"]
    house.once()
    assert [each.stored.startswith("sha-") for each in house.brain.seen[0][0].attachments] == [True, True]


def test_a_document_is_filed_with_its_text(house: House) -> None:
    written(house.vault / "Inbox/bank.csv", "day,amount\n1,2\n")
    house.sweep()
    (task,) = notes(house)
    assert "day,amount" in house.text(task)
    assert "-file-" in task


def test_a_sender_is_known_once_a_task_of_theirs_is_done(house: House) -> None:
    house.mail("nothing", 1)
    house.once()
    house.mail("nothing", 2)
    house.once()
    assert [view.sender_known for view, _known in house.brain.seen] == [False, True]


def test_what_cannot_be_read_goes_to_quarantine_with_line_and_reason(house: House) -> None:
    written(house.vault / "Inbox/notes.txt", b"fine\nnot fine \x00\n")
    written(house.vault / "Inbox/weird.name-that-is-long", b"")
    assert house.sweep() == 2
    assert (inbox(house), notes(house), len(quarantine(house))) == ([], [], 2)
    assert {name.split(".")[1] for name in quarantine(house)} == {"txt", "bin"}
    assert any("line 2" in each for each in house.alerts())
    written(house.vault / "Inbox/notes.txt", b"fine\nnot fine \x00\n")
    house.sweep()
    assert (len(house.alerts()), inbox(house)) == (2, [])


def test_a_link_is_removed_and_its_target_left_alone(house: House) -> None:
    target = written(house.room / "target.eml", mail())
    (house.vault / "Inbox/a.eml").symlink_to(target)
    house.sweep()
    assert (inbox(house), notes(house), quarantine(house)) == ([], [], [])
    assert target.exists()
    (alert,) = (house.vault / "Needs_Action").glob("*-alert-*.md")
    assert "what it points to was not touched" in alert.read_text(encoding="utf-8")


def test_a_pipe_is_told_once_and_stays(house: House) -> None:
    os.mkfifo(house.vault / "Inbox/a.eml")
    assert [house.sweep(), house.sweep()] == [1, 0]
    house.restart()
    assert (inbox(house), len(house.alerts())) == (["a.eml"], 1)
    (alert,) = (house.vault / "Needs_Action").glob("*-alert-*.md")
    assert "was not touched" in alert.read_text(encoding="utf-8")


def test_a_file_with_a_second_name_and_one_that_is_too_large_are_put_aside_unread(house: House) -> None:
    written(house.vault / "Inbox/linked.txt", "x\n")
    os.link(house.vault / "Inbox/linked.txt", house.room / "second.txt")
    with (house.vault / "Inbox/large.pdf").open("wb") as large:
        os.posix_fallocate(large.fileno(), 0, 25_000_001)
    os.utime(house.vault / "Inbox/large.pdf", (0, 0))
    assert house.sweep() == 2
    assert (inbox(house), len(quarantine(house))) == ([], 2)
    assert (house.room / "second.txt").exists()


def test_what_vanished_since_it_was_seen_is_no_event(house: House) -> None:
    (house.vault / "Inbox/a.eml").symlink_to("/nowhere")
    (event,) = InboxWatcher(house.vault, 0.0).scan(NOON).events
    (house.vault / "Inbox/a.eml").unlink()
    assert Intake(house.recorder, house.blobs).file(event) == 0
    assert house.alerts() == []


def test_a_line_in_ask_is_filed_once_and_the_same_sentence_later_is_new(house: House) -> None:
    ask = house.vault / "Ask.md"
    written(ask, "# Ask\n- remind Acme\n")
    house.once()
    assert len(house.tasks()) == 1
    assert f"- [x] remind Acme → [[{house.the_task()}]]" in ask.read_text(encoding="utf-8")
    house.restart()
    assert len(house.tasks()) == 1
    house.clock.advance(30 * 86_400)
    with ask.open("a", encoding="utf-8") as file:
        file.write("- remind Acme\n")
    os.utime(ask, (0, 0))
    house.once()
    assert len(set(house.tasks())) == 2
    assert ask.read_text(encoding="utf-8").count("- [x] remind Acme") == 2


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf# Ask\n- remind\n", b"# Ask\r\n- remind\r\n", b"remind\n"])
def test_however_the_note_is_written_its_line_is_consumed_once(house: House, content: bytes) -> None:
    written(house.vault / "Ask.md", content)
    house.once()
    house.restart()
    assert len(house.tasks()) == 1
    assert b"[x] remind" in (house.vault / "Ask.md").read_bytes()


def test_a_command_is_filed_and_settled_once(house: House) -> None:
    house.command("ask", "", "remind Acme")
    house.once()
    house.restart()
    assert len(house.tasks()) == 1
    assert house.brain.seen[0][0].sender_name == "owner"
    with house.journal.begin() as sql:
        assert requests_pending(sql) == ()


def test_two_events_whose_ids_collide_are_two_notes(house: House) -> None:
    taken = note_id(NOON.date(), "email", "email", "<m1@client.example>")
    row = TaskRow(taken, NOON.isoformat(), "done", 0, "", "{}", "", "", "", "")
    with house.journal.begin() as sql:
        add_task(sql, row)
    written(house.vault / "Inbox/a.eml", mail())
    house.sweep()
    (task,) = notes(house)
    assert task != taken


def mixed_inbox(house: House) -> None:
    """One of everything that intake clears."""
    written(house.vault / "Inbox/a.eml", with_attachment("a.csv", "a,b\n"))
    written(house.vault / "Inbox/b.txt", b"no text \x00")
    (house.vault / "Inbox/c.eml").symlink_to("/nowhere")
    written(house.vault / "Ask.md", "# Ask\n- remind Acme\n")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", range(1, 12))
def test_killed_at_any_operation_nothing_is_lost_and_nothing_is_filed_twice(
    house: House, number: int, *, after: bool
) -> None:
    mixed_inbox(house)
    house.store.kill_at, house.store.after = number, after
    try:
        house.sweep()
    except Killed:
        house.start()
        house.sweep()
    assert house.sweep() == 0
    assert (inbox(house), len(notes(house)), len(house.alerts())) == ([], 2, 2)
    assert len(house.tasks()) == 2
    assert len(quarantine(house)) == 1
    assert "- [x] remind Acme" in (house.vault / "Ask.md").read_text(encoding="utf-8")
    house.once()
    assert house.is_sound()


@pytest.mark.parametrize("after", [False, True])
def test_killed_while_a_command_is_filed_it_is_filed_once(house: House, *, after: bool) -> None:
    house.command("ask", "", "remind Acme")
    house.store.kill_at, house.store.after = house.store.applied + 1, after
    with pytest.raises(Killed):
        house.sweep()
    house.restart()
    assert len(house.tasks()) == 1


def test_an_event_that_names_no_bytes_is_told_apart_by_its_id(house: House) -> None:
    (house.vault / "Inbox/a.eml").symlink_to("/nowhere")
    (event,) = InboxWatcher(house.vault, 0.0).scan(NOON).events
    assert event.origin_kind is OriginKind.LINK
    assert Intake(house.recorder, house.blobs).file(replace(event, content_sha256=""))
    assert len(house.alerts()) == 1


def due(state: State) -> Event:
    return Event(
        source="schedule",
        source_id="post 2026-11-23T12:00:00+00:00",
        occurred_at=NOON,
        content_sha256="0" * 64,
        kind="ask",
        origin="Schedules.md",
        origin_kind=OriginKind.OTHER,
        text="remind Acme",
        run=Run("post", NOON, state),
    )


def test_a_due_time_that_is_offered_twice_is_one_task_and_one_line_of_the_ledger(house: House) -> None:
    intake = Intake(house.recorder, house.blobs)
    for _ in range(2):
        intake.file(due("ran"))
        intake.file(replace(due("ran"), content_sha256="1" * 64, text="the row was edited meanwhile"))
    (task,) = notes(house)
    assert "remind Acme" in house.text(task)
    with house.journal.begin() as sql:
        (row,) = runs_of(sql, "post")
    assert (row.task, row.state, row.started_at) == (task, "ran", NOON.isoformat())


def test_a_due_time_that_was_passed_over_is_a_line_of_the_ledger_and_no_task(house: House) -> None:
    assert Intake(house.recorder, house.blobs).file(due("missed")) == 1
    assert notes(house) == []
    with house.journal.begin() as sql:
        (row,) = runs_of(sql, "post")
    assert (row.task, row.state, row.started_at) == ("", "missed", "")
    assert house.folder(row.note) == "Schedules/2026-11"


def remote(number: int) -> Event:
    """A mail on a server."""
    content = mail(number).encode()
    found = read_mail(content)
    assert not isinstance(found, Problem)
    return mail_event(found, content, f"{number}.eml", NOON, NOON)


def how_far(house: House) -> dict[str, str]:
    with house.journal.begin() as sql:
        return {place: at.value for place, at in reached(sql, "").items()}


def test_how_far_was_read_is_written_with_the_tasks(house: House) -> None:
    sweep = Sweep((remote(1), remote(2)), checkpoints=(Checkpoint("there", "2"),))
    assert Intake(house.recorder, house.blobs).take_in(sweep) == 2
    assert (len(notes(house)), how_far(house)) == (2, {"there": "2"})


def test_where_a_mail_cannot_be_filed_nothing_says_that_it_was_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(house.recorder, house.blobs)
    sweep = Sweep((remote(1),), checkpoints=(Checkpoint("there", "1"),))

    def full(_content: bytes) -> str:
        raise OSError(ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(house.blobs, "put", full)
        with pytest.raises(OSError, match="space"):
            intake.take_in(sweep)
    assert (notes(house), how_far(house)) == ([], {})
    intake.take_in(sweep)
    intake.take_in(sweep)
    assert (len(notes(house)), how_far(house)) == (1, {"there": "1"})


def test_what_the_owner_must_know_of_a_source_is_one_alert(house: House) -> None:
    intake = Intake(house.recorder, house.blobs)
    for _ in range(2):
        intake.take_in(Sweep(notices=(Notice("mail", "It is read from now on."),)))
    (alert,) = (house.vault / "Needs_Action").glob("*-alert-*.md")
    assert "It is read from now on." in alert.read_text(encoding="utf-8")
    assert intake.take_in(Sweep()) == 0
