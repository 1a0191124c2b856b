"""What the kernel holds is gone for what was started, and for nobody else; where it holds nothing, we say so."""

from __future__ import annotations

import gc
import os
import platform
import struct
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from agents.security.confinement import (
    Held,
    LinuxKernel,
    Reach,
    confined,
    confinement_findings,
    held_here,
    kernel_here,
    loader_of,
    python_reach,
)
from agents.security.findings import Grade
from agents.security.landlock import ADD_RULE, CREATE, NO_NEW_PRIVILEGES, RESTRICT, give_up_files, version
from agents.security.system_calls import ARCHITECTURES, give_up_calls, program

if TYPE_CHECKING:
    from pathlib import Path

NOT_PERMITTED, NO_SUCH_CALL, ALLOWED, KILLED = 0x50001, 0x50026, 0x7FFF0000, 0x80000000
X86, ARM = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
holding = held_here(kernel_here())
needs_the_kernel = pytest.mark.skipif(not (holding.landlock and holding.calls), reason="this kernel has no Landlock")


@dataclass
class ScriptedKernel:
    """A kernel with this version of Landlock that refuses the calls and operations of these numbers."""

    known: int = 0
    refuses: frozenset[int] = frozenset()
    said: list[tuple[int, tuple[int | bytes, ...]]] = field(default_factory=list)

    def call(self, number: int, *arguments: int | bytes) -> int:
        if number == CREATE and arguments[0] == 0:
            if self.known < 0:
                raise OSError(38, "no such call")
            return self.known
        if number in self.refuses:
            raise OSError(22, "invalid argument")
        self.said.append((number, arguments))
        return os.open(os.devnull, os.O_RDONLY) if number == CREATE else 0

    def prctl(self, option: int, *arguments: int) -> int:
        if option in self.refuses:
            raise OSError(22, "invalid argument")
        self.said.append((option, arguments))
        return 0


def verdict(code: bytes, audit: int, number: int, first_argument: int = 0) -> int:
    """What the filter says of one call: the four kinds of instructions we use, as the kernel reads them."""
    given = {0: number, 4: audit, 16: first_argument}
    instructions = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    at = held = 0
    while True:
        kind, when, otherwise, value = instructions[at]
        at += 1
        if kind == 0x06:
            return int(value)
        if kind == 0x20:
            held = given[value]
        else:
            at += when if (held == value if kind == 0x15 else held >= value) else otherwise


@pytest.mark.parametrize(("architecture", "socket", "read", "prlimit"), [(X86, 41, 0, 302), (ARM, 198, 63, 261)])
def test_the_filter_denies_the_network_and_allows_reading(
    architecture: object, socket: int, read: int, prlimit: int
) -> None:
    assert architecture in {X86, ARM}
    mine = X86 if architecture == X86 else ARM
    code = program(mine)
    assert verdict(code, mine.audit, socket) == NOT_PERMITTED
    assert verdict(code, mine.audit, read) == ALLOWED
    assert verdict(code, mine.audit, prlimit, first_argument=0) == ALLOWED
    assert verdict(code, mine.audit, prlimit, first_argument=77) == NOT_PERMITTED


def test_calls_of_another_table_end_the_program_and_newer_ones_are_not_there() -> None:
    code = program(X86)
    assert verdict(code, ARM.audit, 0) == KILLED
    assert verdict(code, X86.audit, 0x40000000) == NOT_PERMITTED
    assert verdict(code, X86.audit, 425) == NO_SUCH_CALL  # io_uring
    assert verdict(code, X86.audit, 436) == ALLOWED  # close_range
    assert len(code) // 8 < 4096


def test_a_machine_whose_numbers_nobody_knows_and_a_kernel_without_filters_hold_nothing() -> None:
    assert not give_up_calls(ScriptedKernel(), "riscv64")
    assert not give_up_calls(ScriptedKernel(refuses=frozenset({22})), "x86_64")
    assert give_up_calls(kernel := ScriptedKernel(), "aarch64")
    assert [number for number, _ in kernel.said] == [NO_NEW_PRIVILEGES, 22]


@pytest.mark.parametrize(
    ("known", "fields"),
    [
        (1, ((1 << 13) - 1,)),
        (2, ((1 << 14) - 1,)),
        (3, ((1 << 15) - 1,)),
        (4, ((1 << 15) - 1, 3)),
        (5, ((1 << 16) - 1, 3)),
        (6, ((1 << 16) - 1, 3, 3)),
        (9, ((1 << 16) - 1, 3, 3)),
    ],
)
def test_each_version_of_landlock_takes_away_all_it_knows(known: int, fields: tuple[int, ...]) -> None:
    kernel = ScriptedKernel(known)
    assert give_up_files(kernel, (), ()) == known
    (_, (ruleset, size, _flags)) = kernel.said[0]
    assert isinstance(ruleset, bytes)
    assert struct.unpack(f"={len(fields)}Q", ruleset) == fields
    assert size == 8 * len(fields)
    assert [number for number, _ in kernel.said] == [CREATE, NO_NEW_PRIVILEGES, RESTRICT]


def test_a_folder_may_be_listed_a_file_read_a_program_started_and_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    kernel = ScriptedKernel(6)
    give_up_files(kernel, (tmp_path, file, tmp_path / "none"), (file,))
    rules = [given[2] for number, given in kernel.said if number == ADD_RULE]
    assert [struct.unpack("=Qi", each)[0] for each in rules if isinstance(each, bytes)] == [0b1100, 0b100, 0b101]


@pytest.mark.parametrize("known", [0, -1])
def test_a_kernel_without_landlock_holds_nothing_and_lets_the_work_be_done(known: int) -> None:
    kernel = ScriptedKernel(known, frozenset({22}))
    assert version(kernel) == 0
    assert confined(lambda: "done", Reach(()), kernel) == "done"
    assert held_here(kernel) == held_here(None) == Held(0, calls=False)


def test_a_kernel_that_refuses_to_hold_starts_nothing() -> None:
    started: list[int] = []
    with pytest.raises(OSError, match="invalid argument"):
        confined(lambda: started.append(1), Reach(()), ScriptedKernel(6, frozenset({RESTRICT})))
    assert started == []
    assert held_here(ScriptedKernel(6, frozenset({RESTRICT}))) == Held(0, calls=False)


def test_a_kernel_that_only_says_that_it_holds_is_found_out() -> None:
    assert held_here(ScriptedKernel(6)) == Held(0, calls=False)


def test_nothing_is_collected_on_a_thread_that_can_remove_no_files() -> None:
    assert not confined(gc.isenabled, Reach(()), ScriptedKernel())
    assert gc.isenabled()
    gc.disable()
    try:
        confined(gc.isenabled, Reach(()), ScriptedKernel())
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_elsewhere_than_on_linux_there_is_no_kernel_to_ask() -> None:
    assert kernel_here("darwin") is None
    assert confined(lambda: "done", Reach(()), None) == "done"


@needs_the_kernel
def test_what_is_started_reads_what_is_named_and_this_process_keeps_all_it_had(tmp_path: Path) -> None:
    (tmp_path / "open.txt").write_text("open", encoding="utf-8")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/secret.txt").write_text("secret", encoding="utf-8")
    python = python_reach()
    reach = replace(python, readable=(*python.readable, tmp_path / "open.txt"))
    tries = (
        "import sys\n"
        f"print(open({str(tmp_path / 'open.txt')!r}).read())\n"
        f"try: open({str(tmp_path / 'kept/secret.txt')!r})\n"
        "except PermissionError: print('refused')\n"
    )

    def start() -> bytes:
        return subprocess.run([sys.executable, "-I", "-S", "-c", tries], env={}, capture_output=True, check=True).stdout

    assert confined(start, reach, kernel_here()).split() == [b"open", b"refused"]
    (tmp_path / "kept/secret.txt").write_text("still ours", encoding="utf-8")
    os.kill(os.getpid(), 0)


def test_a_call_that_the_kernel_refuses_is_an_error_with_its_number() -> None:
    kernel = LinuxKernel()
    with pytest.raises(OSError, match=r"Bad file descriptor|not implemented"):
        kernel.call(RESTRICT, -1, 0)
    with pytest.raises(OSError, match="Invalid argument"):
        kernel.prctl(-1)


def test_the_loader_of_a_program_is_read_from_its_head() -> None:
    found = python_reach()
    assert found.programs
    assert all(each.is_file() for each in found.programs)
    assert loader_of(b"#!/bin/sh\n") == ""
    no_loader = struct.pack("<4sBB26xQ14xHH6x56x", b"\x7fELF", 2, 1, 64, 56, 1)
    assert loader_of(no_loader) == ""
    head = bytearray(struct.pack("<4sBB26xQ14xHH6x", b"\x7fELF", 2, 1, 64, 56, 2)) + bytearray(2 * 56) + b"/lib/ld.so\0"
    struct.pack_into("<I4xQ16xQ", head, 64 + 56, 3, 64 + 112, 11)
    assert loader_of(bytes(head)) == "/lib/ld.so"


@pytest.mark.parametrize(
    ("held", "grade", "words"),
    [
        (Held(7, calls=True), Grade.FINE, "the kernel holds them"),
        (Held(1, calls=False), Grade.LOOK, "but not from the network"),
        (Held(0, calls=False), Grade.LOOK, "only a fence of Python's own"),
    ],
)
def test_doctor_says_what_holds_the_scripts_of_skills(held: Held, grade: Grade, words: str) -> None:
    (finding,) = confinement_findings(held)
    assert finding.grade is grade
    assert words in finding.says
    assert bool(finding.next_step) is (grade is not Grade.FINE)


def test_on_a_known_machine_with_landlock_calls_are_filtered_too() -> None:
    if platform.machine() in ARCHITECTURES and holding.landlock:
        assert holding.calls
