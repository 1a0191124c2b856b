"""An answer belongs to the thread of the mail it answers, and goes where that mail wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.employee import ADDRESS, Employee, mail
from tests.flows.steps import only

if TYPE_CHECKING:
    from pathlib import Path

THREAD = "References: <first@client.example> <second@studio.example>\nIn-Reply-To: <second@studio.example>\n"
ELSEWHERE = "desk@other.example"
QUESTION = "Hello,\n\nwhen are you open on Friday?\n\nAnna"


def proposed_answer(employee: Employee, *headers: str) -> Path:
    """A question comes with these headers, the owner says what to answer; the proposal of the letter."""
    text = mail(QUESTION, subject="A question").replace("MIME-Version", "".join(headers) + "MIME-Version", 1)
    employee.drop("question.eml", text)
    employee.once()
    employee.said("answer", only(employee.questions()).stem, "From nine to five.")
    employee.once()
    return only(employee.pending("email.send"))


def test_the_answer_names_the_thread_up_to_the_mail_it_answers(employee: Employee) -> None:
    send = proposed_answer(employee, THREAD)
    assert "| thread | `goes on, after 2 earlier mails` | ⚠ the mail |" in send.read_text(encoding="utf-8")
    employee.approve(send)
    employee.once()
    sent = only(employee.outbox())
    assert sent["In-Reply-To"] == "<flow-1@client.example>"
    assert sent["References"].split() == [
        "<first@client.example>",
        "<second@studio.example>",
        "<flow-1@client.example>",
    ]


def test_an_answer_that_is_wanted_elsewhere_goes_there_and_needs_a_proof(employee: Employee) -> None:
    send = proposed_answer(employee, f"Reply-To: Desk <{ELSEWHERE}>\n")
    text = send.read_text(encoding="utf-8")
    assert f"| to | `{ELSEWHERE}` | ⚠ the mail |" in text
    assert "risk: high" in text
    assert f"the mail came from {ADDRESS} and wants its answer at {ELSEWHERE}: do you know that address?" in text
    employee.approve(send)
    employee.once()
    assert employee.outbox() == []


def test_the_owner_may_send_it_to_the_sender_instead(employee: Employee) -> None:
    send = proposed_answer(employee, f"Reply-To: Desk <{ELSEWHERE}>\n")
    text = send.read_text(encoding="utf-8")
    assert f"to: {ELSEWHERE}" in text
    send.write_text(text.replace(f"to: {ELSEWHERE}", f"to: {ADDRESS}"), encoding="utf-8")
    employee.approve(send)
    employee.once()
    again = only(employee.pending("email.send"))
    assert "risk: medium" in again.read_text(encoding="utf-8")
    employee.approve(again)
    employee.once()
    assert only(employee.outbox())["To"] == ADDRESS


@pytest.mark.parametrize("header", [f"Reply-To: {ADDRESS}\n", f"Reply-To: {ADDRESS.upper()}\n", "Reply-To: nobody\n"])
def test_where_it_is_the_same_address_or_none_the_answer_goes_to_the_sender(employee: Employee, header: str) -> None:
    text = proposed_answer(employee, header).read_text(encoding="utf-8")
    assert f"to: {ADDRESS}\n" in text
    assert "risk: medium" in text
