"""Promises about mounts: the one a folder lies on is found, and drives that others change are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.vault.mounts import file_system_of, is_remote, mount_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = (
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw",
        f"36 21 0:40 / {tmp_path}/nas rw shared:1 - nfs4 nas:/export rw",
        f"37 36 8:17 / {tmp_path}/nas/with\\040blank rw - vfat /dev/sdb1 rw",
        "no mount at all",
        "38 21 0:1 / /x rw - tmpfs",
    )
    path = tmp_path / "mountinfo"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_longest_mount_above_a_folder_is_its_own(table: Path, tmp_path: Path) -> None:
    assert file_system_of(tmp_path, table) == "ext4"
    assert file_system_of(tmp_path / "nas/deep/down", table) == "nfs4"
    found = mount_of(tmp_path / "nas/with blank/a", table)
    assert found is not None
    assert (found.point, found.kind, found.device, found.source) == (
        f"{tmp_path}/nas/with blank",
        "vfat",
        "8:17",
        "/dev/sdb1",
    )


def test_where_the_system_does_not_tell_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert mount_of(tmp_path, tmp_path / "gone") is None
    assert file_system_of(tmp_path, tmp_path / "empty") == ""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "vboxsf", "virtiofs", "fuse", "fuse.rclone"])
def test_a_drive_that_others_change_is_remote(kind: str) -> None:
    assert is_remote(kind)


@pytest.mark.parametrize("kind", ["", "ext4", "tmpfs", "overlay", "fuseblk", "fuse.gocryptfs", "vfat", "apfs"])
def test_a_disk_of_this_machine_is_not(kind: str) -> None:
    assert not is_remote(kind)
