"""Promises of the inbox: every finished file becomes one event, nothing dangerous is followed, nothing is lost."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agents.vault.note import Problem
from tests.clock import NOON
from tests.watchers.contract import QUIET_S, WatcherContract
from tests.watchers.samples import LONG_AGO, mail, with_attachment, written
from watchers import file_sweeps, inbox_reading
from watchers.contract import Event, OriginKind, Sweep
from watchers.inbox_listing import Entry
from watchers.inbox_reading import read_entry
from watchers.inbox_watcher import InboxWatcher

if TYPE_CHECKING:
    from pathlib import Path


class TestMails(WatcherContract):
    """A mail is one file."""

    def watcher(self, root: Path) -> InboxWatcher:
        return InboxWatcher(root, QUIET_S)

    def happen(self, root: Path, number: int, at: datetime) -> None:
        written(root / f"Inbox/{number}.eml", mail(number), at)

    def clear(self, root: Path, event: Event) -> None:
        (root / event.origin).unlink()


class TestFiles(WatcherContract):
    """So is a document, also in a folder below."""

    def watcher(self, root: Path) -> InboxWatcher:
        return InboxWatcher(root, QUIET_S)

    def happen(self, root: Path, number: int, at: datetime) -> None:
        written(root / f"Inbox/from bank/{number}.csv", f"date;amount\n2026-11-0{number};1,00\n", at)

    def clear(self, root: Path, event: Event) -> None:
        (root / event.origin).unlink()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "Inbox"
    folder.mkdir()
    return folder


def scan(inbox: Path, now: datetime = NOON) -> Sweep:
    return InboxWatcher(inbox.parent, QUIET_S).scan(now)


def only(inbox: Path) -> Event:
    (event,) = scan(inbox).events
    return event


def reasons(inbox: Path) -> dict[str, str]:
    sweep = scan(inbox)
    assert sweep.events == ()
    return {left.path: left.reason for left in sweep.left}


def test_a_mail_is_read_and_its_original_kept(inbox: Path) -> None:
    path = written(inbox / "One.EML", mail(7, body="10 hours"))
    event = only(inbox)
    assert (event.kind, event.source, event.source_id) == ("email", "email", "<m7@client.example>")
    assert (event.sender_name, event.sender_address) == ("Acme Ltd", "billing@client.example")
    assert (event.subject, event.text.strip()) == ("Invoice please", "10 hours")
    assert event.occurred_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert event.original is not None
    assert (event.original.content, event.original.extension) == (path.read_bytes(), "eml")
    assert event.origin_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_mail_without_message_id_is_known_by_its_content_whatever_its_line_ends(inbox: Path) -> None:
    text = mail().replace("Message-ID", "X-Other")
    unix = written(inbox / "a.eml", text)
    first = only(inbox)
    unix.unlink()
    written(inbox / "b.eml", text.replace("\n", "\r\n"))
    again = only(inbox)
    assert first.source_id == first.content_sha256 == again.source_id
    assert first.origin_sha256 != again.origin_sha256


def test_the_same_message_id_with_other_words_has_other_content(inbox: Path) -> None:
    written(inbox / "a.eml", mail(1))
    written(inbox / "b.eml", mail(1, body="something else"))
    first, second = scan(inbox).events
    assert first.source_id == second.source_id
    assert first.content_sha256 != second.content_sha256


@pytest.mark.parametrize("date", ["Mon, 23 Nov 2099 09:00:00 +0000", "Tue, 01 Jan 1980 00:00:00 +1400"])
def test_a_date_that_cannot_be_true_gives_way_to_the_files(inbox: Path, date: str) -> None:
    written(inbox / "a.eml", mail(date=date))
    assert only(inbox).occurred_at == LONG_AGO


def test_a_mail_dated_in_the_future_is_flagged(inbox: Path) -> None:
    written(inbox / "a.eml", mail(date="Mon, 23 Nov 2099 09:00:00 +0000"))
    assert "the mail's own date cannot be true; the file's is shown" in only(inbox).flags


def test_attachments_are_kept_under_extensions_of_ours_with_their_text(inbox: Path) -> None:
    written(inbox / "a.eml", with_attachment("../../Approved/x.md", "# hello"))
    (file,) = only(inbox).attachments
    assert (file.extension, file.text) == ("txt", "# hello")


def test_an_attachment_that_is_no_text_is_flagged_once_and_kept(inbox: Path) -> None:
    written(inbox / "a.eml", with_attachment("a.csv", "a\x01b"))
    event = only(inbox)
    assert event.attachments[0].text is None
    assert [flag for flag in event.flags if "not readable" in flag] == [
        "attached text not readable: control character U+0001; this is no text"
    ]


def test_the_text_of_the_twenty_first_attachment_is_not_read(inbox: Path) -> None:
    part = '--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename="{n}.csv"\n\n1\n'
    head = "From: a@b.example\nSubject: many\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    written(inbox / "a.eml", head + "".join(part.format(n=number) for number in range(21)) + "--b--\n")
    files = only(inbox).attachments
    assert [file.text is None for file in files] == [False] * 20 + [True]


def test_no_mail_at_all_is_a_problem_and_keeps_its_bytes(inbox: Path) -> None:
    written(inbox / "broken.eml", b"\xff\xfe\x00 no mail at all \x00")
    event = only(inbox)
    assert event.problem is not None
    assert event.problem.line >= 1
    assert event.original is not None
    assert event.original.content == b"\xff\xfe\x00 no mail at all \x00"
    assert event.origin_kind is OriginKind.FILE


def test_a_text_with_nul_is_a_problem_with_its_line(inbox: Path) -> None:
    written(inbox / "bank.csv", b"date;amount\n2026-11-01;\x001,00\n")
    event = only(inbox)
    assert event.problem is not None
    assert (event.problem.line, event.problem.message) == (2, "control character U+0000; this is no text")


def test_an_empty_file_is_a_problem_but_an_empty_note_waits_for_its_words(inbox: Path) -> None:
    written(inbox / "Untitled.md", "")
    assert reasons(inbox) == {"Inbox/Untitled.md": "an empty note; it is read once something is written"}
    written(inbox / "empty.pdf", "")
    problem = only(inbox).problem
    assert problem is not None
    assert problem.message == "the file is empty"


def test_a_note_somebody_may_be_typing_waits_longer(inbox: Path) -> None:
    written(inbox / "Idea.md", "Call Acme", NOON - timedelta(seconds=2 * QUIET_S))
    assert scan(inbox).unsettled_s == pytest.approx(4 * QUIET_S)


def test_a_file_larger_than_the_cap_is_a_problem_and_not_read(inbox: Path) -> None:
    path = written(inbox / "film.mp4", "")
    with path.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 25_000_001)
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    event = only(inbox)
    assert event.problem is not None
    assert event.problem.message == "larger than 25 MB"
    assert (event.original, event.origin_sha256, event.origin_kind) == (None, "", OriginKind.UNREAD)
    assert only(inbox).source_id == event.source_id


def test_a_hard_link_is_a_problem(inbox: Path) -> None:
    secret = written(inbox.parent / "secret.txt", "secret")
    (inbox / "a.txt").hardlink_to(secret)
    event = only(inbox)
    assert event.problem is not None
    assert (event.original, event.origin_kind) == (None, OriginKind.UNREAD)


def test_a_link_is_a_problem_and_never_followed(inbox: Path) -> None:
    secret = written(inbox.parent / "secret\u202e.txt", "secret")
    (inbox / "a.eml").symlink_to(secret)
    os.utime(inbox / "a.eml", (LONG_AGO.timestamp(), LONG_AGO.timestamp()), follow_symlinks=False)
    event = only(inbox)
    assert event.problem is not None
    assert "secret⟨U+202E⟩.txt; links are not followed" in event.problem.message
    assert (event.original, event.text, event.origin_kind) == (None, "", OriginKind.LINK)


def test_pipes_and_folders_named_like_mails_are_problems_and_do_not_block(inbox: Path) -> None:
    os.mkfifo(inbox / "pipe.eml")
    written(inbox / "folder.eml/inner.eml", mail())
    for name in ("pipe.eml", "folder.eml"):
        os.utime(inbox / name, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    events = scan(inbox).events
    assert [(e.origin, e.origin_kind) for e in events] == [
        ("Inbox/folder.eml", OriginKind.OTHER),
        ("Inbox/pipe.eml", OriginKind.OTHER),
    ]
    assert [e.problem.message for e in events if e.problem] == [
        "a folder named like a mail",
        "a pipe, socket or device, no file",
    ]


def test_a_linked_inbox_or_folder_is_not_entered(tmp_path: Path) -> None:
    written(tmp_path / "elsewhere/a.eml", mail())
    (tmp_path / "Inbox").symlink_to(tmp_path / "elsewhere")
    assert reasons(tmp_path / "Inbox") == {"Inbox": "a link to another folder; links are not followed"}


def test_a_missing_inbox_is_said(tmp_path: Path) -> None:
    assert reasons(tmp_path / "Inbox") == {"Inbox": "not readable: No such file or directory"}


def test_what_is_unfinished_hidden_or_a_conflict_copy_stays_and_is_said(inbox: Path) -> None:
    for name in (
        "a.pdf.crdownload",
        "b.part",
        "~$letter.docx",
        ".~lock.x.odt#",
        "c.tmp",
        ".hidden.eml",
        ".d.eml.icloud",
    ):
        written(inbox / name, mail())
    written(inbox / "e.sync-conflict-20261123-101010-ABCDEFG.eml", mail())
    written(inbox / "f.pdf", "half")
    written(inbox / "f.pdf.part", "half")
    assert set(reasons(inbox)) == {f"Inbox/{path.name}" for path in inbox.iterdir()}


def test_noise_of_the_system_and_hidden_folders_are_not_worth_a_word(inbox: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", ".stversions/a.eml"):
        written(inbox / name, mail())
    assert reasons(inbox) == {}


def test_folders_are_looked_into_to_a_limit(inbox: Path) -> None:
    written(inbox / "1/2/3/4/a.eml", mail())
    written(inbox / "1/2/3/4/5/b.eml", mail(2))
    sweep = scan(inbox)
    assert [event.origin for event in sweep.events] == ["Inbox/1/2/3/4/a.eml"]
    assert [(left.path, left.reason) for left in sweep.left] == [("Inbox/1/2/3/4/5", "more than 4 folders deep")]


def test_a_name_that_is_not_utf8_stays_and_is_said(inbox: Path) -> None:
    written(inbox / os.fsdecode(b"caf\xe9.eml"), mail())
    assert reasons(inbox) == {"Inbox/caf\\udce9.eml": "its name is not UTF-8; rename it"}


def test_a_file_nobody_may_read_stays_and_is_said(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(inbox / "a.eml", mail())
    monkeypatch.setattr(inbox_reading, "read_regular", lambda _path, _most: Problem(0, "permission denied"))
    assert reasons(inbox) == {"Inbox/a.eml": "permission denied"}


@pytest.mark.parametrize("change", ["grows", "vanishes"])
def test_a_file_that_changes_while_it_is_read_waits_for_the_next_look(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = written(inbox / "a.eml", mail())

    def read_and_change(location: Path, _most: int) -> bytes:
        content = location.read_bytes()
        path.write_bytes(content + b"more") if change == "grows" else path.unlink()
        return content

    monkeypatch.setattr(inbox_reading, "read_regular", read_and_change)
    sweep = scan(inbox)
    assert (sweep.events, sweep.left, sweep.unsettled_s) == ((), (), QUIET_S)


def test_a_link_that_vanishes_is_nothing(inbox: Path) -> None:
    link = inbox / "a.eml"
    link.symlink_to("nowhere")
    entry = Entry("Inbox/a.eml", link, link.lstat())
    link.unlink()
    assert read_entry(entry, NOON) is None


def test_files_beyond_one_sweep_come_at_once_in_the_next_and_none_hides_another(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_sweeps, "MAX_EVENTS", 2)
    for number in range(5):
        written(inbox / f"{number}.eml", mail(number))
    watcher = InboxWatcher(inbox.parent, QUIET_S)
    sweeps = [watcher.scan(NOON) for _ in range(4)]
    assert [[e.origin[-5] for e in sweep.events] for sweep in sweeps] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
        ["0", "1"],
    ]
    assert [sweep.unsettled_s for sweep in sweeps] == [0.0, 0.0, None, None]


def test_where_many_are_new_at_once_more_are_looked_for_before_anything_else_but_not_for_ever(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_sweeps, "BURST", 2)
    for number in range(2):
        written(inbox / f"{number}.eml", mail(number))
    watcher = InboxWatcher(inbox.parent, QUIET_S)
    assert [watcher.scan(NOON).unsettled_s for _ in range(2)] == [0.0, None]
    written(inbox / "2.eml", mail(2))
    assert watcher.scan(NOON).unsettled_s is None


def test_one_sweep_carries_a_limited_number_of_bytes(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_sweeps, "MAX_SWEEP_BYTES", 10)
    written(inbox / "a.txt", "more than ten bytes")
    written(inbox / "b.txt", "b")
    sweep = scan(inbox)
    assert ([e.origin for e in sweep.events], sweep.unsettled_s) == (["Inbox/a.txt"], 0.0)


def test_a_sweep_that_takes_long_leaves_the_rest_to_the_next_and_loses_none(inbox: Path) -> None:
    ticking = iter(range(0, 1000, 3))
    for number in range(5):
        written(inbox / f"{number}.eml", mail(number))
    watcher = InboxWatcher(inbox.parent, QUIET_S, monotonic_s=lambda: float(next(ticking)))
    sweeps = [watcher.scan(NOON) for _ in range(3)]
    assert [[e.origin[-5] for e in sweep.events] for sweep in sweeps] == [["0", "1"], ["2", "3"], ["4"]]
    assert [sweep.unsettled_s for sweep in sweeps] == [0.0, 0.0, None]
