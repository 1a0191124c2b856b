"""Whether a disk is encrypted is read from what the system tells; what it does not tell is unknown, never fine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents.security.disk_posture import ENCRYPTED_FLAG, Machine, disk_findings, flags_of
from agents.security.findings import Grade

CRYPT, LVM = "CRYPT-LUKS2-0123-root", "LVM-0123"


class Computer:
    """A mount table and block devices in a folder, and a folder on a disk."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.folder = room / "home" / "state"
        self.folder.mkdir(parents=True)
        self.devices = room / "dev"
        self.devices.mkdir()
        self.lines: list[str] = []

    def mount(self, point: str, kind: str, device: str, source: str = "/dev/none") -> Computer:
        self.lines.append(f"22 1 {device} / {point} rw,relatime shared:1 - {kind} {source} rw")
        return self

    def device(self, number: str, uuid: str = "", *below: str) -> Computer:
        """A device made of others, which are there already."""
        place = self.devices / number
        (place / "slaves").mkdir(parents=True)
        if uuid:
            (place / "dm").mkdir()
            (place / "dm" / "uuid").write_text(f"{uuid}\n")
        for each in below:
            (place / "slaves" / each.replace(":", "-")).symlink_to(self.devices / each, target_is_directory=True)
        return self

    def grade(self) -> Grade:
        mounts = self.room / "mountinfo"
        mounts.write_text("".join(f"{each}\n" for each in self.lines))
        (found,) = disk_findings({"it": self.folder}, Machine("linux", mounts, self.devices))
        return found.grade


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path.resolve())


def test_a_plain_disk_is_not_encrypted(computer: Computer) -> None:
    assert computer.device("8:1").mount("/", "ext4", "8:1").grade() is Grade.LOOK


def test_a_disk_under_dm_crypt_is(computer: Computer) -> None:
    assert computer.device("8:1").device("253:0", CRYPT, "8:1").mount("/", "ext4", "253:0").grade() is Grade.FINE


def test_a_volume_is_encrypted_when_all_it_lies_on_is(computer: Computer) -> None:
    computer.device("8:1").device("253:0", CRYPT, "8:1").device("253:1", LVM, "253:0").mount("/", "xfs", "253:1")
    assert computer.grade() is Grade.FINE


def test_a_volume_that_lies_partly_on_a_plain_disk_is_not(computer: Computer) -> None:
    computer.device("8:1").device("8:2").device("253:0", CRYPT, "8:1").device("253:1", LVM, "253:0", "8:2")
    assert computer.mount("/", "ext4", "253:1").grade() is Grade.LOOK


def test_the_nearest_mount_counts_and_of_two_the_later(computer: Computer) -> None:
    computer.device("8:1").device("253:0", CRYPT, "8:1")
    home = str(computer.room / "home")
    computer.mount("/", "ext4", "8:1").mount(home, "ext4", "8:1").mount(home, "ext4", "253:0")
    computer.mount(str(computer.room / "elsewhere"), "ext4", "8:1")
    assert computer.grade() is Grade.FINE


def test_a_mount_point_with_a_blank_is_read(tmp_path: Path) -> None:
    (tmp_path / "my disk").mkdir()
    computer = Computer((tmp_path / "my disk").resolve())
    computer.device("8:1").device("253:0", CRYPT).mount("/", "ext4", "8:1")
    computer.mount(str(computer.room).replace(" ", "\\040"), "ext4", "253:0")
    assert computer.grade() is Grade.FINE


def test_a_file_system_with_numbers_of_its_own_is_found_by_its_source(computer: Computer) -> None:
    number = os.stat("/dev/null").st_rdev  # noqa: PTH116 - as the code sees it
    computer.device(f"{os.major(number)}:{os.minor(number)}", CRYPT)
    assert computer.mount("/", "btrfs", "0:40", "/dev/null").grade() is Grade.FINE
    computer.lines.clear()
    assert computer.mount("/", "btrfs", "0:40", "/dev/is-not-there").grade() is Grade.UNKNOWN


@pytest.mark.parametrize("kind", ["ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"])
def test_a_file_system_that_encrypts_is_fine(computer: Computer, kind: str) -> None:
    assert computer.mount("/", kind, "0:40").grade() is Grade.FINE


@pytest.mark.parametrize("kind", ["overlay", "nfs4", "cifs", "9p", "tmpfs", "zfs", "fuse.sshfs"])
def test_what_lies_elsewhere_is_unknown(computer: Computer, kind: str) -> None:
    assert computer.device("8:1").mount("/", kind, "8:1").grade() is Grade.UNKNOWN


def test_a_device_that_tells_nothing_is_unknown(computer: Computer) -> None:
    assert computer.mount("/", "ext4", "8:1").grade() is Grade.UNKNOWN


def test_a_file_used_as_a_disk_is_unknown(computer: Computer) -> None:
    computer.device("7:0").mount("/", "ext4", "7:0")
    (computer.devices / "7:0" / "loop").mkdir()
    assert computer.grade() is Grade.UNKNOWN


def test_devices_in_a_circle_are_unknown(computer: Computer) -> None:
    computer.device("253:0", LVM).mount("/", "ext4", "253:0")
    (computer.devices / "253:0" / "slaves" / "self").symlink_to(computer.devices / "253:0", target_is_directory=True)
    assert computer.grade() is Grade.UNKNOWN


@pytest.mark.parametrize("line", ["", "garbage", "22 1 - ext4", "22 1 8:1 / / rw - ext4"])
def test_a_mount_table_that_cannot_be_read_is_unknown(computer: Computer, line: str) -> None:
    computer.device("8:1").lines.append(line)
    assert computer.grade() is Grade.UNKNOWN


def test_without_a_mount_table_it_is_unknown(computer: Computer) -> None:
    (found,) = disk_findings({"it": computer.folder}, Machine("linux", computer.room / "none", computer.devices))
    assert found.grade is Grade.UNKNOWN


def test_folders_on_disks_of_their_own_are_told_apart(computer: Computer) -> None:
    computer.device("8:1").device("253:0", CRYPT).mount("/", "ext4", "8:1").mount(str(computer.folder), "ext4", "253:0")
    computer.grade()
    machine = Machine("linux", computer.room / "mountinfo", computer.devices)
    found = disk_findings({"state": computer.folder, "vault": computer.room, "copy": computer.room}, machine)
    assert {each.grade: each.says for each in found} == {
        Grade.FINE: "the disk under state is encrypted",
        Grade.LOOK: "the disk under vault and copy is not encrypted",
    }


def test_a_folder_that_encrypts_its_files_is_fine(computer: Computer) -> None:
    computer.device("8:1").mount("/", "ext4", "8:1").grade()
    machine = Machine("linux", computer.room / "mountinfo", computer.devices, flags=lambda _: ENCRYPTED_FLAG | 1)
    (found,) = disk_findings({"it": computer.folder}, machine)
    assert found.grade is Grade.FINE


def test_a_folder_without_flags_has_none(tmp_path: Path) -> None:
    assert flags_of(tmp_path) & ENCRYPTED_FLAG == 0
    assert flags_of(tmp_path / "nowhere") == flags_of(Path("/proc")) == 0


@pytest.mark.parametrize(
    ("said", "grade"),
    [
        ("echo true", Grade.FINE),
        ("echo false; exit 1", Grade.LOOK),
        ("exit 2", Grade.UNKNOWN),
        ("echo what", Grade.UNKNOWN),
    ],
)
def test_a_mac_is_asked_whether_filevault_is_on(tmp_path: Path, said: str, grade: Grade) -> None:
    program = tmp_path / "fdesetup"
    program.write_text(f'#!/bin/sh\ntest "$1" = isactive || exit 9\n{said}\n')
    program.chmod(0o755)
    (found,) = disk_findings({"it": tmp_path}, Machine("darwin", fdesetup=str(program)))
    assert found.grade is grade


def test_a_mac_without_the_program_is_unknown(tmp_path: Path) -> None:
    (found,) = disk_findings({"it": tmp_path}, Machine("darwin", fdesetup=str(tmp_path / "none")))
    assert found.grade is Grade.UNKNOWN


def test_this_computer_is_asked_by_default(tmp_path: Path) -> None:
    (found,) = disk_findings({"it": tmp_path})
    assert found.grade in Grade
