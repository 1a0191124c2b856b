"""When tasks and proposals came, moved and ended, as the journal knows it without opening a note."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agents.durability.proposal_rows import add_proposal
from agents.durability.spend_rows import Request, note_request, settle_request
from agents.durability.task_persistence import add_task
from agents.durability.transitions import Transition
from agents.durability.turn_rows import TurnRow, add_turn
from agents.durability.work_times import ProposalTimes, TaskTimes, model_spending, proposal_times, task_times
from agents.security.audit_logger import Fact
from tests.durability.test_rows import AT, PROPOSAL, TASK

if TYPE_CHECKING:
    from tests.durability.room import Room

LONG_AGO, LATER, LAST = (f"2026-{of}T12:00:00+00:00" for of in ("01-01", "11-24", "11-25"))


def told(room: Room, kind: str, task: str) -> str:
    """Record that something happened to a task; when."""
    with room.recorder.begin() as writing:
        writing.record(Transition(Fact("runner", kind, task, task), kind, ()))
    return room.clock.now().isoformat()


def test_a_task_is_told_with_its_last_turn_and_with_its_end(room: Room) -> None:
    with room.journal.begin() as sql:
        add_task(sql, replace(TASK, id="open"))
        add_task(sql, replace(TASK, id="turned", state="done"))
        add_task(sql, replace(TASK, id="closed", state="done", category="invoice", sender=""))
        add_task(sql, replace(TASK, id="reopened", state="waiting"))
        add_task(sql, replace(TASK, id="bare", state="done"))
        for at, filed in enumerate((LATER, LAST), 1):
            add_turn(sql, TurnRow("turned", at, "rules", "x", "0", filed))
    told(room, "task.done", "closed")
    told(room, "task.done", "reopened")
    room.clock.advance(3600)
    end = told(room, "task.closed", "closed")
    told(room, "task.claimed", "closed")  # no end
    with room.journal.begin() as sql:
        found = {each.id: each for each in task_times(sql, LONG_AGO)}
    assert found["open"] == TaskTimes("open", "", TASK.sender, AT, "", "")
    assert found["turned"] == TaskTimes("turned", "", TASK.sender, AT, LAST, LAST)
    assert datetime.fromisoformat(found["closed"].closed_at) == datetime.fromisoformat(end)
    assert (found["closed"].category, found["closed"].sender) == ("invoice", "")
    assert (found["reopened"].closed_at, found["bare"].closed_at) == ("", AT)


def test_old_tasks_count_only_while_they_are_open(room: Room) -> None:
    with room.journal.begin() as sql:
        add_task(sql, replace(TASK, id="old", created_at=LONG_AGO))
        add_task(sql, replace(TASK, id="over", created_at=LONG_AGO, state="done"))
        add_task(sql, TASK)
        assert [each.id for each in task_times(sql, LONG_AGO)] == ["old", "task-1"]


def test_a_proposal_is_told_with_what_became_of_it(room: Room) -> None:
    with room.journal.begin() as sql:
        add_task(sql, TASK)
        for row in (
            replace(PROPOSAL, id="done", key="1", state="done", decided_at=LATER, intent_at=LAST),
            replace(PROPOSAL, id="failed", key="2", state="failed", decided_at=LATER, intent_at=LAST),
            replace(PROPOSAL, id="gone", key="3", state="withdrawn"),
            replace(PROPOSAL, id="waits", key="4", decided_at=LATER, created_at=LONG_AGO),
            replace(PROPOSAL, id="past", key="5", state="rejected", created_at=LONG_AGO),
        ):
            add_proposal(sql, row)
        found = {each.id: each for each in proposal_times(sql, LONG_AGO)}
    assert found["done"] == ProposalTimes("done", "task-1", "invoice.create", AT, LATER, LAST)
    assert (found["failed"].decided_at, found["failed"].done_at) == (LATER, "")
    assert (found["gone"].decided_at, found["waits"].decided_at) == (AT, "")
    assert "past" not in found


def test_what_models_cost_is_told_by_day(room: Room) -> None:
    with room.journal.begin() as sql:
        for on, usd in ((22, "9"), (23, "0.5"), (24, "0.25"), (24, "0.5")):
            moment = datetime(2026, 11, on, 12, tzinfo=UTC)
            number = note_request(sql, Request("a", moment, date(2026, 11, on), "a-model", Decimal(usd)))
        settle_request(sql, number, Decimal("0.125"))
        assert model_spending(sql, "2026-11-23") == {"2026-11-23": Decimal("0.5"), "2026-11-24": Decimal("0.375")}
