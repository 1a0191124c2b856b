"""Between a yes and its effect the owner may think better of it; and what they change meanwhile never runs unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.approval.executor import Result
from agents.durability.control_rows import InterventionRow, add_intervention
from agents.vault.layout import APPROVED, PENDING
from tests.approval.office import BUSY, DONE, is_done

if TYPE_CHECKING:
    from pathlib import Path

    from tests.approval.office import Office


class Died(BaseException):
    """The process is gone."""


def note(office: Office, folder: str = APPROVED) -> Path:
    return office.room.vault / f"{folder}/{office.id}.md"


def change(office: Office, old: str, new: str) -> None:
    text = note(office).read_text(encoding="utf-8")
    assert old in text
    note(office).write_text(text.replace(old, new), encoding="utf-8")


def waits_again(office: Office) -> None:
    assert office.run() == (Result.WAITING, "its note says no yes any more, and nothing happened")
    assert office.service.effects == []
    assert (office.row.state, office.row.decided_how, office.row.decided_by) == ("waiting", "", "")
    assert office.run()[0] is Result.LATER
    office.holds()


def test_a_note_dragged_out_of_approved_waits_again(office: Office) -> None:
    note(office).rename(note(office, PENDING))
    waits_again(office)


@pytest.mark.parametrize(
    ("old", "new"), [("reject: false", "reject: true"), ("decision:", "decision: reject"), ("950.00", "95.00")]
)
def test_a_note_changed_after_the_yes_is_read_anew_before_anything_happens(office: Office, old: str, new: str) -> None:
    change(office, old, new)
    waits_again(office)


def test_a_twin_in_another_folder_holds(office: Office) -> None:
    note(office, PENDING).write_bytes(note(office).read_bytes())
    waits_again(office)


def test_what_cannot_be_read_is_no_yes(office: Office) -> None:
    note(office).rename(office.room.vault / "elsewhere.md")
    note(office).symlink_to(office.room.vault / "elsewhere.md")
    waits_again(office)


def test_a_change_while_the_service_is_busy_is_not_lost(office: Office) -> None:
    office.service.failures = [BUSY]
    assert office.run()[0] is Result.LATER
    change(office, "950.00", "95.00")
    waits_again(office)


def test_a_deleted_note_takes_nothing_back(office: Office) -> None:
    note(office).unlink()
    assert office.run()[0] is Result.DONE
    is_done(office)


@pytest.mark.parametrize(("how", "tick"), [("by command", "false"), ("in the note", "true")])
def test_a_yes_said_where_the_note_lies_stands_there(office: Office, how: str, tick: str) -> None:
    office.change(decided_how=how)
    change(office, "approve: false", f"approve: {tick}")
    note(office).rename(note(office, PENDING))
    assert office.run()[0] is Result.DONE
    is_done(office)


def test_a_change_that_comes_too_late_is_put_aside_and_told_and_the_record_shows_what_ran(office: Office) -> None:
    office.service.before_effect = lambda: change(office, "950.00", "95.00")
    assert office.run()[0] is Result.DONE
    assert len(office.service.effects) == 1
    aside, done = sorted(office.places(), reverse=True)
    assert done == DONE.format(office.id)
    assert aside.startswith(f"Quarantine/{office.id}-edited-")
    assert "95.00" in office.room.text(aside)
    assert "950.00" in office.room.text(done)
    assert "## Receipt" in office.room.text(done)
    assert aside in office.alerts()[0]
    office.holds()


def cancel(office: Office) -> None:
    """The owner cancels the proposal's task, after they said yes."""
    office.room.clock.advance(1)
    word = InterventionRow(office.row.task, office.room.clock.now().isoformat(), "cancelled", consumed=True)
    with office.room.journal.begin() as sql:
        add_intervention(sql, word)


@pytest.mark.parametrize("folder", [APPROVED, PENDING, ""])
def test_a_cancelled_task_makes_no_effect_wherever_the_note_lies(office: Office, folder: str) -> None:
    office.change(intent_at=office.room.clock.now().isoformat())
    if folder == PENDING:
        note(office).rename(note(office, PENDING))
    elif not folder:
        note(office).unlink()
    cancel(office)
    assert office.run() == (Result.REJECTED, "you cancelled its task before anything happened")
    assert (office.row.state, office.row.decided_how) == ("rejected", "its task was cancelled")
    assert (office.service.effects, office.places()) == ([], [f"Rejected/{office.id}.md"])
    office.holds()


def test_what_had_happened_before_its_task_was_cancelled_is_done(office: Office) -> None:
    def die(place: str) -> None:
        if place == "after effect":
            raise Died

    office.failpoint = die
    with pytest.raises(Died):
        office.run()
    office.failpoint = lambda _name: None
    cancel(office)
    assert office.run()[0] is Result.DONE
    is_done(office)


def test_the_owners_newer_word_about_a_doubt_stands_against_an_older_cancelling(office: Office) -> None:
    cancel(office)
    office.change(intent_at=office.room.clock.now().isoformat(), resolution="absent")
    assert office.run()[0] is Result.DONE
    assert office.service.effects == [office.row.key]
