"""What holds after every fault, whatever it was. One definition, for all drills."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.flows.steps import BOOKED
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee
    from tests.standins.smtp_server import SmtpServer

RUNNER_NOTE = "Health/runner.md"
ID = re.compile(r"\d{4}-\d\d-\d\d-([a-z-]+)-[0-9a-f]{10}")
DOUBT = "Did this happen?"
NAMED = "SELECT id FROM tasks UNION ALL SELECT id FROM proposals UNION ALL SELECT id FROM questions"


@dataclass(frozen=True)
class Outcome:
    """Where a walk stands: the files by folder and kind, whatever the day, and how often each effect was made."""

    kinds: tuple[str, ...]
    booked: int
    sent: int

    @property
    def effects(self) -> tuple[int, int]:
        """Invoices in the books, mails at the server."""
        return self.booked, self.sent


def outcome_of(employee: Employee, server: SmtpServer) -> Outcome:
    """Where this vault stands, by its own files and the provider's own log."""
    names = (ID.sub(r"\1", name) for name in files_in(employee))
    kinds = sorted(re.sub(r"\d{4}-\d\d(-\d\d)?", "DAY", name) for name in names)
    return Outcome(tuple(kinds), len(re.findall(BOOKED, employee.ledger())), len(server.received))


def files_in(employee: Employee) -> dict[str, bytes]:
    """What every file of the vault holds, but the one that says who runs."""
    found = {each.relative_to(employee.vault).as_posix(): each for each in employee.vault.rglob("*")}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file() and name != RUNNER_NOTE}


def assert_kept(employee: Employee, server: SmtpServer, undisturbed: Outcome) -> int:
    """One more run ends what was begun, once, as if nothing had been; how often the owner was asked what happened."""
    employee.once()
    doubts = resolve_doubts(employee, server)
    outcome = outcome_of(employee, server)
    assert outcome.effects == undisturbed.effects
    assert_nothing_twice(server)
    assert_each_in_one_place(employee)
    if not doubts:
        assert set(outcome.kinds) >= set(undisturbed.kinds)
    assert_whole(employee)
    return doubts


def resolve_doubts(employee: Employee, server: SmtpServer) -> int:
    """Answer, as the provider's own log says, whether an effect happened; how many such questions there were."""
    doubts = [each for each in employee.questions() if DOUBT in each.read_text(encoding="utf-8")]
    for question in doubts:
        about_mail = "email-send" in question.read_text(encoding="utf-8")
        happened = server.received if about_mail else re.findall(BOOKED, employee.ledger())
        employee.said("answer", question.stem, "it happened" if happened else "it did not happen: do it now")
    if doubts:
        employee.once()
    return len(doubts)


def assert_nothing_twice(server: SmtpServer) -> None:
    """No mail reached the server twice."""
    sent = Counter(re.search(rb"(?mi)^message-id: *(\S+)", each.content)[1] for each in server.received)  # type: ignore[index]
    assert all(times == 1 for times in sent.values()), sent


def assert_each_in_one_place(employee: Employee) -> None:
    """Every id the journal knows has one note in one folder, and the inbox is empty: ids in are ids out."""
    with closing(sqlite3.connect(employee.state / "journal.sqlite")) as journal:
        names = Counter(f"{name}.md" for (name,) in journal.execute(NAMED))
        (events,) = journal.execute("SELECT count(DISTINCT task) FROM events").fetchone()
        (tasks,) = journal.execute("SELECT count(*) FROM tasks").fetchone()
    places = Counter(each.name for each in employee.vault.rglob("*.md") if each.name in names)
    assert places == names
    assert events == tasks
    assert not list((employee.vault / "Inbox").iterdir())


def assert_whole(employee: Employee) -> None:
    """Recovering again changes nothing, every record holds, and no crumb of an interrupted write is left."""
    files, head = files_in(employee), git(employee.vault, "rev-parse", "HEAD")
    employee.once()
    assert_same(files_in(employee), files)
    assert git(employee.vault, "rev-parse", "HEAD") == head
    assert "All holds" in employee.said("verify")
    assert git(employee.vault, "status", "--porcelain") == ""
    assert git(employee.vault, "fsck", "--strict", "--no-dangling") == ""
    assert crumbs_in(employee.room) == []


def assert_same(now: dict[str, bytes], before: dict[str, bytes]) -> None:
    """Nothing came, went or changed; says what did, for dictionaries of this size are cut in a report."""
    changed = {name for name in now.keys() | before.keys() if now.get(name) != before.get(name)}
    assert not changed, {name: (before.get(name), now.get(name)) for name in sorted(changed)}


def crumbs_in(room: Path) -> list[str]:
    """Temporary files of ours, and locks of git, in vault and state folder."""
    crumbs = [*room.rglob(".ai-employee-*"), *(room / "state" / "history.git").rglob("*.lock")]
    return [each.relative_to(room).as_posix() for each in crumbs]
