"""A filter of system calls for a program that only computes: no network, no other process, no change of any file.

Landlock holds files by their path; this takes what it leaves: sockets of every kind, modes, owners and times, signals
and memory of other processes, mounts. What is denied says "not permitted"; calls newer than this list do not exist.
Source: seccomp(2), linux/filter.h; the numbers: asm/unistd.h of x86-64 and arm64. Pure, but for `give_up_calls`.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.security.landlock import NO_NEW_PRIVILEGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.security.landlock import Kernel

# name: (x86-64, arm64); None = the architecture has no such call
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "memfd_create": (319, 279),
    "execveat": (322, 281),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "personality": (135, 92),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "fanotify_init": (300, 262),
}
_PRLIMIT = (302, 261)  # of itself only: the limits of other processes are theirs
_NEWEST = 424  # from here on the numbers are the same everywhere
_NEWER_ALLOWED = (436, 439)  # close_range, faccessat2
_OTHER_TABLE = 0x40000000  # x32 calls of x86-64
_SET_SECCOMP, _FILTER = 22, 2  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a machine calls itself to the kernel (AUDIT_ARCH_*), and its column of the table."""

    audit: int
    column: int


ARCHITECTURES = {"x86_64": Architecture(0xC000003E, 0), "aarch64": Architecture(0xC00000B7, 1)}


def give_up_calls(kernel: Kernel, machine: str) -> bool:
    """From now on the kernel denies this thread, and all it starts, what a program that only computes never needs.

    `machine` as `platform.machine` has it. False: nothing is held, since its numbers are not known here, or the
    kernel has no filters.
    """
    architecture = ARCHITECTURES.get(machine)
    if architecture is None:
        return False
    code = program(architecture)
    kept = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(kept))  # struct sock_fprog
    place = ctypes.create_string_buffer(header, len(header))
    try:
        kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        kernel.prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(place), 0, 0)
    except OSError:
        return False
    return True


def program(architecture: Architecture) -> bytes:
    """The filter: instructions of classic BPF, each of eight bytes."""
    return b"".join(struct.pack("=HBBI", *each) for each in _instructions(architecture))


def _instructions(architecture: Architecture) -> Iterator[tuple[int, int, int, int]]:
    """Each instruction: code, how many to skip when it holds, and when it does not, and its value."""
    denied, unknown = _DENY | errno.EPERM, _DENY | errno.ENOSYS
    numbers = [pair[architecture.column] for pair in _DENIED.values()]
    yield _LOAD, 0, 0, _ARCHITECTURE_AT
    yield _EQUAL, 1, 0, architecture.audit
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER_AT
    yield _AT_LEAST, 0, 1, _OTHER_TABLE
    yield _RETURN, 0, 0, denied
    for number in (each for each in numbers if each is not None):
        yield _EQUAL, 0, 1, number
        yield _RETURN, 0, 0, denied
    for number in _NEWER_ALLOWED:
        yield _EQUAL, 0, 1, number
        yield _RETURN, 0, 0, _ALLOW
    yield _AT_LEAST, 0, 1, _NEWEST
    yield _RETURN, 0, 0, unknown
    yield _EQUAL, 1, 0, _PRLIMIT[architecture.column]
    yield _RETURN, 0, 0, _ALLOW
    yield _LOAD, 0, 0, _FIRST_ARGUMENT_AT
    yield _EQUAL, 0, 1, 0
    yield _RETURN, 0, 0, _ALLOW
    yield _RETURN, 0, 0, denied
