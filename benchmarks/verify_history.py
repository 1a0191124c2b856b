"""How long `verify` takes over a long history, beside stock git on the same history.

`python benchmarks/verify_history.py [--commits 10000] [--folder DIR]` makes tasks, proposals, approvals and mails in
the Outbox through the shipped recorder and executor, one signed commit for each transition, then runs every check of
`verify`, then stock git: `fsck` over everything and `log --format=%G?` over a sample. Prints one JSON object; seconds
are wall time, except those of the processor (`cpu_s`). DIR is best in memory: only reading is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.approval.decisions import Decisions, Policy
from agents.approval.executor import Executor, Ports, Result
from agents.approval.gate import Kind, Verdict
from agents.approval.proposals import Draft
from agents.autonomy.founding import found_vault
from agents.clock import SystemClock, as_local
from agents.connectors.contract import ConnectorContext, Money
from agents.connectors.email.actions import EmailSend
from agents.connectors.email.email_connector import OutboxConnector
from agents.connectors.ledger.ledger_files import opening_files
from agents.console.checking import check
from agents.console.wiring import house_at
from agents.durability.proposal_rows import find_proposal
from agents.durability.task_persistence import TaskRow, add_task
from agents.durability.transitions import Recorder, Transition
from agents.security.audit_logger import Fact
from agents.security.secrets import SecretsOnUse
from agents.settings import Settings
from agents.vault.layout import APPROVED, CLAIMED, DONE, NEEDS_ACTION, PENDING, month_folder, note_id
from agents.vault.note_edit import emit_note
from agents.vault.store import EditText, Operation

if TYPE_CHECKING:
    from agents.console.wiring import House
    from agents.durability.proposal_rows import ProposalRow

COMMITS = 10_000
COMMITS_PER_TASK = 7
SAMPLE = 200
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@dataclass(frozen=True)
class Office:
    """A vault in which each task asks for one mail, and gets it."""

    house: House

    @property
    def recorder(self) -> Recorder:
        """The one writer."""
        return self.house.recorder

    @cached_property
    def decisions(self) -> Decisions:
        """What follows from the owner's word."""
        return Decisions(self.recorder, self.house.clock)

    @cached_property
    def executor(self) -> Executor:
        """Files mails in the Outbox."""
        context = ConnectorContext(
            self.house.place.root, self.house.state, self.house.clock, SecretsOnUse(self.house.state)
        )
        connectors = {"email.send": OutboxConnector(context)}
        return Executor(
            self.recorder,
            Ports(
                connectors,
                {"email.send": EmailSend},
                self.house.blobs,
                stop_reason=lambda: None,
                policy=self._policy,
            ),
        )

    def serve(self, number: int) -> None:
        """One task from its note to its receipt: seven transitions, a commit each."""
        day = as_local(self.house.clock.now()).date()
        task = note_id(day, "email", f"customer {number}", str(number))
        note = emit_note(
            {"id": task, "type": "email", "tags": ["task"]}, f"# A mail\n\nNumber {number}.\n\n## History\n"
        )
        created = self.house.clock.now().isoformat()
        row = TaskRow(task, created, "claimed", 1, "", "{}", note, "", "", "playbook")
        filed = Operation("create", f"{NEEDS_ACTION}/{task}.md", text=note)
        self._record(task, "task.filed", "watcher", filed, row=row)
        self._record(task, "task.claimed", "runner", _moved(task, NEEDS_ACTION, CLAIMED))
        self._send(self._proposed(task, number))
        self._record(task, "task.done", "runner", _moved(task, CLAIMED, month_folder(DONE, day)))

    def _record(self, task: str, what: str, who: str, operation: Operation, row: TaskRow | None = None) -> None:
        with self.recorder.begin() as writing:
            if row:
                add_task(writing.sql, row)
            writing.record(Transition(Fact(who, what, task, task), f"{what} {task}", (operation,)))
        self.recorder.flush()

    def _proposed(self, task: str, number: int) -> ProposalRow:
        mail = EmailSend(to=f"anna{number}@client.example", subject=f"Answer {number}", body="Hello,\n\nit is done.\n")
        draft = Draft(task, "answer", mail, {"to": "owner"}, "", "owner-request", "playbook")
        with self.recorder.begin() as writing:
            row = self.decisions.propose(writing, draft, self._policy())
        self.recorder.flush()
        return row

    def _send(self, row: ProposalRow) -> None:
        root = self.house.place.root
        (root / PENDING / f"{row.id}.md").rename(root / APPROVED / f"{row.id}.md")  # as the owner does
        self.decisions.settle(row, Verdict(Kind.APPROVE, "moved"), APPROVED, self._policy())
        self.recorder.flush()
        with self.house.journal.begin() as sql:
            approved = find_proposal(sql, row.id)
        if approved is None or self.executor.run(approved)[0] is not Result.DONE:
            raise SystemExit(f"{row.id} was not done")
        self.recorder.flush()

    @staticmethod
    def _policy() -> Policy:
        return Policy(days=7, limit=Money(Decimal(500), "EUR"))


def _moved(task: str, here: str, there: str) -> Operation:
    line = EditText("line", "- one step on", "History")
    return Operation("move", f"{here}/{task}.md", f"{there}/{task}.md", edits=(line,))


def grow(house: House, commits: int) -> None:
    """Work until the history has so many commits."""
    office = Office(house)
    for number in range(1 + commits // COMMITS_PER_TASK):
        office.serve(number)
    office.recorder.housekeeping(())
    office.recorder.refresh_index()


def git(git_dir: Path, *words: str) -> tuple[str, float]:
    """What stock git prints in the history, and how long it took."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    began = time.perf_counter()
    line = ["git", "--git-dir", str(git_dir), *words]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=environment)
    return done.stdout, time.perf_counter() - began


def measure(house: House) -> dict[str, object]:
    """`verify` and stock git over the same history."""
    git_dir = house.state / "history.git"
    began, cpu = time.perf_counter(), time.process_time()
    report = check(house)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _, fsck_s = git(git_dir, "fsck", "--strict", "--no-dangling", "--no-progress")
    signed, signed_s = git(git_dir, "log", "--format=%G?", f"--max-count={SAMPLE}")
    commits = int(git(git_dir, "rev-list", "--count", "HEAD")[0])
    per_commit_s = signed_s / len(signed.split())
    return {
        "commits": commits,
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu_s, 2),
        "rss_mb": round(rss_mb),
        "exit_code": report.exit_code,
        "broken": report.broken,
        "git_fsck_s": round(fsck_s, 2),
        "git_signatures_s": round(per_commit_s * commits, 2),
        "git_signatures_sample": len(signed.split()),
        "git_says_good": signed.split().count("G"),
        "times_faster_than_git_signatures": round(per_commit_s * commits / seconds, 1),
        "times_slower_than_git_fsck": round(seconds / fsck_s, 2),
    }


def main() -> None:
    """Grow a history, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--commits", type=int, default=COMMITS)
    asked.add_argument("--folder", type=Path, default=MEMORY if MEMORY.is_dir() else None)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="verify-history-", dir=given.folder) as room:
        place = found_vault(Path(room) / "Vault", "", opening_files(as_local(SystemClock().now()).date(), "EUR"))
        house = house_at(place, Settings(state=Path(room) / "state"))
        try:
            began = time.perf_counter()
            grow(house, given.commits)
            built_s = time.perf_counter() - began
            found = measure(house) | {"built_s": round(built_s, 1)}
        finally:
            house.close()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
