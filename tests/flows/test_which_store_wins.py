"""When journal, folders, history and log disagree: which of them wins, and what the owner sees (DESIGN 2.1).

One row has no subject yet: "engine data deleted". There is no engine database; what lies in the state folder beside
journal and history is deleted in `test_lost_state.py`.
"""

from __future__ import annotations

import pytest

from tests.flows.stages import APPROVED, INVOICED, PROPOSED, SENT, Stage, effects
from tests.flows.steps import only

ONCE = {"booked": 1, "sent": 1}


def words_of_alerts(stage: Stage) -> str:
    """The headlines of all alerts, as `status` shows them."""
    return stage.employee.said("status")


class TestADoneProposal:
    """The journal knows that it is done, wherever its note lies."""

    @pytest.mark.parametrize("folder", ["Approved", "Pending_Approval", "Rejected"])
    def test_its_note_goes_back_to_done_and_nothing_runs_again(self, stages: dict[str, Stage], folder: str) -> None:
        stage = stages[SENT].again()
        note = stage.note("email-send")
        text = note.read_text(encoding="utf-8")
        stage.drag(note, folder)
        stage.employee.once()
        assert stage.note("email-send").read_text(encoding="utf-8") == text
        assert stage.note("email-send").parent.parent.name == "Done"
        assert f"{note.stem} is done already; its note was put back to Done" in words_of_alerts(stage)
        assert effects(stage.employee) == ONCE
        stage.rests()

    def test_a_copy_of_its_note_is_put_aside(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        note = stage.note("email-send")
        copies = [stage.employee.vault / folder / note.name for folder in ("Approved", "Pending_Approval")]
        for copy in copies:
            copy.write_bytes(note.read_bytes())
        stage.employee.once()
        assert not any(copy.exists() for copy in copies)
        assert stage.named("Quarantine", f"{note.stem}-again-")
        assert effects(stage.employee) == ONCE
        stage.rests()

    def test_a_changed_note_in_approved_is_put_aside_and_verify_misses_it(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        note = stage.drag(stage.note("email-send"), "Approved")
        note.write_text(note.read_text(encoding="utf-8").replace("billing@", "anna@"), encoding="utf-8")
        stage.employee.once()
        assert len(stage.named("Quarantine", f"{note.stem}-again-")) == 1
        assert effects(stage.employee) == ONCE
        assert f"{note.stem}: its note is not in Done any more" in stage.employee.said("verify")

    def test_its_task_dragged_back_is_a_new_turn_and_no_second_effect(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        task = stage.task()
        stage.drag(task, "Needs_Action")
        stage.employee.once()
        assert stage.task().parent.name == "runner"
        assert "put back by owner" in stage.task().read_text(encoding="utf-8")
        assert stage.employee.ids("in_progress") == [task.stem]
        assert len(stage.employee.questions()) == 1
        assert effects(stage.employee) == ONCE
        stage.rests()


class TestADecisionTakenBack:
    """The owner changes their mind with the folders."""

    def test_a_yes_moved_back_to_pending_before_anything_happened_waits_again(self, stages: dict[str, Stage]) -> None:
        stage = stages[APPROVED].again()
        note = stage.drag(stage.note("email-send"), "Pending_Approval")
        stage.go_on()
        assert effects(stage.employee) == {"booked": 1, "sent": 0}
        assert stage.employee.pending("email.send") == [note]
        stage.drag(note, "Approved")
        stage.employee.once()
        assert effects(stage.employee) == ONCE
        stage.rests()

    def test_a_yes_moved_to_rejected_before_anything_happened_is_a_no(self, stages: dict[str, Stage]) -> None:
        stage = stages[APPROVED].again()
        note = stage.drag(stage.note("email-send"), "Rejected")
        stage.go_on()
        assert effects(stage.employee) == {"booked": 1, "sent": 0}
        assert "rejected by owner" in note.read_text(encoding="utf-8")
        assert stage.employee.pending("email.send") == []
        stage.rests()

    def test_a_yes_whose_note_is_gone_still_counts(self, stages: dict[str, Stage]) -> None:
        """Deleting is no decision; the journal has the yes, and the note is written again in Done."""
        stage = stages[APPROVED].again()
        stage.note("email-send").unlink()
        stage.go_on()
        assert effects(stage.employee) == ONCE
        assert "## Receipt" in stage.note("email-send").read_text(encoding="utf-8")
        stage.rests()

    @pytest.mark.parametrize("folder", ["Approved", "Pending_Approval"])
    def test_a_no_is_not_undone_by_dragging(self, stages: dict[str, Stage], folder: str) -> None:
        stage = stages[PROPOSED].again()
        note = stage.drag(stage.note("invoice-create"), "Rejected")
        stage.employee.once()
        stage.drag(note, folder)
        stage.employee.once()
        assert len(stage.named("Rejected", note.stem)) == 1
        assert f"{note.stem} is rejected already" in words_of_alerts(stage)
        assert effects(stage.employee) == {"booked": 0, "sent": 0}
        assert stage.employee.pending("invoice.create") == []
        stage.rests()


class TestTaskNotes:
    """An open task follows its note where that means something; elsewhere the note is written again."""

    def test_dragged_to_done_the_task_is_closed_and_its_proposal_withdrawn(self, stages: dict[str, Stage]) -> None:
        stage = stages[PROPOSED].again()
        proposal = stage.note("invoice-create")
        stage.drag(stage.task(), "Done")
        stage.employee.once()
        assert stage.employee.status()["done"] == 1
        assert stage.employee.pending("invoice.create") == []
        assert "withdrawn; nothing was done" in stage.note("invoice-create").read_text(encoding="utf-8")
        assert stage.note("invoice-create").parent.parent.name == "Done"
        stage.drag(stage.note("invoice-create"), "Approved")
        stage.employee.once()
        assert len(stage.named("Done", proposal.stem)) == 1
        assert stage.named("Quarantine", proposal.stem) == []
        assert effects(stage.employee) == {"booked": 0, "sent": 0}
        stage.rests()

    def test_dragged_to_needs_action_it_is_taken_up_again_with_the_same_proposal(
        self, stages: dict[str, Stage]
    ) -> None:
        stage = stages[PROPOSED].again()
        before = stage.employee.pending("invoice.create")
        stage.drag(stage.task(), "Needs_Action")
        stage.employee.once()
        assert stage.task().parent.name == "runner"
        assert stage.employee.pending("invoice.create") == before
        stage.rests()

    @pytest.mark.parametrize("folder", ["Plans", "Pending_Approval", "Approved", "Rejected", "Quarantine", "Briefings"])
    def test_dragged_to_any_other_folder_it_is_open_as_before(self, stages: dict[str, Stage], folder: str) -> None:
        stage = stages[PROPOSED].again()
        task = stage.task()
        stage.drag(task, folder)
        stage.employee.once()
        assert task.is_file()
        assert stage.employee.ids("in_progress") == [task.stem]
        assert len(stage.employee.pending("invoice.create")) == 1
        assert effects(stage.employee) == {"booked": 0, "sent": 0}
        stage.rests()


class TestADeletedNote:
    """Deleting says nothing: what is open is shown again, what is over stays gone and is told by `verify`."""

    @pytest.mark.parametrize("kind", ["invoice-create", "task"])
    def test_of_something_open_is_written_again(self, stages: dict[str, Stage], kind: str) -> None:
        stage = stages[PROPOSED].again()
        note = stage.task() if kind == "task" else stage.note(kind)
        note.unlink()
        stage.employee.once()
        assert note.is_file()
        assert effects(stage.employee) == {"booked": 0, "sent": 0}
        stage.rests()

    def test_of_a_plan_or_a_done_task_changes_nothing(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        stage.task().unlink()
        only(stage.named("Done", "plan-")).unlink()
        stage.employee.once()
        assert effects(stage.employee) == ONCE
        assert stage.employee.status()["done"] == 1
        stage.rests()

    def test_of_a_done_proposal_is_told_by_verify(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        note = stage.note("email-send")
        note.unlink()
        stage.employee.once()
        assert effects(stage.employee) == ONCE
        assert f"{note.stem}: its note is not in Done any more" in stage.employee.said("verify")

    def test_of_a_rejected_proposal_brings_nothing_back(self, stages: dict[str, Stage]) -> None:
        stage = stages[PROPOSED].again()
        note = stage.drag(stage.note("invoice-create"), "Rejected")
        stage.employee.once()
        note.unlink()
        stage.employee.once()
        assert stage.employee.pending("invoice.create") == []
        stage.rests()


@pytest.mark.parametrize("stage_name", [PROPOSED, INVOICED, SENT])
def test_every_stage_by_itself_is_whole(stages: dict[str, Stage], stage_name: str) -> None:
    stages[stage_name].again().rests()
