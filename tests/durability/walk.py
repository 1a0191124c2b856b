"""A small walk through everything a transition can do, to be killed anywhere and taken up again.

`python -m tests.durability.walk FOLDER` walks in one new room after the other below FOLDER; in room number n the
process is killed at the n-th change of a file, link or folder, until one walk comes to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agents.durability.alerts import raise_alert
from agents.durability.journal import read_meta, write_meta
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.store import EditText, Operation
from tests.clock import NOON
from tests.durability.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from agents.durability.writing import Writing

MAIL = b"Subject: hello\n"
CHANGES = frozenset({"open", "os.link", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate"})


def prepare(room: Room) -> None:
    """What lies in the vault before the walk."""
    room.write("Inbox/a.eml", MAIL.decode())
    room.write("Ask.md", "# Ask\n- [ ] write to Anna\n")
    room.write("Pending_Approval/p.md", "# Proposal\n")


def walk(room: Room) -> None:
    """Every step that is not done yet; at the end the vault is idle."""
    for number, step in enumerate((_file, _claim, _finish)):
        with room.recorder.begin() as writing:
            if not read_meta(writing.sql, f"step {number}"):
                write_meta(writing.sql, f"step {number}", "done")
                step(writing, room)
    room.store.apply(Operation("generate", "Dashboard.md", text="# Dashboard\n"))
    room.recorder.housekeeping(("Dashboard.md",))
    room.recorder.refresh_index()


def _record(writing: Writing, name: str, *operations: Operation, **more: str) -> None:
    fact = Fact("runner", name, "a", "a")
    author = "owner" if "path" in more else "ai-employee"
    writing.record(Transition(fact, name, operations, author, tuple(more.values())))  # type: ignore[arg-type]


def _file(writing: Writing, room: Room) -> None:
    blob = room.blobs.put(MAIL)
    _record(
        writing,
        "task.filed",
        Operation("file", "Files/2026-11/sha-1.eml", blob=blob),
        Operation("create", "Needs_Action/a.md", text="# Task\n"),
        Operation("remove", "Inbox/a.eml", blob=blob),
        Operation("edit", "Ask.md", edits=(EditText("asked", "a", "write to Anna"),)),
    )
    raise_alert(writing, "a", "Look at this.", NOON)


def _claim(writing: Writing, _room: Room) -> None:
    line = EditText("line", "- 12:00 claimed", "History")
    _record(writing, "proposal.approved", path="Pending_Approval/p.md")
    _record(
        writing,
        "task.claimed",
        Operation("move", "Needs_Action/a.md", "In_Progress/runner/a.md", edits=(line,)),
        Operation("generate", "Plans/plan-a.md", text="# Plan\n"),
        Operation("edit", "In_Progress/runner/a.md", edits=(EditText("property", "invoice", "category"),)),
    )


def _finish(writing: Writing, _room: Room) -> None:
    receipt = EditText("append", "## Receipt\ndone\n")
    _record(
        writing,
        "task.done",
        Operation("move", "In_Progress/runner/a.md", "Done/2026-11/a.md", edits=(receipt,)),
        Operation("move", "Plans/plan-a.md", "Done/2026-11/plan-a.md"),
        Operation("move", "Pending_Approval/p.md", "Done/2026-11/p.md"),
    )


def _killed_at(change: int) -> Callable[[str, tuple[object, ...]], None]:
    left = change

    def seen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        writes = event != "open" or bool(isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if event in CHANGES and writes:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    return seen


def main(folder: Path) -> int:
    """Walk until a walk survives; how many were killed."""
    number = 0
    while True:
        number += 1
        child = os.fork()
        if not child:
            room = Room(folder / f"{number}")
            prepare(room)
            sys.addaudithook(_killed_at(number))
            walk(room)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            return number - 1


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]))))
