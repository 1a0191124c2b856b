"""Approved changes of contacts: done once, refused where a note is gone, and never over another note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agents.autonomy.people_requests import people_requests
from agents.connectors.contacts.actions import Change, ImportContacts, MergeContacts
from agents.connectors.contacts.values import Values
from agents.durability.promise_rows import OURS, PromiseRow, add_promise, find_promise
from agents.durability.task_persistence import add_request, requests_pending
from agents.vault.note import Note, read_note
from tests.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from agents.connectors.contract import Action
    from agents.durability.task_persistence import RequestRow
    from tests.autonomy.house import House

FILE = "sha-0123456789abcdef.vcf"
ANNA = Values(name="Anna", emails=("anna@x.example",), company="Acme", address=("Street 1",), aliases=("Annie",))


def request(house: House, kind: str, target: str, text: str) -> RequestRow:
    values = {"at": NOON.isoformat(), "kind": kind, "target": target, "text": text, "actor": "vault"}
    with house.journal.begin() as sql:
        add_request(sql, values)
        return requests_pending(sql)[-1]


def carried_out(house: House, kind: str, target: str, text: str) -> str:
    """Why it is not carried out, or empty."""
    return people_requests(house.recorder)[kind](request(house, kind, target, text))


def ordered(house: House, action: Action) -> str:
    return carried_out(house, "contacts", "0123456789abcdef", action.canonical().decode())


def note(house: House, name: str, text: str) -> Path:
    path = house.vault / "Contacts" / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def said(path: Path) -> Note:
    found = read_note(path.read_text(encoding="utf-8"))
    assert isinstance(found, Note)
    return found


def test_an_order_carried_out_twice_is_done_once(house: House) -> None:
    house.start()
    mine = note(house, "Jo", "---\ncompany: Mine\nemails: [jo@x.example]\n---\n# Jo\nMy words.\n")
    action = ImportContacts(file=FILE, changes=(Change(values=ANNA), Change(note="Jo", values=ANNA)))
    assert (ordered(house, action), ordered(house, action)) == ("", "")
    assert len([*(house.vault / "Contacts").iterdir()]) == 2
    jo = said(mine)
    assert (jo.properties["company"], jo.properties["emails"]) == ("Mine", ("jo@x.example", "anna@x.example"))
    assert jo.properties["address"] == ("Street 1",)
    assert jo.text.count("from a card you took in") == 1
    (new,) = (each for each in (house.vault / "Contacts").iterdir() if each != mine)
    assert said(new).properties["aliases"] == ("Anna", "Annie")


def test_nothing_is_done_where_a_note_is_gone_or_the_order_is_none(house: House) -> None:
    house.start()
    note(house, "Jo", "# Jo\n")
    some = ImportContacts(file=FILE, changes=(Change(values=ANNA), Change(note="Gone", values=ANNA)))
    assert "Gone: its note is gone" in ordered(house, some)
    assert "Gone: its note is gone" in ordered(house, MergeContacts(keep="Jo", other="Gone"))
    assert "Gone: its note is gone" in ordered(house, MergeContacts(keep="Gone", other="Jo"))
    assert carried_out(house, "contacts", "x", "{}") == "it is no order about contacts"
    assert [each.name for each in (house.vault / "Contacts").iterdir()] == ["Jo.md"]


def test_of_two_notes_the_one_keeps_what_it_says_and_gets_the_rest(house: House) -> None:
    house.start()
    keep = note(house, "Anna", "---\nname: Anna\ncompany: Mine\nfirst_seen: 2026-03-01\n---\nTea.\n")
    note(
        house,
        "Annie",
        "---\nname: Annie\ncompany: Other\nchannels: [mail]\nfirst_seen: 2025-01-01\nlast_seen: 2026-04-01\n---\nJo.\n",
    )
    taken = house.vault / "Done/2026-11"
    taken.mkdir(parents=True, exist_ok=True)
    (taken / "Annie.md").write_text("another Annie\n", encoding="utf-8")
    assert ordered(house, MergeContacts(keep="Anna", other="Annie")) == ""
    found = said(keep).properties
    assert (found["company"], found["aliases"], found["channels"]) == ("Mine", ("Annie",), ("mail",))
    assert (found["first_seen"], found["last_seen"]) == ("2025-01-01", "2026-04-01")
    assert "## From [[Annie]]\n\nJo." in keep.read_text(encoding="utf-8")
    assert (taken / "Annie.md").read_text(encoding="utf-8") == "another Annie\n"
    assert said(taken / "Annie-2.md").properties["merged_into"] == "[[Anna]]"


PROMISE = PromiseRow(OURS, "anna@x.example", "I will pay.", "2026-11-27", "task", "source", NOON.isoformat())


@pytest.mark.parametrize("has_note", [True, False])
def test_the_owners_word_ends_a_promise_once(house: House, *, has_note: bool) -> None:
    house.start()
    anna = note(house, "Anna", "---\nemail: anna@x.example\n---\n") if has_note else None
    with house.journal.begin() as sql:
        add_promise(sql, PROMISE)
    assert carried_out(house, "promise", "1", "lost") == "it is open already"
    assert carried_out(house, "promise", "1", "kept") == ""
    assert carried_out(house, "promise", "1", "kept") == ""
    assert carried_out(house, "promise", "1", "broken") == "it is kept already"
    for unknown in ("2", "x", "9" * 20):
        assert carried_out(house, "promise", unknown, "kept") == "no promise has this number"
    with house.journal.begin() as sql:
        assert find_promise(sql, 1) == replace(PROMISE, number=1, state="kept", ended_at=NOON.isoformat())
    assert house.happened().count("promise.kept") == 1
    if anna is not None:
        assert anna.read_text(encoding="utf-8").count("promise 1 kept") == 1
