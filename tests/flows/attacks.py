"""What every attack on a proposal is measured by: what the owner sees, and that nothing happened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.flows.steps import BOOKED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee


def booked(employee: Employee) -> int:
    """How many invoices over 1,130.50 EUR the ledger holds."""
    return len(re.findall(BOOKED, employee.ledger()))


def nothing_ran(employee: Employee) -> bool:
    """Whether neither ledger nor Outbox knows of any effect."""
    return "Assets:AR:" not in employee.ledger() and not employee.outbox()


def alerts(employee: Employee) -> str:
    """The words of every alert, as a reader sees them."""
    notes = [each for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    return "\n".join(each.read_text(encoding="utf-8") for each in notes).replace("\\", "")


def quarantined(employee: Employee) -> list[str]:
    return sorted(each.name for each in (employee.vault / "Quarantine").iterdir() if not each.name.startswith("."))


def put(employee: Employee, note: Path, text: str, folder: str = "Approved") -> Path:
    """The note, with other words, in another folder and nowhere else."""
    note.unlink(missing_ok=True)
    target = employee.vault / folder / note.name
    target.write_bytes(text.encode(errors="surrogateescape"))
    return target


def original_can_be_approved(employee: Employee, note: Path) -> bool:
    """The sealed note lies in Pending_Approval as it was; moved to Approved, it books once."""
    assert note.is_file(), list(employee.vault.rglob(note.name))
    employee.approve(note)
    employee.once()
    done = [each for each in employee.notes("Done") if each.name == note.name]
    assert "All holds" in employee.said("verify")
    return booked(employee) == 1 and len(done) == 1
