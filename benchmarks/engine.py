"""Long work: steps per second through our port, beside DBOS itself and LangGraph's checkpointer; and after a kill.

All on SQLite in a temporary folder, in turn and several times; the best of each counts. LangGraph has an environment of
its own in the user's cache folder, made from `requirements-bench.txt` when it is missing; where that cannot be made (no
network) the part says so and leaves LangGraph out. Linux only (/proc).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import platformdirs

from benchmarks.common.drops import is_quick
from benchmarks.common.rooms import ROOT, Room, throwaway, working

if TYPE_CHECKING:
    from pathlib import Path

PINS = ROOT / "requirements-bench.txt"
FLOWS = [sys.executable, "-m", "benchmarks.common.engine_flows"]
SETTLING_S = 3.0
NAMES = {
    "ours": "ours",
    "bare": "bare",
    "plain": "bare_without_log",
    "langgraph": "langgraph",
    "relaxed": "langgraph_synchronous_normal",
}


def main() -> None:
    """Print the figures."""
    rounds, flows = (2, 30) if is_quick() else (5, 100)
    ways = dict.fromkeys(("ours", "bare", "plain"), FLOWS[0])
    if other := langgraph_python():
        ways |= dict.fromkeys(("langgraph", "relaxed"), str(other))
    best = dict.fromkeys(ways, 0.0)
    for _ in range(rounds):
        for way, python in ways.items():
            best[way] = max(best[way], steps_per_s(way, python, flows if way != "plain" else flows // 5))
    figures = {f"{NAMES[way]}_per_s": round(value, 1) for way, value in best.items()}
    print(json.dumps(figures | killed(rounds) | idle(15.0 if is_quick() else 45.0)))


def steps_per_s(way: str, python: str, flows: int) -> float:
    """One process's figure."""
    with throwaway() as folder:
        return float(called(way, folder, flows, python=python).stdout.splitlines()[-1])


def killed(rounds: int) -> dict[str, float]:
    """From a kill to the first step: whole with the start of a process, and without it."""
    whole_s, net_s = [], []
    for _ in range(rounds):
        with throwaway() as folder:
            called("killed", folder, check=False)
            began_s = time.perf_counter()
            again = called("again", folder)
            whole_s.append(time.perf_counter() - began_s)
            net_s.append(float(again.stdout.splitlines()[-1]))
    return {"kill_to_end_of_next_process_s": round(median(whole_s), 3), "recovered_s": round(max(net_s), 3)}


def idle(watched_s: float) -> dict[str, float]:
    """An open engine with nothing to do."""
    with throwaway() as folder:
        room = Room(folder, folder, folder, {})
        with working([*FLOWS, "idle", "0", str(folder)], room) as process:
            time.sleep(SETTLING_S)
            before_s, began_s = process.cpu_s(), time.perf_counter()
            time.sleep(watched_s)
            used_s, passed_s = process.cpu_s() - before_s, time.perf_counter() - began_s
            return {"cpu_percent": round(used_s / passed_s * 100, 3), "rss_mb": round(process.rss_mb(), 1)}


def called(
    way: str, folder: Path, flows: int = 0, *, python: str = FLOWS[0], check: bool = True
) -> subprocess.CompletedProcess[str]:
    """One process of `engine_flows`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [python, *FLOWS[1:], way, str(flows), str(folder)]
    return subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=check)


def langgraph_python() -> Path | None:
    """The Python of an environment that has LangGraph; None when it cannot be made."""
    version = hashlib.sha256(PINS.read_bytes()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("ai-employee-bench", appauthor=False) / version
    python = folder / "bin" / "python"
    done = folder / "complete"
    if not done.exists():
        print(f"... making an environment for LangGraph in {folder}", file=sys.stderr, flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=False)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(PINS)]
        if made.returncode or subprocess.run(pip, capture_output=True, check=False).returncode:
            print("LangGraph is left out: its environment could not be made.", file=sys.stderr)
            return None
        done.touch()
    return python


if __name__ == "__main__":
    main()
