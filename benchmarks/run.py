"""`make bench`: runs every program of this folder, shows one table, compares it, and keeps the figures.

`python -m benchmarks.run [--quick] [PART ...]`; a part is a program's name. Every `benchmarks/<name>.py` that prints
one JSON object of numbers is a part; its figures are named `<name>.<key>`. What is measured is kept in
`results/<date>.json`; a part alone replaces its own figures of that day.
Exit code 1: a figure is not reached, or a ratio is 20 % worse than in the newest committed result, and nobody said why
(`EXPLAIN="why"`, which is kept with the figures).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.common.figures import Figures, faults, judged, table

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def main(words: list[str]) -> int:
    """Run, show, compare, keep; the exit code."""
    quick = "--quick" in words
    wanted = [word for word in words if not word.startswith("-")]
    RESULTS.mkdir(exist_ok=True)
    load_before = os.getloadavg()[0]
    today = RESULTS / f"{datetime.now(tz=UTC).date()}.json"
    figures: Figures = kept_figures(today) if wanted and not quick else {}
    failed = []
    for program in programs(HERE, wanted):
        found = figures_of(program, quick=quick)
        if found is None:
            failed.append(program.stem)
        else:
            figures |= found
    rows = judged(figures, {} if quick else newest(RESULTS))
    print("\n".join(table(figures, rows)))
    explanation = os.environ.get("EXPLAIN", "")
    to_explain = [*faults(rows), *(f"{name} ended in an error" for name in failed)]
    if not quick:
        keep(today, figures, facts(load_before) | {"explanation": explanation, "to_explain": to_explain})
    for fault in to_explain:
        print(f"to explain: {fault}")
    return 1 if to_explain and not explanation else 0


def programs(folder: Path, wanted: list[str]) -> list[Path]:
    """The parts: every program but this one, or those asked for."""
    parts = [path for path in sorted(folder.glob("*.py")) if path.stem != Path(__file__).stem]
    return [path for path in parts if not wanted or path.stem in wanted]


def figures_of(program: Path, *, quick: bool) -> Figures | None:
    """What one program measured, under its name; None when it failed, which it has told by then."""
    print(f"... {program.stem}", file=sys.stderr, flush=True)
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)} | ({"BENCH_QUICK": "1"} if quick else {})
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return None
    found = json.loads(done.stdout)
    return {f"{program.stem}.{name}": value for name, value in found.items() if isinstance(value, int | float)}


def facts(load_before: float) -> dict[str, object]:
    """The machine, as far as it explains figures."""
    return {
        "at": datetime.now(tz=UTC).replace(microsecond=0).isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
    }


def newest(results: Path) -> Figures:
    """The figures of the newest result that is committed; none when there is none."""
    command = ["git", "ls-files", "--", "*.json"]
    listed = subprocess.run(command, cwd=results, capture_output=True, text=True, check=False).stdout.split()
    if not listed:
        return {}
    shown = ["git", "show", f"HEAD:./{max(listed)}"]
    text = subprocess.run(shown, cwd=results, capture_output=True, text=True, check=False).stdout
    found: Figures = json.loads(text)["figures"] if text else {}
    return found


def kept_figures(path: Path) -> Figures:
    """The figures that a result holds; none when there is none."""
    found: Figures = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.is_file() else {}
    return found


def keep(path: Path, figures: Figures, about: dict[str, object]) -> None:
    """Write the result of one run."""
    path.write_text(json.dumps({**about, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    print(f"\nkept in {path.parent.name}/{path.name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
