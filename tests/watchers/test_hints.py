"""Promises of the hints, on real folders: what may begin wakes, what we do ourselves does not, and trouble is said."""

from __future__ import annotations

import logging
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from watchers.hints import FOLDERS, Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

PATIENCE_S = 20.0


class Recorded(Hints):
    """Remembers what was seen, in order."""

    def __init__(
        self,
        root: Path,
        wake: threading.Event,
        drops: Callable[[], list[Path]] = list,
        file_system: Callable[[Path], str] = lambda _path: "ext4",
    ) -> None:
        super().__init__(root, wake, drops=drops, file_system=file_system)
        self.seen: list[Path] = []
        self.changed = threading.Condition()

    def hint(self, path: Path, folder: str) -> None:
        super().hint(path, folder)
        with self.changed:
            self.seen.append(path)
            self.changed.notify_all()

    def wait_for(self, path: Path) -> None:
        """Wait until this path was seen; hints come in the order of the changes."""
        with self.changed:
            assert self.changed.wait_for(lambda: path in self.seen, PATIENCE_S)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def wake() -> threading.Event:
    return threading.Event()


@pytest.fixture
def hints(root: Path, wake: threading.Event) -> Iterator[Recorded]:
    watching = Recorded(root, wake)
    watching.start()
    yield watching
    watching.stop()


@pytest.mark.parametrize(
    "path",
    [
        *(f"{folder}/a.md" for folder in FOLDERS),
        "Inbox/new folder/a.eml",
        "STOP.md",
        "stop.md",
        "Ask.md",
        "Schedules.md",
    ],
)
def test_what_may_begin_work_wakes(root: Path, wake: threading.Event, hints: Recorded, path: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("x", encoding="utf-8")
    assert wake.wait(PATIENCE_S)
    assert hints.says == ""


@pytest.mark.parametrize("change", ["moved in", "moved out", "deleted"])
def test_moves_and_deletions_wake(root: Path, wake: threading.Event, hints: Recorded, change: str) -> None:
    inside, outside = root / "Approved/a.md", root / "a.md"
    outside.write_text("x", encoding="utf-8")
    if change == "moved in":
        outside.rename(inside)
    else:
        outside.rename(inside)
        hints.wait_for(inside)
        wake.clear()
        hints.seen.clear()
        inside.unlink() if change == "deleted" else inside.rename(outside)
    assert wake.wait(PATIENCE_S)


def test_our_own_looking_half_written_files_and_notes_of_the_root_do_not_wake(
    root: Path, wake: threading.Event, hints: Recorded
) -> None:
    (root / "Dashboard.md").write_text("x", encoding="utf-8")
    (root / "Approved/.ai-employee-0123456789abcdef.tmp").write_text("x", encoding="utf-8")
    assert not any(each.read_bytes() == b"y" for each in (root / "Approved").iterdir())
    assert list((root / "Inbox").iterdir()) == []
    last = root / "Approved/.last"
    last.write_text("x", encoding="utf-8")
    hints.wait_for(last)
    hints.wait_for(root / "Dashboard.md")
    assert not wake.is_set()


def test_reading_is_no_event_at_all(root: Path, wake: threading.Event, hints: Recorded) -> None:
    note = root / "Approved/a.md"
    note.write_text("x", encoding="utf-8")
    hints.wait_for(note)
    first = root / "Approved/first"
    first.write_text("x", encoding="utf-8")
    hints.wait_for(first)
    hints.seen.clear()
    for _ in range(10):
        note.read_bytes()
        list((root / "Approved").iterdir())
    last = root / "Approved/last"
    last.write_text("x", encoding="utf-8")
    hints.wait_for(last)
    assert note not in hints.seen
    assert wake.is_set()


def test_what_changed_is_told_once_and_by_folder(root: Path, hints: Recorded) -> None:
    hints.news()
    for folder in ("Approved", "In_Progress/runner"):
        (root / folder / "a.md").write_text("x", encoding="utf-8")
        hints.wait_for(root / folder / "a.md")
    (root / "Pending_Approval/.half").write_text("x", encoding="utf-8")
    hints.wait_for(root / "Pending_Approval/.half")
    assert hints.news() == frozenset({"Approved", "In_Progress/runner"})
    news = hints.news()
    assert news is not None
    assert news <= {"Approved", "In_Progress/runner"}  # one writing may be several events


def test_where_hints_were_lost_or_a_folder_was_not_watched_everything_is_to_be_looked_at(
    root: Path, wake: threading.Event, hints: Recorded
) -> None:
    assert Hints(root, wake).news() is None
    hints.news()
    hints.lost()
    hints.renew()  # watched again, but what was lost is lost
    assert hints.news() is None
    assert hints.news() is not None
    (root / "Approved").rename(root / "old")
    (root / "Approved").mkdir()
    hints.renew()
    news = hints.news()
    assert news is not None
    assert "Approved" in news
    shutil.rmtree(root / "Approved")
    hints.wait_for(root / "Approved")
    hints.renew()
    assert hints.news() is None


def test_a_missing_folder_is_said_and_watched_when_it_comes_back(root: Path, wake: threading.Event) -> None:
    (root / "Approved").rmdir()
    hints = Recorded(root, wake)
    hints.start()
    assert hints.says == "Some folders are only looked at from time to time: Approved (no such file or directory)"
    (root / "Approved").mkdir()
    hints.renew()
    assert hints.says == ""
    (root / "Approved/a.md").write_text("x", encoding="utf-8")
    hints.wait_for(root / "Approved/a.md")
    hints.stop()


def test_a_folder_deleted_and_made_again_is_watched_again(root: Path, wake: threading.Event, hints: Recorded) -> None:
    hints.renew()
    shutil.rmtree(root / "Approved")
    hints.wait_for(root / "Approved")
    (root / "Approved").mkdir()
    with hints.changed:
        assert hints.changed.wait_for(lambda: "Approved" in hints.gone, PATIENCE_S)
    hints.renew()
    wake.clear()
    (root / "Approved/a.md").write_text("x", encoding="utf-8")
    hints.wait_for(root / "Approved/a.md")
    assert wake.wait(PATIENCE_S)


def test_a_folder_put_in_its_place_is_watched_instead(root: Path, hints: Recorded) -> None:
    (root / "other").mkdir()
    (root / "Approved").rename(root / "old")
    (root / "other").rename(root / "Approved")
    hints.renew()
    (root / "Approved/a.md").write_text("x", encoding="utf-8")
    hints.wait_for(root / "Approved/a.md")


def test_lost_hints_wake_and_are_said_until_the_next_look(wake: threading.Event, hints: Recorded) -> None:
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    assert wake.is_set()
    assert "everything (too many changes at once)" in hints.says
    hints.renew()
    assert hints.says == ""


def test_a_machine_without_watchers_left_is_polled_and_says_so(root: Path, wake: threading.Event) -> None:
    def none_left() -> BaseObserver:
        raise OSError(24, "inotify instance limit reached")

    hints = Hints(root, wake, none_left)
    hints.start()
    hints.renew()
    assert (
        hints.says == "Some folders are only looked at from time to time: everything (inotify instance limit reached)"
    )
    hints.stop()


def test_after_stopping_no_thread_and_no_handler_is_left(root: Path, wake: threading.Event) -> None:
    before = len(logging.getLogger("watchdog").handlers)
    hints = Hints(root, wake)
    hints.start()
    hints.stop()
    assert len(logging.getLogger("watchdog").handlers) == before
    assert not [each for each in threading.enumerate() if type(each).__name__ == "InotifyObserver"]


@pytest.fixture
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("Scans")


def stirred(hints: Recorded, folder: Path, before: int) -> bool:
    """Whether more is told of the folder by now than before."""
    with hints.changed:
        return hints.changed.wait_for(lambda: (hints.stirs(folder) or 0) > before, PATIENCE_S)


def test_a_drop_folder_is_watched_with_the_folders_below_it_from_the_next_look_on(
    root: Path, wake: threading.Event, scans: Path
) -> None:
    drops: list[Path] = []
    hints = Recorded(root, wake, drops=lambda: drops)
    assert hints.stirs(scans) is None
    hints.start()
    assert hints.stirs(scans) is None
    drops.append(scans)
    hints.renew()
    before = hints.stirs(scans)
    assert before is not None
    hints.news()
    (scans / "new").mkdir()
    hints.wait_for(scans / "new")
    wake.clear()
    (scans / "new/a.pdf").write_bytes(b"x")
    assert stirred(hints, scans, before)
    assert wake.wait(PATIENCE_S)
    drops.clear()
    hints.renew()
    assert (hints.stirs(scans), hints.says) == (None, "")
    hints.stop()


def test_a_drop_folder_that_goes_is_polled_and_said_and_watched_again_when_it_is_back(
    root: Path, wake: threading.Event, scans: Path
) -> None:
    hints = Recorded(root, wake, drops=lambda: [scans])
    hints.start()
    scans.rename(scans.parent / "unplugged")
    hints.renew()
    assert hints.stirs(scans) is None
    assert f"drop folder {scans} (no such file or directory)" in hints.says
    assert hints.news() is not None  # the vault itself is watched
    scans.mkdir()
    hints.renew()
    before = hints.stirs(scans)
    assert before is not None
    (scans / "a.pdf").write_bytes(b"x")
    assert stirred(hints, scans, before)
    hints.stop()


def test_what_lies_on_a_drive_that_others_change_is_always_looked_at_and_said(
    root: Path, wake: threading.Event, scans: Path
) -> None:
    kinds = {scans: "nfs4"}
    hints = Recorded(root, wake, drops=lambda: [scans], file_system=lambda path: kinds.get(path, "ext4"))
    hints.start()
    assert hints.says.endswith(f"drop folder {scans} (on a drive that others change too, nfs4)")
    assert (hints.stirs(scans), hints.news() is None) == (None, False)
    hints.renew()
    assert hints.stirs(scans) is None
    (scans / "a.pdf").write_bytes(b"x")
    assert wake.wait(PATIENCE_S)  # what this machine writes is told all the same
    hints.stop()
    kinds[root] = "cifs"
    hints = Recorded(root, wake, file_system=lambda path: kinds.get(path, "ext4"))
    hints.start()
    hints.renew()
    assert "the vault (on a drive that others change too, cifs)" in hints.says
    assert hints.news() is None
    hints.stop()
