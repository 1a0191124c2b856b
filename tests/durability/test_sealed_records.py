"""What is done keeps its events, its order, its receipt, its documents and its note; `verify` names what does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from agents.durability.proposal_rows import update_proposal
from agents.durability.schema import CHAIN
from agents.durability.transitions import Transition
from agents.security.audit_logger import Fact
from agents.vault.store import Operation
from tests.durability.finished import DONE, EVENTS, PDF

if TYPE_CHECKING:
    from tests.durability.room import Room


class TestDoneProposals:
    """Events, receipts, documents and notes of what was done."""

    @pytest.mark.parametrize("kind", [*EVENTS, "effect.done"])
    def test_done_without_one_of_its_events_is_named(self, done: Room, kind: str) -> None:
        target = {"target": "proposal-1", "action_type": kind}
        with done.journal.begin() as sql:
            for row in sql.execute(CHAIN.select()).all():
                fields = json.loads(row.line)
                if fields["action_type"] == kind:
                    line = json.dumps({**fields, **target, "target": "another"})
                    sql.execute(update(CHAIN).where(CHAIN.c.seq == row.seq).values(line=line))
        assert f"proposal-1: done without the event {kind}" in done.verify().broken

    def test_an_effect_by_the_owners_word_needs_no_receipt_of_a_provider(self, done: Room) -> None:
        line = json.dumps({"target": "proposal-1", "action_type": "effect.resolved", "parameters": {}})
        with done.journal.begin() as sql:
            sql.execute(update(CHAIN).where(CHAIN.c.seq == 4).values(line=line))
        assert not [words for words in done.verify().broken if words.startswith("proposal-1")]

    def test_an_effect_the_journal_does_not_know_is_named(self, done: Room) -> None:
        with done.journal.begin() as sql:
            update_proposal(sql, "proposal-1", {"state": "failed"})
        assert done.verify().broken == ["proposal-1: the log says that it is done, the journal does not"]

    @pytest.mark.parametrize("action", ['{"action":"invoice.create","to":"x"}', "no order"])
    def test_another_order_than_was_sealed_is_named(self, done: Room, action: str) -> None:
        with done.journal.begin() as sql:
            update_proposal(sql, "proposal-1", {"action": action})
        assert done.verify().broken == ["proposal-1: the order in the journal is not the one that was sealed"]

    def test_another_note_than_was_committed_is_named(self, done: Room) -> None:
        note = Operation("create", "Pending_Approval/proposal-1.md", text="---\nid: proposal-1\n---\n# Pay it?\n")
        done.record(Transition(Fact("runner", EVENTS[0], "proposal-1"), "Propose proposal-1", (note,)))
        commit = done.recorder.flush()[:10]
        done.recorder.housekeeping(())
        assert done.verify().broken == [f"proposal-1: the note in the journal is not the one of commit {commit}"]

    def test_another_receipt_than_the_event_names_is_named(self, done: Room) -> None:
        receipt = json.dumps({"provider_id": "INV-7", "documents": []})
        with done.journal.begin() as sql:
            update_proposal(sql, "proposal-1", {"receipt": receipt})
        assert done.verify().broken == ["proposal-1: the event effect.done names another receipt"]

    def test_an_amount_is_compared_by_value(self, done: Room) -> None:
        text = done.text(DONE)
        done.write(DONE, text.replace("amount: 1130.50", "amount: 1130.5"))
        assert done.verify().exit_code == 0
        for amount in ("1130.6", "much"):
            done.write(DONE, text.replace("amount: 1130.50", f"amount: {amount}"))
            assert "was changed after it was approved" in done.verify().broken[0]

    def test_another_order_under_the_same_events_is_named(self, done: Room) -> None:
        with done.journal.begin() as sql:
            update_proposal(sql, "proposal-1", {"digest": "other"})
        assert "proposal-1: the event proposal.approved names another digest" in done.verify().broken

    @pytest.mark.parametrize("receipt", ["", "{}", "[]", '{"documents": [1]}', '{"documents": 1}'])
    def test_a_receipt_that_cannot_be_read_is_named(self, done: Room, receipt: str) -> None:
        with done.journal.begin() as sql:
            update_proposal(sql, "proposal-1", {"receipt": receipt})
        assert done.verify().broken == ["proposal-1: its receipt in the journal cannot be read"]

    @pytest.mark.parametrize("change", ["%PDF, bent", None])
    def test_a_document_that_was_changed_or_lost_is_named(self, done: Room, change: str | None) -> None:
        if change is None:
            (done.vault / PDF).unlink()
        else:
            done.write(PDF, change)
        assert done.verify().broken == [f"proposal-1: the document {PDF} is not the one of the receipt"]

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("text", "other text", "was changed after it was approved"),
            ("# Create", "# Pay", "was changed after it was approved"),
            ("---\nid", "---\nid: x\nid", "was changed after it was approved"),
            ("INV-2026-0001", "INV-2026-0009", "the receipt in the note"),
        ],
    )
    def test_a_note_that_was_changed_afterwards_is_named(self, done: Room, old: str, new: str, words: str) -> None:
        done.write(DONE, done.text(DONE).replace(old, new))
        assert [each for each in done.verify().broken if words in each]

    def test_a_note_that_is_no_file_any_more_is_named(self, done: Room) -> None:
        (done.vault / DONE).rename(done.place / "note.md")
        (done.vault / DONE).symlink_to(done.place / "note.md")
        assert "was changed after it was approved" in done.verify().broken[0]

    def test_what_editors_and_the_owner_do_to_a_note_is_no_breach(self, done: Room) -> None:
        text = done.text(DONE).replace("id: proposal-1", "id: proposal-1\nmine: yes").replace("text  ", "text")
        done.write(DONE, text.replace("\n", "\r\n") + "\r\n- and a remark of mine\r\n")
        assert done.verify().exit_code == 0

    def test_a_note_that_is_gone_is_only_told(self, done: Room) -> None:
        (done.vault / DONE).unlink()
        report = done.verify()
        assert (report.exit_code, report.warnings) == (0, ["proposal-1: its note is not in Done any more"])
