"""The floor: the least that "a file appears -> a processed, fsynced, committed file" can cost with watchdog and pygit2.

`python -m benchmarks.common.floor ROOM NOTES` watches ROOM/Inbox, writes ROOM/out, keeps ROOM/history.git over NOTES
notes, says `Watching` and goes on until it is ended. It leaves out journal, audit, signature and parsing.
"""

from __future__ import annotations

import os
import queue
import sys
from pathlib import Path

import pygit2
from pygit2.enums import FileMode
from watchdog.events import FileCreatedEvent, FileMovedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

MAIN = "refs/heads/main"
FOLDER_SIZE = 100
GROUP = 100  # files in one commit at most, when several wait
AUTHOR = pygit2.Signature("floor", "floor@localhost.invalid")


class Arrivals(FileSystemEventHandler):
    """Puts every file that arrived into a queue."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Path] = queue.Queue()

    def dispatch(self, event: FileSystemEvent) -> None:
        """One file, moved in whole."""
        self.waiting.put(Path(os.fsdecode(event.dest_path or event.src_path)))

    def next_group(self) -> list[Path]:
        """What waits now, at least one."""
        group = [self.waiting.get()]
        while len(group) < GROUP and not self.waiting.empty():
            group.append(self.waiting.get())
        return group


def plant(room: Path, notes: int) -> pygit2.Repository:
    """A history over so many notes, a hundred in a folder; only the history has them."""
    repository = pygit2.init_repository(str(room / "history.git"), bare=True)
    blob = repository.create_blob(b"---\ntype: note\n---\n" + b"words\n" * 40)
    top = repository.TreeBuilder()
    for start in range(0, notes, FOLDER_SIZE):
        folder = repository.TreeBuilder()
        for number in range(start, min(start + FOLDER_SIZE, notes)):
            folder.insert(f"note-{number:07d}.md", blob, FileMode.BLOB)
        top.insert(f"folder-{start // FOLDER_SIZE:05d}", folder.write(), FileMode.TREE)
    repository.create_commit(MAIN, AUTHOR, AUTHOR, "start", top.write(), [])
    return repository


def processed(path: Path, out: Path) -> bytes:
    """The file's output, durable under its name."""
    content = path.read_bytes().upper()
    temporary = out / f".{path.name}.tmp"
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(out / path.name)
    return content


def commit(repository: pygit2.Repository, outputs: dict[str, bytes]) -> None:
    """One commit upon the head, built along the one folder that changed."""
    head = repository.references[MAIN].peel(pygit2.Commit)
    before = head.tree["out"].peel(pygit2.Tree) if "out" in head.tree else None
    out = repository.TreeBuilder(before) if before else repository.TreeBuilder()
    for name, content in outputs.items():
        out.insert(name, repository.create_blob(content), FileMode.BLOB)
    top = repository.TreeBuilder(head.tree)
    top.insert("out", out.write(), FileMode.TREE)
    repository.create_commit(MAIN, AUTHOR, AUTHOR, f"{len(outputs)} done", top.write(), [head.id])


def main() -> None:
    """Watch until ended."""
    room, notes = Path(sys.argv[1]), int(sys.argv[2])
    inbox, out = room / "Inbox", room / "out"
    inbox.mkdir(parents=True)
    out.mkdir()
    repository = plant(room, notes)
    pygit2.settings.enable_fsync_gitdir(value=True)
    arrivals, observer = Arrivals(), Observer()
    observer.schedule(arrivals, str(inbox), event_filter=[FileCreatedEvent, FileMovedEvent])
    observer.start()
    print("Watching", flush=True)
    while True:
        group = arrivals.next_group()
        commit(repository, {path.name: processed(path, out) for path in group})


if __name__ == "__main__":
    main()
