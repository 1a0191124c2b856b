"""Promises of drop folders: what is finished is offered, what is taken in is not read again, the rest is left."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.checkpoint_rows import reach
from agents.durability.drop_folder_rows import After, DropFolder, Stage, connect_folder, note_dropped
from agents.durability.journal import Journal
from tests.clock import NOON
from tests.watchers.contract import QUIET_S, WatcherContract
from tests.watchers.samples import LONG_AGO, mail, written
from watchers import folder_watcher
from watchers.answering import Answering
from watchers.contract import Event, Left, OriginKind, Sweep, WatcherContext
from watchers.folder_watcher import GONE, NOT_THERE, SILENT, STAYS, FolderWatcher, open_watcher
from watchers.inbox_listing import list_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class TestFolders(WatcherContract):
    """A file in a named folder, also in one below it."""

    @pytest.fixture(autouse=True)
    def _journal(self, root: Path) -> Iterator[None]:
        (root.parent / "state").mkdir()
        (root / "Scans").mkdir()
        self.journal = Journal.open(root.parent / "state")
        with self.journal.begin() as sql:
            connect_folder(sql, DropFolder(str(root / "Scans"), "Scans", After.MOVE))
        yield
        self.journal.close()

    def watcher(self, root: Path) -> FolderWatcher:
        return open_watcher(WatcherContext(root, QUIET_S, self.journal))

    def happen(self, root: Path, number: int, at: datetime) -> None:
        written(root / f"Scans/new {number}/{number}.txt", f"page {number}", at)

    def clear(self, root: Path, event: Event) -> None:
        (root / event.origin).unlink()


@dataclass
class Desk:
    """A drop folder outside a vault, and what the journal knows of it."""

    room: Path
    journal: Journal
    now_s: float = 0.0
    stirred: int | None = 0
    after: After = After.MOVE
    watcher: FolderWatcher = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.room / "Scans"
        self.path.mkdir()
        self.start()
        self.connect()

    @property
    def folder(self) -> DropFolder:
        return DropFolder(str(self.path), "Scans", self.after)

    @property
    def context(self) -> WatcherContext:
        return WatcherContext(
            self.room, 0.0, self.journal, lambda: NOON, lambda: self.now_s, lambda _path: self.stirred
        )

    def start(self) -> None:
        """A new process."""
        self.watcher = FolderWatcher(self.context)

    def connect(self, folder: DropFolder | None = None) -> None:
        with self.journal.begin() as sql:
            connect_folder(sql, folder or self.folder)

    def names(self) -> list[str]:
        return [event.origin for event in self.watcher.scan(NOON).events]

    def left(self) -> dict[str, str]:
        return {each.path: each.reason for each in self.watcher.scan(NOON).left}

    def reach(self, sweep: Sweep) -> None:
        """What intake writes of how things stand."""
        with self.journal.begin() as sql:
            for each in sweep.checkpoints:
                reach(sql, each.place, each.value, NOON)

    def take(self, stage: Stage) -> None:
        """What intake writes of everything that is offered."""
        events = self.watcher.scan(NOON).events
        with self.journal.begin() as sql:
            for event in events:
                assert event.taken
                note_dropped(sql, replace(event.taken.file, stage=stage))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "state").mkdir()
    journal = Journal.open(tmp_path / "state")
    yield Desk(tmp_path, journal)
    journal.close()


def test_an_event_says_where_the_file_lies_and_how_it_was(desk: Desk) -> None:
    path = written(desk.path / "till/a.txt", "receipt")
    (event,) = desk.watcher.scan(NOON).events
    status = path.stat()
    assert event.taken
    assert event.origin_kind is OriginKind.OUTSIDE
    assert event.taken.folder == desk.folder
    file = event.taken.file
    assert (file.folder, file.path, file.stage) == (str(desk.path), "till/a.txt", Stage.FILED)
    assert file.signature == (7, status.st_mtime_ns, status.st_ctime_ns)
    assert file.sha256 == event.origin_sha256


def test_a_mail_that_was_saved_there_is_a_mail(desk: Desk) -> None:
    written(desk.path / "a.eml", mail())
    (event,) = desk.watcher.scan(NOON).events
    assert (event.kind, event.source_id, event.origin_kind) == ("email", "<m1@client.example>", OriginKind.OUTSIDE)


def test_links_pipes_hidden_unfinished_and_tools_files_are_left(desk: Desk) -> None:
    secret = written(desk.room / "secret.txt", "secret")
    (desk.path / "link.txt").symlink_to(secret)
    (desk.path / "linked folder").symlink_to(desk.room)
    (desk.path / "hard.txt").hardlink_to(secret)
    os.mkfifo(desk.path / "pipe.txt")
    for name in ("a.pdf.part", "b.crdownload", ".~lock.c.odt#", ".hidden"):
        written(desk.path / name, "half")
    for name in (".stversions/a.txt", "@eaDir/a.txt", "$RECYCLE.BIN/a.txt", "Filed/a.txt", "FILED/b.txt"):
        written(desk.path / name, "not ours")
    assert desk.names() == []
    assert set(desk.left()) == {
        f"Scans/{name}"
        for name in (
            "link.txt",
            "linked folder",
            "hard.txt",
            "pipe.txt",
            "a.pdf.part",
            "b.crdownload",
            ".~lock.c.odt#",
            ".hidden",
        )
    }


def test_a_folder_named_filed_deeper_down_is_the_owners(desk: Desk) -> None:
    written(desk.path / "2026/Filed/a.txt", "a")
    assert desk.names() == ["Scans/2026/Filed/a.txt"]


def test_a_file_too_large_is_left_and_not_read(desk: Desk) -> None:
    with written(desk.path / "film.mp4", "").open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, 25_000_001)
    os.utime(desk.path / "film.mp4", (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    assert (desk.names(), desk.left()) == ([], {"Scans/film.mp4": "larger than 25 MB"})


def test_what_stays_by_the_owners_word_is_not_read_again_until_it_is_another_file(desk: Desk) -> None:
    path = written(desk.path / "a.txt", "one")
    desk.take(Stage.KEPT)
    assert (desk.names(), desk.left()) == ([], {})
    path.write_text("two", encoding="utf-8")  # as long as before
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))  # and as old
    assert desk.names() == ["Scans/a.txt"]


@pytest.mark.parametrize("days", [-9000, 400])
def test_no_time_of_writing_hides_a_file(desk: Desk, days: int) -> None:
    desk.take(Stage.KEPT)
    written(desk.path / "a.txt", "one", NOON + timedelta(days=days))
    assert desk.names() == ["Scans/a.txt"]


def test_what_is_filed_is_offered_until_it_is_away_and_what_is_stuck_is_said_and_tried_once_more(desk: Desk) -> None:
    written(desk.path / "a.txt", "one")
    desk.take(Stage.FILED)
    assert desk.names() == desk.names() == ["Scans/a.txt"]
    desk.take(Stage.STUCK)
    desk.start()
    assert desk.names() == ["Scans/a.txt"]
    assert (desk.names(), desk.left()) == ([], {"Scans/a.txt": STAYS})


def test_a_folder_that_is_gone_is_said_and_its_news_told_until_they_are_noted(desk: Desk) -> None:
    away = desk.room / "unplugged"
    desk.path.rename(away)
    sweep = desk.watcher.scan(NOON)
    assert [each.words for each in sweep.notices] == [GONE.format(name="Scans")]
    assert desk.left() == {"Scans": NOT_THERE}
    desk.reach(sweep)
    assert desk.watcher.scan(NOON).notices == ()
    away.rename(desk.path)
    written(desk.path / "a.txt", "one")
    sweep = desk.watcher.scan(NOON)
    assert (sweep.notices, len(sweep.checkpoints)) == ((), 1)
    assert [event.origin for event in sweep.events] == ["Scans/a.txt"]
    desk.reach(sweep)
    assert desk.watcher.scan(NOON).checkpoints == ()


def test_a_drive_that_does_not_answer_holds_up_nobody_and_is_looked_at_when_it_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(desk.path / "a.txt", "one")
    written(desk.room / "Other" / "b.txt", "two")
    desk.connect(DropFolder(str(desk.room / "Other"), "Other", After.MOVE))
    returns, touched = threading.Event(), []

    def hangs(folder: Path) -> None:
        touched.append(folder.name)
        if folder == desk.path:
            returns.wait()

    desk.watcher = FolderWatcher(desk.context, Answering(hangs, 0.05))
    monkeypatch.setattr(folder_watcher, "is_there", lambda folder: folder.name == "Other")  # nobody may ask for it
    for _ in "123":
        sweep = desk.watcher.scan(NOON)
        assert [event.origin for event in sweep.events] == ["Other/b.txt"]
        assert sweep.left == (Left("Scans", SILENT),)
        assert [each.words for each in sweep.notices] == [GONE.format(name="Scans")]
    assert touched.count("Scans") == 1
    monkeypatch.undo()
    returns.set()
    while (sweep := desk.watcher.scan(NOON)).left:  # until its thread has come back
        pass
    assert sorted(event.origin for event in sweep.events) == ["Other/b.txt", "Scans/a.txt"]


def test_a_folder_that_is_missing_or_empty_answers(desk: Desk) -> None:
    drives = Answering()
    assert drives.answers(str(desk.path))
    assert drives.answers(str(desk.room / "nowhere"))


def test_an_empty_mount_point_is_no_folder(desk: Desk) -> None:
    desk.connect(replace(desk.folder, mount=str(desk.path)))
    assert desk.left() == {"Scans": NOT_THERE}
    desk.connect(replace(desk.folder, mount="/"))
    assert desk.left() == {}


def test_a_folder_in_which_nothing_stirs_is_looked_at_more_rarely_the_more_a_look_costs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def costly(*arguments: object) -> object:
        desk.now_s += 0.5
        looks.append(arguments)
        return list_folder(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("watchers.folder_watcher.list_folder", costly)
    for at_s in (0.0, 50.0, 249.0, 251.0):
        desk.now_s = at_s
        desk.watcher.scan(NOON)
    assert len(looks) == 2
    desk.stirred = 1
    desk.watcher.scan(NOON)
    assert len(looks) == 3
    desk.stirred = None  # nobody tells any more
    desk.watcher.scan(NOON)
    assert len(looks) == 4


def test_each_folder_is_followed_from_its_connection_to_its_end(desk: Desk) -> None:
    written(desk.room / "Other/b.txt", "two")
    written(desk.path / "a.txt", "one")
    desk.connect(DropFolder(str(desk.room / "Other"), "Other", After.KEEP))
    events = desk.watcher.scan(NOON).events
    assert [(each.origin, each.taken and each.taken.file.stage) for each in events] == [
        ("Other/b.txt", Stage.KEPT),
        ("Scans/a.txt", Stage.FILED),
    ]
