"""A vault with so many notes and the shipped `run` on it, or the floor; both are watched from outside only.

Files are moved into the inbox whole, so the quiet period is set to 0 (`AI_EMPLOYEE_QUIET_S`) unless said otherwise.
"Committed" is what the history's branch says: the reference is read, and the tree it names is looked into.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pygit2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
ROOF = [sys.executable, str(ROOT / "orchestrator.py")]
FOLDER_SIZE = 100
NOTE = "---\ntype: note\n---\n# Note {number}\n" + "Some words about a customer and an order.\n" * 8
POLL_S = 0.0003
PATIENCE_S = 300.0


class TooSlow(Exception):
    """Something did not happen within the patience of a benchmark."""


def wait_for(
    condition: Callable[[], object], what: str, poll_s: float = POLL_S, patience_s: float = PATIENCE_S
) -> float:
    """Seconds on the benchmark's clock when it held."""
    end_s = time.perf_counter() + patience_s
    while not condition():
        if time.perf_counter() > end_s:
            raise TooSlow(what)
        time.sleep(poll_s)
    return time.perf_counter()


class History:
    """The branch of one history, read while another process writes it."""

    def __init__(self, git_dir: Path) -> None:
        self._main = git_dir / "refs" / "heads" / "main"
        self._repository = pygit2.Repository(str(git_dir))
        self._seen = ""
        self._tree: pygit2.Tree | None = None

    def tree(self) -> pygit2.Tree | None:
        """The tree of the newest commit; costs one read of a small file while nothing is committed."""
        try:
            head = self._main.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        if head and head != self._seen:
            self._tree = self._repository[head].peel(pygit2.Commit).tree
            self._seen = head
        return self._tree

    def has(self, *paths: str) -> bool:
        """Whether the newest commit has a file at one of these paths."""
        tree = self.tree()
        return tree is not None and any(path in tree for path in paths)

    def names(self, *folders: str) -> set[str]:
        """The names in these folders of the newest commit."""
        tree = self.tree()
        found: set[str] = set()
        for folder in folders:
            if tree is not None and folder in tree:
                found |= {str(each.name) for each in tree[folder].peel(pygit2.Tree)}
        return found


@dataclass(frozen=True, slots=True)
class Room:
    """A folder with an inbox, the history of what came of it, and the process that works there, once it does."""

    folder: Path
    inbox: Path
    git_dir: Path
    environment: Mapping[str, str]

    def history(self) -> History:
        """What is committed."""
        return History(self.git_dir)

    def drop(self, files: Sequence[Path]) -> float:
        """Move files into the inbox, whole; seconds on the benchmark's clock before the first."""
        began_s = time.perf_counter()
        for file in files:
            os.rename(file, self.inbox / file.name)
        return began_s

    def command(self, *words: str, answers: str | None = None) -> str:
        """What a command of the shipped command line prints; it has to succeed. `answers`: what is typed meanwhile."""
        command = [*ROOF, *words, "--vault", str(self.inbox.parent)]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, env=environment, input=answers, capture_output=True, text=True, check=True)
        return done.stdout

    @contextmanager
    def running(self) -> Iterator[Working]:
        """The shipped `run`, watching; ended politely afterwards."""
        with working([*ROOF, "run", "--vault", str(self.inbox.parent)], self) as process:
            yield process

    @contextmanager
    def floor(self, notes: int) -> Iterator[Working]:
        """The floor, watching this room."""
        with working([sys.executable, "-m", "benchmarks.common.floor", str(self.folder), str(notes)], self) as process:
            yield process


@dataclass(frozen=True, slots=True)
class Working:
    """A process at work; `ready_s`: from its start until it said that it watches."""

    number: int
    ready_s: float

    def cpu_s(self) -> float:
        """The processor time it has used. Linux only: /proc."""
        fields = Path(f"/proc/{self.number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """The memory it holds now, in units of 2**20 bytes. Linux only: /proc."""
        pages = int(Path(f"/proc/{self.number}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def pause(self) -> None:
        """Stop it, as a laptop that sleeps does."""
        os.kill(self.number, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.number, signal.SIGCONT)


@contextmanager
def working(command: Sequence[str], room: Room) -> Iterator[Working]:
    """A process that says `Watching` when it is ready."""
    says = room.folder / "says.txt"
    environment = {**os.environ, **room.environment, "PYTHONPATH": str(ROOT)}
    with says.open("wb") as out, (room.folder / "complains.txt").open("wb") as complains:
        began_s = time.perf_counter()
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=complains)
        try:
            ready_s = wait_for(lambda: b"Watching" in says.read_bytes() or process.poll() is not None, "ready", 0.005)
            if process.poll() is not None:
                raise TooSlow((room.folder / "complains.txt").read_text(encoding="utf-8")[-2000:])
            yield Working(process.pid, ready_s - began_s)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            finally:
                process.kill()


@contextmanager
def throwaway() -> Iterator[Path]:
    """A folder that is gone when the program ends, not before.

    A disk without a journal passes over the places of files that were removed within minutes, one by one, whenever a
    file is made: the litter of one measurement makes the next one several times as slow.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yield folder


@contextmanager
def floor_room() -> Iterator[Room]:
    """A room for the floor."""
    with throwaway() as folder:
        yield Room(folder, folder / "Inbox", folder / "history.git", {})


@contextmanager
def vault_room(notes: int = 0, quiet_s: float = 0.0) -> Iterator[Room]:
    """A vault made by `init`, with so many notes of the owner's, all of them in the history (`run --once`)."""
    with throwaway() as folder:
        vault, state = folder / "Vault", folder / "state"
        environment = {"AI_EMPLOYEE_STATE": str(state), "AI_EMPLOYEE_QUIET_S": str(quiet_s)}
        room = Room(folder, vault / "Inbox", state / "history.git", environment)
        subprocess.run([*ROOF, "init", str(vault)], env={**os.environ, **environment}, check=True, capture_output=True)
        plant_notes(vault / "Archive", notes)
        room.command("run", "--once")
        yield room


@contextmanager
def vault_rooms(sizes: Sequence[int]) -> Iterator[dict[int, Room]]:
    """Several of them at once, by their size."""
    with ExitStack() as stack:
        yield {notes: stack.enter_context(vault_room(notes)) for notes in sizes}


def plant_notes(folder: Path, notes: int) -> None:
    """So many notes, a hundred in a folder."""
    for number in range(notes):
        place = folder / f"folder-{number // FOLDER_SIZE:05d}"
        if number % FOLDER_SIZE == 0:
            place.mkdir(parents=True)
        (place / f"note-{number:07d}.md").write_text(NOTE.format(number=number), encoding="utf-8")
