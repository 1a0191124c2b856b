"""Rows of tasks, questions, requests and proposals come back as they were kept, in order, and states are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from agents.durability.control_rows import (
    HoldRow,
    InterventionRow,
    absences,
    add_hold,
    add_intervention,
    cancelled_since,
    drop_hold,
    holds,
    interventions_of,
    set_absences,
)
from agents.durability.journal import Journal
from agents.durability.news import consume_news, news_of, tasks_with_news
from agents.durability.proposal_rows import (
    ProposalRow,
    add_proposal,
    done_proposals,
    find_proposal,
    proposals_in,
    proposals_of,
    seal_digest,
    update_proposal,
)
from agents.durability.schema import TASKS
from agents.durability.task_persistence import (
    QuestionRow,
    TaskRow,
    add_events,
    add_question,
    add_reopening,
    add_request,
    add_task,
    count,
    find_question,
    find_task,
    questions_in,
    questions_of,
    reopenings_of,
    requests_pending,
    seen_tasks,
    sender_seen_before,
    settle_request,
    tasks_among,
    tasks_in,
    update_question,
    update_task,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT, UNTIL = "2026-11-23T12:00:00+00:00", "2026-11-30T12:00:00+00:00"
ORDER = '{"action":"invoice.create"}'
TASK = TaskRow("task-1", AT, "filed", 0, "anna@client.example", "{}", "# Task\n", "", "", "")
QUESTION = QuestionRow("question-1", "task-1", "tax", "{}", "# Question\n", AT, "open")
PROPOSAL = ProposalRow(
    id="proposal-1",
    task="task-1",
    move_key="invoice",
    action=ORDER,
    digest=seal_digest(ORDER, "proposal-1", "task-1", UNTIL),
    key="k1",
    note="# Proposal\n",
    provenance="{}",
    quote="",
    rule="invoice-request",
    brain="playbook",
    risk="medium",
    policy="risk-table-1",
    epoch=1,
    created_at=AT,
    expires_at=UNTIL,
    state="waiting",
)


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        add_task(connection, TASK)
        yield connection
    journal.close()


def test_an_event_is_known_by_its_source_and_kept_once(sql: Connection) -> None:
    event = {"source": "inbox", "source_id": "<1@x>", "content_sha256": "ab", "task": "task-1", "seen_at": AT}
    asked = {("inbox", "<1@x>"), ("inbox", "<2@x>"), ("ask", "<1@x>")}
    assert seen_tasks(sql, asked) == dict.fromkeys(asked)
    add_events(sql, [event])
    assert seen_tasks(sql, asked) == dict.fromkeys(asked) | {("inbox", "<1@x>"): ("task-1", "ab")}
    with pytest.raises(IntegrityError):
        add_events(sql, [event])


def test_tasks_come_back_as_they_were_kept_oldest_first(sql: Connection) -> None:
    earlier = replace(TASK, id="task-0", state="waiting")
    add_task(sql, earlier)
    assert find_task(sql, "task-1") == TASK
    assert find_task(sql, "task-9") is None
    assert tasks_in(sql, "filed", "waiting") == (earlier, TASK)
    assert tasks_among(sql, {"task-1", "task-9"}) == {"task-1"}
    update_task(sql, "task-1", state="done", turn=2)
    assert find_task(sql, "task-1") == replace(TASK, state="done", turn=2)
    assert (count(sql, TASKS, "done"), count(sql, TASKS, "claimed")) == (1, 0)


def test_a_sender_is_known_once_another_task_of_theirs_is_done(sql: Connection) -> None:
    assert not sender_seen_before(sql, TASK.sender, "task-2")
    update_task(sql, "task-1", state="done")
    assert sender_seen_before(sql, TASK.sender, "task-2")
    assert not sender_seen_before(sql, TASK.sender, "task-1")
    assert not sender_seen_before(sql, "", "task-2")


def test_questions_come_back_as_they_were_kept(sql: Connection) -> None:
    other = replace(QUESTION, id="question-0")
    add_question(sql, QUESTION)
    add_question(sql, other)
    assert find_question(sql, "question-1") == QUESTION
    assert find_question(sql, "question-9") is None
    assert questions_in(sql, "open") == questions_of(sql, "task-1") == (other, QUESTION)
    update_question(sql, "question-0", state="answered", answer="yes")
    assert questions_in(sql, "open") == (QUESTION,)


def test_requests_are_carried_out_in_order(sql: Connection) -> None:
    request = {"at": AT, "kind": "approve", "target": "proposal-1", "text": "", "actor": "vault"}
    numbers = [add_request(sql, request), add_request(sql, {**request, "kind": "reject"})]
    assert [row.number for row in requests_pending(sql)] == numbers
    settle_request(sql, numbers[0], "refused", "it is done already")
    assert [row.kind for row in requests_pending(sql)] == ["reject"]


def test_proposals_come_back_as_they_were_kept(sql: Connection) -> None:
    other = replace(PROPOSAL, id="proposal-0", key="k0", state="done")
    add_proposal(sql, PROPOSAL)
    add_proposal(sql, other)
    assert find_proposal(sql, "proposal-1") == PROPOSAL
    assert find_proposal(sql, "proposal-9") is None
    assert proposals_of(sql, "task-1") == proposals_in(sql, "waiting", "done") == (other, PROPOSAL)
    assert list(done_proposals(sql)) == [other]
    update_proposal(sql, "proposal-1", {"state": "approved", "consumed": True})
    assert find_proposal(sql, "proposal-1") == replace(PROPOSAL, state="approved", consumed=True)
    assert PROPOSAL.action_name == "invoice.create"
    assert PROPOSAL.created == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert PROPOSAL.expires == datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_two_proposals_never_share_a_key_and_none_is_without_a_task(sql: Connection) -> None:
    add_proposal(sql, PROPOSAL)
    with pytest.raises(IntegrityError), sql.begin_nested():
        add_proposal(sql, replace(PROPOSAL, id="proposal-2"))
    with pytest.raises(IntegrityError), sql.begin_nested():
        add_proposal(sql, replace(PROPOSAL, id="proposal-3", key="k3", task="task-9"))


@pytest.mark.parametrize("state", ["done", "rejected", "expired", "failed"])
def test_a_decided_proposal_is_news_until_a_turn_has_taken_it_in(sql: Connection, state: str) -> None:
    add_proposal(sql, PROPOSAL)
    assert tasks_with_news(sql) == ()
    update_proposal(sql, "proposal-1", {"state": state})
    assert tasks_with_news(sql) == ("task-1",)
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    assert tasks_with_news(sql) == ()


def test_an_answer_and_a_reopening_are_news_and_an_open_question_is_not(sql: Connection) -> None:
    add_question(sql, QUESTION)
    add_question(sql, replace(QUESTION, id="question-2", about="proposal-1", state="answered"))
    assert tasks_with_news(sql) == ()
    update_question(sql, "question-1", state="answered")
    assert tasks_with_news(sql) == ("task-1",)
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    add_reopening(sql, "task-1", AT)
    assert reopenings_of(sql, "task-1") == (AT,)
    assert tasks_with_news(sql) == ("task-1",)
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    assert tasks_with_news(sql) == ()


def test_a_word_about_a_move_is_news_until_a_turn_has_taken_it_in(sql: Connection) -> None:
    word = InterventionRow("task-1", AT, "skipped", "invoice", "proposal-1", "Post it?")
    add_intervention(sql, word)
    assert tasks_with_news(sql) == ("task-1",)
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    assert tasks_with_news(sql) == ()
    assert interventions_of(sql, "task-1") == (replace(word, consumed=True),)
    assert interventions_of(sql, "task-2") == ()


def test_a_cancelling_counts_for_what_was_said_before_it(sql: Connection) -> None:
    add_intervention(sql, InterventionRow("task-1", "2026-11-23T12:00:00+00:00", "cancelled"))
    assert cancelled_since(sql, "task-1", "2026-11-23T12:00:00+00:00")
    assert not cancelled_since(sql, "task-1", "2026-11-23T12:00:00.5+00:00")
    add_task(sql, replace(TASK, id="task-2"))
    add_intervention(sql, InterventionRow("task-2", AT, "skipped"))
    assert not cancelled_since(sql, "task-2", "")


def test_what_is_held_is_held_once_until_it_is_let_go(sql: Connection) -> None:
    row = HoldRow("task-1", AT, "by command")
    assert add_hold(sql, row)
    assert not add_hold(sql, replace(row, how="in the note"))
    assert holds(sql) == {"task-1": row}
    assert drop_hold(sql, "task-1")
    assert not drop_hold(sql, "task-1")
    assert holds(sql) == {}


def test_the_absences_are_those_that_were_set_last(sql: Connection) -> None:
    set_absences(sql, [("2026-12-01", "2026-12-02")])
    set_absences(sql, [("2026-12-05", "2026-12-06"), ("2026-12-03", "2026-12-04")])
    assert absences(sql) == (("2026-12-03", "2026-12-04"), ("2026-12-05", "2026-12-06"))


def test_an_open_question_is_not_used_up_by_a_turn(sql: Connection) -> None:
    add_question(sql, QUESTION)
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    update_question(sql, "question-1", state="answered")
    assert tasks_with_news(sql) == ("task-1",)
