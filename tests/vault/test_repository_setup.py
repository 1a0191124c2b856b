"""The repository's own files: what stock git obeys, what a start puts right, what is reported as not ours."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from agents.vault.history import History
from tests.stock_git import Desk, git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def prepare(desk: Desk, *, pointer: bool = True) -> None:
    desk.history.prepare(pointer=pointer, allowed_signers=desk.signers)


def test_plain_git_in_the_vault_finds_the_directory_in_the_state_folder(desk: Desk) -> None:
    assert git(desk.vault, "rev-parse", "--absolute-git-dir") == str(desk.git_dir)
    assert git(desk.vault, "rev-parse", "--show-toplevel") == str(desk.vault)
    assert (desk.vault / ".git").is_file()


def test_a_vault_and_a_state_folder_behind_links_and_with_odd_names_work(tmp_path: Path) -> None:
    (tmp_path / 'real "vault" \\ é #;').mkdir()
    (tmp_path / "state").symlink_to("real state", target_is_directory=True)
    (tmp_path / "real state").mkdir(mode=0o700)
    (tmp_path / "Vault").symlink_to('real "vault" \\ é #;', target_is_directory=True)
    state, vault = tmp_path / "state", tmp_path / "Vault"
    history = History.create(state / "history", vault, lambda _: "")
    history.prepare(pointer=True, allowed_signers=state / "signers")
    (vault / "a.md").write_text("a", encoding="utf-8")
    assert history.changed_paths() == ("a.md",)
    assert git(vault, "status", "--porcelain") == "?? a.md"
    assert history.config_problems() == ()


def test_a_second_start_writes_nothing(desk: Desk) -> None:
    before = {path: path.stat().st_mtime_ns for path in [*desk.state.rglob("*"), desk.vault / ".git"]}
    prepare(desk)
    assert {path: path.stat().st_mtime_ns for path in [*desk.state.rglob("*"), desk.vault / ".git"]} == before


@pytest.mark.parametrize("planted", ["gitdir: /elsewhere\n", ""])
def test_a_start_points_the_vault_back_to_our_history(desk: Desk, planted: str) -> None:
    (desk.vault / ".git").write_text(planted, encoding="utf-8")
    git(desk.git_dir, "config", "core.worktree", "/elsewhere")
    head = desk.commit(desk.write("a.md"))  # never through the pointer
    prepare(desk)
    assert git(desk.vault, "rev-parse", "HEAD") == head
    assert git(desk.vault, "rev-parse", "--show-toplevel") == str(desk.vault)


def test_a_pointer_that_is_a_link_is_replaced_and_its_target_stays(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("gitdir: x", encoding="utf-8")
    (desk.vault / ".git").unlink()
    (desk.vault / ".git").symlink_to(tmp_path / "outside")
    prepare(desk)
    assert not (desk.vault / ".git").is_symlink()
    assert (tmp_path / "outside").read_text(encoding="utf-8") == "gitdir: x"


def test_without_a_pointer_the_vault_gets_none(desk: Desk) -> None:
    (desk.vault / ".git").unlink()
    prepare(desk, pointer=False)
    assert not (desk.vault / ".git").exists()
    desk.commit(desk.write("a.md"))
    assert desk.settle() == ()


def test_a_repository_of_the_owners_in_the_vault_is_not_touched(desk: Desk) -> None:
    (desk.vault / ".git").unlink()
    subprocess.run(["git", "init", "--quiet", desk.vault], check=True)
    before = {path: path.stat().st_mtime_ns for path in (desk.vault / ".git").rglob("*")}
    prepare(desk)
    desk.write("a.md")
    assert desk.settle() == ("a.md",)
    assert {path: path.stat().st_mtime_ns for path in (desk.vault / ".git").rglob("*")} == before


LOCKS = ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock", "refs/heads/a/b.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_of_a_killed_run_go_at_the_next_start_and_not_before(desk: Desk, lock: str) -> None:
    path = desk.git_dir / lock
    path.parent.mkdir(exist_ok=True)
    path.touch()
    desk.reopened().changed_paths()
    assert path.exists()
    prepare(desk)
    assert not path.exists()


def test_a_branch_that_another_git_switched_to_is_left_at_the_next_start(desk: Desk) -> None:
    desk.commit(desk.write("a.md"))
    desk.settle()
    git(desk.vault, "checkout", "-q", "-b", "other")
    prepare(desk)
    assert git(desk.vault, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_the_owners_git_settings_change_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("settings", "[core]\n\tautocrlf = true\n\tfileMode = true\n[feature]\n\tmanyFiles = true\n")
    ignore = desk.write("ignore", "*.md\n")
    with (desk.vault / "settings").open("a", encoding="utf-8") as file:
        file.write(f"[core]\n\texcludesFile = {desk.vault / ignore}\n[commit]\n\tgpgSign = true\n")
        file.write('[gpg]\n\tformat = openpgp\n[gpg "ssh"]\n\tprogram = /bin/false\n[user]\n\tsigningKey = none\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(desk.vault / "settings"))
    desk.write("a.md", "one\r\ntwo\n")
    (desk.vault / "a.md").chmod(0o755)
    assert desk.settle() == ("a.md", "ignore", "settings")
    assert desk.status() == ""
    assert git(desk.vault, "log", "--format=%G?") == "G"
    git(desk.vault, "commit", "--quiet", "--allow-empty", "--message", "the owner's own")
    assert git(desk.vault, "log", "-1", "--format=%G? %an") == "N owner"


def test_attributes_in_the_vault_change_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("Box/.gitattributes", "* text eol=crlf ident filter=evil working-tree-encoding=UTF-16\n")
    (desk.state / "settings").write_text('[filter "evil"]\n\tclean = touch /tmp/evil; cat\n', encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(desk.state / "settings"))
    desk.write("Box/a.md", "$Id$\r\nmixed\n")
    assert desk.settle() == ("Box/a.md",)
    assert desk.status() == ""
    head = desk.history.head()
    assert head
    assert desk.history.blob_at(head, "Box/a.md") == b"$Id$\r\nmixed\n"
    os.utime(desk.vault / "Box/a.md", ns=(1, 1))
    assert desk.status() == ""


def test_planted_hooks_and_programs_are_not_run_by_git_in_the_vault(desk: Desk) -> None:
    (desk.git_dir / "hooks").mkdir()
    hook = desk.git_dir / "hooks/post-commit"
    hook.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    hook.chmod(0o700)
    git(desk.git_dir, "config", "core.fsmonitor", "touch ran")
    prepare(desk)
    git(desk.vault, "commit", "--quiet", "--allow-empty", "--message", "x")
    git(desk.vault, "status")
    assert not (desk.vault / "ran").exists()


def test_what_we_wrote_is_no_problem_before_and_after_the_first_start(tmp_path: Path) -> None:
    (tmp_path / "Vault").mkdir()
    history = History.create(tmp_path / "state/history", tmp_path / "Vault", lambda _: "")
    assert history.config_problems() == ()
    history.prepare(pointer=True, allowed_signers=tmp_path / "state/allowed_signers")
    assert history.config_problems() == ()


SETTINGS = [
    ("core.hooksPath", "hooks"),
    ("core.fsmonitor", "touch ran"),
    ("core.sshCommand", "touch ran"),
    ("core.worktree", "/elsewhere"),
    ("filter.evil.clean", "touch ran"),
    ("diff.evil.textconv", "touch ran"),
    ("include.path", "/elsewhere"),
    ("alias.log", "!touch ran"),
    ("gpg.ssh.program", "true"),
    ("gpg.ssh.allowedSignersFile", "/elsewhere/signers"),
    ("user.name", "someone"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_that_is_not_ours_is_named_until_the_next_start(desk: Desk, name: str, value: str) -> None:
    git(desk.git_dir, "config", name, value)
    (problem,) = desk.history.config_problems()
    assert name.lower() in problem
    assert value in problem
    prepare(desk)
    assert desk.history.config_problems() == ()


@pytest.mark.parametrize("text", ["[core\n", "[core]\n\tweird\n", ""])
def test_a_config_that_cannot_be_read_or_says_strange_things_is_told(desk: Desk, text: str) -> None:
    (desk.git_dir / "config").write_text(text, encoding="utf-8")
    assert bool(desk.history.config_problems()) == bool(text)
    prepare(desk)
    assert desk.history.config_problems() == ()


PLANTS = [
    "hooks/pre-commit",
    "info/grafts",
    "info/sparse-checkout",
    "objects/info/alternates",
    "objects/info/http-alternates",
    "refs/replace/1111111111111111111111111111111111111111",
    "commondir",
    "config.worktree",
    "shallow",
    "worktrees/a/HEAD",
    "modules/a/HEAD",
]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_file_in_the_git_directory_that_is_not_ours_is_named(desk: Desk, plant: str) -> None:
    (desk.git_dir / plant).parent.mkdir(parents=True, exist_ok=True)
    (desk.git_dir / plant).write_text("x\n", encoding="utf-8")
    (problem,) = desk.history.config_problems()
    assert plant.partition("/")[0] in problem


def head_elsewhere(desk: Desk) -> None:
    (desk.git_dir / "HEAD").write_text("ref: refs/heads/other\n", encoding="utf-8")


def other_attributes(desk: Desk) -> None:
    (desk.git_dir / "info/attributes").write_text("* filter=evil\n", encoding="utf-8")


def no_attributes(desk: Desk) -> None:
    (desk.git_dir / "info/attributes").unlink()


@pytest.mark.parametrize("change", [head_elsewhere, other_attributes, no_attributes])
def test_a_file_of_ours_that_says_something_else_is_named(desk: Desk, change: Callable[[Desk], None]) -> None:
    change(desk)
    assert len(desk.history.config_problems()) == 1
    prepare(desk)
    assert desk.history.config_problems() == ()


def test_replaced_commits_are_named_also_when_packed(desk: Desk) -> None:
    one, two = desk.commit(), desk.commit(desk.write("a.md"))
    git(desk.vault, "pack-refs", "--all")
    assert desk.history.config_problems() == ()
    git(desk.vault, "replace", two, one)
    git(desk.vault, "pack-refs", "--all")
    assert any("replaces" in problem for problem in desk.history.config_problems())
