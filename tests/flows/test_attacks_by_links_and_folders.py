"""Links, pipes, folders and names where notes should be: each attack, and what the owner sees of it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.flows.attacks import alerts, booked, nothing_ran, original_can_be_approved, put, quarantined
from tests.flows.programs import command_line, started
from tests.flows.steps import proposed_invoice

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

TWINS = {
    "approved": "approved",
    "APPROVED": "APPROVED",
    "Approved ": "Approved⟨U+0020⟩",
    "Approve\u0301d": "Approve⟨U+0301⟩d",
    "Approv\u00e9d": "Approv⟨U+00E9⟩d",
    "\u0410pproved": "⟨U+0410⟩pproved",
    "Approv\u0435d": "Approv⟨U+0435⟩d",
    "Appr\u200boved": "Appr⟨U+200B⟩oved",
    "Approved 2": "Approved 2",
    "Approved (Robin's conflicted copy 2026-11-23)": "Approved (Robin's conflicted copy 2026-11-23)",
}


def test_a_link_in_approved_is_removed_its_target_left_alone_and_the_proposal_still_waits(employee: Employee) -> None:
    note = proposed_invoice(employee)
    (employee.vault / "Approved" / note.name).symlink_to(note)
    (employee.vault / "Approved/other.md").symlink_to("/etc/passwd")
    employee.once()
    assert not any((employee.vault / "Approved" / each).is_symlink() for each in (note.name, "other.md"))
    assert alerts(employee).count("A link lay in Approved. It was removed and nothing was run") == 2
    assert nothing_ran(employee)
    assert original_can_be_approved(employee, note)


def test_a_note_with_a_second_name_is_held_until_it_has_one(employee: Employee) -> None:
    note = proposed_invoice(employee)
    employee.approve(note)
    approved, second = employee.vault / "Approved" / note.name, employee.room / "second.md"
    second.hardlink_to(approved)
    employee.once()
    assert "is held: Approved: the file has several names" in alerts(employee)
    assert nothing_ran(employee)
    second.unlink()
    employee.once()
    assert booked(employee) == 1


def pipe(place: Path) -> None:
    os.mkfifo(place)


def folder(place: Path) -> None:
    place.mkdir()
    (place / "inside.md").write_text("approve: true\n", encoding="utf-8")


@pytest.mark.parametrize("make", [pipe, folder])
def test_a_pipe_or_folder_named_like_the_note_is_held_and_the_run_does_not_hang(
    employee: Employee, make: object
) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_bytes()
    note.unlink()
    place = employee.vault / "Approved" / note.name
    assert callable(make)
    make(place)
    employee.once()
    assert f"{note.stem} is held: Approved: it is no regular file" in alerts(employee)
    assert nothing_ran(employee)
    assert place.exists()
    place.rename(employee.room / "aside")
    note.write_bytes(sealed)
    assert original_can_be_approved(employee, note)


def test_a_twin_of_approved_in_any_disguise_is_told_by_letters_and_nothing_in_it_runs(employee: Employee) -> None:
    note = proposed_invoice(employee)
    for number, (name, spelled) in enumerate(TWINS.items(), start=1):
        (employee.vault / name).mkdir()
        note.rename(employee.vault / name / note.name)
        employee.once()
        assert alerts(employee).count("A folder that passes for Approved lies beside it.") == number, name
        assert f"letter by letter: `{spelled}`" in alerts(employee), name
        assert note.is_file(), name
        assert nothing_ran(employee), name
    employee.once()
    assert alerts(employee).count("passes for Approved") == len(TWINS)
    assert original_can_be_approved(employee, note)


def test_twins_of_the_other_folders_are_told_too(employee: Employee) -> None:
    for name in ("rejected", "Pending Approval", "lnbox", "Needs_Act\u0456on"):
        (employee.vault / name).mkdir()
    employee.once()
    told = re.findall(r"passes for (\w+)", alerts(employee))
    assert sorted(told) == ["Inbox", "Needs_Action", "Pending_Approval", "Rejected"]


def test_a_folder_replaced_by_a_link_between_runs_is_refused_by_name(employee: Employee) -> None:
    note = proposed_invoice(employee)
    (employee.vault / "Approved").rename(employee.room / "elsewhere")
    (employee.vault / "Approved").symlink_to(employee.room / "elsewhere")
    note.rename(employee.room / "elsewhere" / note.name)
    refused = employee.call("run", "--once")
    assert refused.exit_code == 1
    assert "Approved is not a folder of the vault, but leads elsewhere" in refused.output
    assert nothing_ran(employee)
    (employee.vault / "Approved").unlink()
    (employee.room / "elsewhere").rename(employee.vault / "Approved")
    employee.once()
    assert booked(employee) == 1


def test_a_folder_replaced_by_a_link_while_we_watch_ends_the_run_before_anything_runs(employee: Employee) -> None:
    note = proposed_invoice(employee)
    with started(employee, *command_line(employee, "run")) as program:
        program.until(lambda: "Watching" in program.said())
        elsewhere = employee.room / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / note.name).write_bytes(note.read_bytes())
        (employee.vault / "Approved").rename(employee.room / "real")
        (employee.vault / "Approved").symlink_to(elsewhere)
        note.unlink()
        assert program.ends() == 1
        assert "Approved is not a folder of the vault" in program.said()
    assert nothing_ran(employee)


STRANGE_NAMES = (
    "2026\n..evil.md",
    "-rf.md",
    "\x1b[31mred.md",
    "evil\u202edm.exe",
    "CON",
    "note.md.md",
    "x" * 251 + ".md",
    "plan.pdf",
)


def test_files_with_strange_names_in_approved_go_to_quarantine_under_names_of_ours(employee: Employee) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    names = [*STRANGE_NAMES, note.name.upper(), f"{note.name}.md", f"Copy of {note.name}"]
    for number, name in enumerate(names):
        (employee.vault / "Approved" / name).write_text(f"{sealed}{number}", encoding="utf-8")
    employee.once()
    kept = quarantined(employee)
    assert len(kept) == len(names)
    assert all(re.fullmatch(r"unknown-[0-9a-f]{10}-\w+\.(md|bin)", each) for each in kept)
    assert [each.name for each in (employee.vault / "Approved").iterdir() if each.name != ".gitkeep"] == []
    assert nothing_ran(employee)
    assert "\x1b" not in alerts(employee)
    assert original_can_be_approved(employee, note)


def test_a_name_that_is_no_text_is_told_in_approved_and_stops_nothing_anywhere(employee: Employee) -> None:
    note = proposed_invoice(employee)
    no_text = os.fsdecode(b"\xff\xfe.md")
    folders = [each.name for each in employee.vault.iterdir() if each.is_dir()]
    assert {"Approved", "Inbox", "Needs_Action", "Pending_Approval", "Rejected", "Done"} <= set(folders)
    for each in folders:
        (employee.vault / each / no_text).write_text("approve: true\n", encoding="utf-8")
    assert "its name is not UTF-8; rename it" in employee.once()
    assert "There is something in Approved that is no note; nothing was run." in alerts(employee)
    assert "⟨U+DCFF⟩⟨U+DCFE⟩.md" in alerts(employee)
    assert all((employee.vault / each / no_text).is_file() for each in folders)
    assert nothing_ran(employee)
    assert original_can_be_approved(employee, note)


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_a_huge_note_in_approved_is_held_and_said_to_be_too_large(employee: Employee, size: int) -> None:
    note = proposed_invoice(employee)
    sealed = note.read_text(encoding="utf-8")
    huge = put(employee, note, sealed + "x" * size)
    employee.once()
    assert f"{note.stem} is held: Approved: the file has more than 1,000,000 bytes" in alerts(employee)
    assert nothing_ran(employee)
    huge.unlink()
    note.write_text(sealed, encoding="utf-8")
    assert original_can_be_approved(employee, note)
