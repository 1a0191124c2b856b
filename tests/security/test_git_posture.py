"""Whatever git would obey and we did not write is named: in the history's folder, in the pointer, in the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.security.findings import Finding, Grade
from agents.security.git_posture import MAX_NAMED, history_findings, vault_findings, watched_history
from agents.security.watched import stamp_of
from tests.stock_git import Desk, git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def look(desk: Desk, *, pointer: bool = True) -> tuple[Finding, ...]:
    return history_findings(desk.git_dir, desk.vault, pointer=pointer)


def test_our_own_history_is_fine(desk: Desk) -> None:
    assert [each.grade for each in look(desk)] == [Grade.FINE]


def test_before_the_first_run_there_is_nothing_to_name(tmp_path: Path) -> None:
    assert [each.grade for each in history_findings(tmp_path / "none", tmp_path, pointer=True)] == [Grade.FINE]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("core.fsmonitor", "/planted/program"),
        ("core.hooksPath", "/planted/hooks"),
        ("core.sshCommand", "/planted/program"),
        ("filter.x.clean", "/planted/program"),
        ("diff.x.textconv", "/planted/program"),
        ("include.path", "/planted/more"),
        ("alias.st", "!/planted/program"),
    ],
)
def test_a_planted_setting_is_named_with_its_value(desk: Desk, name: str, value: str) -> None:
    git(desk.git_dir, "config", name, value)
    (found,) = look(desk)
    assert found.grade is Grade.DANGER
    assert f"{name.lower()} = {value}" in found.told
    assert found.next_step


@pytest.mark.parametrize("name", ["hooks/post-commit", "info/grafts", "commondir", "objects/info/alternates"])
def test_a_planted_file_is_named(desk: Desk, name: str) -> None:
    (desk.git_dir / name).parent.mkdir(exist_ok=True)
    (desk.git_dir / name).write_text("#!/bin/sh\n")
    (found,) = look(desk)
    assert (found.grade, name in found.told) == (Grade.DANGER, True)


def test_attributes_that_say_something_else_are_named(desk: Desk) -> None:
    (desk.git_dir / "info" / "attributes").write_text("* filter=x\n")
    (found,) = look(desk)
    assert (found.grade, "info/attributes" in found.told) == (Grade.DANGER, True)


def test_a_vault_that_was_moved_is_no_danger(desk: Desk) -> None:
    moved = desk.vault.rename(desk.vault.parent / "Moved")
    found = history_findings(desk.git_dir, moved, pointer=True)
    assert [each.grade for each in found] == [Grade.LOOK]


def test_a_pointer_to_another_repository_is_a_danger(desk: Desk) -> None:
    (desk.vault / ".git").write_text("gitdir: /elsewhere\n")
    (found,) = look(desk)
    assert (found.grade, "another repository" in found.told) == (Grade.DANGER, True)


def test_a_repository_of_the_owners_in_our_folder_is_said_and_not_judged(desk: Desk) -> None:
    (desk.vault / ".git").unlink()
    git(desk.vault, "init", "--quiet")
    (found,) = look(desk, pointer=False)
    assert (found.grade, "not judged" in found.told) == (Grade.LOOK, True)


def test_without_a_pointer_nothing_is_missed(desk: Desk) -> None:
    (desk.vault / ".git").unlink()
    assert [each.grade for each in look(desk, pointer=False)] == [Grade.FINE]


def test_files_in_the_vault_that_steer_git_are_named_wherever_they_lie(desk: Desk) -> None:
    assert vault_findings(desk.vault) == ()
    (desk.vault / "deep" / ".git").mkdir(parents=True)
    (desk.vault / "deep" / ".git" / ".gitattributes").write_text("* filter=x\n")
    assert vault_findings(desk.vault) == ()
    (desk.vault / "deep" / ".GitAttributes").write_text("* filter=x\n")
    (desk.vault / ".gitmodules").write_text("[submodule]\n")
    (found,) = vault_findings(desk.vault)
    assert (found.grade, found.outside) == (Grade.LOOK, ".gitmodules, deep/.GitAttributes")


def test_many_of_them_are_named_up_to_a_limit(desk: Desk) -> None:
    for number in range(MAX_NAMED + 5):
        (desk.vault / f"d{number:02d}").mkdir()
        (desk.vault / f"d{number:02d}" / ".gitattributes").write_text("")
    (found,) = vault_findings(desk.vault)
    assert found.outside.count(".gitattributes") == MAX_NAMED


def test_every_plant_changes_the_stamp_and_a_look_does_not(desk: Desk) -> None:
    def stamp() -> str:
        return stamp_of(watched_history(desk.git_dir, desk.vault), [desk.git_dir / "config"])

    seen = [stamp(), stamp()]
    assert seen[0] == seen[1]
    git(desk.git_dir, "config", "core.fsmonitor", "/planted/x")
    seen.append(stamp())
    (desk.git_dir / "hooks").mkdir()
    seen.append(stamp())
    (desk.git_dir / "info" / "grafts").write_text("x")
    seen.append(stamp())
    (desk.vault / ".git").write_text("gitdir: /elsewhere\n")
    seen.append(stamp())
    (desk.git_dir / "config").chmod(0o600)
    seen.append(stamp())
    assert len(set(seen)) == len(seen) - 1
    assert stamp_of([], [desk.git_dir / "gone"]) == stamp_of([], [desk.git_dir / "gone"])
