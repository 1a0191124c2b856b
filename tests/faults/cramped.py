"""Real small disks: `python -m tests.faults.cramped FOLDER BYTES...`, as root in a mount namespace of its own.

Vault and state folder lie on a tmpfs each. While a run works, one of them has only so many bytes left; then there is
room again. With no BYTES, the vault becomes read-only under a watching run, and writable again. Tells as JSON lines
what the runs said, after the promises have been checked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import pytest_configure
from tests.faults.promises import assert_each_in_one_place, assert_kept, assert_whole
from tests.faults.stage import PARTS, set_up
from tests.flows.employee import Employee
from tests.flows.programs import command_line, started
from tests.flows.steps import BOOKED, only

if TYPE_CHECKING:
    from tests.faults.stage import Part, Stage

DISK = "16m"
FILLER = ".filler"


def mount(disk: Path) -> None:
    """A small disk here."""
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)], check=True)


def remount(disk: Path, mode: str) -> None:
    """Make it read-only (`ro`) or writable again (`rw`)."""
    subprocess.run(["mount", "-o", f"remount,{mode}", str(disk)], check=True)


def furnish(room: Path, before: Employee) -> Employee:
    """The vault and the state folder of another room on the disks of this one, instead of what lies there."""
    for name in ("Vault", "state"):
        for each in (room / name).iterdir():
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        shutil.copytree(before.room / name, room / name, symlinks=True, dirs_exist_ok=True)
    return Employee(room)


def fill(disk: Path, left_bytes: int) -> Path:
    """Fill the disk, but for so many bytes; the file that does."""
    filler = disk / FILLER
    about = os.statvfs(disk)
    size = about.f_bavail * about.f_frsize - left_bytes
    with filler.open("wb") as file:
        file.write(bytes(max(0, size)))
    return filler


def cramped(stage: Stage, room: Path, part: Part, full: str, left_bytes: int) -> dict[str, object]:
    """One run on a full disk, and the check of what became of it when there was room again."""
    stage.server.received.clear()
    employee = furnish(room, stage.before[part])
    filler = fill(room / full, left_bytes)
    result = employee.call("run", "--once")
    filler.unlink()
    assert_kept(employee, stage.server, stage.undisturbed[part])
    return {"part": part, "full": full, "left": left_bytes, "code": result.exit_code, "said": result.output}


def frozen(stage: Stage, room: Path) -> dict[str, object]:
    """A watching run is asked for something while its vault is read-only; it goes on as soon as it is not."""
    employee = furnish(room, stage.before["mail dropped"])
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching" in program.said())
        remount(employee.vault, "ro")
        employee.said("ask", "write to Anna that the parcel has arrived")
        program.until(lambda: "Read-only file system" in program.said())
        remount(employee.vault, "rw")
        program.until(lambda: any(each.is_file() for each in employee.questions()))
        employee.approve(only(employee.pending("invoice.create")))
        program.until(lambda: any(each.is_file() for each in employee.pending("email.send")))
        code = program.signal(signal.SIGTERM)
        said = program.said()
    assert len(re.findall(BOOKED, employee.ledger())) == 1
    assert_each_in_one_place(employee)
    assert_whole(employee)
    return {"code": code, "said": said}


def main(room: Path, left_bytes: list[int]) -> None:
    """Every part of the walk, on each of the disks, with so much room."""
    pytest_configure()
    os.environ["AI_EMPLOYEE_SCAN_EVERY_S"] = "0.2"
    for name in ("Vault", "state"):
        mount(room / name)
    with set_up() as stage:
        cases = product(PARTS, ("Vault", "state"), left_bytes)
        told = (cramped(stage, room, *case) for case in cases) if left_bytes else [frozen(stage, room)]
        for each in told:
            sys.stdout.write(json.dumps(each) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(each) for each in sys.argv[2:]])
