"""Whether the disk under a folder is encrypted, as far as the system tells anybody who asks.

Linux: the mount table and the block devices below it (dm-crypt, also under LVM), file systems that encrypt, and the
flag of an fscrypt folder. macOS: `fdesetup isactive`. Windows is used through WSL, whose virtual disk shows nothing. A
disk that encrypts by itself is seen nowhere. What is not known is said to be unknown.
Source: proc_pid_mountinfo(5), Documentation/ABI/testing/sysfs-block-dm, FS_IOC_GETFLAGS of linux/fs.h.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.security.findings import Finding, Grade
from agents.vault.mounts import MOUNTS, mount_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agents.vault.mounts import Mount

ABOUT = "disk"
WHY = "Whoever gets hold of a computer or disk that is not encrypted can read everything on it."
ENCRYPT = "Turn on full-disk encryption (Linux: LUKS, when installing; macOS: FileVault; Windows: BitLocker)."
LOOK = "Look in the settings of your system whether the disk is encrypted."
ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})
ELSEWHERE = re.compile(r"nfs4?|cifs|smb3?|9p|fuse.*|overlay|tmpfs|zfs|drvfs|virtiofs|squashfs")
PATIENCE_S = 5
FDESETUP = "/usr/bin/fdesetup"
ENCRYPTED_FLAG = 0x00000800
_GETFLAGS = 0x80086601
_MAX_DEPTH = 8


def flags_of(folder: Path) -> int:
    """The flags that the file system keeps for a folder; 0 where it keeps none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return int(struct.unpack("=q", fcntl.ioctl(descriptor, _GETFLAGS, bytes(8)))[0])
        finally:
            os.close(descriptor)
    return 0


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the system tells about itself."""

    platform: str = sys.platform
    mounts: Path = MOUNTS
    devices: Path = Path("/sys/dev/block")
    fdesetup: str = FDESETUP
    flags: Callable[[Path], int] = flags_of


def disk_findings(folders: Mapping[str, Path], machine: Machine | None = None) -> tuple[Finding, ...]:
    """Whether what lies in these folders is encrypted on its disk; they are named by what they are to the owner."""
    system = machine or Machine()
    names: dict[bool | None, list[str]] = {}
    for name, folder in folders.items():
        names.setdefault(_is_encrypted_below(folder, system), []).append(name)
    return tuple(_finding(encrypted, " and ".join(which)) for encrypted, which in names.items())


def _finding(encrypted: bool | None, which: str) -> Finding:  # noqa: FBT001 - None is an answer too
    if encrypted is None:
        return Finding(
            ABOUT, Grade.UNKNOWN, f"whether the disk under {which} is encrypted could not be checked", WHY, LOOK
        )
    if encrypted:
        return Finding(ABOUT, Grade.FINE, f"the disk under {which} is encrypted")
    return Finding(ABOUT, Grade.LOOK, f"the disk under {which} is not encrypted", WHY, ENCRYPT)


def _is_encrypted_below(folder: Path, machine: Machine) -> bool | None:
    return _on_macos(machine) if machine.platform == "darwin" else _on_linux(folder, machine)


def _on_macos(machine: Machine) -> bool | None:
    try:
        told = subprocess.run(
            [machine.fdesetup, "isactive"], capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"true": True, "false": False}.get(told.stdout.strip())


def _on_linux(folder: Path, machine: Machine) -> bool | None:
    if machine.flags(folder) & ENCRYPTED_FLAG:
        return True
    mount = mount_of(folder, machine.mounts)
    if mount is None:
        return None
    if mount.kind in ENCRYPTING:
        return True
    return None if ELSEWHERE.fullmatch(mount.kind) else _device_is_encrypted(mount, machine)


def _device_is_encrypted(mount: Mount, machine: Machine) -> bool | None:
    device = machine.devices / mount.device
    if not device.exists() and mount.source.startswith("/"):  # btrfs: the mount has a number of its own
        with suppress(OSError):
            number = Path(mount.source).stat().st_rdev
            device = machine.devices / f"{os.major(number)}:{os.minor(number)}"
    return _is_encrypted(device, 0)


def _is_encrypted(device: Path, depth: int) -> bool | None:
    """Whether a device, or everything it is made of, is a dm-crypt one; None: it tells nothing."""
    if not device.exists() or (device / "loop").exists() or depth > _MAX_DEPTH:
        return None
    with suppress(OSError):
        if (device / "dm" / "uuid").read_text(encoding="ascii").startswith("CRYPT-"):
            return True
    below = [_is_encrypted(each, depth + 1) for each in sorted((device / "slaves").glob("*"))]
    return None if None in below else bool(below) and all(below)
