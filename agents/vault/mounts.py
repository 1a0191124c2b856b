"""The mount a folder lies on, as Linux tells it, and whether others can change what lies there without a word to us.

Source: proc_pid_mountinfo(5); inotify(7): changes made on another machine are not told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# shared by machines, or with the machine around this one; drives in the cloud are FUSE programs
_REMOTE = re.compile(
    r"nfs4?|cifs|smb3|smbfs|9p|afs|ceph|lustre|gfs2|ocfs2|coda|ncpfs|davfs2?|afpfs|vboxsf|prl_fs|vmhgfs|drvfs|virtiofs"
    r"|fuse|fuse\..+"
)
_LOCAL_FUSE = frozenset({"fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.ntfs-3g", "fuse.exfat", "fuse.ext2"})
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of the table. `device` is major:minor, `source` what is mounted."""

    point: str
    kind: str
    device: str
    source: str


def mount_of(folder: Path, mounts: Path = MOUNTS) -> Mount | None:
    """The mount that a folder lies on: the longest, and of equals the last one made. None: the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place = folder.resolve()
    around = [each for each in map(_read_mount, lines) if each and place.is_relative_to(each.point)]
    return max(enumerate(around), key=lambda each: (len(each[1].point), each[0]), default=(0, None))[1]


def file_system_of(folder: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system a folder lies on, such as `ext4` or `nfs4`; empty where the system does not tell."""
    mount = mount_of(folder, mounts)
    return mount.kind if mount else ""


def is_remote(file_system: str) -> bool:
    """Whether what lies there may change without this machine being told: it has to be looked at."""
    return file_system not in _LOCAL_FUSE and _REMOTE.fullmatch(file_system) is not None


def _read_mount(line: str) -> Mount | None:
    before, dash, after = line.partition(" - ")
    fields, more = before.split(" "), after.split(" ")
    if not dash or len(fields) < 5 or len(more) < 2:  # noqa: PLR2004 - fields of the format
        return None
    point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
    return Mount(point, more[0], fields[2], more[1])
