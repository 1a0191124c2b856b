"""The coverage gate: `python -m tests.coverage_gates coverage.json` names every line and branch below the bar.

Rooms that hold the promises need every line and branch; elsewhere 90 % of each module.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import BaseModel

WHOLE = ("agents/vault/", "agents/security/", "agents/durability/", "agents/approval/")
ELSEWHERE_PERCENT = 90


class Summary(BaseModel):
    """The totals of one module; branches count as lines do."""

    percent_covered: float


class Module(BaseModel):
    """One module of coverage's JSON report; a branch is (from line, to line), negative = leaves the function."""

    summary: Summary
    missing_lines: tuple[int, ...]
    missing_branches: tuple[tuple[int, int], ...] = ()


class Report(BaseModel):
    """Coverage's JSON report, as far as we read it."""

    files: dict[str, Module]


def below_the_bar(report: Report) -> tuple[str, ...]:
    """One sentence for every module below its bar."""
    found = []
    for path, module in sorted(report.files.items()):
        if path.startswith("/"):  # a copy of the project that a test made and ran
            continue
        needed = 100 if path.startswith(WHOLE) else ELSEWHERE_PERCENT
        if module.summary.percent_covered < needed:
            found.append(f"{path}: {module.summary.percent_covered:.1f} % of {needed} %, {_missing(module)}")
    return tuple(found)


def _missing(module: Module) -> str:
    lines = ", ".join(map(str, module.missing_lines))
    branches = ", ".join(f"{start}->{end if end > 0 else 'exit'}" for start, end in module.missing_branches)
    return "; ".join(
        part for part in (f"lines {lines}" if lines else "", f"branches {branches}" if branches else "") if part
    )


def main(path: Path) -> int:
    """Print what is missing; 1 when anything is."""
    report = Report.model_validate_json(path.read_bytes())
    found = below_the_bar(report)
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"coverage: {len(report.files)} modules, {len(found)} below the bar\n")
    return 1 if found or not report.files else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
