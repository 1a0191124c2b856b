"""Walking the notes: which are found, and when their marks change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from agents.vault.note_walk import walk_notes

if TYPE_CHECKING:
    from pathlib import Path


def paths(root: Path) -> set[str]:
    return {path for path, _ in walk_notes(root, lambda folder: folder == "No")}


def test_notes_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    for path in ("a.md", "b.MD", "deep/er/c.md", "d.txt", ".hidden/e.md", ".f.md", "No/g.md", "Yes/No/h.md"):
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    (tmp_path / "linked").symlink_to(tmp_path / "deep")
    os.mkfifo(tmp_path / "pipe.md")
    assert paths(tmp_path) == {"a.md", "b.MD", "deep/er/c.md", "Yes/No/h.md"}


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.md")).write_text("x")
    assert paths(tmp_path) == set()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert paths(tmp_path / "gone") == set()


def test_what_goes_while_it_is_listed_is_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("x")
    walk = walk_notes(tmp_path, lambda _: False)
    first, _ = next(walk)
    for name in {"a.md", "b.md"} - {first}:
        (tmp_path / name).unlink()
    assert list(walk) == []


@pytest.mark.parametrize("change", ["text", "time"])
def test_a_mark_changes_with_the_note(tmp_path: Path, change: str) -> None:
    place = tmp_path / "a.md"
    place.write_text("x")
    os.utime(place, ns=(0, 1_000))
    before = dict(walk_notes(tmp_path, lambda _: False))
    if change == "text":
        place.write_text("xy")
        os.utime(place, ns=(0, 1_000))
    else:
        os.utime(place, ns=(0, 2_000))
    assert dict(walk_notes(tmp_path, lambda _: False)) != before
