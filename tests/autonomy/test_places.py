"""Promises about looking into folders: what is there is seen, what is no note never passes for one."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.pauses import Pauses
from agents.autonomy.places import Places
from agents.autonomy.shelving import Shelf
from agents.vault.store import EditText, Store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clock import FrozenClock

LINE = EditText("line", "- done", "History")


@pytest.fixture
def places(tmp_path: Path, clock: FrozenClock) -> Places:
    found = Places(tmp_path, clock, quiet_s=2.0)
    found.prepare()
    return found


def test_everything_but_hidden_files_is_seen_with_its_kind(places: Places, tmp_path: Path) -> None:
    inbox = tmp_path / "Inbox"
    (inbox / "a.md").write_text("a\n", encoding="utf-8")
    (inbox / "b").mkdir()
    (inbox / "c.md").symlink_to("/nowhere")
    os.mkfifo(inbox / "d")
    (inbox / ".hidden").write_text("x\n", encoding="utf-8")
    found = [(each.name, each.kind) for each in places.entries("Inbox")]
    assert found == [("a.md", "file"), ("b", "folder"), ("c.md", "link"), ("d", "other")]


def test_a_folder_that_is_gone_or_a_file_is_empty(places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x\n", encoding="utf-8")
    assert places.entries("gone") == places.entries("file") == ()
    assert places.entry("file", "x.md") is None


def test_done_stands_for_itself_and_its_months_and_only_a_real_note_is_found(places: Places, tmp_path: Path) -> None:
    assert places.find("a.md", "Inbox", "Done") is None
    (tmp_path / "Done/2026-10").mkdir()
    (tmp_path / "Done/2026-10/a.md").write_text("a\n", encoding="utf-8")
    (tmp_path / "Inbox/a.md").symlink_to(tmp_path / "Done/2026-10/a.md")
    found = places.find("a.md", "Inbox", "Done")
    assert found is not None
    assert found.path == "Done/2026-10/a.md"
    (tmp_path / "Done/a.md").write_text("a\n", encoding="utf-8")
    found = places.find("a.md", "Done")
    assert found is not None
    assert found.path == "Done/a.md"


@pytest.mark.parametrize("days", [-40, 40])
def test_practice_time_makes_no_file_older_or_younger(
    places: Places, tmp_path: Path, clock: FrozenClock, days: int
) -> None:
    clock.practise(timedelta(days=days))
    path = tmp_path / "Inbox/a.md"
    path.write_text("a\n", encoding="utf-8")
    now_s = clock.machine_now().timestamp()
    os.utime(path, (now_s, now_s))
    (entry,) = places.entries("Inbox")
    assert not places.settled(entry)
    assert places.unsettled_s == pytest.approx(2.0)
    clock.advance(2)
    assert places.settled(entry)


def test_a_file_written_in_the_future_is_watched_instead(places: Places, tmp_path: Path, clock: FrozenClock) -> None:
    path = tmp_path / "Inbox/a.md"
    path.write_text("a\n", encoding="utf-8")
    later_s = clock.now().timestamp() + 1e6

    def settled(at_s: float) -> bool:
        os.utime(path, (at_s, at_s))
        (entry,) = places.entries("Inbox")
        return places.settled(entry)

    assert not settled(later_s)
    assert places.unsettled_s == pytest.approx(2.0)
    clock.advance(1)
    assert not settled(later_s + 1)  # written again
    clock.advance(1)
    assert not settled(later_s + 1)
    assert places.unsettled_s == pytest.approx(1.0)
    clock.advance(1)
    assert settled(later_s + 1)
    places.begin()
    assert places.unsettled_s is None


def test_what_was_tried_rests_for_a_minute(clock: FrozenClock) -> None:
    pauses = Pauses(clock)
    assert pauses.due("a")
    pauses.tried("a")
    clock.advance(59)
    pauses.tried("b")
    assert not pauses.due("a")
    clock.advance(1)
    assert (pauses.due("a"), pauses.due("b")) == (True, False)


def brought(places: Places, root: Path, text: str = "") -> str:
    """The text of a note after it was brought to Done twice, as after a crash."""
    store = Store(root, lambda _digest: b"")
    operations = Shelf(places, store).bring("a.md", ("Plans",), "Done/2026-11", LINE, text=text)
    for _ in range(2):
        for operation in operations:
            store.apply(operation)
    path = root / "Done/2026-11/a.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("place", ["Plans", "Done/2026-11", ""])
def test_a_note_is_brought_from_wherever_it_lies(places: Places, tmp_path: Path, place: str) -> None:
    if place:
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / "a.md").write_text("words\n", encoding="utf-8")
    assert brought(places, tmp_path, "words\n") == "words\n\n## History\n- done\n"
    assert list(tmp_path.rglob("a.md")) == [tmp_path / "Done/2026-11/a.md"]


def test_a_note_that_is_nowhere_is_not_made_up(places: Places, tmp_path: Path) -> None:
    assert brought(places, tmp_path) == ""


def test_another_note_of_that_name_is_kept_in_quarantine(places: Places, tmp_path: Path) -> None:
    for place, text in (("Plans", "ours\n"), ("Done/2026-11", "theirs\n")):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / "a.md").write_text(text, encoding="utf-8")
    assert brought(places, tmp_path).startswith("ours\n")
    (kept,) = (tmp_path / "Quarantine").iterdir()
    assert kept.read_text(encoding="utf-8") == "theirs\n"
