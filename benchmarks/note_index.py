"""Searching the notes at 10,000 and 100,000: the first build, a search with nothing changed, and one after a change.

Floors in the same tree: a plain `scandir` with `stat` of every note, which is what nobody can save who wants to know
what changed, and reading every note for a word, which is what a search costs without an index. Notes are mails as
tasks show them, of some 1,200 bytes, 1,000 in a folder. Processor time, the system's included, in this process: what
others do on the machine does not count. The best of several rounds.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from agents.durability.note_index import FILE, NoteIndex
from benchmarks.common.drops import is_quick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = {"1k": 1_000} if is_quick() else {"10k": 10_000, "100k": 100_000}
A_FOLDER = 1_000
VOCABULARY = 20_000
WORDS = 150
ROUNDS = 5
ASKED = "w17x w30x"


def main() -> None:
    """Print the figures."""
    figures: dict[str, float] = {}
    for name, notes in SIZES.items():
        with tempfile.TemporaryDirectory() as room:
            figures |= {f"{key}_{name}": value for key, value in measured(Path(room), notes).items()}
    print(json.dumps(figures))


def measured(room: Path, notes: int) -> dict[str, float]:
    """The figures of one vault."""
    root, state = room / "Vault", room / "state"
    state.mkdir()
    write(root, notes)
    index = NoteIndex(state, root)
    build_s = seconds(lambda: index.search(ASKED), 1)
    found = index.search(ASKED)
    changed = next(root.glob("Done/*/n*.md"))
    return {
        "build_s": build_s,
        "unchanged_ms": 1_000 * seconds(lambda: index.search(ASKED)),
        "one_changed_ms": 1_000 * seconds(lambda: (changed.write_text(f"{time.perf_counter()}"), index.search(ASKED))),
        "floor_stat_ms": 1_000 * seconds(lambda: sum(1 for _ in stats(root))),
        "floor_read_ms": 1_000 * seconds(lambda: sum(b"w17x" in Path(path).read_bytes() for path in names(root)), 2),
        "file_mb": (state / FILE).stat().st_size / 1e6,
        "found": len(found),
    }


def write(root: Path, notes: int) -> None:
    """The vault."""
    (root / "Done").mkdir(parents=True)
    (root / "Company_Handbook.md").write_text("# Handbook\n")
    for number in range(notes):
        folder = root / "Done" / f"{number // A_FOLDER:04}"
        if number % A_FOLDER == 0:
            folder.mkdir()
        words = " ".join(f"w{(number * 7 + at * 131) % VOCABULARY}x" for at in range(WORDS))
        head = f"---\nid: n{number}\ntype: email\n---\n# A mail {number}\n\n"
        (folder / f"n{number}.md").write_text(f"{head}```text\n{words}\n```\n")


def names(root: Path) -> Iterator[str]:
    """Every file below the folder."""
    for folder, _, inside in os.walk(root):
        yield from (os.path.join(folder, each) for each in inside)  # noqa: PTH118 (the floor must be quick)


def stats(root: Path) -> Iterator[int]:
    """The size of every file below the folder, by `scandir`."""
    waiting = [str(root)]
    while waiting:
        with os.scandir(waiting.pop()) as lying:
            for each in lying:
                if each.is_dir(follow_symlinks=False):
                    waiting.append(each.path)
                else:
                    yield each.stat(follow_symlinks=False).st_size


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The best of so many rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return round(best, 5)


if __name__ == "__main__":
    main()
