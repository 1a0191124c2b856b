"""The objects of a big commit become one pack, durable before the reference moves; what a killed run left is gone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pygit2
import pytest

from agents.errors import Transient
from agents.vault import history_pack
from agents.vault.history import History
from agents.vault.history_pack import MANY_FILES
from tests.clock import NOON
from tests.stock_git import Desk, foreign_commit, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def many(desk: Desk, text: str = "") -> list[str]:
    return [desk.write(f"Box/{number}.md", f"{number}{text}") for number in range(MANY_FILES + 1)]


def packs(desk: Desk) -> list[Path]:
    """The finished packs; each has its index, and nothing else lies there."""
    folder = desk.git_dir / "objects" / "pack"
    found = sorted(folder.glob("*.pack"))
    assert sorted(folder.iterdir()) == sorted([*found, *(each.with_suffix(".idx") for each in found)])
    return found


def loose(desk: Desk) -> list[Path]:
    return [path for path in (desk.git_dir / "objects").glob("??/*") if path.is_file()]


def test_many_files_become_one_pack_that_stock_git_reads(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md", "before"))
    few = len(loose(desk))
    newest = desk.commit(*many(desk))
    assert len(packs(desk)) == 1
    assert len(loose(desk)) == few
    assert git(desk.vault, "fsck", "--strict", "--no-dangling") == ""
    assert git(desk.vault, "show", "HEAD:Box/7.md") == "7"
    assert git(desk.vault, "show", "HEAD:a.md") == "before"
    assert desk.history.blob_at(newest, "Box/7.md") == b"7"
    assert desk.history.is_ancestor(first, newest)
    assert desk.history.fsck_problems() == ()


def test_a_few_files_are_objects_by_themselves(desk: Desk) -> None:
    desk.commit(*many(desk)[:MANY_FILES])
    assert packs(desk) == []
    assert len(loose(desk)) == MANY_FILES + 2 + 1  # the files, two folders, the commit


def test_what_the_history_has_already_is_not_packed_again(desk: Desk) -> None:
    desk.commit(*many(desk))
    desk.commit(*many(desk))
    sizes = [git(desk.git_dir, "verify-pack", "-v", str(each)).count(" commit ") for each in packs(desk)]
    assert sizes == [1, 1]
    assert min(each.stat().st_size for each in packs(desk)) < 1_000  # the commit alone


def test_much_content_becomes_several_packs_so_that_memory_is_bounded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_pack, "MAX_BYTES", 10_000)
    desk.commit(*many(desk, "x" * 4_000))
    assert len(packs(desk)) == (MANY_FILES + 1) // 3 + 1  # three files each, then folders and commit
    assert git(desk.vault, "fsck", "--strict", "--no-dangling") == ""


def test_a_disk_that_refuses_moves_no_reference_and_leaves_nothing_behind(desk: Desk) -> None:
    folder = desk.git_dir / "objects" / "pack"
    folder.rmdir()
    folder.write_text("no folder")
    with pytest.raises(Transient):
        desk.commit(*many(desk))
    assert desk.history.head() is None
    folder.unlink()
    folder.mkdir()
    desk.commit(*many(desk))
    assert len(packs(desk)) == 1


def test_a_start_removes_packs_that_a_killed_run_left_half(desk: Desk) -> None:
    newest = desk.commit(*many(desk))
    folder = desk.git_dir / "objects" / "pack"
    (folder / "pack_git2_0123456789abcdef").touch()
    (folder / "pack_git2_0123456789abidx.lock").touch()
    shutil.copy(next(folder.glob("*.idx")), folder / f"pack-{'0' * 40}.idx")  # there for a moment before its pack
    desk.history.prepare(pointer=True, allowed_signers=desk.signers)
    assert len(packs(desk)) == 1
    assert desk.history.blob_at(newest, "Box/7.md") == b"7"
    desk.history.commit(["Box/7.md"], author="owner", message="again", when=NOON)
    assert git(desk.vault, "fsck", "--strict", "--no-dangling") == ""


def test_a_packed_commit_upon_a_moved_head_is_made_again(desk: Desk) -> None:
    desk.commit(desk.write("a.md", "a"))
    paths = many(desk)
    moved: list[str] = []

    def sign_late(payload: bytes) -> str:
        if not moved:
            moved.append(foreign_commit(desk.vault, "the owner's own"))
        return desk.key.sign(payload)

    desk.history = History.open(desk.git_dir, desk.vault, sign_late)
    desk.commit(*paths)
    assert git(desk.vault, "log", "--format=%s").splitlines()[1] == "the owner's own"
    assert git(desk.vault, "fsck", "--strict", "--no-dangling") == ""


def test_short_names_and_unknown_objects_are_looked_for_elsewhere(desk: Desk) -> None:
    desk.commit(desk.write("a.md", "a"))
    repository = pygit2.Repository(str(desk.git_dir))
    writing = history_pack.packed(repository)
    blob = repository.create_blob(b"new")
    assert repository.odb.read(blob)[1] == b"new"
    assert repository[blob].read_raw() == b"new"
    head = desk.history.head()
    assert head
    assert str(repository[head[:10]].id) == head
    with pytest.raises(KeyError):
        repository[pygit2.Oid(hex="1" * 40)]
    writing.finish()
    assert pygit2.Repository(str(desk.git_dir)).odb.read(blob)[1] == b"new"
    writing.finish()  # nothing is left to write
    assert len(packs(desk)) == 1
