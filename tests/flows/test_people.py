"""People over the command line: contacts, cards in and out, promises, and what is personal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agents.vault.note import Note, read_note
from tests.flows.employee import ADDRESS, CUSTOMER, mail, request

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.employee import Employee

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Anna Example
EMAIL;TYPE=work:anna@bakery.example
TEL;TYPE=cell:+49 30 1234567
ORG:Harbour Bakery;Sales
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg
TEL;CELL:+49 171 1234567
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:A. Example
EMAIL:Anna@bakery.example
TEL;VALUE=uri:tel:+49-30-7654321
END:VCARD
BEGIN:VCARD
VERSION:4.0
NOTE:nobody
END:VCARD
"""


def properties(path: Path) -> dict[str, str | tuple[str, ...]]:
    note = read_note(path.read_text(encoding="utf-8"))
    assert isinstance(note, Note)
    return dict(note.properties)


def contacts(employee: Employee) -> dict[str, Path]:
    """The notes of contacts, by their name or company."""
    notes = {path: properties(path) for path in employee.notes("Contacts")}
    return {str(each.get("name") or each.get("company")): path for path, each in notes.items()}


def say_yes(employee: Employee, action: str) -> str:
    """Approve the one proposal of this kind; what its note said."""
    (note,) = employee.pending(action)
    text = note.read_text(encoding="utf-8")
    employee.approve(note)
    employee.once()
    return text


def imported(employee: Employee) -> str:
    assert "There are no contacts yet" in employee.said("contacts")
    employee.drop("cards.vcf", CARDS)
    employee.once()
    assert employee.notes("Contacts") == []
    return say_yes(employee, "contacts.import")


def test_a_file_of_cards_becomes_contacts_with_one_yes_and_comes_out_again(employee: Employee, tmp_path: Path) -> None:
    text = imported(employee)
    assert "# Take in 2 new contacts?" in text
    assert "the card in line 19 is left out: this card names nobody" in text
    assert "1 cards of the file are about a person that another card of it names too" in text
    anna = properties(contacts(employee)["Anna Example"])
    assert anna["emails"] == ("anna@bakery.example",)
    assert anna["phones"] == ("+49 30 1234567", "+49-30-7654321")
    assert anna["company"] == "Harbour Bakery"
    assert properties(contacts(employee)["Jörg Müller"])["phones"] == ("+49 171 1234567",)
    assert "Anna Example · Harbour Bakery · anna@bakery.example" in employee.said("contacts")
    out = tmp_path / "out.vcf"
    employee.said("contacts", "export", str(out))
    assert employee.said("contacts", "export").encode() == out.read_bytes().replace(b"\r\n", b"\n")
    assert out.read_bytes().count(b"VERSION:4.0\r\n") == 2
    employee.drop("again.vcf", out.read_bytes())
    out.write_text("something else", encoding="utf-8")
    assert employee.call("contacts", "export", str(out)).exit_code == 1
    assert out.read_text(encoding="utf-8") == "something else"
    employee.once()
    assert employee.pending("contacts.import") == []
    assert employee.said("verify")


def test_a_second_file_only_adds_and_what_the_owner_wrote_stays(employee: Employee) -> None:
    imported(employee)
    note = contacts(employee)["Anna Example"]
    note.write_text(
        note.read_text(encoding="utf-8").replace("company: Harbour Bakery", "company: Mine # my word"), encoding="utf-8"
    )
    employee.drop("more.vcf", CARDS.replace("anna@bakery.example", "a@b.example", 1).replace("Harbour", "Other"))
    employee.once()
    text = say_yes(employee, "contacts.import")
    assert "# Add to 1 contact you have?" in text
    anna = properties(note)
    assert anna["emails"] == ("anna@bakery.example", "a@b.example")
    assert "company: Mine # my word" in note.read_text(encoding="utf-8")
    assert len(employee.notes("Contacts")) == 2


def test_a_no_changes_nothing_and_is_not_asked_again(employee: Employee) -> None:
    employee.drop("cards.vcf", CARDS)
    employee.once()
    (note,) = employee.pending("contacts.import")
    note.rename(employee.vault / "Rejected" / note.name)
    employee.once()
    employee.drop("cards-again.vcf", CARDS)
    employee.once()
    assert (employee.notes("Contacts"), employee.pending("contacts.import")) == ([], [])


@pytest.mark.parametrize("yes", [True, False])
def test_two_notes_of_one_person_become_one_only_with_a_yes(employee: Employee, *, yes: bool) -> None:
    folder = employee.vault / "Contacts"
    (folder / "Anna.md").write_text("---\nemail: anna@x.example\nfirst_seen: 2025-01-02\n---\nLikes tea.\n", "utf-8")
    (folder / "A Example.md").write_text("---\nemails: [ANNA@x.example, b@x.example]\n---\nKnows Jo.\n", "utf-8")
    employee.once()
    (note,) = employee.pending("contacts.merge")
    assert "anna@x.example" in note.read_text(encoding="utf-8")
    if yes:
        employee.approve(note)
        employee.once()
        (kept,) = employee.notes("Contacts")
        assert kept.name == "Anna.md"
        text = kept.read_text(encoding="utf-8")
        assert ("Likes tea." in text, "Knows Jo." in text) == (True, True)
        assert properties(kept)["emails"] == ("b@x.example",) or "b@x.example" in str(properties(kept)["emails"])
        (gone,) = employee.vault.glob("Done/*/A Example.md")
        assert properties(gone)["merged_into"] == "[[Anna]]"
    else:
        note.rename(employee.vault / "Rejected" / note.name)
        employee.once()
        assert len(employee.notes("Contacts")) == 2
    employee.once()
    assert employee.pending("contacts.merge") == []
    assert employee.said("verify")


def invoiced(employee: Employee) -> None:
    """A customer asked for an invoice, and everything about it is approved."""
    employee.drop("a.eml", mail(request()))
    employee.once()
    for action in ("invoice.create", "email.send"):
        say_yes(employee, action)


def test_whom_the_owner_deals_with_becomes_a_contact_and_later_mails_move_its_last_day(employee: Employee) -> None:
    employee.drop("stranger.eml", mail("Hello, are you open today?", number=9, sender="Stranger <s@other.example>"))
    invoiced(employee)
    (note,) = employee.notes("Contacts")
    known = properties(note)
    assert (known["company"], known["emails"], known["channels"]) == (CUSTOMER, (ADDRESS,), ("mail",))
    assert known["first_seen"] == known["last_seen"]
    assert f"# {CUSTOMER}" in note.read_text(encoding="utf-8")


def test_a_promise_of_a_contact_is_noted_with_its_day_and_ended_by_the_owner(employee: Employee) -> None:
    invoiced(employee)
    said = "Thank you. We will transfer the money by 2026-11-25. I will not call on Friday."
    employee.drop("b.eml", mail(said, number=2, subject="Thanks"))
    employee.drop("c.eml", mail(said, number=3, sender="Stranger <s@other.example>", subject="Thanks"))
    employee.once()
    (promise,) = json.loads(employee.said("promises", "--json"))
    assert (promise["said_by"], promise["other"], promise["due"]) == ("them", ADDRESS, "2026-11-25")
    assert promise["words"] == "We will transfer the money by 2026-11-25."
    (note,) = employee.notes("Contacts")
    assert f"they promised something by 2026-11-25, in [[{promise['task']}]] (promise 1)" in note.read_text("utf-8")
    assert "transfer" not in note.read_text(encoding="utf-8")
    assert promise["overdue"]
    assert "## Promises that are overdue" in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    told = employee.said("promises")
    assert f"2026-11-25  overdue    {ADDRESS} to you: We will transfer the money by 2026-11-25." in told
    employee.said("promises", "kept", "1")
    employee.once()
    assert json.loads(employee.said("promises", "--json")) == []
    assert "promise 1 kept" in note.read_text(encoding="utf-8")
    assert "Promises that are overdue" not in (employee.vault / "Dashboard.md").read_text(encoding="utf-8")
    assert employee.said("promises") == "None.\n"
    assert "kept" in employee.said("promises", "--all")
    assert employee.call("promises", "kept", "7").exit_code == 2
    assert employee.said("verify")


def test_what_is_personal_stays_by_itself(employee: Employee) -> None:
    handbook = employee.vault / "Company_Handbook.md"
    row = "| folder | Personal | personal |\n"
    text = handbook.read_text(encoding="utf-8")
    handbook.write_text(text.replace(row, f"{row}| from | {ADDRESS} | personal |\n"), encoding="utf-8")
    employee.drop("a.eml", mail(request()))
    employee.once()
    (task,) = [each for each in employee.notes("In_Progress") if "-email-" in each.name]
    assert (properties(task)["domain"], properties(task)["private"]) == ("personal", "true")
    above, _, below = (employee.vault / "Dashboard.md").read_text(encoding="utf-8").partition("## Personal, kept apart")
    assert (task.stem in above, task.stem in below) == (False, True)
    say_yes(employee, "invoice.create")
    assert properties(*employee.notes("Contacts"))["domain"] == "personal"
