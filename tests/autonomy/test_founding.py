"""Promises about making and finding a vault; the flows show the same over the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.autonomy.founding import add_samples, find_root, found_vault, locate, open_place
from agents.errors import NeedsOwner, NotAllowed
from agents.vault.layout import FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

NAME = "AI Employee"


def test_a_new_vault_has_its_folders_and_files_and_is_found_again(tmp_path: Path) -> None:
    made = found_vault(tmp_path / "Vault", NAME, {"Accounting/2026/2026-11.beancount": "; empty\n"})
    assert (made.root, made.fresh, made.pointer) == (tmp_path / "Vault", True, True)
    assert all((made.root / name).is_dir() for name in FOLDERS)
    assert (made.root / "Accounting/2026/2026-11.beancount").is_file()
    again = found_vault(tmp_path / "Vault", NAME, {})
    assert (again.vault_id, again.fresh) == (made.vault_id, False)


def test_in_a_vault_that_is_there_it_lives_in_one_subfolder(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("mine\n", encoding="utf-8")
    made = found_vault(tmp_path, NAME, {})
    assert (made.root, made.pointer) == (tmp_path / NAME, False)
    assert not (made.root / ".obsidian").exists()
    assert {each.name for each in tmp_path.iterdir()} == {"note.md", NAME}
    assert find_root(tmp_path) == made.root
    assert locate(None, made.root / "Inbox").root == made.root


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a" * 101])
def test_a_subfolder_has_a_plain_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "note.md").write_text("mine\n", encoding="utf-8")
    with pytest.raises(NotAllowed):
        found_vault(tmp_path, name, {})


@pytest.mark.parametrize("there", ["full", "file", "link"])
def test_a_subfolder_that_is_not_ours_is_refused(tmp_path: Path, there: str) -> None:
    if there == "full":
        (tmp_path / NAME).mkdir()
        (tmp_path / NAME / "note.md").write_text("mine\n", encoding="utf-8")
    elif there == "file":
        (tmp_path / NAME).write_text("mine\n", encoding="utf-8")
    else:
        (tmp_path / NAME).symlink_to(tmp_path)
    with pytest.raises(NotAllowed, match="not ours"):
        found_vault(tmp_path, NAME, {})


def test_a_file_is_no_place_for_a_vault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine\n", encoding="utf-8")
    with pytest.raises(NotAllowed, match="no folder"):
        found_vault(tmp_path / "file", NAME, {})
    assert find_root(tmp_path / "file") is None


def test_where_there_is_no_vault_the_owner_is_told_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NeedsOwner, match="There is no vault"):
        locate(tmp_path / "nothing", tmp_path)
    with pytest.raises(NeedsOwner, match="MyVault"):
        locate(None, tmp_path)


def test_the_vault_beside_the_current_folder_is_found(tmp_path: Path) -> None:
    made = found_vault(tmp_path / "MyVault", NAME, {})
    assert locate(None, tmp_path).root == made.root
    assert locate(tmp_path, tmp_path).root == made.root


def test_a_vault_whose_identity_is_damaged_is_known_by_its_folders_but_not_opened(tmp_path: Path) -> None:
    made = found_vault(tmp_path / "Vault", NAME, {})
    for text in ("---\nvault_id: ../x\n---\n", "---\n: {\n---\n"):
        (made.root / "Health/vault.md").write_text(text, encoding="utf-8")
        assert find_root(made.root) == made.root
        with pytest.raises(NeedsOwner, match="cannot be read"):
            open_place(made.root)
    (made.root / "Inbox").rmdir()
    assert find_root(made.root) is None


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive - Acme", "Mobile Documents", "MEGAsync", "Google Drive"])
def test_in_a_synced_folder_there_is_no_pointer_to_the_history(tmp_path: Path, name: str) -> None:
    assert found_vault(tmp_path / name / "Vault", NAME, {}).pointer is False


def test_a_folder_that_syncthing_knows_is_synced(tmp_path: Path) -> None:
    (tmp_path / ".stfolder").mkdir()
    assert found_vault(tmp_path / "Vault", NAME, {}).pointer is False


def test_a_vault_with_a_repository_of_its_own_gets_no_pointer(tmp_path: Path) -> None:
    made = found_vault(tmp_path / "Vault", NAME, {})
    (made.root / ".git").mkdir()
    assert open_place(made.root).pointer is False


def test_samples_are_added_once(tmp_path: Path) -> None:
    made = found_vault(tmp_path / "Vault", NAME, {})
    number = add_samples(made.root)
    before = (made.root / "Ask.md").read_text(encoding="utf-8")
    assert add_samples(made.root) == number
    assert (made.root / "Ask.md").read_text(encoding="utf-8") == before
    assert len(list((made.root / "Inbox").iterdir())) >= number - 1 > 0
