"""Notices of mail servers as rows: told once, news once a mail, and only of mails that are ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.message import Sender, message_id
from agents.durability.bounce_rows import (
    BounceRow,
    add_bounce,
    bounces_about,
    returned_mails,
    tell_bounce,
    untold_bounces,
)
from agents.durability.journal import Journal
from agents.durability.mail_replies import sent_mail
from agents.durability.news import consume_news, news_of, tasks_with_news
from agents.durability.proposal_rows import add_proposal
from agents.durability.task_persistence import add_task
from tests.durability.test_rows import AT, PROPOSAL, TASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

KEY = "4f" * 32
OURS = message_id(KEY, Sender("owner@studio.example"))
FAILED = BounceRow("notice-1", "task-1", PROPOSAL.id, AT, "failed", "the mailbox is full", "552 5.2.2 full")
AGAIN = replace(FAILED, notice="notice-2")
LATE = replace(FAILED, notice="notice-3", outcome="delayed")


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Connection]:
    """A journal with one task whose mail is begun, and three notices about it."""
    journal = Journal.open(tmp_path)
    with journal.begin() as connection:
        for name in ("task-1", "notice-1", "notice-2", "notice-3"):
            add_task(connection, replace(TASK, id=name))
        add_proposal(connection, replace(PROPOSAL, task="task-1", key=KEY, intent_at=AT))
        for row in (FAILED, AGAIN, LATE):
            add_bounce(connection, row)
        yield connection
    journal.close()


def test_a_mail_of_ours_is_known_with_its_proposal_and_another_is_not(sql: Connection) -> None:
    assert sent_mail(sql, ("<x@client.example>", OURS)) == (PROPOSAL.id, "task-1")
    assert sent_mail(sql, ("<x@client.example>", f"<{'5' * 32}@studio.example>")) == ("", "")


def test_until_it_is_told_it_is_no_news(sql: Connection) -> None:
    assert untold_bounces(sql) == bounces_about(sql, PROPOSAL.id) == (FAILED, AGAIN, LATE)
    assert returned_mails(sql, "task-1") == ()
    assert tasks_with_news(sql) == ()


def test_what_failed_is_news_once_and_a_delay_never(sql: Connection) -> None:
    tell_bounce(sql, FAILED.notice, is_news=True)
    tell_bounce(sql, AGAIN.notice, is_news=False)
    tell_bounce(sql, LATE.notice, is_news=False)
    assert untold_bounces(sql) == ()
    assert tasks_with_news(sql) == ("task-1",)
    assert news_of(sql, "task-1")["bounces"] == [FAILED.notice]
    consume_news(sql, "task-1", news_of(sql, "task-1"))
    assert tasks_with_news(sql) == ()


def test_a_mail_that_came_back_twice_came_back_once(sql: Connection) -> None:
    for row in (FAILED, AGAIN, LATE):
        tell_bounce(sql, row.notice, is_news=True)
    assert [each.notice for each in returned_mails(sql, "task-1")] == [FAILED.notice]
