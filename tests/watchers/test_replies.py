"""A mail that answers one of ours is a task like any other, linked to the task that wrote; forged or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.connectors.email.message import Sender, message_id
from agents.durability.mail_replies import untold_replies
from tests.watchers.samples import mail, written

if TYPE_CHECKING:
    from tests.autonomy.house import House


@pytest.fixture
def wrote(house: House) -> tuple[str, str]:
    """A task that sent something: its id, and the Message-ID a mail of it would have."""
    proposal = house.proposed()
    house.move(proposal, "Approved")
    house.once()
    row = house.row(proposal)
    return row.task, message_id(row.key, Sender("owner@studio.example"))


def answering(number: int, headers: str) -> str:
    return mail(number).replace("MIME-Version", f"{headers}\nMIME-Version", 1)


def replied(house: House, headers: str) -> str:
    """A mail with these headers comes in; the task it becomes."""
    before = set(house.tasks())
    written(house.vault / "Inbox/reply.eml", answering(2, headers))
    house.sweep()
    (task,) = set(house.tasks()) - before
    return task


@pytest.mark.parametrize(
    "headers",
    [
        "In-Reply-To: {ours}",
        "References: <m1@client.example> {ours}",
        "In-Reply-To: <x@client.example>\nReferences:\n <m1@client.example>\n {ours}",
        "In-Reply-To: your mail {ours} of Monday",
    ],
)
def test_an_answer_becomes_its_own_task_and_names_the_one_that_wrote(
    house: House, wrote: tuple[str, str], headers: str
) -> None:
    task, ours = wrote
    reply = replied(house, headers.format(ours=ours))
    assert f'reply_to: "[[{task}]]"' in house.text(reply)
    assert f"It says that it answers a mail of ours, from [[{task}]]." in house.text(reply)
    with house.journal.begin() as sql:
        assert untold_replies(sql, task) == (reply,)
    (filed,) = [each for each in house.events() if each["action_type"] == "task.filed" and each["target"] == reply]
    assert isinstance(parameters := filed["parameters"], dict)
    assert parameters["reply_to"] == task


def test_the_same_answer_twice_is_one_answer(house: House, wrote: tuple[str, str]) -> None:
    task, ours = wrote
    reply = replied(house, f"In-Reply-To: {ours}")
    written(house.vault / "Inbox/again.eml", answering(2, f"In-Reply-To: {ours}"))
    house.sweep()
    with house.journal.begin() as sql:
        assert untold_replies(sql, task) == (reply,)


@pytest.mark.parametrize("headers", ["X-Nothing: 1", "In-Reply-To: <m1@client.example>", "In-Reply-To: nonsense"])
def test_any_other_mail_is_linked_to_nothing(house: House, wrote: tuple[str, str], headers: str) -> None:
    reply = replied(house, headers)
    assert "reply_to" not in house.text(reply)
    with house.journal.begin() as sql:
        assert untold_replies(sql, wrote[0]) == ()


def test_an_answer_from_anybody_changes_nothing_of_the_task_it_names(house: House, wrote: tuple[str, str]) -> None:
    task, ours = wrote
    before, note = house.task(task), house.text(task)
    house.restart()
    replied(house, f"In-Reply-To: {ours}")
    house.once()
    assert (house.task(task), house.text(task)) == (before, note)
    assert house.is_sound()
