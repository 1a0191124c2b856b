"""Promises about the rows of the policy: the last version is in force, one change waits, counts begin anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal, newest_seq
from agents.durability.policy_rows import (
    EarnedRow,
    PolicyChange,
    PolicyVersion,
    Suspension,
    add_change,
    add_version,
    digest_in_force,
    earned,
    end_change,
    find_change,
    forget_earned,
    forget_suspensions,
    keep_earned,
    past_proposal,
    past_proposals,
    policy_in_force,
    proposal_events,
    rename_rules,
    suspend_rule,
    suspensions,
    waiting_change,
)
from agents.durability.proposal_rows import ProposalRow, add_proposal
from agents.durability.task_persistence import TaskRow, add_task
from tests.clock import NOON
from tests.durability.room import Room, filed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT = NOON.isoformat()
FIRST = PolicyVersion(0, "[]", "d1", AT, "first")
CHANGE = PolicyChange("note-1", "[]", "d2", "", "# note", AT)
COUNT = EarnedRow("invoice.create", "acme", "EUR", 3, "950", "2026-11-23", 1, 2)


def proposal(name: str, at: str) -> ProposalRow:
    order = '{"action":"invoice.create"}'
    return ProposalRow(
        name, "task-1", "m", order, "d", name, "# n", "{}", "", "", "", "medium", "", 1, at, at, "waiting"
    )


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        yield connection
    journal.close()


def test_the_last_version_is_in_force(sql: Connection) -> None:
    assert (policy_in_force(sql), digest_in_force(sql)) == (None, "")
    assert add_version(sql, FIRST) == 1
    later = replace(FIRST, digest="d2", how="confirmed", proof="code 3 of list 1", change="note-1")
    assert add_version(sql, later) == 2
    assert policy_in_force(sql) == replace(later, number=2)
    assert digest_in_force(sql) == "d2"
    rename_rules(sql, 2, '["other names"]')
    assert policy_in_force(sql) == replace(later, number=2, rules='["other names"]')


def test_a_change_waits_until_it_is_ended(sql: Connection) -> None:
    assert (waiting_change(sql), find_change(sql, "note-1")) == (None, None)
    add_change(sql, CHANGE)
    assert waiting_change(sql) == CHANGE
    end_change(sql, "note-1", "confirmed", AT)
    assert waiting_change(sql) is None
    assert find_change(sql, "note-1") == replace(CHANGE, state="confirmed", ended_at=AT)


def test_a_rule_is_suspended_as_long_as_it_stands_in_the_policy(sql: Connection) -> None:
    for key in ("k1", "k2"):
        suspend_rule(sql, Suspension(key, AT, "proposal-1"))
    forget_suspensions(sql, {"k2", "k3"})
    assert suspensions(sql) == {"k2": Suspension("k2", AT, "proposal-1")}


def test_counts_are_kept_apart_by_kind_counterparty_and_currency(sql: Connection) -> None:
    assert earned(sql, "invoice.create", "acme", "EUR") == EarnedRow("invoice.create", "acme", "EUR")
    others = [replace(COUNT, counterparty="bolt"), replace(COUNT, kind="email.send", currency="", highest="")]
    for each in (COUNT, replace(COUNT, times=4), replace(COUNT, currency="USD"), *others):
        keep_earned(sql, each)
    assert earned(sql, "invoice.create", "acme", "EUR").times == 4
    forget_earned(sql, "invoice.create", "acme")
    assert {earned(sql, "invoice.create", "acme", each).times for each in ("EUR", "USD")} == {0}
    assert [earned(sql, each.kind, each.counterparty, each.currency) for each in others] == others


def test_only_what_happened_to_proposals_is_read_and_each_event_once(tmp_path: Path) -> None:
    room = Room(tmp_path)
    happened = ("task.filed", "proposal.filed", "proposal.approved", "alert.filed", "proposal.rejected")
    for at, each in enumerate(happened):
        room.record(filed(f"2026-11-23-note-{at}", action=each))
    with room.journal.begin() as sql:
        newest = newest_seq(sql)
        found = proposal_events(sql, 0, newest)
        assert [seq for seq, _ in found] == [2, 3, 5]
        assert all('"action_type":"proposal.' in line for _, line in found)
        assert [seq for seq, _ in proposal_events(sql, 2, 4)] == [3]
        assert proposal_events(sql, newest, newest) == ()
    room.journal.close()


def test_past_proposals_are_read_in_order_with_who_wrote(sql: Connection) -> None:
    add_task(sql, TaskRow("task-1", AT, "done", 1, "billing@client.example", "{}", "# t", "", "", ""))
    for days in (100, 2, 1):
        add_proposal(sql, proposal(f"p-{days}", (NOON - timedelta(days=days)).isoformat()))
    found = [*past_proposals(sql, NOON - timedelta(days=90))]
    assert [each.id for each in found] == ["p-2", "p-1"]
    assert {each.sender for each in found} == {"billing@client.example"}
    assert past_proposal(sql, "p-100") is not None
    assert past_proposal(sql, "nobody") is None
