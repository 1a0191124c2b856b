"""Where a task comes from decides whether it is personal, and the handbook is read again when it changed."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.durability.domain_rows import count_waiting_in, domains_of, set_domain
from agents.vault.note import Note, read_note
from tests.clock import NOON
from tests.watchers.samples import mail, written
from watchers.contract import Event, StoredFile
from watchers.first_domain import FirstDomain, Standing, whence_of
from watchers.intake import Intake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.autonomy.house import House

TABLES = """## Domains

| by | what | domain |
| --- | --- | --- |
| account | home | personal |
| folder | Family | personal |
| words | kindergarten | personal |
| from | @family.example | personal |

| domain | shown |
| --- | --- |
| personal | {shown} |
"""
EVENT = Event("email", "<1@x>", NOON, "ab", "email", "Inbox/1.eml", sender_address="anna@client.example")


def handbook(root: Path, shown: str = "kept apart") -> Path:
    path = root / "Company_Handbook.md"
    path.write_text(TABLES.format(shown=shown), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "event",
    [
        replace(EVENT, account="Home"),
        replace(EVENT, folder="Family/2026"),
        replace(EVENT, origin="Inbox/Family/letter.txt"),
        replace(EVENT, subject="Kindergarten"),
        replace(EVENT, attachments=(StoredFile(b"", "txt", "a.txt", "text/plain", "the kindergarten"),)),
        replace(EVENT, sender_address="aunt@family.example"),
    ],
)
def test_each_way_to_be_personal(tmp_path: Path, event: Event) -> None:
    handbook(tmp_path)
    assert FirstDomain(tmp_path).of(event) == Standing("personal", is_apart=True)


def test_what_the_owner_asks_is_business_and_so_is_what_no_row_names(tmp_path: Path) -> None:
    handbook(tmp_path)
    assert FirstDomain(tmp_path).of(replace(EVENT, kind="ask", text="call the kindergarten")) == Standing()
    assert FirstDomain(tmp_path).of(EVENT) == Standing()
    assert whence_of(EVENT).folder == ""


def test_the_handbook_is_read_again_when_it_changed_and_may_be_gone(tmp_path: Path) -> None:
    path, event = handbook(tmp_path), replace(EVENT, account="home")
    first = FirstDomain(tmp_path)
    assert first.of(event).is_apart
    handbook(tmp_path, "together")
    os.utime(path, (1, 1))
    assert first.of(event) == Standing("personal", is_apart=False)
    path.unlink()
    assert first.of(event) == Standing()


def test_a_personal_mail_is_a_private_note_and_a_row_of_the_journal(house: House) -> None:
    handbook(house.vault)
    for number, sender in enumerate(("aunt@family.example", "anna@client.example")):
        written(house.vault / f"Inbox/{number}.eml", mail(number=number).replace("billing@client.example", sender))
    house.sweep()
    notes = {each: read_note(house.text(each)) for each in house.tasks()}
    said = {
        each: (note.properties.get("domain"), note.properties.get("private"))
        for each, note in notes.items()
        if isinstance(note, Note)
    }
    tasks = house.tasks()
    with house.journal.begin() as sql:
        domains = domains_of(sql, tasks)
    assert sorted(said.values(), key=str) == [("business", None), ("personal", "true")]
    assert {each: domain for each, (domain, _) in said.items()} == domains
    assert Intake(house.recorder, house.blobs).file() == 0


def test_a_task_has_one_domain_at_a_time(house: House) -> None:
    house.proposed()
    task = house.the_task()
    for domain, waiting in (("personal", 1), ("personal", 1), ("business", 0)):
        with house.journal.begin() as sql:
            set_domain(sql, task, domain)
            assert domains_of(sql, [task]) == {task: domain}
            assert count_waiting_in(sql, "personal") == waiting
