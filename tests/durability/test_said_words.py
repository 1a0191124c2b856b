"""What was said with a yes is found by its key; what assistants asked for is counted by task, in all, and by time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal
from agents.durability.mail_replies import add_reply, linked_tasks
from agents.durability.proposal_rows import ProposalRow, add_proposal
from agents.durability.said_words import (
    SaidWord,
    asked_by_assistants,
    find_request,
    find_word,
    is_said,
    say_word,
    waiting_of_assistants,
)
from agents.durability.task_persistence import TaskRow, add_request, add_tasks, requests_pending
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT = NOON.isoformat()
ASKED = {"at": AT, "kind": "propose", "target": "a", "text": "", "actor": "mcp"}


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        add_tasks(connection, [TaskRow(name, AT, "waiting", 0, "", "{}", "", "", "", "") for name in "abcd"])
        yield connection
    journal.close()


def proposal(name: str, task: str, move_key: str, state: str = "waiting") -> ProposalRow:
    return ProposalRow(
        id=name,
        task=task,
        move_key=move_key,
        action='{"action": "employee.pause"}',
        digest="",
        key=name,
        note="",
        provenance="{}",
        quote="",
        rule="",
        brain="",
        risk="low",
        policy="",
        epoch=1,
        created_at=AT,
        expires_at=AT,
        state=state,
    )


def test_a_word_is_found_by_its_key_with_the_number_of_its_request(sql: Connection) -> None:
    word = SaidWord("k" * 64, AT, "pause", "a", "")
    assert find_word(sql, word.key) is None
    said = say_word(sql, word)
    assert find_word(sql, word.key) == said
    (row,) = requests_pending(sql)
    assert (row.number, row.kind, row.target, is_said(row)) == (said.number, "pause", "a", True)
    assert find_request(sql, said.number) == row
    assert find_request(sql, said.number + 1) is None


def test_what_the_owner_says_themselves_is_not_taken_for_it(sql: Connection) -> None:
    number = add_request(sql, ASKED | {"kind": "pause", "actor": "vault"})
    row = find_request(sql, number)
    assert row is not None
    assert not is_said(row)


def test_what_assistants_asked_for_is_counted_since_a_moment(sql: Connection) -> None:
    add_request(sql, ASKED)
    add_request(sql, ASKED | {"at": (NOON - timedelta(days=2)).isoformat()})
    add_request(sql, ASKED | {"actor": "vault"})
    assert asked_by_assistants(sql, NOON - timedelta(days=1)) == 1
    assert asked_by_assistants(sql, NOON - timedelta(days=3)) == 2


def test_only_their_proposals_that_wait_are_counted(sql: Connection) -> None:
    add_proposal(sql, proposal("1", "a", "mcp:1"))
    add_proposal(sql, proposal("2", "b", "mcp:2"))
    add_proposal(sql, proposal("3", "a", "mcp:3", state="rejected"))
    add_proposal(sql, proposal("4", "a", "mcpx"))
    assert (waiting_of_assistants(sql), waiting_of_assistants(sql, "a"), waiting_of_assistants(sql, "c")) == (2, 1, 0)


def test_an_action_is_a_word_to_the_employee_by_its_name() -> None:
    row = proposal("1", "a", "mcp:1")
    assert row.is_to_employee


def test_tasks_that_answer_each_other_are_found_from_each_of_them_up_to_a_limit(sql: Connection) -> None:
    add_reply(sql, "a", "b", AT)
    add_reply(sql, "b", "c", AT)
    assert [linked_tasks(sql, name, 10) for name in "abcd"] == [
        ("a", "b", "c"),
        ("b", "a", "c"),
        ("c", "b", "a"),
        ("d",),
    ]
    assert linked_tasks(sql, "a", 2) == ("a", "b")
