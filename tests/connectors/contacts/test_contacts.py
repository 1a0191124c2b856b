"""Notes of contacts as owners write them, which two are one, and what cards would change."""

from __future__ import annotations

import os
from itertools import permutations
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.contacts.actions import Change
from agents.connectors.contacts.matching import plan, united
from agents.connectors.contacts.reader import MAX_NAMESAKES, MAX_SHARED, Contact, ContactBook, by_way, contact_of, twins
from agents.connectors.contacts.values import Values
from agents.vault.note import Note, read_note

if TYPE_CHECKING:
    from pathlib import Path


def contact(text: str, path: str = "Contacts/Anna.md") -> Contact:
    note = read_note(text)
    assert isinstance(note, Note)
    return contact_of(path, note)


def person(name: str, **values: object) -> Contact:
    return Contact(f"Contacts/{name}.md", Values.model_validate({"name": name, **values}))


def test_a_note_is_read_however_its_owner_wrote_it() -> None:
    known = contact("---\nEmail: anna@x.example\nphone: 030 1234567\ncompany: Acme\nfirst_seen: 2025-01-02\n---\nHi\n")
    assert known.values == Values(name="Anna", company="Acme", emails=("anna@x.example",), phones=("030 1234567",))
    assert (known.first_seen, known.last_seen, known.stem) == ("2025-01-02", "", "Anna")
    assert contact("# Anna \\*Example\n").values.name == "Anna *Example"
    assert contact("---\nname: Anna E.\nemails: [a@x.example, nonsense]\n---\n# X\n").values == Values(
        name="Anna E.", emails=("a@x.example",)
    )


def test_the_book_reads_a_note_again_only_when_it_changed(tmp_path: Path) -> None:
    folder = tmp_path / "Contacts"
    folder.mkdir()
    note, bad = folder / "Anna.md", folder / "bad.md"
    note.write_text("---\nemail: a@x.example\n---\n", encoding="utf-8")
    bad.write_text("---\n{\n---\n", encoding="utf-8")
    (folder / "Anna (conflicted copy 1).md").write_text("# x\n", encoding="utf-8")
    book = ContactBook(tmp_path)
    first = book.look()
    assert [each.stem for each in first] == ["Anna"]
    assert (book.look()[0] is first[0], book.changes) == (True, 1)
    note.write_text("---\nemail: b@x.example\n---\n", encoding="utf-8")
    os.utime(note, (1, 1))
    assert book.look()[0].values.emails == ("b@x.example",)
    assert book.changes == 2


def test_two_notes_are_one_by_mail_address_phone_number_or_whole_name() -> None:
    anna = person("Anna Example", emails=["anna@x.example"])
    annie = person("Annie", emails=["ANNA@X.example"])
    jo, joe = person("Jo", phones=["030 1234567"]), person("Joe", phones=["+49 30 1234567"])
    other = person("Example, Anna")
    found = {(each.first.stem, each.second.stem): each.shared for each in twins([other, joe, jo, annie, anna])}
    assert found == {
        ("Anna Example", "Annie"): "anna@x.example",
        ("Jo", "Joe"): "+49301234567",
        ("Anna Example", "Example, Anna"): "the name",
    }
    assert by_way([jo])["+49301234567"] == [jo]


def test_of_several_alike_each_is_paired_with_the_first() -> None:
    alike = [person(name, emails=["one@x.example"]) for name in ("Cy", "Anna", "Bo", "Di")]
    assert [(each.first.stem, each.second.stem) for each in twins(alike)] == [
        ("Anna", "Bo"),
        ("Anna", "Cy"),
        ("Anna", "Di"),
    ]


def test_a_name_at_two_companies_and_a_switchboard_are_no_reason() -> None:
    assert twins([person("Anna Example", company="A"), person("Example Anna", company="B")]) == ()
    assert twins([person("Anna"), person("anna")]) == ()
    many = [person(f"P{number}", phones=["030 1234567"]) for number in range(MAX_SHARED + 1)]
    assert twins(many) == ()
    namesakes = [person(f"P{number}", aliases=("Acme Ltd",)) for number in range(MAX_NAMESAKES + 1)]
    assert twins(namesakes) == ()
    assert len(twins(namesakes[1:])) == MAX_NAMESAKES - 1


def card(number: int, **values: object) -> Values:
    given = {"name": f"Person {number} Example", "emails": (f"p{number}@x.example",)}
    return Values.model_validate(given | {"phones": (f"030 {1_000_000 + 7 * number}",)} | values)


ANNA = Values(name="Anna", emails=("anna@x.example",))


@pytest.mark.parametrize(
    ("card", "known", "change"),
    [
        (ANNA, [], Change(values=ANNA)),
        (ANNA, [person("Anna", emails=["ANNA@x.example"])], None),
        (
            united(ANNA, Values(emails=("b@x.example",), phones=("+49 30 1234567",), company="Acme")),
            [person("Anna E.", emails=["anna@x.example"], company="Mine", phones=["030 1234567"])],
            Change(note="Anna E.", values=Values(emails=("b@x.example",), aliases=("Anna",))),
        ),
        (
            united(ANNA, Values(company="Acme", phones=("12345",), address=("Street 1",))),
            [person("Anna", emails=["anna@x.example"])],
            Change(note="Anna", values=Values(company="Acme", phones=("12345",), address=("Street 1",))),
        ),
    ],
)
def test_a_card_is_new_or_adds_what_is_not_there(card: Values, known: list[Contact], change: Change | None) -> None:
    would = plan([card], known)
    assert would.changes == (() if change is None else (change,))
    assert would.known == (change is None)


def test_cards_of_one_file_that_share_a_way_or_are_the_same_are_one() -> None:
    nameless = Values(emails=("ANNA@x.example", "b@x.example"), aliases=("A",))
    twin = Values(name="Annie", emails=("b@x.example",))
    would = plan([Values(name="Jo"), nameless, ANNA, twin, Values(name="Jo")], [])
    assert [each.values.title for each in would.changes] == ["Jo", "Anna"]
    assert would.changes[1].values.aliases == ("A", "Annie")
    assert (would.merged, would.known) == (3, 0)


def test_a_card_between_two_others_makes_one_of_all_three() -> None:
    first, second = card(1, phones=()), card(2, phones=())
    third = card(3, emails=(), company="Acme")
    bridge = Values(emails=("P1@x.example", "p2@x.example"), phones=third.phones)
    for cards in permutations((first, second, third, bridge)):
        (one,) = plan(cards, []).changes
        assert {each.casefold() for each in one.values.emails} == {"p1@x.example", "p2@x.example"}
        assert (one.values.phones, one.values.company) == (third.phones, "Acme")


MAILS = st.lists(st.sampled_from([f"{each}@x.example" for each in "abcdef"]), max_size=3, unique=True)


@given(st.lists(st.builds(Values, emails=MAILS.map(tuple)), max_size=8))
def test_no_two_new_contacts_ever_have_one_address(cards: list[Values]) -> None:
    would = plan(cards, [])
    found = [each for change in would.changes for each in change.values.emails]
    assert sorted(found) == sorted({each for one in cards for each in one.emails})
    assert would.merged + len(would.changes) == len(cards)


def test_a_card_without_ways_is_one_with_another_that_says_the_same() -> None:
    names = ["Anna Example", "Example, Anna", "ANNA EXAMPLE"]
    (one,) = plan([Values(name=each, company="Acme") for each in names], []).changes
    assert (one.values.name, one.values.aliases) == ("Anna Example", ("Example, Anna",))
    assert len(plan([Values(name="Jo"), Values(name="Jo", company="Acme"), Values(name="Joe")], []).changes) == 3


def test_a_number_nobody_can_call_is_no_news_when_it_is_there() -> None:
    known = person("Anna", emails=["anna@x.example"], phones=["0000000"])
    assert plan([ANNA.model_copy(update={"phones": ("0000000",)})], [known]).changes == ()


def test_what_is_asked_of_cards_grows_with_their_number_and_not_with_its_square() -> None:
    cards = [card(number) for number in range(1500)]
    began = process_time()
    would = plan(cards, [Contact(f"Contacts/{each.name}.md", each) for each in cards])
    assert (would.changes, would.known) == ((), len(cards))
    assert process_time() - began < 1.5  # 0.2 s; comparing each with all others took 5 s
