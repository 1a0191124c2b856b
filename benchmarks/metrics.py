"""What it costs to measure a company: everything read and all metrics, as a new process, by the size of the books.

The books are those of `benchmarks/ledger.py`, 1,000 and 10,000 entries, with `BENCH_LARGE` 100,000; beside them lies a
journal with a tenth as many tasks, each with two turns, a proposal and four lines of the chain. The ledger's cache is
valid. `work`, `books` and `measure` are the parts, `weeks` the four weeks before, measured out of the same reading.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agents.connectors.ledger.figure_reader import read_figures
from agents.durability.journal import Journal
from agents.durability.proposal_rows import add_proposal
from agents.durability.schema import CHAIN, TRANSITIONS
from agents.durability.task_persistence import add_tasks
from agents.durability.turn_rows import TurnRow, add_turn
from benchmarks.common.drops import is_quick
from benchmarks.ledger import NOON, TODAY, fill, is_large
from tests.durability.test_rows import PROPOSAL, TASK

ROOT = Path(__file__).parents[1]
PER_TASK = 10  # entries of the books
KINDS = ("task.filed", "task.claimed", "task.planned", "task.done")
PROGRAM = """
import json, resource, sys, time
began, wall = time.process_time(), time.perf_counter()
from datetime import date, timedelta
from pathlib import Path
from agents.autonomy.known_company import known_company, known_work
from agents.connectors.ledger.figure_reader import read_figures
from agents.durability.journal import looking
from agents.insight.financial_analyzer import measure
root, state, on = Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3])
with looking(state) as sql:
    work = known_work(sql, on)
worked = time.process_time()
company = known_company(root, lambda: read_figures(root, state), work, on)
known = time.process_time()
found = measure(company)
once, all_s = time.process_time(), time.perf_counter() - wall
for week in range(1, 5):
    measure(company.back_to(on - timedelta(days=7 * week)))
ended = time.process_time()
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "work_cpu_s": worked - began, "books_cpu_s": known - worked, "measure_cpu_s": once - known,
    "weeks_cpu_s": ended - once, "all_s": all_s, "peak_mb": used.ru_maxrss / 1024,
    "told": sum(bool(each.values) for each in found),
}))
"""


def main() -> None:
    """Print the figures."""
    found: dict[str, float] = {}
    sizes = {"1k": 1_000, "10k": 1_000 if is_quick() else 10_000} | ({"100k": 100_000} if is_large() else {})
    for name, entries in sizes.items():
        with tempfile.TemporaryDirectory() as folder:
            found |= {f"{key}_{name}": value for key, value in measured(Path(folder), entries).items()}
    print(json.dumps(found))


def measured(folder: Path, entries: int) -> dict[str, float]:
    """Seconds and megabytes of a new process."""
    root, state = folder / "Vault", folder / "state"
    state.mkdir()
    fill(root, entries)
    read_figures(root, state)
    fill_journal(state, entries // PER_TASK)
    words = [sys.executable, "-c", PROGRAM, str(root), str(state), TODAY.isoformat()]
    told = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(told.stdout)
    return {name: round(value, 3) for name, value in found.items()}


def fill_journal(state: Path, tasks: int) -> None:
    """So many tasks of one year, nine of ten done, and what the journal knows of each."""
    journal = Journal.open(state)
    with journal.begin() as sql:
        written = {
            "author": "runner",
            "subject": "x",
            "operations": "[]",
            "paths": "[]",
            "applied": True,
            "commit_id": "x",
        }
        number = sql.execute(TRANSITIONS.insert().values(**written).returning(TRANSITIONS.c.number)).scalar_one()
        for at in range(tasks):
            came = NOON.now() - timedelta(days=360 * at / tasks, hours=1)
            name, done = f"task-{at}", came + timedelta(hours=at % 50)
            is_over = at % PER_TASK != 0
            add_tasks(
                sql, [replace(TASK, id=name, created_at=came.isoformat(), state="done" if is_over else "waiting")]
            )
            for turn in (1, 2):
                add_turn(sql, TurnRow(name, turn, "rules", "x", "0", done.isoformat()))
            row = replace(PROPOSAL, id=f"p-{at}", task=name, key=name, created_at=came.isoformat())
            over = replace(row, state="done", decided_at=done.isoformat(), intent_at=done.isoformat())
            add_proposal(sql, over if is_over else row)
            lines = [
                {
                    "seq": at * len(KINDS) + place + 10,
                    "line": json.dumps({"action_type": kind, "timestamp": done.isoformat(), "padding": "x" * 300}),
                    "sha256": f"{name} {kind}",
                    "file": "Logs/x.jsonl",
                    "logged": True,
                    "target": name,
                    "task": name,
                    "transition": number,
                }
                for place, kind in enumerate(KINDS[: len(KINDS) if is_over else -1])
            ]
            sql.execute(CHAIN.insert(), lines)
    journal.close()


if __name__ == "__main__":
    main()
