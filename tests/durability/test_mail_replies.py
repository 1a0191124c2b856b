"""An answer finds the task that wrote, by the Message-ID of the mail it names; it is told once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.message import Sender, message_id
from agents.durability.journal import Journal
from agents.durability.mail_replies import (
    add_reply,
    answered_task,
    tasks_with_untold_replies,
    tell_replies,
    untold_replies,
)
from agents.durability.proposal_rows import add_proposal, update_proposal
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import AT, PROPOSAL, TASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

KEY = "4f" * 32
OURS = message_id(KEY, Sender("owner@studio.example"))


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    """A journal with one task, its mail begun, and two further tasks."""
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        for name in ("task-1", "reply-1", "reply-2"):
            add_task(connection, replace(TASK, id=name))
        add_proposal(connection, replace(PROPOSAL, key=KEY, intent_at=AT))
        yield connection
    journal.close()


@pytest.mark.parametrize(
    "named",
    [
        (OURS,),
        (f"<{KEY[:32]}@another.example>",),
        ("<customer-1@client.example>", OURS),
        (f"<{'5' * 32}@studio.example>", OURS),
    ],
)
def test_the_mail_is_known_by_its_key_whatever_stands_behind_it(sql: Connection, named: tuple[str, ...]) -> None:
    assert answered_task(sql, named) == "task-1"


@pytest.mark.parametrize(
    "named",
    [
        (),
        ("<customer-1@client.example>",),
        (f"<{KEY[:31]}@studio.example>",),
        (f"<{KEY[:31]}0@studio.example>",),
        (f"<{KEY}@studio.example>",),
        (f"<{KEY[:32].upper()}@studio.example>",),
        (f"<{KEY[:32]}@studio.example> OR 1=1",),
    ],
)
def test_what_names_no_mail_of_ours_answers_nobody(sql: Connection, named: tuple[str, ...]) -> None:
    assert answered_task(sql, named) == ""


def test_a_mail_that_was_never_begun_cannot_be_answered(sql: Connection) -> None:
    update_proposal(sql, PROPOSAL.id, {"intent_at": ""})
    assert answered_task(sql, (OURS,)) == ""


def test_replies_are_told_once_in_order(sql: Connection) -> None:
    assert untold_replies(sql, "task-1") == tasks_with_untold_replies(sql) == ()
    add_reply(sql, "task-1", "reply-2", "2026-11-24T09:00:00+00:00")
    add_reply(sql, "task-1", "reply-1", "2026-11-23T09:00:00+00:00")
    assert untold_replies(sql, "task-1") == ("reply-1", "reply-2")
    assert untold_replies(sql, "reply-1") == ()
    assert tasks_with_untold_replies(sql) == ("task-1",)
    tell_replies(sql, "reply-1")
    assert tasks_with_untold_replies(sql) == ("task-1",)
    tell_replies(sql, "task-1")
    assert untold_replies(sql, "task-1") == tasks_with_untold_replies(sql) == ()
