"""One walk, kept at several moments, so that a test begins where it wants to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.flows.steps import BOOKED, only, proposed_invoice
from tests.flows.tampering import keep, put_back
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

PROPOSED, INVOICED, APPROVED, SENT = "invoice proposed", "mail proposed", "mail approved under STOP", "mail sent"


@dataclass(frozen=True)
class Stage:
    """A moment of the walk of one employee, kept in a folder."""

    employee: Employee
    kept: Path

    def again(self, *parts: str) -> Stage:
        """Bring vault and state folder, or some part of them, back to this moment."""
        put_back(self.employee, self.kept, *parts)
        return self

    def note(self, kind: str) -> Path:
        """The note of the one proposal of a kind, wherever it lies."""
        return only(list(self.employee.vault.glob(f"**/????-??-??-{kind}-??????????.md")))

    def task(self) -> Path:
        """The note of the task."""
        found = [
            each for each in self.employee.notes(".") if re.fullmatch(r"\d{4}-\d\d-\d\d-email-\w{10}\.md", each.name)
        ]
        return only(found)

    def drag(self, note: Path, folder: str) -> Path:
        """As the owner does; where the note lies now."""
        return note.rename(self.employee.vault / folder / note.name)

    def named(self, folder: str, beginning: str) -> list[Path]:
        return [each for each in self.employee.notes(folder) if each.name.startswith(beginning)]

    def go_on(self) -> None:
        """Take STOP away and run."""
        (self.employee.vault / "STOP.md").unlink()
        self.employee.once()

    def rests(self) -> None:
        """Everything holds, and another run adds nothing."""
        result = self.employee.call("verify")
        assert result.exit_code == 0, result.output
        head = git(self.employee.vault, "rev-parse", "HEAD")
        self.employee.once()
        assert git(self.employee.vault, "rev-parse", "HEAD") == head


def effects(employee: Employee) -> dict[str, int]:
    """How often the invoice is booked, and how often its mail lies in the Outbox."""
    return {"booked": len(re.findall(BOOKED, employee.ledger())), "sent": len(employee.outbox())}


def walk_in_stages(employee: Employee, kept: Path) -> dict[str, Stage]:
    """Walk from a mail to the sent invoice, and keep every stage."""
    found: dict[str, Stage] = {}

    def reached(name: str) -> None:
        found[name] = Stage(employee, kept / str(len(found)))
        keep(employee, found[name].kept)

    proposal = proposed_invoice(employee)
    reached(PROPOSED)
    employee.approve(proposal)
    employee.once()
    reached(INVOICED)
    employee.approve(only(employee.pending("email.send")))
    stop = employee.vault / "STOP.md"
    stop.write_text("# Stop\n", encoding="utf-8")
    employee.once()
    reached(APPROVED)
    stop.unlink()
    employee.once()
    reached(SENT)
    return found
