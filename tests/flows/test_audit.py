"""The audit over the command line: found, written on Monday, ticked, asked for once, and left in peace."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tests.flows.test_books import own_entry

if TYPE_CHECKING:
    from tests.clock import FrozenClock
    from tests.flows.employee import Employee


def paid(employee: Employee, *days: int) -> None:
    own_entry(
        employee,
        "".join(
            f'\n{date(2026, 11, day)} * "Printer [[Evil]]" "paper"\n  bank_id: "b{day}"\n'
            "  Assets:Bank:Checking  -420.00 EUR\n  Expenses:Office\n"
            for day in days
        ),
    )


def test_a_finding_is_told_ticked_and_asked_for_once(wall: FrozenClock, employee: Employee) -> None:
    employee.once()
    assert "Nothing to look at." in employee.said("audit")
    paid(employee, 16, 18)
    (receipts, twice) = sorted(
        json.loads(employee.said("audit", "--json"))["findings"], key=lambda each: each["kind"], reverse=True
    )
    assert (twice["kind"], twice["rank"], receipts["kind"]) == ("duplicate_payment", 3, "receipts")
    wall.set(datetime(2026, 11, 30, 6, 31, tzinfo=UTC))
    employee.once()
    note = employee.vault / "Briefings" / "2026-11-30-audit.md"
    text = note.read_text(encoding="utf-8")
    assert text.index("### 1. Printer \\[\\[Evil\\]\\] got 420.00 EUR") < text.index(
        "### 2. 2 costs of the last 90 days"
    )
    note.write_text(
        text.replace(f"- [ ] make a task: {twice['ask']}", f"- [x] make a task: {twice['ask']}").replace(
            f"- [ ] this is fine ^fine-{receipts['mark']}", f"- [x] this is fine ^fine-{receipts['mark']}"
        ),
        encoding="utf-8",
    )
    before = employee.status()["done"], len(employee.ids("in_progress"))
    employee.once()
    filed = [path for path in employee.notes("In_Progress") if "was it made twice" in path.read_text(encoding="utf-8")]
    assert len(filed) == 1, before
    for _ in "12":
        employee.once()
    assert "Nothing to look at." in employee.said("audit")
    log = employee.said("log")
    assert log.count("you had a task made of a finding in 2026-11-30-audit") == 1
    assert log.count("you said that a finding in 2026-11-30-audit is fine") == 1
    assert "All holds." in employee.said("verify")
    wall.set(datetime(2026, 12, 14, 6, 31, tzinfo=UTC))
    employee.once()
    later = (employee.vault / "Briefings" / "2026-12-14-audit.md").read_text(encoding="utf-8")
    assert "You had a task made of it on 2026-11-30, and it is still so." in later
    assert "costs of the last 90 days" not in later
