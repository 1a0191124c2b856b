"""What follows from a verdict: each outcome has its place, is told, is committed as whose it is, and happens once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.approval.decisions import Decisions
from agents.approval.gate import Found, Kind, Verdict, judge
from agents.durability.journal import write_meta
from agents.durability.proposal_rows import ProposalRow, find_proposal, proposals_of
from agents.durability.task_persistence import TaskRow, add_task
from agents.errors import NotAllowed, Transient
from agents.security.permission_manager import Level, Role, Rule, Verb
from agents.vault.layout import APPROVED, PENDING, REJECTED
from agents.vault.store import Operation, Store
from tests.approval.examples import CREDIT, MAIL, MODELS, POLICY, TASK, draft

if TYPE_CHECKING:
    from agents.approval.proposals import Draft
    from tests.durability.room import Room


@pytest.fixture
def decisions(room: Room) -> Decisions:
    with room.journal.begin() as sql:
        at = room.clock.now().isoformat()
        add_task(sql, TaskRow(TASK, at, "waiting", 1, "anna@client.example", "{}", "# Task\n", "", "", ""))
    return Decisions(room.recorder, room.clock)


def proposed(room: Room, decisions: Decisions, what: Draft | None = None) -> ProposalRow:
    with room.recorder.begin() as writing:
        return decisions.propose(writing, what or draft(), POLICY)


def moved(room: Room, row: ProposalRow, folder: str, source: str = PENDING) -> None:
    (room.vault / source / f"{row.id}.md").rename(room.vault / folder / f"{row.id}.md")


def settle(room: Room, decisions: Decisions, row: ProposalRow, *folders: str) -> Verdict:
    """Judge the notes as they lie there and carry the verdict out, as a tick does."""
    notes = [Found(each, room.text(f"{each}/{row.id}.md")) for each in folders]
    verdict = judge(row, notes, room.clock.now(), MODELS)
    decisions.settle(row, verdict, folders[0] if folders else "", POLICY)
    return verdict


def state(room: Room, row: ProposalRow) -> ProposalRow:
    with room.journal.begin() as sql:
        found = find_proposal(sql, row.id)
    assert found is not None
    return found


def places(room: Room) -> dict[str, str]:
    """Where notes lie, without the log."""
    return {path: text for path, text in room.notes(logs=False).items() if "alert" not in path}


def alerts(room: Room) -> list[str]:
    return [text for path, text in room.notes(logs=False).items() if "alert" in path]


def whole(room: Room) -> None:
    room.recorder.flush()
    assert room.verify().broken == []
    before = room.notes()
    assert room.restart() == ()
    assert room.notes() == before


class BrokenDisk(Store):
    """Refuses everything."""

    def apply(self, operation: Operation, *, again: bool = False) -> None:
        raise Transient(f"{operation.path} {again}", hint="Free some space.")


class TestPropose:
    """A draft becomes a sealed row and a pending note."""

    def test_the_note_waits_and_the_row_holds_the_seal(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        assert places(room) == {f"{PENDING}/{row.id}.md": row.note}
        assert state(room, row) == row
        whole(room)

    def test_the_tier_is_by_sender_limit_and_provenance(self, room: Room, decisions: Decisions) -> None:
        assert proposed(room, decisions, replace(draft(MAIL), provenance={"to": "mail:x"})).risk == "medium"
        assert proposed(room, decisions, replace(draft(MAIL), task=TASK, move_key="x")).risk == "medium"
        assert proposed(room, decisions, draft(CREDIT)).risk == "high"

    def test_what_a_rule_of_the_owner_forbids_is_never_proposed(self, room: Room, decisions: Decisions) -> None:
        no = Rule("line 7 of your handbook (x)", frozenset(Role), frozenset(Verb), Level.DENY, demands=True)
        with pytest.raises(NotAllowed, match="line 7 of your handbook") as refused, room.recorder.begin() as writing:
            decisions.propose(writing, draft(), replace(POLICY, permissions=(no,)))
        assert refused.value.hint
        assert places(room) == {}

    def test_the_same_move_again_is_another_proposal(self, room: Room, decisions: Decisions) -> None:
        first, second = proposed(room, decisions), proposed(room, decisions)
        assert first.id != second.id
        assert len(places(room)) == 2

    def test_a_proposal_belongs_to_its_epoch(self, room: Room, decisions: Decisions) -> None:
        with room.journal.begin() as sql:
            write_meta(sql, "epoch", "3")
        assert proposed(room, decisions).epoch == 3


class TestApprove:
    """The owner's yes is committed as the owner's."""

    @pytest.mark.parametrize("folder", [APPROVED, PENDING])
    def test_the_row_says_who_how_and_when(self, room: Room, decisions: Decisions, folder: str) -> None:
        row = proposed(room, decisions)
        path = room.vault / PENDING / f"{row.id}.md"
        path.write_text(path.read_text().replace("approve: false", "approve: true"))
        if folder == APPROVED:
            moved(room, row, APPROVED)
        assert settle(room, decisions, row, folder).kind is Kind.APPROVE
        now = state(room, row)
        assert (now.state, now.decided_by, now.decided_at) == ("approved", "owner", room.clock.now().isoformat())
        assert now.decided_how == ("moved" if folder == APPROVED else "in the note")
        room.recorder.flush()
        assert room.git("log", "-1", "--format=%an %s") == f"owner Approve {row.id}"
        assert f"{folder}/{row.id}.md" in room.git("ls-tree", "-r", "--name-only", "HEAD")
        whole(room)

    def test_a_decision_counts_once(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        moved(room, row, APPROVED)
        for _ in range(2):
            settle(room, decisions, row, APPROVED)
        moved(room, row, REJECTED, APPROVED)
        settle(room, decisions, row, REJECTED)
        assert state(room, row).state == "approved"
        room.recorder.flush()
        assert room.events() == ["2", "1"]

    def test_a_proposal_nobody_knows_is_not_decided(self, room: Room, decisions: Decisions) -> None:
        row = replace(proposed(room, decisions), id="2026-11-23-invoice-create-0000000000")
        decisions.settle(row, Verdict(Kind.APPROVE, "moved"), "", POLICY)
        with room.journal.begin() as sql:
            assert [each.state for each in proposals_of(sql, TASK)] == ["waiting"]


class TestReject:
    """The owner's no brings the note to Rejected, wherever it lay."""

    @pytest.mark.parametrize("folder", [REJECTED, PENDING, APPROVED, ""])
    def test_the_note_lies_in_rejected_with_one_line(self, room: Room, decisions: Decisions, folder: str) -> None:
        row = proposed(room, decisions)
        if folder in {REJECTED, APPROVED}:
            moved(room, row, folder)
        if not folder:
            (room.vault / PENDING / f"{row.id}.md").unlink()
        decisions.settle(row, Verdict(Kind.REJECT, "by command", "too `much`"), folder, POLICY)
        assert list(places(room)) == [f"{REJECTED}/{row.id}.md"]
        text = places(room)[f"{REJECTED}/{row.id}.md"]
        assert text.endswith("## History\n- 12:00 rejected by owner (by command) · `too ˋmuchˋ`\n")
        assert (state(room, row).state, state(room, row).reason) == ("rejected", "too `much`")
        whole(room)

    def test_without_a_reason_there_is_none(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        moved(room, row, REJECTED)
        settle(room, decisions, row, REJECTED)
        assert places(room)[f"{REJECTED}/{row.id}.md"].endswith("- 12:00 rejected by owner (moved)\n")

    @pytest.mark.parametrize("other", [PENDING, APPROVED])
    def test_another_copy_is_put_aside(self, room: Room, decisions: Decisions, other: str) -> None:
        row = proposed(room, decisions)
        moved(room, row, REJECTED)
        room.write(f"{other}/{row.id}.md", row.note)
        assert settle(room, decisions, row, REJECTED, other).kind is Kind.REJECT
        slug = other.lower().replace("_", "-")
        assert sorted(places(room)) == [f"Quarantine/{row.id}-from-{slug}.md", f"{REJECTED}/{row.id}.md"]
        whole(room)


class TestExpire:
    """What nobody decided in time goes to Done with one line."""

    @pytest.mark.parametrize("folder", [PENDING, APPROVED, ""])
    def test_the_note_goes_to_done_and_nothing_is_done(self, room: Room, decisions: Decisions, folder: str) -> None:
        row = proposed(room, decisions)
        if folder == APPROVED:
            moved(room, row, APPROVED)
        room.clock.advance(7 * 86_400)
        if not folder:
            (room.vault / PENDING / f"{row.id}.md").unlink()
        assert settle(room, decisions, row, *[each for each in [folder] if each]).kind is Kind.EXPIRED
        assert list(places(room)) == [f"Done/2026-11/{row.id}.md"]
        text = places(room)[f"Done/2026-11/{row.id}.md"]
        assert text.endswith("- 12:00 expired 2026-11-30 12:00; nothing was done\n")
        assert (state(room, row).state, state(room, row).decided_by) == ("expired", "runner")
        whole(room)

    def test_a_twin_is_put_aside(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        room.write(f"{APPROVED}/{row.id}.md", row.note)
        room.clock.advance(7 * 86_400)
        settle(room, decisions, row, APPROVED, PENDING)
        assert sorted(places(room)) == [
            f"Done/2026-11/{row.id}.md",
            f"Quarantine/{row.id}-from-pending-approval.md",
        ]


class TestHold:
    """What is held stays where it is, and the owner is told once."""

    def test_it_is_told_once(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        room.write(f"{APPROVED}/{row.id}.md", row.note)
        for _ in range(3):
            assert settle(room, decisions, row, APPROVED, PENDING).kind is Kind.HOLD
        assert len(alerts(room)) == 1
        assert "keep one of them" in alerts(room)[0]
        assert state(room, row).state == "waiting"
        assert len(places(room)) == 2

    def test_waiting_changes_nothing(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        before = room.notes()
        decisions.settle(row, Verdict(Kind.WAIT), PENDING, POLICY)
        assert room.notes() == before


class TestEdit:
    """An edited order is proposed again as meant; an edited text is shown again as sealed."""

    def test_an_edited_order_closes_the_old_and_opens_a_new_proposal(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        edited = (
            row.note.replace('"95.00"', '"80.00"')
            .replace('tax: "19"', 'tax: "7"')
            .replace("due_days: 14", "due_days: 3")
        )
        moved(room, row, APPROVED)
        room.write(f"{APPROVED}/{row.id}.md", edited)
        assert settle(room, decisions, row, APPROVED).kind is Kind.EDITED
        with room.journal.begin() as sql:
            old, new = sorted(proposals_of(sql, TASK), key=lambda each: each.state)
        assert (old.id, old.state, new.state) == (row.id, "superseded", "waiting")
        assert sorted(places(room)) == [f"Done/2026-11/{row.id}.md", f"{PENDING}/{new.id}.md"]
        assert f"- 12:00 edited by owner; proposed again as [[{new.id}]]" in places(room)[f"Done/2026-11/{row.id}.md"]
        assert "# Read as: Create an invoice over 856.00 EUR (800.00 net)" in new.note
        for line in ("| VAT | 7 % = 56.00 EUR | you |", "| to be paid within | 3 days | you |", "⚠ the mail |"):
            assert line in new.note
        whole(room)

    def test_what_the_owner_wrote_is_kept_in_the_history(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        moved(room, row, APPROVED)
        room.write(f"{APPROVED}/{row.id}.md", row.note.replace("Acme Ltd for", "Beta"))
        room.write(f"{APPROVED}/{row.id}.md", row.note.replace("**Yes:**", "**Maybe:**"))
        assert settle(room, decisions, row, APPROVED).kind is Kind.TEXT_EDITED
        room.recorder.flush()
        commit = room.git("log", "--author=owner", "-1", "--format=%H")
        assert "**Maybe:**" in room.git("show", f"{commit}:{APPROVED}/{row.id}.md")

    @pytest.mark.parametrize("folder", [APPROVED, PENDING])
    def test_an_edited_text_is_shown_again_as_sealed_and_told_each_time(
        self, room: Room, decisions: Decisions, folder: str
    ) -> None:
        row = proposed(room, decisions)
        for _ in range(2):
            text = row.note.replace("**Yes:**", "**Maybe:**").replace("approve: false", "approve: true")
            room.write(f"{PENDING}/{row.id}.md", text)
            if folder == APPROVED:
                moved(room, row, APPROVED)
            assert settle(room, decisions, row, folder).kind is Kind.TEXT_EDITED
            assert places(room) == {f"{PENDING}/{row.id}.md": row.note}
        assert len(alerts(room)) == 2
        assert "you changed the text, not the order" in alerts(room)[0]
        whole(room)

    def test_a_yes_given_after_a_crash_and_before_the_sealed_text_is_back_is_not_lost(
        self, room: Room, decisions: Decisions
    ) -> None:
        row = proposed(room, decisions)
        path = room.write(f"{PENDING}/{row.id}.md", row.note.replace("**Yes:**", "**Maybe:**"))
        room.recorder.store = BrokenDisk(room.vault, room.blob)
        with pytest.raises(Transient):
            decisions.settle(row, Verdict(Kind.TEXT_EDITED, "in the note", "text"), PENDING, POLICY)
        path.write_text(row.note.replace("approve: false", "approve: true"), encoding="utf-8")
        room.restart()
        assert "approve: true" in path.read_text(encoding="utf-8")

    def test_a_note_that_vanishes_while_it_is_judged_is_shown_again(self, room: Room, decisions: Decisions) -> None:
        row = proposed(room, decisions)
        (room.vault / PENDING / f"{row.id}.md").unlink()
        decisions.settle(row, Verdict(Kind.UNREADABLE, "moved", "text"), APPROVED, POLICY)
        assert places(room) == {f"{PENDING}/{row.id}.md": row.note}

    @pytest.mark.parametrize("folder", [APPROVED, PENDING])
    def test_an_unreadable_order_goes_to_quarantine_and_the_sealed_one_is_shown_again(
        self, room: Room, decisions: Decisions, folder: str
    ) -> None:
        row = proposed(room, decisions)
        for price in ("cheap", "dear", "cheap"):
            text = row.note.replace('"95.00"', price).replace("approve: false", "approve: true")
            room.write(f"{PENDING}/{row.id}.md", text)
            if folder == APPROVED:
                moved(room, row, APPROVED)
            assert settle(room, decisions, row, folder).kind is Kind.UNREADABLE
            assert places(room)[f"{PENDING}/{row.id}.md"] == row.note
        kept = [path for path in places(room) if path.startswith("Quarantine/")]
        assert len(kept) == 2
        assert all(path.startswith(f"Quarantine/{row.id}-edited-") for path in kept)
        assert len(alerts(room)) == 3
        assert "lines.0.price" in alerts(room)[0].replace("\\", "")
        whole(room)
