"""Runs what is approved, in the order of the queue, and asks the owner when nobody can tell whether an effect happened.

Effects are made one after the other, in the runner's own thread: two effects of one provider never overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.executor import DID_NOT_HAPPEN, Executor, Result
from agents.autonomy.controls import TAKEN_CARE_OF
from agents.autonomy.queries import words_about_effects
from agents.autonomy.queue_order import ApprovedEffect, approved_in_order
from agents.connectors.contract import Receipt
from agents.connectors.receipts import receipt_to_json
from agents.durability.proposal_rows import ActionNames, ProposalRow, find_proposal, update_proposal
from agents.durability.task_persistence import QuestionRow, update_question
from agents.durability.transitions import Recorder, Transition
from agents.reasoning.brain import AskOwner, Choice
from agents.security.audit_logger import Fact
from agents.vault.plain import plain
from agents.vault.store import EditText

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from agents.approval.rate_limits import Wait, Windows
    from agents.autonomy.controls import Controls
    from agents.autonomy.rate_gate import RateGate
    from agents.autonomy.turns import Turns

GOES_ON = "employee.resume"
ROUND_S = 1.0  # effects of one round; then what is more urgent by now has its chance
HAPPENED = Choice("it happened")
DID_NOT = Choice("it did not happen: do it now")
LEAVE = Choice("leave it, I take care of it myself")


class Effects:
    """Approved proposals, one after the other. `says` is why some of them wait, by id.

    `opens_at` is when the owner's limits next let one of them through (aware); None = none waits for that.
    """

    def __init__(
        self, recorder: Recorder, executor: Executor, turns: Turns, controls: Controls, gate: RateGate
    ) -> None:
        self._recorder = recorder
        self._executor = executor
        self._turns = turns
        self._gate = gate
        self._names = ActionNames()
        self._clock = recorder.clock
        self._holds = controls.holds
        self._later = controls.pauses
        self.says: dict[str, str] = {}
        self.opens_at: datetime | None = None

    def opens_in_s(self) -> float:
        """Seconds until the owner's limits next let something through that waits; infinite when nothing does."""
        return (self.opens_at - self._clock.now()).total_seconds() if self.opens_at else float("inf")

    def run(self) -> int:
        """Run what is approved and due until the round is over; how many came to an end."""
        self.opens_at = None
        with self._recorder.journal.begin() as sql:
            queue = approved_in_order(sql, self._names)
            if not queue:
                self.says = {}
                return 0
            windows = self._gate.windows(sql, self._clock.now())
        held = {each.id: words for each in queue if (words := self._held(each))}
        self.says = {each.id: self.says[each.id] for each in queue if each.id in self.says} | held
        end_s = self._clock.monotonic_s() + ROUND_S
        ended = 0
        for each in queue:
            if each.id not in held and self._later.due(each.id):
                ended += self._one(each, windows)
            if ended and self._clock.monotonic_s() > end_s:
                break
        return ended

    def _held(self, queued: ApprovedEffect) -> str:
        """Why it waits for a word of the owner; what lets the task go on is such a word."""
        return "" if queued.action == GOES_ON else self._holds.held(queued.task)

    def _one(self, queued: ApprovedEffect, windows: Windows) -> int:
        """What was begun is looked up whatever the limits say; all else waits for room."""
        if not queued.intent_at and (wait := windows.wait(queued.action)):
            self._hold(queued, wait, windows)
            return 0
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, queued.id)
        ended = self._run(row) if row else 0
        with self._recorder.journal.begin() as sql:
            row = find_proposal(sql, queued.id)
        if row and row.intent_at != queued.intent_at:
            windows.begin(queued.action, self._clock.now())
        return ended

    def _hold(self, queued: ApprovedEffect, wait: Wait, windows: Windows) -> None:
        self.says[queued.id] = wait.words
        if wait.until:
            windows.promise(queued.action, wait.until)
            self.opens_at = min(self.opens_at or wait.until, wait.until)

    def _run(self, row: ProposalRow) -> int:
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
