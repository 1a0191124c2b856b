"""Files to drop into an inbox, and when each is in a commit: of ours as a task note, of the floor as its output."""

from __future__ import annotations

import hashlib
import os
import time
from email.message import EmailMessage
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from agents.clock import SystemClock, as_local
from agents.vault.layout import CLAIMED, NEEDS_ACTION, note_id
from benchmarks.common.rooms import History, Room, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

BODY = "Some words about a customer and an order.\n" * 48
RESTED_S = 0.15  # no commit for so long: the step before is over
COUNT_POLL_S = 0.02


def is_quick() -> bool:
    """Whether fewer of everything is wanted: `BENCH_QUICK` is set."""
    return bool(os.environ.get("BENCH_QUICK"))


def texts(folder: Path, label: str, count: int) -> list[Path]:
    """So many plain files, all different, outside the inbox but on its disk."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"{label}-{number}.txt" for number in range(count)]
    for file in files:
        file.write_text(f"{file.stem}\n{BODY}", encoding="utf-8")
    return files


def mails(folder: Path, label: str, count: int) -> list[Path]:
    """So many mails, all different, each of another sender and domain."""
    folder.mkdir(exist_ok=True)
    files = [folder / f"{label}-{number}.eml" for number in range(count)]
    for number, file in enumerate(files):
        mail = EmailMessage()
        mail["From"] = f"Somebody {number} <somebody@client-{number}.example.org>"
        mail["To"] = "office@example.com"
        mail["Subject"] = f"About order {number}"
        mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
        mail["Message-ID"] = f"<{file.stem}@example.org>"
        mail.set_content(BODY)
        file.write_bytes(mail.as_bytes())
    return files


def ours_has(history: History, file: Path, content: bytes) -> bool:
    """Whether the task note of a plain file is in the newest commit."""
    day = as_local(SystemClock().now()).date()
    name = f"{note_id(day, 'file', 'file', hashlib.sha256(content).hexdigest())}.md"
    return file.suffix == ".txt" and history.has(f"{NEEDS_ACTION}/{name}", f"{CLAIMED}/{name}")


def floor_has(history: History, file: Path, content: bytes) -> bool:
    """Whether the floor's output for a file is in the newest commit."""
    return bool(content) and history.has(f"out/{file.name}")


def latencies_ms(room: Room, files: Sequence[Path], committed: Callable[[History, Path, bytes], bool]) -> list[float]:
    """From the move into the inbox to the commit, one file after the other, each once the one before is all over."""
    history, found = room.history(), []
    for file in files:
        content = file.read_bytes()
        rest(history)
        file.touch()  # the quiet period counts from here
        began_s = room.drop([file])
        done_s = wait_for(partial(committed, history, file, content), f"{file.name} in a commit")
        found.append((done_s - began_s) * 1000)
    return found


def rest(history: History) -> None:
    """Wait until nothing was committed for a while."""
    since_s, seen = time.perf_counter(), history.tree()
    while time.perf_counter() - since_s < RESTED_S:
        time.sleep(COUNT_POLL_S)
        if history.tree() is not seen:
            since_s, seen = time.perf_counter(), history.tree()


def burst_s(room: Room, files: Sequence[Path], folders: Sequence[str], kind: str) -> float:
    """Seconds from the first of the files, all at once, until each has its own committed note of this kind."""
    history = room.history()
    before = count(history, folders, kind)
    began_s = room.drop(files)
    wanted = before + len(files)
    done_s = wait_for(lambda: count(history, folders, kind) >= wanted, f"{wanted} notes in a commit", COUNT_POLL_S)
    return done_s - began_s


def count(history: History, folders: Sequence[str], kind: str) -> int:
    """The committed notes whose name tells of this kind; a note that moved counts once."""
    return sum(kind in name for name in history.names(*folders))


def percentiles(found: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th, rounded to 0.01."""
    ordered = sorted(found)
    return round(median(ordered), 2), round(ordered[max(0, int(len(ordered) * 0.99) - 1)], 2)
