"""Promises about how an audit lies in the vault, what a tick in it does, and what it looks at besides the books."""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.autonomy.audit_filing import AuditTicks, file_audit
from agents.autonomy.audit_gathering import A_DAY, ANSWER, OUTSIDE, work_state
from agents.durability.finding_rows import ASKED, LEFT, known_findings
from agents.durability.promise_rows import PromiseRow, add_promise
from agents.durability.run_rows import RunRow, write_run
from agents.durability.task_persistence import QuestionRow, TaskRow, add_question, add_task, requests_pending
from agents.durability.wait_rows import add_wait
from agents.insight.business_auditor import audit
from agents.insight.finding import SOON, Finding
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.autonomy.house import House

DAY = date(2026, 11, 23)
FIRST = Finding("receipts", "EUR", SOON, "Three are missing.", "Look for them", Decimal("5.00"), "EUR")
SECOND = Finding("job", "letter", SOON, "The job letter fails.")


def filed(house: House, *found: Finding) -> Path:
    with house.recorder.journal.begin() as sql:
        known = known_findings(sql)
    return house.vault / "Briefings" / f"{file_audit(house.recorder, audit(found, known, DAY))}.md"


def tick(note: Path, *boxes: str) -> None:
    """The owner ticks boxes, by what stands at their ends."""
    lines = note.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(each.replace("[ ]", "[x]") if each.rstrip().endswith(boxes) else each for each in lines)
    note.write_text(text, encoding="utf-8")
    moved = note.stat().st_mtime_ns + 1_000_000
    os.utime(note, ns=(moved, moved))


def states(house: House) -> dict[str, str]:
    with house.recorder.journal.begin() as sql:
        return {key: row.state for key, row in known_findings(sql).items()}


def asked(house: House) -> list[str]:
    with house.recorder.journal.begin() as sql:
        return [row.text for row in requests_pending(sql)]


def test_an_audit_is_a_note_in_one_commit_and_its_findings_are_kept(house: House) -> None:
    note = filed(house, FIRST, SECOND)
    assert "### 1. Three are missing." in note.read_text(encoding="utf-8")
    assert states(house) == {FIRST.key: "open", SECOND.key: "open"}
    assert house.git("log", "-1", "--format=%s").strip() == "Write the audit 2026-11-23-audit"


def test_a_tick_becomes_one_task_whatever_the_note_says_by_then(house: House) -> None:
    ticks = AuditTicks(house.recorder)
    assert ticks.sweep().filed == 0
    note = filed(house, FIRST, SECOND)
    assert ticks.sweep().filed == 0
    text = note.read_text(encoding="utf-8").replace("make a task: Look for them", "make a task: Pay Mallory")
    note.write_text(text, encoding="utf-8")
    tick(note, f"do-{FIRST.mark}", f"fine-{SECOND.mark}", f"do-{SECOND.mark}")
    assert ticks.sweep().filed == 2
    assert asked(house) == ["Look for them (a finding of 2026-11-23-audit)."]
    assert states(house) == {FIRST.key: ASKED, SECOND.key: LEFT}
    assert (ticks.sweep().filed, AuditTicks(house.recorder).sweep().filed) == (0, 0)
    assert len(asked(house)) == 1
    again = filed(house, FIRST, SECOND)
    assert "Nothing to look at." in again.read_text(encoding="utf-8")


def test_a_tick_for_what_nobody_found_says_nothing(house: House) -> None:
    ticks = AuditTicks(house.recorder)
    note = filed(house, SECOND)
    note.write_text(f"- [x] make a task ^do-{SECOND.mark}\n- [x] fine ^fine-0123456789\n", encoding="utf-8")
    assert ticks.sweep().filed == 0
    assert (states(house), asked(house)) == ({SECOND.key: "open"}, [])
    note.unlink()
    assert ticks.sweep().filed == 0


def test_who_is_waited_for_what_was_promised_and_which_jobs_fail_is_told(house: House) -> None:
    jobs = "| job | when | time zone | if missed | what |\n| --- | --- | --- | --- | --- |\n"
    jobs += "".join(f"| {name} | every Monday 07:00 | | skip | x |\n" for name in ("broken", "left out", "fine"))
    (house.vault / "Schedules.md").write_text(jobs, encoding="utf-8")
    due = (NOON - timedelta(days=2)).isoformat()
    with house.recorder.journal.begin() as sql:
        write_run(sql, RunRow("broken", due, "failed", due, due, "", "", ""))
        write_run(sql, RunRow("left out", due, "missed", due, due, "", "", ""))
        write_run(sql, RunRow("fine", due, "ran", due, due, "", "", ""))
        long_ago = (NOON - timedelta(days=20)).isoformat()
        write_run(sql, RunRow("fine", long_ago, "missed", long_ago, long_ago, "", "", ""))
        for task in "abc":
            add_task(sql, TaskRow(task, due, "waiting", 0, "", "{}", "", "", "", ""))
        add_question(sql, QuestionRow("q", "c", "k", "{}", "", due, "open"))
        for task, until in (("a", ""), ("b", NOON.isoformat())):
            add_wait(
                sql, {"task": task, "move_key": "k", "why": "w", "until": until, "conditions": "[]", "created_at": due}
            )
        for day in ("2026-11-24", "2026-12-24"):
            add_promise(sql, PromiseRow("us", "a@x.example", f"by {day}", day, "a", "s", due))
    state = work_state(house.vault, house.recorder.journal, NOON)
    assert state.waits_for == {"a": OUTSIDE, "b": A_DAY, "c": ANSWER}
    assert [each.due for each in state.promises] == ["2026-11-24"]
    assert [(each.job, each.words) for each in state.troubles] == [
        ("broken", f"fails since {due[:10]}"),
        ("left out", "was missed once in the last 7 days"),
    ]
