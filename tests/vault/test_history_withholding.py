"""What a gate withholds stays in the vault as it is, and out of the history until it is clean."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from agents.vault.history import History
from tests.clock import NOON
from tests.stock_git import Desk

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"hunter2"


def gate(path: str, content: bytes) -> tuple[str, ...]:
    return ("line 1: password",) if SECRET in content or "hunter2" in path else ()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.history = History.create(made.git_dir, made.vault, made.key.sign, gate=gate)
    return made


def objects(desk: Desk) -> bytes:
    command = ["git", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, cwd=desk.git_dir, capture_output=True, check=True).stdout


def commit(desk: Desk, *paths: str) -> str:
    return desk.history.commit(paths, author="owner", message="Edit", when=NOON)


def test_a_new_file_with_a_secret_is_left_alone_and_in_no_object(desk: Desk) -> None:
    note = desk.vault / "a.md"
    note.write_bytes(SECRET)
    (desk.vault / "b.md").write_bytes(b"clean")
    made = commit(desk, "a.md", "b.md")
    assert desk.history.blob_at(made, "a.md") is None
    assert desk.history.blob_at(made, "b.md") == b"clean"
    assert note.read_bytes() == SECRET
    assert desk.history.withheld() == {"a.md": ("line 1: password",)}
    assert desk.history.changed_paths() == ()
    desk.history.refresh_index(["a.md", "b.md"])
    assert SECRET not in objects(desk)
    assert "/a.md" in (desk.git_dir / "info" / "exclude").read_text(encoding="utf-8")


def test_a_clean_version_stays_when_a_secret_is_written_into_the_note(desk: Desk) -> None:
    note = desk.vault / "a.md"
    note.write_bytes(b"clean")
    commit(desk, "a.md")
    note.write_bytes(b"clean " + SECRET)
    assert desk.history.changed_paths() == ()
    made = commit(desk, "a.md")
    assert desk.history.blob_at(made, "a.md") == b"clean"
    desk.history.refresh_index(["a.md"])
    assert SECRET not in objects(desk)
    assert desk.status() == " M a.md"


def test_it_comes_in_as_soon_as_it_is_clean(desk: Desk) -> None:
    note = desk.vault / "a.md"
    note.write_bytes(SECRET)
    assert desk.history.changed_paths() == ()
    assert desk.history.withholds("a.md")
    note.write_bytes(b"clean now")
    assert desk.history.changed_paths() == ("a.md",)
    assert desk.history.withheld() == {}
    made = commit(desk, "a.md")
    assert desk.history.blob_at(made, "a.md") == b"clean now"


def test_a_file_whose_name_is_a_secret_is_in_no_tree(desk: Desk) -> None:
    (desk.vault / "hunter2.md").write_bytes(b"words")
    commit(desk, "hunter2.md")
    assert SECRET not in objects(desk)


def test_a_note_that_moves_takes_its_old_place_out_of_the_history(desk: Desk) -> None:
    (desk.vault / "a.md").write_bytes(b"clean")
    commit(desk, "a.md")
    (desk.vault / "a.md").rename(desk.vault / "b.md")
    (desk.vault / "b.md").write_bytes(SECRET)
    made = commit(desk, "a.md", "b.md")
    assert desk.history.blob_at(made, "a.md") is None
    assert desk.history.blob_at(made, "b.md") is None


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    asked: list[str] = []

    def told(path: str, content: bytes) -> tuple[str, ...]:
        asked.append(path)
        return gate(path, content)

    desk = Desk(tmp_path)
    history = History.create(desk.git_dir, desk.vault, desk.key.sign, gate=told)
    note = desk.vault / "a.md"
    note.write_bytes(SECRET)
    assert [history.withholds("a.md") for _ in range(3)] == [True] * 3
    assert asked == ["a.md"]
    os.utime(note, ns=(1, 1))
    assert history.withholds("a.md")
    assert asked == ["a.md", "a.md"]
    note.unlink()
    assert not history.withholds("a.md")
    assert history.withheld() == {}


def test_without_a_gate_everything_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.vault / "a.md").write_bytes(SECRET)
    assert desk.history.changed_paths() == ("a.md",)
    assert desk.history.blob_at(commit(desk, "a.md"), "a.md") == SECRET
