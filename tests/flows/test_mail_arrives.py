"""Mail arrives: from connecting an account over the command line to tasks in the vault, none twice, nothing marked."""

from __future__ import annotations

import json
import os
import re
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from tests.flows.mailbox import Mailbox, sending_server
from tests.flows.steps import only, proposed_mail
from tests.standins.dovecot import PASSWORD, SENT_FOLDER, TOKEN
from tests.standins.token_server import CLIENT_SECRET, REFRESH, TokenServer
from tests.watchers.samples import mail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.flows.employee import Employee
    from tests.standins.dovecot import Dovecot


@pytest.fixture
def mailbox(employee: Employee, dovecot: Dovecot) -> Iterator[Mailbox]:
    """An owner whose account is not connected yet."""
    with sending_server(dovecot) as server:
        yield Mailbox(employee, server, dovecot)


def doctor(mailbox: Mailbox) -> dict[str, str]:
    """What `doctor` says about reading mail."""
    said = json.loads(mailbox.employee.said("doctor", "--json"))
    found: dict[str, str] = only([each for each in said if each["name"] == "mail in"])
    return found


def test_unread_mail_becomes_tasks_and_later_only_what_is_new(mailbox: Mailbox) -> None:
    dovecot, employee = mailbox.keeping, mailbox.employee
    dovecot.deliver(mail(1), mail(2))
    said = mailbox.connect()
    assert said.exit_code == 0, said.output
    assert "2 mails lie in INBOX" in said.output
    assert "Mails are read from INBOX at localhost" in said.output
    employee.once()
    assert len(mailbox.tasks()) == 2
    assert mailbox.alerts() == []
    before = mailbox.notes()
    employee.once()
    assert mailbox.notes() == before
    dovecot.deliver(mail(3, subject="And now this"))
    employee.once()
    (new,) = set(mailbox.tasks()) - set(before)
    assert "And now this" in new.read_text(encoding="utf-8")
    assert dovecot.flags() == ["", "", ""]
    assert "reads INBOX of owner@studio.example" in doctor(mailbox)["says"]


def test_of_a_large_mailbox_fifty_become_tasks_and_the_rest_is_counted_in_one_note(mailbox: Mailbox) -> None:
    for number in range(20_000):
        content = mail(number).replace("@client", f"@client{number}")
        mailbox.keeping.put(f"{number}.box", content, seen=number % 2 == 0)
    assert "20,000 mails lie in INBOX" in mailbox.connect().output
    mailbox.employee.once()
    assert len(mailbox.tasks()) == 50
    told = only(mailbox.alerts())
    assert "50 unread mails of the last 7 days become tasks" in told
    assert "19,950 in INBOX" in told
    assert "the mailbox of owner@studio.example is read from now on" in told.lower()
    mailbox.employee.once()
    assert (len(mailbox.tasks()), len(mailbox.alerts())) == (50, 1)
    assert mailbox.keeping.flags().count("S") == 10_000


def test_mail_that_lay_there_for_longer_and_mail_that_was_read_is_left(mailbox: Mailbox) -> None:
    long_ago = mailbox.keeping.put("1.box", mail(1))
    os.utime(long_ago, (1.7e9, 1.7e9))
    mailbox.keeping.put("2.box", mail(2), seen=True)
    mailbox.keeping.deliver(mail(3))
    mailbox.connected().employee.once()
    assert len(mailbox.tasks()) == 1
    assert "1 unread mail of the last 7 days becomes a task" in (told := only(mailbox.alerts()))
    assert "2 in INBOX" in told


def test_every_folder_that_is_named_is_read_and_no_other(mailbox: Mailbox) -> None:
    mailbox.keeping.put("1.box", mail(1, subject="of the bank"), folder="Bank")
    mailbox.keeping.put("2.box", mail(2), folder=SENT_FOLDER)
    mailbox.keeping.deliver(mail(3, subject="of anybody"))
    mailbox.connected(folders="INBOX, Bank").employee.once()
    subjects = "".join(each.read_text(encoding="utf-8") for each in mailbox.tasks())
    assert ("of the bank" in subjects, "of anybody" in subjects, len(mailbox.tasks())) == (True, True, 2)


def test_the_same_mail_as_a_file_and_from_the_server_is_one_task(mailbox: Mailbox) -> None:
    mailbox.employee.drop("saved.eml", mail(1))
    mailbox.keeping.deliver(mail(1))  # the server writes its own lines above it
    mailbox.connected().employee.once()
    assert len(mailbox.tasks()) == 1
    mailbox.employee.drop("again.eml", mail(1))
    mailbox.employee.once()
    assert len(mailbox.tasks()) == 1


def test_when_all_numbers_change_nothing_comes_twice_and_nothing_is_lost(mailbox: Mailbox) -> None:
    mailbox.keeping.deliver(mail(1), mail(2))
    mailbox.connected().employee.once()
    before = mailbox.notes()
    mailbox.keeping.stop()
    mailbox.keeping.renumber()
    mailbox.keeping.start()
    mailbox.keeping.deliver(mail(3, subject="came meanwhile"))
    mailbox.employee.once()
    (new,) = set(mailbox.notes()) - set(before)
    assert "came meanwhile" in new.read_text(encoding="utf-8")
    mailbox.keeping.deliver(mail(4))
    mailbox.employee.once()
    assert len(mailbox.tasks()) == 4


def test_a_reply_to_a_mail_of_ours_is_linked_to_the_task_that_wrote_and_wakes_it(mailbox: Mailbox) -> None:
    employee = mailbox.connected().employee
    handbook = employee.vault / "Company_Handbook.md"  # with reminders the task waits for the payment after its mail
    text = handbook.read_text(encoding="utf-8").replace("| payment reminders | |", "| payment reminders | 3 days |")
    handbook.write_text(text, encoding="utf-8")
    send = proposed_mail(employee)
    (task,) = re.findall(r"(?m)^task: (.+)$", send.read_text(encoding="utf-8"))
    employee.approve(send)
    employee.once()
    sent = message_from_bytes(only(mailbox.sending.received).content)
    reply = mail(9, subject="Re: Invoice").replace("MIME-Version", f"In-Reply-To: {sent['Message-ID']}\nMIME-Version")
    before = set(mailbox.tasks())
    assert not employee.questions()
    mailbox.keeping.deliver(reply)
    employee.once()
    (note,) = set(mailbox.tasks()) - before
    assert f"reply_to: {task}\n" in note.read_text(encoding="utf-8")
    questions = [each.read_text(encoding="utf-8") for each in employee.questions()]
    asked = only([each for each in questions if f"\ntask: {task}\n" in each])
    assert "# An answer came to a mail about INV-2026-0001, which is not paid." in asked


def test_with_a_credential_a_token_is_fetched_for_each_login_and_it_is_kept_nowhere_in_the_open(
    mailbox: Mailbox,
) -> None:
    dovecot, employee = mailbox.keeping, mailbox.employee
    with TokenServer(dovecot.certificate, token=TOKEN) as provider, sending_server(dovecot, TOKEN) as sending:
        Mailbox(employee, sending, dovecot).connected(login="xoauth2", password=provider.credential())
        assert f"localhost:{provider.port}" in employee.said("doctor")
        dovecot.deliver(mail(1))
        employee.once()
        assert len(mailbox.tasks()) == 1
        provider.says = 400, '{"error": "invalid_grant"}'
        employee.once()
        assert "does not take the credential of the account any more" in only(mailbox.alerts())
    kept = [each for base in (employee.vault, employee.state) for each in base.rglob("*") if each.is_file()]
    canaries = [each.encode() for each in (REFRESH, CLIENT_SECRET, TOKEN)]
    assert [each.name for each in kept if any(secret in each.read_bytes() for secret in canaries)] == []


def test_a_password_that_is_refused_when_connecting_keeps_nothing(mailbox: Mailbox) -> None:
    mailbox.keeping.set_password("another")
    refused = mailbox.connect()
    assert (refused.exit_code, "refused user or password" in refused.output) == (1, True), refused.output
    assert not (mailbox.employee.state / "connections" / "mail.json").exists()


def test_an_account_that_breaks_is_told_once_and_everything_else_goes_on(mailbox: Mailbox) -> None:
    mailbox.connected().employee.once()
    mailbox.keeping.set_password("another")
    mailbox.employee.drop("saved.eml", mail(1))
    for _ in range(2):
        mailbox.employee.once()
    assert len(mailbox.tasks()) == 1
    assert "refused user or password" in (told := only(mailbox.alerts()))
    assert "connect mail" in told
    assert PASSWORD not in told
    about = doctor(mailbox)
    assert (about["state"], "refused user or password" in about["says"]) == ("off", True)
    mailbox.keeping.set_password(PASSWORD)
    mailbox.keeping.deliver(mail(2))
    mailbox.employee.once()
    assert len(mailbox.tasks()) == 2
    assert doctor(mailbox)["state"] == "real"


def test_a_server_that_is_down_is_no_alert_and_its_mail_comes_later(mailbox: Mailbox) -> None:
    mailbox.keeping.deliver(mail(1))
    mailbox.connected()
    mailbox.keeping.stop()
    assert "cannot be reached" in mailbox.employee.once()
    assert (mailbox.tasks(), mailbox.alerts()) == ([], [])
    mailbox.keeping.start()
    mailbox.employee.once()
    assert len(mailbox.tasks()) == 1


def test_what_is_no_mail_goes_to_quarantine_and_stays_in_the_mailbox(mailbox: Mailbox) -> None:
    mailbox.keeping.put("1.box", b"no headers at all\n")
    mailbox.connected()
    for _ in range(2):
        mailbox.employee.once()
    assert "A mail cannot be read" in only(mailbox.alerts())
    assert "in your mailbox it was not touched" in only(mailbox.alerts())
    assert len(mailbox.keeping.flags()) == 1


def test_disconnected_nothing_is_read_any_more(mailbox: Mailbox) -> None:
    mailbox.connected().employee.once()
    mailbox.employee.said("disconnect", "mail")
    mailbox.keeping.deliver(mail(1))
    mailbox.employee.once()
    assert mailbox.tasks() == []


def test_an_account_that_only_sends_is_said_to(mailbox: Mailbox) -> None:
    answers = [*mailbox.answers().values()]
    answers[-3:] = ["-"]
    mailbox.employee.said("connect", "mail", answers="".join(f"{each}\n" for each in answers))
    assert "only sends" in doctor(mailbox)["says"]
    mailbox.employee.once()


def test_several_accounts_are_read_and_one_that_breaks_stops_no_other(mailbox: Mailbox) -> None:
    employee, dovecot = mailbox.employee, mailbox.keeping
    dovecot.set_password("of the shop", user="shop")
    mailbox.connected()
    mailbox.sending.user, mailbox.sending.password = "shop", "of the shop"
    answers = mailbox.answers(**{"from": "shop@studio.example"})
    said = employee.said("connect", "mail-shop", answers="".join(f"{each}\n" for each in answers.values()))
    assert "Mails go out through the first account as before." in said
    assert "mail-shop.password" in employee.said("credentials")
    dovecot.deliver(mail(1))
    dovecot.deliver(mail(2), user="shop")
    employee.once()
    assert len(mailbox.tasks()) == 2
    dovecot.set_password("another", user="shop")
    dovecot.deliver(mail(3))
    employee.once()
    assert len(mailbox.tasks()) == 3
    assert "shop@studio.example cannot be read" in only(mailbox.alerts())
    states = {each["name"]: each["state"] for each in json.loads(employee.said("doctor", "--json"))}
    assert (states["mail"], states["mail in"], states["mail-shop in"]) == ("real", "real", "off")
    assert "nothing of it is read" in employee.said("disconnect", "mail-shop")
    assert "mail-shop" not in employee.said("credentials") + employee.said("doctor")
    assert "cannot be named" in employee.call("connect", "mail-Sh op").output
