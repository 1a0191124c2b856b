"""A mail is the same event wherever it lies: what servers write above it does not count, everything else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.reader import Problem, read_mail
from tests.clock import NOON
from tests.watchers.samples import mail
from watchers.mail_event import mail_event

if TYPE_CHECKING:
    from watchers.contract import Event

TRACE = "Return-Path: <a@b.example>\r\nDelivered-To: owner\r\nReceived: from c\r\n\tby d; today\r\n id 1\r\n"


def event(content: str) -> Event:
    found = read_mail(content.encode())
    assert not isinstance(found, Problem)
    return mail_event(found, content.encode(), "1.eml", NOON, NOON)


def test_what_servers_write_above_a_mail_makes_no_other_mail_of_it() -> None:
    plain, delivered = event(mail()), event(TRACE + mail().replace("\n", "\r\n"))
    assert (delivered.source_id, delivered.content_sha256) == (plain.source_id, plain.content_sha256)


@pytest.mark.parametrize(
    "changed",
    [
        TRACE + mail(body="other words"),
        "Reply-To: <thief@evil.example>\n" + mail(),
        TRACE + "X-Of-Somebody: 1\n" + mail(),
        mail() + "Received: from the text\n",
    ],
)
def test_anything_else_does(changed: str) -> None:
    assert event(changed).content_sha256 != event(mail()).content_sha256


def test_nothing_but_traces_has_an_end() -> None:
    assert event(TRACE).content_sha256 == event("Received: from c").content_sha256
