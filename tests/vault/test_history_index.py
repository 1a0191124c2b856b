"""What changed in the vault, and that stock `git status` says the same."""

from __future__ import annotations

import os
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agents.vault import history_index
from agents.vault.history_worktree import Missing, missing
from tests.stock_git import Desk, foreign_commit, git

if TYPE_CHECKING:
    from pathlib import Path

    import pygit2


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def stamps(desk: Desk) -> str:
    """What differs by stat data alone; `diff-files` reads no file."""
    return git(desk.vault, "diff-files", "--name-only")


def test_edits_additions_and_deletions_are_seen_and_nothing_when_idle(desk: Desk) -> None:
    desk.commit(desk.write("Inbox/kept.md"), desk.write("Inbox/edited.md"), desk.write("Inbox/gone.md"))
    assert desk.history.changed_paths() == ()
    desk.write("Inbox/edited.md", "new text\n")
    (desk.vault / "Inbox/gone.md").unlink()
    desk.write("New folder/Ünïcode.md")
    assert desk.history.changed_paths() == ("Inbox/edited.md", "Inbox/gone.md", "New folder/Ünïcode.md")
    assert desk.settle() == ("Inbox/edited.md", "Inbox/gone.md", "New folder/Ünïcode.md")
    assert (desk.settle(), desk.status()) == ((), "")


def test_everything_is_new_before_the_first_commit(desk: Desk) -> None:
    desk.write("a.md")
    assert desk.history.changed_paths() == ("a.md",)
    assert desk.history.refresh_index([])
    assert desk.status() == "?? a.md"


def test_looking_for_changes_writes_nothing(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    desk.write("a.md", "edited\n")
    desk.write("new.md", "x" * 10_001)
    before = {path: path.stat().st_mtime_ns for path in desk.state.rglob("*")}
    assert desk.history.changed_paths() == ("a.md",)
    assert {path: path.stat().st_mtime_ns for path in desk.state.rglob("*")} == before


def test_a_file_that_vanishes_while_it_is_stamped_is_stamped_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.vault / desk.write("a.md")
    desk.commit("a.md")

    def taken_away_after_the_look(work_tree: Path, name: str, max_bytes: int) -> Missing | None:
        found = missing(work_tree, name, max_bytes)
        path.unlink()
        return found

    monkeypatch.setattr(history_index, "missing", taken_away_after_the_look)
    desk.history.refresh_index(["a.md"])
    assert desk.status().strip() == "D a.md"


class Haunted:
    """An index over files of which one vanishes while it is read, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.deltas: tuple[pygit2.DiffDelta, ...] = ()

    def diff_to_workdir(self, _flags: object) -> Haunted:
        self.times -= 1
        if self.times >= 0:
            raise KeyError("could not find 'ghost.md' to open")
        return self


def test_where_a_file_vanishes_while_it_is_read_all_are_looked_at_again() -> None:
    for times in (0, 1, history_index.LOOKS - 1):
        haunted = Haunted(times)
        assert history_index.looked_at(haunted) == []  # type: ignore[arg-type]
        assert haunted.times == -1
    with pytest.raises(KeyError):
        history_index.looked_at(Haunted(history_index.LOOKS))  # type: ignore[arg-type]


def test_an_idle_refresh_writes_nothing(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    before = {path: path.stat().st_mtime_ns for path in desk.state.rglob("*")}
    desk.settle()
    assert {path: path.stat().st_mtime_ns for path in desk.state.rglob("*")} == before


def test_a_refresh_stamps_what_was_committed_since_the_last(desk: Desk) -> None:
    desk.commit(desk.write("a.md"), desk.write("b/c.md"), desk.write("d.md"))
    assert desk.history.refresh_index([])
    assert stamps(desk) == ""
    desk.commit(desk.write("a.md", "new"))
    desk.commit(desk.write("b/c.md", "new"))
    assert desk.history.refresh_index(["a.md"])
    assert (stamps(desk), desk.status()) == ("", "")


def test_a_file_written_again_with_the_same_words_is_stamped_anew(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    os.utime(desk.vault / "a.md", ns=(1, 1))
    assert desk.history.changed_paths() == ()
    assert desk.history.refresh_index(["a.md"])
    assert stamps(desk) == ""


def test_a_file_that_changed_after_its_commit_shows_as_changed_not_as_staged(desk: Desk) -> None:
    desk.commit(desk.write("a.md"), desk.write("b.md"), desk.write("c.md"))
    desk.settle()
    desk.commit(desk.write("a.md", "one"), desk.write("b.md", "one"), desk.write("c.md", "one"))
    desk.write("a.md", "two")
    (desk.vault / "b.md").unlink()
    (desk.vault / "c.md").unlink()
    (desk.vault / "c.md").mkdir()
    assert desk.history.refresh_index(["a.md", "b.md", "c.md"])
    assert desk.status() == " M a.md\n D b.md\n D c.md"
    assert desk.history.changed_paths() == ("a.md", "b.md", "c.md")


def test_an_edit_of_equal_size_in_the_same_instant_is_seen(desk: Desk) -> None:
    """Racy git: neither size nor time tells."""
    for turn in range(20):
        desk.commit(desk.write("a.md", f"{turn:04}"))
        assert desk.history.refresh_index(["a.md"])
        before = (desk.vault / "a.md").stat()
        desk.write("a.md", f"{turn:03}x")
        os.utime(desk.vault / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert desk.history.changed_paths() == ("a.md",)
        assert desk.status() == " M a.md"


def test_changes_are_right_when_the_index_is_stale(desk: Desk) -> None:
    desk.commit(desk.write("a.md"), desk.write("b.md"))
    desk.settle()
    desk.commit(desk.write("a.md", "new"), desk.write("c.md"))
    (desk.vault / "b.md").unlink()
    desk.commit("b.md")
    assert desk.history.changed_paths() == ()
    desk.write("c.md", "edited")
    assert desk.history.changed_paths() == ("c.md",)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flag_in_the_index_hides_no_change(desk: Desk, flag: str) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    git(desk.vault, "update-index", flag, "a.md")
    desk.write("a.md", "hidden")
    assert desk.status() == ""
    assert desk.settle() == ("a.md",)


def test_what_another_git_staged_is_no_commit_and_goes(desk: Desk) -> None:
    desk.commit(desk.write("a.md"), desk.write("b.md"))
    desk.settle()
    desk.write("c.md")
    git(desk.vault, "add", "c.md")
    git(desk.vault, "rm", "--quiet", "--cached", "b.md")
    assert desk.history.changed_paths() == ("c.md",)
    assert desk.history.refresh_index([])
    assert desk.status() == "?? c.md"


def test_a_rewound_head_is_followed(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md"))
    desk.commit(desk.write("b.md"))
    desk.settle()
    desk.history.set_head(first)
    assert desk.history.changed_paths() == ("b.md",)
    assert desk.history.refresh_index([])
    assert desk.status() == "?? b.md"


@pytest.mark.parametrize("content", [b"", b"garbage", b"DIRC" + b"\0" * 40])
def test_a_broken_index_is_built_again(desk: Desk, content: bytes) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    (desk.git_dir / "index").write_bytes(content)
    assert desk.history.changed_paths() == ()
    assert desk.history.refresh_index([])
    assert (desk.status(), stamps(desk)) == ("", "")


@pytest.mark.parametrize("record", ["", "one two three", "00 00"])
def test_a_broken_record_of_the_index_is_written_again(desk: Desk, record: str) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    (desk.git_dir / "index-record").write_text(record, encoding="ascii")
    assert desk.settle() == ()
    assert len((desk.git_dir / "index-record").read_text(encoding="ascii").split()) == 2


def test_a_held_index_is_left_for_the_next_time(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    (desk.git_dir / "index.lock").touch()
    assert not desk.history.refresh_index(["a.md"])
    (desk.git_dir / "index.lock").unlink()
    assert desk.history.refresh_index([])
    assert desk.status() == ""


def test_an_ignore_file_in_the_vault_hides_nothing_from_the_history(desk: Desk) -> None:
    desk.write(".gitignore", "*\n")
    desk.write("Box/.gitignore", "*.md\n")
    desk.write("Box/hidden.md")
    assert desk.settle() == (".gitignore", "Box/.gitignore", "Box/hidden.md")
    assert desk.status() == ""


def test_what_is_always_out_is_out(desk: Desk) -> None:
    for path in ("Health/runner.md", ".obsidian/workspace.json", ".obsidian/workspace-mobile.json", "a/.git/b"):
        desk.write(path)
    desk.write("Inbox/.ai-employee-0123456789abcdef.tmp")
    assert desk.settle() == ()
    desk.commit("Health/runner.md", ".obsidian/workspace.json", desk.write("Health/other.md"))
    assert desk.tree() == ["Health/other.md"]
    assert desk.settle() == ()
    assert desk.status() == ""


def test_what_is_asked_to_stay_out_stays_out_for_every_later_run(desk: Desk) -> None:
    desk.commit(desk.write("Private/old.md"), desk.write("kept.md"))
    desk.history.exclude("Private")
    desk.history.exclude("one [x].md ")
    desk.write("one [x].md ")
    desk.write("Private/deep/new.md")
    desk.history.prepare(pointer=True, allowed_signers=desk.signers)
    assert desk.reopened().changed_paths() == ()
    desk.write("Private/old.md", "edited")
    assert desk.settle() == ("Private/old.md",)  # it leaves the tree
    assert (desk.tree(), desk.status()) == (["kept.md"], "")


def test_a_file_above_the_cap_is_no_change_and_excluded_at_the_next_refresh(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    desk.write("big.bin", "x" * 10_001)
    assert desk.history.changed_paths() == ()
    assert desk.status() == "?? big.bin"
    assert desk.history.refresh_index([])
    assert desk.status() == ""
    assert desk.reopened().refresh_index([])
    assert desk.status() == ""


def test_a_commit_by_another_git_on_a_stale_index_loses_no_file(desk: Desk) -> None:
    """Its index does not know of a.md yet, so its commit takes a.md away."""
    desk.commit(desk.write("a.md"))
    git(desk.vault, "commit", "--quiet", "--allow-empty", "--message", "stale")
    assert desk.tree() == []
    assert desk.settle() == ("a.md",)
    assert (desk.tree(), desk.status()) == (["a.md"], "")


def test_a_link_to_another_repository_in_a_foreign_commit_goes(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    git(desk.vault, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    git(desk.vault, "commit", "--quiet", "--message", "a module")
    assert desk.settle() == ("module",)
    assert desk.tree() == ["a.md"]


NAMES = st.sampled_from(["a.md", "b.md", "In box/a.md", "In box/b.md", "Done/2026-11/a.md", "Done/2026-11", "é.md"])
WORDS = st.text(alphabet=string.ascii_lowercase, max_size=3)


class OwnerAndRunner(RuleBasedStateMachine):
    """The owner edits, the runner commits some, another git commits: idle means equal, whatever came before."""

    room: Path
    number = 0

    @initialize()
    def begin(self) -> None:
        type(self).number += 1
        room = type(self).room / str(type(self).number)
        room.mkdir()
        self.desk = Desk(room, max_bytes=2)
        self.desk.commit()

    @rule(name=NAMES, words=WORDS)
    def edit(self, name: str, words: str) -> None:
        place = self.desk.vault / name
        if not place.is_dir() and not place.parent.is_file():
            self.desk.write(name, words)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        place = self.desk.vault / name
        if place.is_file():
            place.unlink()
            if place.parent != self.desk.vault and not any(place.parent.iterdir()):
                place.parent.rmdir()

    @rule(name=NAMES)
    def transition(self, name: str) -> None:
        self.desk.commit(name)

    @rule()
    def other(self) -> None:
        foreign_commit(self.desk.vault)

    @rule()
    def settle(self) -> None:
        self.desk.settle()
        assert self.desk.status() == ""
        assert self.desk.history.changed_paths() == ()
        files = [path for path in self.desk.vault.rglob("*") if path.is_file() and path.name != ".git"]
        there = {path.relative_to(self.desk.vault).as_posix(): path.stat().st_size for path in files}
        kept = set(self.desk.tree())
        assert {path for path, size in there.items() if size <= 2} <= kept <= set(there)  # another git knows no cap

    @invariant()
    def whole(self) -> None:
        assert self.desk.history.fsck_problems() == ()


def test_after_any_history_an_idle_vault_is_the_newest_commit(tmp_path: Path) -> None:
    class Here(OwnerAndRunner):
        room = tmp_path

    Here.TestCase.settings = settings(max_examples=15, stateful_step_count=15)
    Here.TestCase().runTest()
