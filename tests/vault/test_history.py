"""Commits: what stock git sees of them, what they take in, and what others may do meanwhile."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from agents.errors import Broken, Transient
from agents.security.signing import is_signed_by
from agents.vault.history import History
from tests.clock import NOON
from tests.stock_git import Desk, foreign_commit, git

if TYPE_CHECKING:
    from pathlib import Path

ODD_NAMES = [
    "Ünïcode 📎 naïve.md",
    "-leading.md",
    "a b  c.md ",
    "new\nline.md",
    'quo"te\\.md',
    "#hash.md",
    "!bang*[x]?.md",
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_stock_git_finds_the_first_commit_and_the_next_signed_and_by_whom(desk: Desk) -> None:
    desk.commit(desk.write("Inbox/a.md"), author="owner", message="Drop a note\n\nActor: owner")
    desk.commit(desk.write("Needs_Action/b.md"), message="File it")
    rows = git(desk.vault, "log", "--format=%G? %an %cn %s %aI").splitlines()
    assert rows == [
        "G ai-employee ai-employee File it 2026-11-23T12:00:00+00:00",
        "G owner ai-employee Drop a note 2026-11-23T12:00:00+00:00",
    ]
    assert git(desk.vault, "log", "--format=%(trailers:key=Actor,valueonly)", "-1", "HEAD~1").strip() == "owner"
    git(desk.vault, "fsck", "--strict")


def test_the_zone_of_the_moment_is_kept(desk: Desk) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-3, minutes=-30)))
    desk.history.commit([desk.write("a.md")], author="owner", message="from afar", when=there)
    assert git(desk.vault, "log", "--format=%aI %G?") == "2026-11-23T08:30:00-03:30 G"


def test_a_commit_takes_the_named_files_only_as_they_are_now(desk: Desk) -> None:
    desk.write("Inbox/other.md")
    desk.write("Done/2026-11/a.md", "old")
    desk.commit("Done/2026-11/a.md", desk.write("Inbox/b.md"))
    desk.write("Done/2026-11/a.md", "new")
    (desk.vault / "Inbox/b.md").unlink()
    newest = desk.commit("Done/2026-11/a.md", "Inbox/b.md", "Inbox/never-there.md")
    assert desk.tree() == ["Done/2026-11/a.md"]
    assert desk.history.blob_at(newest, "Done/2026-11/a.md") == b"new"


def test_a_commit_is_made_also_when_nothing_changed(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md"))
    second = desk.commit("a.md")
    assert second != first
    assert git(desk.vault, "rev-parse", f"{first}^{{tree}}") == git(desk.vault, "rev-parse", f"{second}^{{tree}}")


def test_a_commit_without_files_is_a_commit(desk: Desk) -> None:
    assert desk.history.head() is None
    assert desk.commit() == desk.history.head()
    assert desk.tree() == []


def test_a_file_becomes_a_folder_and_a_folder_a_file(desk: Desk) -> None:
    desk.commit(desk.write("a"), desk.write("b/one.md"), desk.write("b/two.md"), desk.write("c/d/e.md"))
    (desk.vault / "a").unlink()
    desk.write("a/inside.md")
    for name in ("one", "two"):
        (desk.vault / f"b/{name}.md").unlink()
    (desk.vault / "b").rmdir()
    desk.write("b")
    desk.commit("a", "a/inside.md", "b", "b/one.md", "b/two.md")
    assert desk.tree() == ["a/inside.md", "b", "c/d/e.md"]
    desk.commit(
        "c", "c/d", "a/inside.md/below.md"
    )  # a folder as a path takes nothing away, nor does a file as a folder
    assert desk.tree() == ["a/inside.md", "b", "c/d/e.md"]
    git(desk.vault, "fsck", "--strict")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_kept_as_they_are(desk: Desk, name: str) -> None:
    desk.commit(desk.write(f"In box/{name}", name))
    assert desk.tree() == [f"In box/{name}"]
    assert desk.history.refresh_index([f"In box/{name}"])
    assert desk.status() == ""
    assert desk.history.changed_paths() == ()


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_above_the_cap_is_left_out_and_stock_status_is_clean(desk: Desk, name: str) -> None:
    desk.commit(desk.write(f"Files/{name}", "x" * 10_001), desk.write("Files/fits.md", "x" * 10_000))
    assert desk.tree() == ["Files/fits.md"]
    assert desk.history.refresh_index(["Files/fits.md"])
    assert desk.status() == ""


def test_a_kept_file_that_outgrows_the_cap_leaves_the_tree_and_comes_back_when_it_fits(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.write("a.md", "x" * 10_001)
    assert desk.settle() == ("a.md",)
    assert (desk.tree(), desk.status(), desk.settle()) == ([], "", ())
    desk.write("a.md", "short again")
    assert desk.settle() == ("a.md",)
    assert (desk.tree(), desk.status()) == (["a.md"], "")


def test_links_pipes_and_sockets_are_left_out(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/inside.md").write_text("secret", encoding="utf-8")
    (desk.vault / "link.md").symlink_to(tmp_path / "secret.md")
    (desk.vault / "dangling.md").symlink_to("nowhere")
    (desk.vault / "folder").symlink_to(tmp_path / "outside")
    os.mkfifo(desk.vault / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(desk.vault / "socket.md"))
        desk.commit("link.md", "dangling.md", "folder", "folder/inside.md", "pipe.md", "socket.md", "../secret.md")
        assert desk.tree() == []
        assert desk.settle() == ()
        assert desk.status() == ""


def test_a_kept_file_that_became_a_link_leaves_the_tree(desk: Desk) -> None:
    desk.commit(desk.write("a.md"), desk.write("Box/b.md"), desk.write("target.md"))
    (desk.vault / "a.md").unlink()
    (desk.vault / "a.md").symlink_to("target.md")
    (desk.vault / "Box").rename(desk.vault / "Other")
    (desk.vault / "Box").symlink_to("Other")
    assert desk.settle() == ("Box/b.md", "Other/b.md", "a.md")
    assert (desk.tree(), desk.status()) == (["Other/b.md", "target.md"], "")


GIT_NAMES = [
    ".gitattributes",
    ".gitmodules",
    "git~1",
    ".GIT/x",
    ".git. ",
    ".g\u200cit",
    "GITMOD~1",
    ".git::$INDEX",
    "a\udc80b",
]


@pytest.mark.parametrize("name", [*GIT_NAMES, "/".join(["deep"] * 65)])
def test_names_of_gits_own_and_those_it_refuses_are_left_out(desk: Desk, name: str) -> None:
    desk.write(f"Box/{name}", "[submodule]\n url = -x\n")
    desk.commit(f"Box/{name}", desk.write("a.md"))
    assert desk.tree() == ["a.md"]
    assert desk.settle() == ()
    assert desk.status() == ""
    git(desk.vault, "fsck", "--strict")


@pytest.mark.parametrize("path", ["", ".", "..", "../a.md", "/etc/passwd", "a//b", "a/./b", "nul\0byte", ".git/config"])
def test_a_path_that_is_none_is_left_out(desk: Desk, path: str) -> None:
    desk.commit(path)
    assert desk.tree() == []


def test_what_the_disk_does_not_give_stays_as_it_was(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.commit("a.md", "x" * 300)  # a name the disk refuses stands for every refusal
    assert desk.tree() == ["a.md"]


def test_a_commit_that_another_git_made_meanwhile_is_built_upon(desk: Desk) -> None:
    """It comes between reading the head and moving it."""
    desk.commit(desk.write("a.md"))
    waiting = ["other"]

    def sign(payload: bytes) -> str:
        if waiting:
            foreign_commit(desk.vault, waiting.pop())
        return desk.key.sign(payload)

    desk.write("b.md")
    ours = History.open(desk.git_dir, desk.vault, sign).commit(["a.md"], author="owner", message="ours", when=NOON)
    assert git(desk.vault, "log", "--format=%s").splitlines() == ["ours", "other", "a transition"]
    assert desk.history.head() == ours
    assert desk.tree() == ["a.md", "b.md"]


def test_a_first_commit_that_another_git_made_meanwhile_is_built_upon(desk: Desk) -> None:
    waiting = ["other"]

    def sign(payload: bytes) -> str:
        if waiting:
            foreign_commit(desk.vault, waiting.pop())
        return desk.key.sign(payload)

    History.open(desk.git_dir, desk.vault, sign).commit([], author="owner", message="ours", when=NOON)
    assert git(desk.vault, "log", "--format=%s").splitlines() == ["ours", "other"]


def test_others_who_never_stop_committing_end_as_try_again(desk: Desk) -> None:
    def sign(payload: bytes) -> str:
        foreign_commit(desk.vault)
        return desk.key.sign(payload)

    with pytest.raises(Transient, match="keep committing"):
        History.open(desk.git_dir, desk.vault, sign).commit([], author="owner", message="ours", when=NOON)


def test_a_held_reference_is_try_again_and_only_prepare_frees_it(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md"))
    (desk.git_dir / "refs/heads/main.lock").touch()
    with pytest.raises(Transient):
        desk.commit("a.md")
    assert desk.history.head() == first
    desk.history.prepare(pointer=True, allowed_signers=desk.signers)
    assert desk.commit("a.md") == desk.history.head()


def test_a_foreign_commit_is_built_upon_and_told_by_its_missing_signature(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md"))
    desk.write("b.md")
    foreign = foreign_commit(desk.vault)
    ours = desk.commit(desk.write("c.md"))
    trusted = [desk.key.public_line()]
    told = {each.id: is_signed_by(each.payload, each.signature, trusted) for each in desk.history.walk_back()}
    assert told == {ours: True, foreign: False, first: True}
    assert desk.tree() == ["a.md", "b.md", "c.md"]
    assert git(desk.vault, "log", "--format=%an %G?").splitlines() == ["ai-employee G", "owner N", "ai-employee G"]
    assert desk.settle() == ()
    assert desk.status() == ""


def test_a_repository_in_a_folder_of_the_vault_is_committed_as_files_not_as_a_link(desk: Desk) -> None:
    desk.write("Box/a.md")
    git(desk.vault / "Box", "init", "--quiet")
    desk.write("Box/deep/b.md")
    desk.write("Box/deep/.git", "gitdir: elsewhere\n")
    (desk.vault / "Box/folder").symlink_to("deep")
    assert desk.settle() == ("Box/a.md", "Box/deep/b.md")
    assert desk.tree() == ["Box/a.md", "Box/deep/b.md"]
    assert desk.status() == ""


def test_the_message_ends_in_one_newline_and_a_nul_is_refused(desk: Desk) -> None:
    desk.commit(message="one\n\n\n")
    assert git(desk.vault, "cat-file", "commit", "HEAD").endswith("\n\none")
    with pytest.raises(ValueError, match="null"):
        desk.commit(message="a\0b")


def test_a_reader_in_another_thread_sees_every_commit_whole(desk: Desk) -> None:
    desk.commit(desk.write("a.md", "0"))
    seen: list[tuple[str, ...]] = []
    stop = threading.Event()

    def read() -> None:
        reader = desk.reopened()
        while not stop.is_set():
            seen.append(tuple(each.id for each in reader.walk_back()))

    thread = threading.Thread(target=read)
    thread.start()
    made = [desk.commit(desk.write("a.md", str(turn))) for turn in range(20)]
    stop.set()
    thread.join()
    chain = [desk.commit("a.md"), *reversed(made)]
    assert all(set(heads[:-1]) <= set(chain) for heads in seen)


def test_a_folder_without_a_history_is_told(tmp_path: Path) -> None:
    with pytest.raises(Broken):
        History.open(tmp_path, tmp_path, lambda _: "")
    (tmp_path / "HEAD").touch()
    with pytest.raises(Broken):
        History.open(tmp_path, tmp_path, lambda _: "").head()


def test_creating_again_opens_what_is_there(desk: Desk) -> None:
    first = desk.commit(desk.write("a.md"))
    assert History.create(desk.git_dir, desk.vault, desk.key.sign).head() == first
