"""Keys, secrets and journal are one person's: whatever opens them to others is named, with the one command."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from agents.security.file_posture import file_findings, private_files, sync_findings, watched_files
from agents.security.findings import Grade

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("keys/signing-key", "connections/mail.json", "secrets.json", "journal.sqlite", "engine.sqlite")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder as it must be."""
    state = tmp_path / "my state"
    for name in FILES:
        (state / name).parent.mkdir(exist_ok=True, parents=True)
        (state / name).write_text("x")
        (state / name).chmod(0o600)
    (state / "keys").chmod(0o700)
    state.chmod(0o700)
    return state


def test_a_state_folder_that_is_closed_is_fine(state: Path) -> None:
    assert [each.grade for each in file_findings(state)] == [Grade.FINE]


@pytest.mark.parametrize("name", ["", "keys", *FILES])
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o020, 0o002, 0o001])
def test_each_file_that_others_can_open_is_named_and_the_command_closes_it(state: Path, name: str, mode: int) -> None:
    (state / name).chmod(0o700 | mode)
    (found,) = file_findings(state)
    assert found.grade is Grade.DANGER
    assert (name or "the state folder") in found.told
    subprocess.run(["sh", "-c", found.next_step], check=True)
    assert [each.grade for each in file_findings(state)] == [Grade.FINE]


def test_all_that_are_open_are_named_at_once(state: Path) -> None:
    for name in FILES:
        (state / name).chmod(0o644)
    (found,) = file_findings(state)
    assert [name for name in FILES if name not in found.told] == []


def test_files_of_another_user_are_named(state: Path) -> None:
    (found,) = file_findings(state, os.geteuid() + 1)
    assert found.grade is Grade.DANGER
    assert "another user" in found.told
    assert "chown" in found.next_step


def test_a_link_instead_of_a_key_is_named(state: Path) -> None:
    (state / "keys" / "signing-key").rename(state.parent / "key")
    (state / "keys" / "signing-key").symlink_to(state.parent / "key")
    (found,) = file_findings(state)
    assert (found.grade, "links" in found.says, found.outside) == (Grade.DANGER, True, "keys/signing-key")


def test_a_state_folder_that_is_not_there_yet_is_no_finding(tmp_path: Path) -> None:
    assert list(private_files(tmp_path / "nowhere")) == [tmp_path / "nowhere"]
    assert [each.grade for each in file_findings(tmp_path / "nowhere")] == [Grade.FINE]


def test_what_comes_and_goes_beside_a_database_is_not_watched_but_looked_at(state: Path) -> None:
    before = list(watched_files(state))
    (state / "journal.sqlite-wal").write_text("x")
    (state / "journal.sqlite-wal").chmod(0o644)
    assert list(watched_files(state)) == before
    assert "journal.sqlite-wal" in file_findings(state)[0].told


def test_a_state_folder_that_a_sync_tool_carries_around_is_a_danger(tmp_path: Path) -> None:
    (found,) = sync_findings(tmp_path / "Dropbox" / "state")
    assert (found.grade, str(tmp_path / "Dropbox") in found.told) == (Grade.DANGER, True)
    assert "AI_EMPLOYEE_STATE" in found.next_step
    assert [each.grade for each in sync_findings(tmp_path / "state")] == [Grade.FINE]
