"""Durability of objects, one by one and all at once, and what a power failure leaves."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from agents.errors import Transient
from agents.vault.history import History
from agents.vault.history_flush import MANY_FILES, MARKER
from tests.clock import NOON
from tests.stock_git import Desk, git


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def many(desk: Desk) -> list[str]:
    return [desk.write(f"Box/{number}.md", str(number)) for number in range(MANY_FILES + 1)]


class Disk:
    """A syncfs(2) that counts its calls and looks at what is there; `answer` -1 refuses."""

    def __init__(self, git_dir: Path, answer: int = 0) -> None:
        self.git_dir, self.answer = git_dir, answer
        self.seen: list[tuple[bool, int]] = []

    def __call__(self, descriptor: int) -> int:
        assert Path(f"/proc/self/fd/{descriptor}").resolve() == self.git_dir
        objects = sum(1 for path in (self.git_dir / "objects").rglob("*") if path.is_file())
        self.seen.append(((self.git_dir / "refs/heads/main").exists(), objects))
        return self.answer


def on(disk: Disk | None, desk: Desk) -> Desk:
    """The desk with this disk."""
    desk.history = History(desk.git_dir, desk.vault, desk.key.sign, syncfs=disk)
    return desk


def test_many_objects_are_flushed_once_before_the_reference_moves(desk: Desk) -> None:
    disk = Disk(desk.git_dir)
    on(disk, desk).commit(*many(desk))
    assert disk.seen == [(False, MANY_FILES + 1 + 2 + 1)]  # blobs, two folders, the commit
    assert not (desk.git_dir / MARKER).exists()
    git(desk.vault, "fsck", "--strict")


def test_a_few_objects_are_flushed_one_by_one(desk: Desk) -> None:
    disk = Disk(desk.git_dir)
    on(disk, desk).commit(*many(desk)[:MANY_FILES])
    assert disk.seen == []


def test_without_syncfs_all_objects_are_flushed_one_by_one(desk: Desk) -> None:
    on(None, desk).commit(*many(desk))
    assert not (desk.git_dir / MARKER).exists()
    git(desk.vault, "fsck", "--strict")


def test_a_disk_that_refuses_moves_no_reference_and_the_next_commit_flushes_again(desk: Desk) -> None:
    disk = Disk(desk.git_dir, answer=-1)
    with pytest.raises(Transient, match="flushed"):
        on(disk, desk).commit(*many(desk))
    assert desk.history.head() is None
    assert (desk.git_dir / MARKER).exists()
    disk.answer = 0
    desk.commit("Box/1.md")  # few, but what it needs may be there unflushed
    assert len(disk.seen) == 2
    assert not (desk.git_dir / MARKER).exists()


@pytest.mark.parametrize("with_syncfs", [True, False])
def test_an_object_that_a_power_failure_emptied_is_written_again(desk: Desk, *, with_syncfs: bool) -> None:
    whole = desk.write("whole.md", "whole")
    desk.commit(whole)
    desk.write("a.md", "the text")
    oid = str(pygit2.hash(b"the text"))
    emptied = desk.git_dir / "objects" / oid[:2] / oid[2:]
    emptied.parent.mkdir()
    emptied.touch()
    (emptied.parent / "tmp_obj_x").touch()
    (desk.git_dir / MARKER).touch()
    on(Disk(desk.git_dir) if with_syncfs else None, desk).history.prepare(pointer=True, allowed_signers=desk.signers)
    assert not emptied.exists()
    assert not (desk.git_dir / MARKER).exists()
    newest = desk.history.commit(["a.md"], author="owner", message="again", when=NOON)
    assert desk.history.blob_at(newest, "a.md") == b"the text"
    assert desk.history.fsck_problems() == ()
