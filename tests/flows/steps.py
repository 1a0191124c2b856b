"""The steps of the walk that several flows share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tests.flows.employee import Employee, mail, request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Each = TypeVar("Each")
BOOKED = r"(?m)^  Assets:AR:Acme-Ltd +1130\.50 EUR"


def only(found: Sequence[Each]) -> Each:
    """The one that is there."""
    assert len(found) == 1, found
    return found[0]


def proposed_invoice(employee: Employee, number: int = 1) -> Path:
    """A customer's request is dropped; the proposal it leads to."""
    employee.drop(f"request-{number}.eml", mail(request(), number=number))
    employee.once()
    return only(employee.pending("invoice.create"))


def proposed_mail(employee: Employee, number: int = 1) -> Path:
    """A request is dropped and its invoice approved; the proposal to send it."""
    employee.approve(proposed_invoice(employee, number))
    employee.once()
    return only(employee.pending("email.send"))


def done_note(employee: Employee, note: Path) -> str:
    """A note after it moved to Done."""
    return only([each for each in employee.notes("Done") if each.name == note.name]).read_text(encoding="utf-8")
