"""What sync tools leave when two devices wrote one proposal: each copy, and what the owner sees of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.attacks import alerts, booked, nothing_ran, original_can_be_approved, put
from tests.flows.steps import only, proposed_invoice

if TYPE_CHECKING:
    from tests.flows.employee import Employee

COPIES = {
    "Obsidian Sync": "{} (Conflicted copy Pixel 202611231201).md",
    "Syncthing": "{}.sync-conflict-20261123-120130-ABCDEF7.md",
    "iCloud": "{} 2.md",
    "Dropbox": "{} (Robin's conflicted copy 2026-11-23).md",
    "Dropbox, German": "{} (In Konflikt stehende Kopie von Robin 2026-11-23).md",
    "Nextcloud": "{} (conflicted copy 2026-11-23 120130).md",
    "ownCloud": "{}_conflict-20261123-120130.md",
    "Google Drive": "{} (1).md",
    "Seafile": "{} (SFConflict robin@studio.example 2026-11-23-12-01-30).md",
    "Resilio": "{}.Conflict.md",
    "Finder": "{} copy.md",
    "Explorer": "{} - Copy.md",
}


@pytest.mark.parametrize("folder", ["Approved", "Pending_Approval"])
def test_the_conflict_copy_of_no_tool_is_acted_on_each_is_told_and_the_original_can_be_approved(
    employee: Employee, folder: str
) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    copies = [employee.vault / folder / name.format(note.stem) for name in COPIES.values()]
    for copy in copies:
        copy.write_text(sealed.replace("approve: false", "approve: true"), encoding="utf-8")
    employee.once()
    assert nothing_ran(employee)
    assert all(copy.is_file() for copy in copies)
    told = alerts(employee)
    assert told.count(f"A conflict copy of your sync tool lies in {folder}; it is held.") == len(COPIES)
    assert [tool for tool, name in COPIES.items() if f"`{name.format(note.stem)}`" not in told] == []
    assert original_can_be_approved(employee, note)


@pytest.mark.parametrize(
    ("folder", "tool"), [("Rejected", "Obsidian Sync"), ("Rejected", "iCloud"), ("Approved", "Syncthing")]
)
def test_approved_on_one_device_and_rejected_on_another_is_held_until_the_copy_is_gone(
    employee: Employee, folder: str, tool: str
) -> None:
    note = proposed_invoice(employee)
    copy = employee.vault / folder / COPIES[tool].format(note.stem)
    copy.write_text(note.read_text(encoding="utf-8").replace("reject: false", "reject: true"), encoding="utf-8")
    employee.approve(note)
    employee.once()
    assert nothing_ran(employee)
    assert "a conflict copy of it says no; keep the note that is right and delete the other" in alerts(employee)
    refused = employee.said("approve", note.stem)
    assert "Recorded" in refused
    employee.once()
    assert nothing_ran(employee)
    copy.unlink()
    employee.once()
    assert booked(employee) == 1
    assert "All holds" in employee.said("verify")


def test_two_versions_merged_into_one_note_run_nothing_and_the_sealed_one_comes_back(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    merged = {
        "marks of git around a property": sealed.replace(
            "risk: medium\n", "<<<<<<< HEAD\nrisk: medium\n=======\nrisk: low\n>>>>>>> phone\n"
        ),
        "one body after the other": sealed + sealed.split("---\n", 2)[2],
        "the note twice": sealed + sealed,
    }
    for name, text in merged.items():
        put(employee, note, text)
        employee.once()
        assert nothing_ran(employee), name
        assert note.read_text(encoding="utf-8") == sealed, name
    assert alerts(employee).count(note.stem) >= len(merged)
    ticked = sealed.replace("approve: false", "approve: true")
    for old in ("risk: medium\n", "What will run"):
        note.write_text(ticked.replace(old, f"<<<<<<< HEAD\n{old}\n=======\n{old}\n>>>>>>> phone\n"), "utf-8")
        employee.once()
        assert nothing_ran(employee)
    assert len(re.findall(f"{note.stem} is held: line", alerts(employee))) == 2
    assert "two versions were merged here: keep one and delete the marks" in alerts(employee)
    note.write_text(sealed, encoding="utf-8")
    assert original_can_be_approved(employee, note)


def test_a_note_that_is_still_in_the_cloud_decides_nothing_until_it_is_here(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_bytes()
    note.unlink()
    placeholder = employee.vault / "Approved" / f".{note.name}.icloud"
    placeholder.write_bytes(b"bplist00")
    employee.once()
    assert nothing_ran(employee)
    assert only(employee.pending("invoice.create")).is_file()
    placeholder.unlink()
    note.unlink()
    (employee.vault / "Approved" / note.name).write_bytes(sealed)
    employee.once()
    assert booked(employee) == 1


def test_a_move_that_arrives_as_delete_and_create_or_twice_runs_once(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_bytes()
    note.unlink()
    employee.once()  # the deletion came first: the note is written again
    (employee.vault / "Approved" / note.name).write_bytes(sealed)
    employee.once()  # then the new file: now it lies in both
    assert nothing_ran(employee)
    note.unlink()
    employee.once()
    assert booked(employee) == 1
    (employee.vault / "Approved" / note.name).write_bytes(sealed)  # and once more, late
    employee.once()
    assert booked(employee) == 1
    assert "is done already" in alerts(employee)
