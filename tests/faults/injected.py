"""A run under strace, which kills it at one of its lasting system calls, or lets that call fail.

strace counts the calls of each name by themselves, and in each process: a skill's script meets the fault too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.forked import PATIENCE_S, Ended, Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.flows.employee import Employee

# what the disk or the world keeps
LASTING = (
    "write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,link,"
    "linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,truncate,ftruncate,fallocate,sendto,sendmsg,fchmod,chmod,fchmodat"
)

SCOPE = Path("/proc/sys/kernel/yama/ptrace_scope")


@dataclass(frozen=True)
class Point:
    """One system call of a run: the `number`-th of this name, the first is 1."""

    name: str
    number: int


@dataclass(frozen=True)
class Fault:
    """What strace does at a point. `lasts`: at every later call of that name too, until the run ends."""

    what: str
    lasts: bool = False

    def at(self, point: Point) -> str:
        """As strace wants it."""
        return f"inject={point.name}:{self.what}:when={point.number}{'+' if self.lasts else ''}"


def points_of(calls: Iterable[str]) -> list[Point]:
    """The calls of a run, as strace told them, in order."""
    seen = Counter[str]()
    points = []
    for call in calls:
        name = call.split("(")[0]
        seen[name] += 1
        points.append(Point(name, seen[name]))
    return points


def trace(employee: Employee, fault: Fault | None = None, point: Point | None = None) -> tuple[Ended, list[str]]:
    """Run under strace to the end; how it ended, and its own lasting calls as strace tells them, in order."""
    run = Run(employee)
    told = employee.room / "trace"
    beside = _one_processor(run.pid)
    line = ["taskset", "--cpu-list", str(beside), "strace", "-f", "-o", str(told), "-e", f"trace={LASTING}"]
    line += ["-e", fault.at(point)] if fault and point else []
    tracer = subprocess.Popen([*line, "-p", str(run.pid)], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr
    try:
        attached = tracer.stderr.readline()
        assert "attached" in attached, attached
        ended = run.to_its_end()
        tracer.wait(PATIENCE_S)
    finally:
        tracer.kill()
        tracer.wait()
        tracer.stderr.close()
    own = f"{run.pid} "
    calls = [
        each.removeprefix(own).strip() for each in told.read_text(encoding="utf-8").splitlines() if each.startswith(own)
    ]
    return ended, [each for each in calls if not each.startswith(("---", "+++", "<... "))]


def _one_processor(pid: int) -> int:
    """Bind this process to one processor, for strace to sit on too: each stop is then answered three times faster."""
    allowed = sorted(os.sched_getaffinity(0))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    chosen = allowed[worker % len(allowed)]
    os.sched_setaffinity(pid, {chosen})
    return chosen


@cache
def why_not() -> str:
    """Why nothing can be traced here; empty when it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-e", "inject=getpid:error=EIO", "true"], capture_output=True, check=False)
    if tried.returncode:
        return f"strace may not trace here: {tried.stderr.decode(errors='replace').strip()[:200]}"
    if os.geteuid() and SCOPE.is_file() and SCOPE.read_text(encoding="ascii").strip() != "0":
        return "only root may trace a process that is there already"
    return ""
