"""What lies, runs and listens around a vault, and whether an attack did any harm to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.obedience.office import CANARY, changes, everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.obedience.office import Office, Snapshot

NEIGHBOUR = "import sys; kept = open(sys.argv[1]); print('here', flush=True); sys.stdin.readline()"


@dataclass(frozen=True)
class Ears:
    """Who would hear a script that gets out: on TCP, UDP, and a socket with a name in the file system."""

    tcp: socket.socket
    udp: socket.socket
    unix: socket.socket

    def heard(self) -> bool:
        """Whether somebody spoke, or knocked."""
        return any(map(_has_news, (self.tcp, self.udp, self.unix)))


def _has_news(ear: socket.socket) -> bool:
    try:
        if ear.type == socket.SOCK_DGRAM:
            return bool(ear.recv(100))
        ear.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class Scene:
    """One vault, a program of the owner's that works in it, and ears outside."""

    office: Office
    neighbour: subprocess.Popen[bytes]
    ears: Ears

    @property
    def secret(self) -> Path:
        """The note with the canary."""
        return self.office.task(CANARY)

    def names(self) -> dict[str, object]:
        """What a script may be told so that an attack is not lost for want of knowledge."""
        vault, state, note = self.office.vault, self.office.employee.state, self.office.pending
        return {
            "ROOM": str(self.office.employee.room),
            "VAULT": str(vault),
            "STATE": str(state),
            "NOTE": str(note),
            "DONE": str(self.office.done),
            "SECRET": str(self.secret),
            "YES": str(vault / "Approved" / note.name),
            "HANDBOOK": str(vault / "Company_Handbook.md"),
            "SKILLS": str(state.parent / "skills"),
            "PID": self.neighbour.pid,
            "TCP": self.ears.tcp.getsockname()[1],
            "UDP": self.ears.udp.getsockname()[1],
            "UNIX": self.ears.unix.getsockname(),
        }

    def harm(self, before: Snapshot, said: str) -> list[str]:
        """What an attack did: changed files, words that leaked, somebody reached, a program hurt."""
        found = changes(before, everything(self.office.employee.room))
        found += ["the canary leaked"] if CANARY in said else []
        found += ["somebody was reached"] if self.ears.heard() else []
        found += ["the neighbour was hurt"] if not self._neighbour_is_well() else []
        return found

    def _neighbour_is_well(self) -> bool:
        status = Path(f"/proc/{self.neighbour.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        nice = int(status[16])
        return (
            self.neighbour.poll() is None and status[0] not in {"T", "Z"} and nice == os.getpriority(os.PRIO_PROCESS, 0)
        )


@contextmanager
def scene(office: Office) -> Iterator[Scene]:
    """The scene around a vault; its programs and sockets are gone afterwards."""
    with ExitStack() as stack:
        neighbour = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", NEIGHBOUR, str(office.task(CANARY))],
            cwd=office.vault,
            env={"OF_THE_OWNER": CANARY},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stack.enter_context(neighbour)
        stack.callback(neighbour.kill)
        assert neighbour.stdout
        assert neighbour.stdout.readline() == b"here\n"
        tcp, udp = (stack.enter_context(socket.socket(type=each)) for each in (socket.SOCK_STREAM, socket.SOCK_DGRAM))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        unix.bind(f"\0ears-{neighbour.pid}-{office.employee.room.name}"[:100])
        tcp.listen()
        unix.listen()
        for each in (tcp, udp, unix):
            each.settimeout(0)
        yield Scene(office, neighbour, Ears(tcp, udp, unix))
