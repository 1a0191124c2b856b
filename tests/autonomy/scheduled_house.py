"""A house whose runner also keeps the schedule, as the shipped wiring joins it; the built-in jobs are scripted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.autonomy.autonomy_orchestrator import Swept
from agents.autonomy.timetable import Ended, Timetable
from agents.durability.run_rows import RunRow, runs_of
from tests.autonomy.house import House
from watchers import schedule_watcher
from watchers.contract import WatcherContext
from watchers.intake import Intake

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "# Jobs\n| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"


@dataclass
class ScheduledHouse(House):
    """`verify` is what the built-in job of that name does; `done` are its calls so far."""

    verify: Callable[[], Ended] = lambda: Ended(well=True, words="all holds")
    done: list[str] = field(default_factory=list)

    def _sources(self) -> tuple[Callable[[], Swept], ...]:
        def check() -> Ended:
            self.done.append(self.clock.now().isoformat())
            return self.verify()

        self.timetable = Timetable(self.recorder, self.places, {"verify": check})
        watcher = schedule_watcher.open_watcher(WatcherContext(self.vault, self.quiet_s, self.journal))
        intake = Intake(self.recorder, self.blobs)

        def schedule() -> Swept:
            seen = watcher.scan(self.clock.now())
            left = tuple(each.path for each in seen.left)
            return Swept(intake.take_in(seen), seen.unsettled_s, left, seen.next_due_s)

        return (self.timetable.sweep, *super()._sources(), schedule)

    def jobs(self, *rows: str) -> None:
        """The owner writes the table anew."""
        lines = "".join(f"| {row} |\n" for row in rows)
        (self.vault / "Schedules.md").write_text(HEADER + lines, encoding="utf-8")

    def ledger(self, job: str) -> list[RunRow]:
        """The runs of a job, oldest first."""
        with self.journal.begin() as sql:
            return list(reversed(runs_of(sql, job)))

    def states(self, job: str) -> list[str]:
        return [row.state for row in self.ledger(job)]

    def run_notes(self) -> list[str]:
        return sorted(each.stem for each in (self.vault / "Schedules").rglob("*.md"))

    def dashboard(self) -> str:
        return (self.vault / "Dashboard.md").read_text(encoding="utf-8")
