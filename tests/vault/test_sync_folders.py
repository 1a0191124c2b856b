"""Which folders a sync tool carries elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.vault.sync_folders import SYNCED, synced_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive - Acme", "Mobile Documents", "MEGAsync", "Google Drive"])
def test_what_lies_below_a_folder_of_a_sync_tool_is_synced(tmp_path: Path, name: str) -> None:
    assert synced_folder(tmp_path / name / "deep" / "state") == tmp_path / name


def test_a_folder_that_syncthing_marked_is_synced_by_any_name(tmp_path: Path) -> None:
    (tmp_path / "notes" / ".stfolder").mkdir(parents=True)
    assert synced_folder(tmp_path / "notes") == tmp_path / "notes"


def test_an_ordinary_folder_is_not(tmp_path: Path) -> None:
    assert synced_folder(tmp_path / "state") is None


@pytest.mark.parametrize("name", ["megan", "omega", "my dropbox notes", "clouds"])
def test_a_name_that_only_sounds_like_it_is_not_synced(name: str) -> None:
    assert SYNCED.fullmatch(name) is None
