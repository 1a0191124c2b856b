"""Contacts and promises through the door for mail: what the owner keeps private or apart is not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.durability.journal import Journal
from agents.durability.promise_rows import OURS, PromiseRow, add_promise
from agents.errors import NeedsOwner
from tests.clock import NOON
from tests.flows.steps import only
from tests.servers.replies import task_of

if TYPE_CHECKING:
    from agents.servers.email_mcp_server import MailDoor
    from tests.flows.employee import Employee


def contact(employee: Employee, name: str, *properties: str) -> None:
    text = "\n".join(["---", *properties, "---", f"# {name}", ""])
    (employee.vault / "Contacts" / f"{name}.md").write_text(text, encoding="utf-8")


def promised(employee: Employee, task: str, due: str, source: str) -> None:
    journal = Journal.open(employee.state)
    with journal.begin() as sql:
        add_promise(sql, PromiseRow(OURS, "anna@x.example", "I will [[pay]].", due, task, source, NOON.isoformat()))
    journal.close()


def test_contacts_are_found_by_all_words_and_private_ones_are_not(employee: Employee, door: MailDoor) -> None:
    task = task_of(employee)
    contact(employee, "Anna Example", "emails: [anna@x.example]", "company: Bakery", "first_seen: 2025-01-01")
    contact(employee, "Bea", "emails: [bea@x.example]", "domain: personal")
    contact(employee, "Cora", "emails: [cora@x.example]", "private: true")
    contact(employee, "Dora", "emails: [dora@x.example]", f'seen: "[[{task}]]"')
    listed = door.list_contacts()
    assert [each.note for each in listed.contacts] == ["Anna Example", "Dora"]
    assert [each.note for each in door.list_contacts("BAKERY anna").contacts] == ["Anna Example"]
    assert door.list_contacts("bakery dora").contacts == ()
    first = listed.contacts[0]
    assert (first.first_seen, first.from_outside.emails) == ("2025-01-01", ("anna@x.example",))
    note = only([*employee.vault.glob(f"In_Progress/*/{task}.md")])
    note.write_text(note.read_text(encoding="utf-8").replace("domain: business", "domain: personal"), encoding="utf-8")
    assert [each.note for each in door.list_contacts().contacts] == ["Anna Example"]


def test_promises_say_what_is_overdue_and_nothing_of_a_personal_task(employee: Employee, door: MailDoor) -> None:
    task = task_of(employee)
    promised(employee, task, "2020-01-01", "1")
    promised(employee, task, "2999-01-01", "2")
    listed = door.list_promises()
    assert [(each.number, each.overdue, each.task) for each in listed.promises] == [(1, True, task), (2, False, task)]
    assert "[[pay]]" not in json.dumps(listed.model_dump(mode="json"))
    note = only([*employee.vault.glob(f"In_Progress/*/{task}.md")])
    note.write_text(note.read_text(encoding="utf-8").replace("domain: business", "domain: personal"), encoding="utf-8")
    assert door.list_promises().promises == ()


def test_while_nobody_knows_what_is_private_neither_is_shown(employee: Employee, door: MailDoor) -> None:
    promised(employee, task_of(employee), "2999-01-01", "1")
    (employee.vault / "Company_Handbook.md").unlink()
    for refused in (door.list_contacts, door.list_promises):
        with pytest.raises(NeedsOwner):
            refused()
