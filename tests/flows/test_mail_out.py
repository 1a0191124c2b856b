"""A mail goes out and is in doubt: it is found among what was sent, or the owner is asked; it never goes out twice."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.connectors.email.notices import report
from tests.flows.employee import ADDRESS, Employee
from tests.flows.mailbox import Mailbox, sending_server
from tests.flows.programs import command_line, started
from tests.flows.steps import done_note, only, proposed_mail
from tests.standins.dovecot import SENT_FOLDER, Dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def mailbox(employee: Employee, dovecot: Dovecot) -> Iterator[Mailbox]:
    with sending_server(dovecot) as server:
        yield Mailbox(employee, server, dovecot)


def killed_before_the_answer(mailbox: Mailbox) -> Path:
    """The server has taken the mail and says nothing yet, and the run is killed; the mail's proposal."""
    employee = mailbox.employee
    send = proposed_mail(employee)
    employee.approve(send)
    with mailbox.sending.silent() as taken, started(employee, *command_line(employee, "run", "--once")) as run:
        run.until(taken.is_set)
        run.signal(signal.SIGKILL)
    assert len(mailbox.sending.received) == 1
    return send


def kept(mailbox: Mailbox) -> int:
    """How many mails lie in the Sent folder."""
    return len(mailbox.keeping.flags(SENT_FOLDER))


def test_killed_before_the_answer_it_is_found_among_what_was_sent_and_goes_out_once(mailbox: Mailbox) -> None:
    mailbox.connected()
    mailbox.sending.keeps = lambda content: mailbox.keeping.put("kept", content, folder=SENT_FOLDER)
    send = killed_before_the_answer(mailbox)
    employee = mailbox.employee
    employee.once()
    employee.once()
    assert f"sent to {ADDRESS} through localhost" in done_note(employee, send)
    assert f"the mail was found in the folder {SENT_FOLDER} of the account" in done_note(employee, send)
    assert not employee.questions()
    assert (len(mailbox.sending.received), kept(mailbox)) == (1, 1)
    assert "All holds" in employee.said("verify")


def test_a_mail_that_is_not_among_what_was_sent_is_asked_about_and_not_sent_again(mailbox: Mailbox) -> None:
    mailbox.connected()
    send = killed_before_the_answer(mailbox)
    employee = mailbox.employee
    employee.once()
    employee.once()
    asked = only(employee.questions()).read_text(encoding="utf-8")
    assert f"Did this happen? {send.stem}" in asked
    assert f"It is not in the folder {SENT_FOLDER} of the account, which proves nothing." in asked
    assert len(mailbox.sending.received) == 1


def test_an_account_that_only_sends_ends_in_the_question(mailbox: Mailbox) -> None:
    answers = mailbox.answers(imap_host="-")
    only_sending = [answers[name] for name in answers if name not in {"imap_port", "folders"}]
    connected = mailbox.employee.call("connect", "mail", answers="".join(f"{each}\n" for each in only_sending))
    assert connected.exit_code == 0, connected.output
    killed_before_the_answer(mailbox)
    mailbox.employee.once()
    asked = only(mailbox.employee.questions()).read_text(encoding="utf-8")
    assert "did not answer after it got the mail." in asked
    assert "folder" not in asked.partition("Did this happen?")[2].partition("\n")[0]
    assert len(mailbox.sending.received) == 1


def test_a_copy_of_what_goes_out_lies_among_what_was_sent(mailbox: Mailbox) -> None:
    mailbox.connected()
    send = proposed_mail(mailbox.employee)
    mailbox.employee.approve(send)
    mailbox.employee.once()
    assert f"- copy: filed into the folder {SENT_FOLDER} of the account" in done_note(mailbox.employee, send)
    assert (len(mailbox.sending.received), kept(mailbox)) == (1, 1)


def test_a_notice_that_comes_into_the_mailbox_reaches_the_receipt(mailbox: Mailbox) -> None:
    mailbox.connected()
    employee = mailbox.employee
    send = proposed_mail(employee)
    employee.approve(send)
    employee.once()
    sent = only(mailbox.sending.received).content.decode()
    mail_id = only([line for line in sent.splitlines() if line.startswith("Message-ID: ")]).removeprefix("Message-ID: ")
    mailbox.keeping.deliver(report(mail_id, to=ADDRESS))
    employee.once()
    assert "the mail came back**: the address does not exist there" in done_note(employee, send)
    assert f"Your mail to {ADDRESS} came back" in only(employee.questions()).read_text(encoding="utf-8")
    assert len(mailbox.sending.received) == 1
