"""Mail of a folder or an account that the handbook calls personal: private from its first moment on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents.vault.note import Note, read_note
from tests.flows.mailbox import Mailbox, sending_server
from tests.watchers.samples import mail

if TYPE_CHECKING:
    from tests.flows.employee import Employee
    from tests.standins.dovecot import Dovecot

ROW = "| folder | Personal | personal |\n"


@pytest.mark.parametrize(
    ("row", "subjects"),
    [
        ("| folder | Bank | personal |\n", {"of the bank"}),
        ("| account | owner@studio.example | personal |\n", {"of the bank", "of anybody"}),
    ],
    ids=["folder", "account"],
)
def test_a_mail_is_personal_by_its_folder_or_its_account(
    employee: Employee, dovecot: Dovecot, row: str, subjects: set[str]
) -> None:
    handbook = employee.vault / "Company_Handbook.md"
    handbook.write_text(handbook.read_text(encoding="utf-8").replace(ROW, ROW + row), encoding="utf-8")
    with sending_server(dovecot) as server:
        mailbox = Mailbox(employee, server, dovecot)
        dovecot.put("1.box", mail(1, subject="of the bank"), folder="Bank")
        dovecot.deliver(mail(2, subject="of anybody"))
        mailbox.connected(folders="INBOX, Bank").employee.once()
        notes = [read_note(each.read_text(encoding="utf-8")) for each in mailbox.tasks()]
    found = [each for each in notes if isinstance(each, Note)]
    assert len(found) == 2
    personal = [each for each in found if each.properties["domain"] == "personal"]
    assert {each.properties["subject"] for each in personal} == subjects
    assert {each.properties.get("private") for each in personal} == {"true"}
