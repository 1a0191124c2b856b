"""Runs what is approved, and asks the owner when nobody can tell whether an effect happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.executor import DID_NOT_HAPPEN, Executor, Result
from agents.autonomy.controls import TAKEN_CARE_OF
from agents.autonomy.queries import words_about_effects
from agents.connectors.contract import Receipt
from agents.connectors.receipts import receipt_to_json
from agents.durability.proposal_rows import ProposalRow, find_proposal, proposals_in, update_proposal
from agents.durability.task_persistence import QuestionRow, update_question
from agents.durability.transitions import Recorder, Transition
from agents.reasoning.brain import AskOwner, Choice
from agents.security.audit_logger import Fact
from agents.vault.plain import plain
from agents.vault.store import EditText

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from agents.autonomy.controls import Controls
    from agents.autonomy.turns import Turns

HAPPENED = Choice("it happened")
DID_NOT = Choice("it did not happen: do it now")
LEAVE = Choice("leave it, I take care of it myself")


class Effects:
    """Approved proposals, one after the other. `says` is why some of them wait, by id."""

    def __init__(self, recorder: Recorder, executor: Executor, turns: Turns, controls: Controls) -> None:
        self._recorder = recorder
        self._executor = executor
        self._turns = turns
        self._clock = recorder.clock
        self._holds = controls.holds
        self._later = controls.pauses
        self.says: dict[str, str] = {}

    def run(self) -> int:
        """Run everything that is approved and due; how many came to an end."""
        with self._recorder.journal.begin() as sql:
            approved = proposals_in(sql, "approved")
        held = {row.id: words for row in approved if (words := self._holds.held(row.task))}
        self.says = {row.id: self.says[row.id] for row in approved if row.id in self.says} | held
        return sum(self._one(row) for row in approved if row.id not in held and self._later.due(row.id))

    def _one(self, row: ProposalRow) -> int:
        result, words = self._executor.run(row)
        if result in {Result.STOPPED, Result.LATER}:
            self.says[row.id] = words
            if result is Result.LATER:
                self._later.tried(row.id)
            return 0
        if result is Result.UNKNOWN:
            self._ask(row, words)
        return 1

    def _ask(self, row: ProposalRow, words: str) -> None:
        ask = AskOwner(f"outcome:{row.id}", f"Did this happen? {row.id}: {words}", (HAPPENED, DID_NOT, LEAVE))
        with self._recorder.begin() as writing:
            update_proposal(writing.sql, row.id, {"state": "unknown"})
            self._turns.questions.ask(writing, row.task, ask, about=row.id)

    def resolve(self) -> int:
        """Act on the owner's word about effects whose outcome was unknown; how many."""
        with self._recorder.journal.begin() as sql:
            answered = words_about_effects(sql)
        return sum(self._resolve(question) for question in answered)

    def _resolve(self, question: QuestionRow) -> int:
        with self._recorder.begin() as writing:
            update_question(writing.sql, question.id, consumed=True)
            row = find_proposal(writing.sql, question.about)
            if row is None or row.state != "unknown":
                return 0
            state = self._answered(writing.sql, row, question.answer)
            parameters = {"digest": row.digest, "state": state}
            fact = Fact("owner", "effect.resolved", row.id, row.task, parameters, approved_by="owner")
            line = EditText("line", f"- {plain(question.answer)} (by the owner's word)", "History")
            operations = () if state == "approved" else self._executor.close(writing, row, line)
            writing.record(Transition(fact, f"Resolve {row.id}", operations))
        return 1

    def _answered(self, sql: Connection, row: ProposalRow, answer: str) -> str:
        if answer == DID_NOT.text:
            update_proposal(sql, row.id, {"state": "approved", "resolution": DID_NOT_HAPPEN})
            return "approved"
        if answer == HAPPENED.text:
            receipt = Receipt("the owner's word", row.id, self._clock.now(), "it happened, by the owner's word")
            update_proposal(sql, row.id, {"state": "done", "receipt": receipt_to_json(receipt)})
            return "done"
        update_proposal(sql, row.id, {"state": "failed", "reason": TAKEN_CARE_OF})
        return "failed"
