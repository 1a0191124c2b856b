"""The state folder, or a part of it, is lost, cut or older than the vault: what is written again, and what begins anew.

Never is an effect made twice, and never one that the owner did not say yes to since.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.flows.stages import APPROVED, INVOICED, PROPOSED, SENT, Stage, effects
from tests.flows.steps import only
from tests.stock_git import git

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

ONCE = {"booked": 1, "sent": 1}
JOURNAL = "state/journal.sqlite"
NEW_EPOCH = "so a new epoch began"


def removed(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def count(employee: Employee, *words: str) -> int:
    return int(git(employee.vault, "rev-list", "--count", *words))


class TestWholeFolder:
    """A new epoch: open approvals are void, open tasks are filed again, what was pending is proposed anew."""

    def test_lost_nothing_in_approved_runs_and_the_old_notes_are_kept(self, stages: dict[str, Stage]) -> None:
        stage = stages[APPROVED].again()
        employee = stage.employee
        approved, task = stage.note("email-send"), stage.task()
        text = approved.read_bytes()
        removed(employee.state)
        (employee.vault / "STOP.md").unlink()
        employee.once()
        assert effects(employee) == {"booked": 1, "sent": 0}
        assert employee.notes("Approved") == []
        assert text in [each.read_bytes() for each in employee.notes("Quarantine")]
        assert stage.named("Quarantine", f"{task.stem}-before-epoch-2")
        assert len(employee.pending("invoice.create")) == 1
        assert f"The state folder was lost, {NEW_EPOCH}" in employee.said("status")
        assert list((employee.vault / "Logs" / "before-epoch-2").glob("*.jsonl"))
        stage.rests()

    def test_lost_what_was_pending_is_proposed_anew_and_can_be_approved(self, stages: dict[str, Stage]) -> None:
        stage = stages[PROPOSED].again()
        employee = stage.employee
        old = stage.note("invoice-create")
        removed(employee.state)
        employee.once()
        new = only(employee.pending("invoice.create"))
        assert new.name != old.name
        assert stage.named("Quarantine", f"{old.stem}-before-epoch-2")
        employee.approve(new)
        employee.once()
        assert effects(employee) == {"booked": 1, "sent": 0}
        stage.rests()


class TestAnOlderJournal:
    """The history or the log goes on where it ends: a restore from a backup voids what was approved in it."""

    @pytest.mark.parametrize("moment", [PROPOSED, INVOICED, APPROVED])
    @pytest.mark.parametrize("parts", [(JOURNAL,), ("state",)])
    def test_no_effect_is_repeated_and_a_new_epoch_begins(
        self, stages: dict[str, Stage], moment: str, parts: tuple[str, ...]
    ) -> None:
        """Also when the mail is in the Outbox no more, so that nothing but the record tells that it was made."""
        stage = stages[SENT].again()
        employee = stage.employee
        for message in (employee.vault / "Outbox").glob("*.eml"):
            message.unlink()
        stages[moment].again(*parts)
        assert employee.call("verify").exit_code == 1
        employee.once()
        assert effects(employee) == {"booked": 1, "sent": 0}
        assert employee.ids("approved") == employee.ids("pending_approval") == []
        assert f"The state folder is older than the vault, as after a restore from a backup, {NEW_EPOCH}" in (
            " ".join(employee.said("status").split())
        )
        assert list((employee.state / "earlier-journals").glob("*.sqlite"))
        stage.rests()

    def test_what_was_open_is_filed_again_and_the_owner_decides_anew(self, stages: dict[str, Stage]) -> None:
        stage = stages[APPROVED].again()
        stages[PROPOSED].again(JOURNAL)
        stage.go_on()
        employee = stage.employee
        assert effects(employee) == {"booked": 1, "sent": 0}
        assert len(employee.pending("invoice.create")) == 1
        assert employee.notes("Approved") == []
        assert "look in Done whether it was done already" in " ".join(employee.said("status").split())
        stage.rests()

    def test_the_history_alone_tells_it_too(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        stages[APPROVED].again(JOURNAL)
        for log in (stage.employee.vault / "Logs").glob("*.jsonl"):
            log.unlink()
        stage.employee.once()
        assert effects(stage.employee) == ONCE
        assert NEW_EPOCH in stage.employee.said("status")
        stage.rests()

    def test_all_set_back_together_is_one_whole_earlier_moment(self, stages: dict[str, Stage]) -> None:
        """No computer can tell this from that moment; `verify` says so."""
        stage = stages[INVOICED].again()
        stage.rests()
        assert "cannot see" in stage.employee.said("verify")


class TestHistory:
    """It is written from the journal, and back again where it is behind."""

    def test_lost_it_is_written_again(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        removed(stage.employee.state / "history.git")
        assert "The history was lost and is written again from the journal." in stage.employee.once()
        assert effects(stage.employee) == ONCE
        assert set(git(stage.employee.vault, "log", "--format=%G?").split()) == {"G"}
        stage.rests()

    def test_set_back_by_reset_it_is_brought_up_again(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        commits = count(stage.employee, "HEAD")
        git(stage.employee.vault, "update-ref", "refs/heads/main", "HEAD~5")
        assert "The history was behind the journal and was brought up again." in stage.employee.once()
        assert count(stage.employee, "HEAD") == commits
        stage.rests()

    def test_set_back_with_the_files_of_the_vault_nothing_runs_again(self, stages: dict[str, Stage]) -> None:
        """`git reset --hard` brings the note back to Approved, and takes mail and receipt away."""
        stage = stages[SENT].again()
        approved = git(stage.employee.vault, "log", "--format=%H", "--grep=^Approve .*email-send")
        git(stage.employee.vault, "reset", "--quiet", "--hard", approved)
        assert stage.note("email-send").parent.name == "Approved"
        stage.employee.once()
        assert effects(stage.employee) == {"booked": 1, "sent": 0}
        assert stage.employee.notes("Approved") == []
        assert "is not the one of the receipt" in stage.employee.call("verify").output

    def test_from_an_older_backup_the_rest_is_written_again(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        stages[PROPOSED].again("state/history.git")
        stage.employee.once()
        assert effects(stage.employee) == ONCE
        stage.rests()


class TestLog:
    """Files in the vault, completed from the journal unless they say something else."""

    @pytest.mark.parametrize("lines", [0, 3, 9])
    def test_cut_or_deleted_it_is_completed(self, stages: dict[str, Stage], lines: int) -> None:
        stage = stages[SENT].again()
        log = only(list((stage.employee.vault / "Logs").glob("*.jsonl")))
        whole = log.read_bytes()
        log.write_bytes(b"".join(whole.splitlines(keepends=True)[:lines]))
        if not lines:
            log.unlink()
        assert f"The log {log.name} was behind the journal and was completed." in stage.employee.once()
        assert log.read_bytes() == whole
        stage.rests()

    def test_bent_it_stays_as_it_is_for_verify(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        log = only(list((stage.employee.vault / "Logs").glob("*.jsonl")))
        bent = log.read_bytes().replace(b"proposal.approved", b"proposal.rejected")[:-100]
        log.write_bytes(bent)
        stage.employee.once()
        assert log.read_bytes().startswith(bent)
        assert stage.employee.call("verify").exit_code == 1


class TestParts:
    """What lies in the state folder beside journal and history."""

    def test_without_the_sealed_files_a_mail_is_not_sent_and_the_owner_is_told(self, stages: dict[str, Stage]) -> None:
        stage = stages[APPROVED].again()
        removed(stage.employee.state / "blobs")
        stage.go_on()
        assert effects(stage.employee) == {"booked": 1, "sent": 0}
        assert "is gone or was changed" in " ".join(stage.employee.said("status").split())
        stage.rests()

    @pytest.mark.parametrize("part", ["allowed_signers", "history.git/index", "history.git/index-record"])
    def test_what_serves_stock_git_is_written_again(self, stages: dict[str, Stage], part: str) -> None:
        stage = stages[SENT].again()
        removed(stage.employee.state / part)
        stage.employee.once()
        assert set(git(stage.employee.vault, "log", "--format=%G?").split()) == {"G"}
        assert git(stage.employee.vault, "status", "--porcelain") == ""
        stage.rests()

    def test_a_lost_key_is_followed_by_a_new_one_in_the_open(self, stages: dict[str, Stage]) -> None:
        stage = stages[SENT].again()
        removed(stage.employee.state / "keys")
        assert stage.employee.call("verify").exit_code == 3
        stage.employee.once()
        assert "The key that signs the history is a new one" in stage.employee.said("status")
        assert set(git(stage.employee.vault, "log", "--format=%G?").split()) == {"G"}
        assert effects(stage.employee) == ONCE
        stage.rests()
