"""vCards of three versions in, of one out; whatever a file holds, each card is read or named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.connectors.contacts.values import Values, is_mail, is_phone, name_form, one_line, ways
from agents.connectors.contacts.vcard import MAX_CARDS, read_cards, write_cards
from agents.vault.outline import Problem

OLD = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =\r
M=C3=BCller\r
TEL;CELL:0171 1234567\r
EMAIL;INTERNET:joerg@client.example\r
PHOTO;ENCODING=BASE64;JPEG:\r
 /9j/4AAQSkZJRgABAQAAAQABAAD\r
\r
END:VCARD\r
"""
NEW = r"""begin:vcard
VERSION:4.0
N:Example;Anna;;Dr.;
ORG:Harbour\, Bakery;Sales
EMAIL;TYPE=work:anna@client.example
item1.EMAIL:mailto:second@client.example
EMAIL:nobody
TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-1234567;ext=1
TEL:call me
NICKNAME:Annie
ADR;TYPE=home:;;Street 1\, left;Town;;12345;DE
BDAY:19800101
NOTE:She likes
 tea
end:vcard
"""


def values(text: str) -> Values:
    (found,) = read_cards(text.encode())
    assert isinstance(found, Values)
    return found


def test_a_card_of_an_old_phone_is_read() -> None:
    assert values(OLD) == Values(name="Jörg Müller", emails=("joerg@client.example",), phones=("0171 1234567",))


def test_a_card_of_today_is_read_without_what_contacts_do_not_hold() -> None:
    assert values(NEW) == Values(
        name="Anna Example",
        company="Harbour, Bakery",
        emails=("anna@client.example", "second@client.example"),
        phones=("+49-30-1234567",),
        aliases=("Annie",),
        address=("Street 1, left", "12345 Town", "DE"),
    )


def test_a_name_with_an_unescaped_comma_stays_whole() -> None:
    assert values("BEGIN:VCARD\nFN:Example, Anna\nNICKNAME:Ann\\, the,Annie\nEND:VCARD\n") == Values(
        name="Example, Anna", aliases=("Ann, the", "Annie")
    )


def test_windows_text_is_read_too() -> None:
    (found,) = read_cards("BEGIN:VCARD\nFN:Jörg\nEND:VCARD\n".encode("cp1252"))
    assert found == Values(name="Jörg")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"", 1, "no card"),
        (b"hello", 1, "no card"),
        (b"\x81\xff", 1, "neither UTF-8"),
        (b"BEGIN:VCARD\nFN:\0\nEND:VCARD", 1, "no text"),
        (b"\nBEGIN:VCARD\nFN:Anna\n", 2, "never ends"),
        (b"BEGIN:VCARD\nNOTE:x\nEND:VCARD\n", 1, "names nobody"),
        (b"BEGIN:VCARD\nFN;CHARSET=nonsense;ENCODING=QUOTED-PRINTABLE:=C3\nEND:VCARD\n", 1, "names nobody"),
        (b"BEGIN:VCARD\nFN:" + b"x" * 2_100_000 + b"\nEND:VCARD\n", 1, "too large"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: bytes, line: int, says: str) -> None:
    (found,) = read_cards(text)
    assert isinstance(found, Problem)
    assert (found.line, says in found.message) == (line, True)


def test_a_broken_card_costs_nothing_but_itself_and_a_file_has_an_end() -> None:
    found = read_cards(b"BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:Anna\nEND:VCARD\n")
    assert [type(each) for each in found] == [Problem, Values]
    many = read_cards(b"BEGIN:VCARD\nFN:A\nEND:VCARD\n" * (MAX_CARDS + 5))
    assert (len(many), isinstance(many[-1], Problem)) == (MAX_CARDS + 1, True)


LINES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60)


@given(LINES, LINES, st.lists(LINES, max_size=3))
def test_what_is_written_is_read_again(name: str, company: str, address: list[str]) -> None:
    given_ = Values(name=name, company=company, emails=("a@client.example",), address=tuple(dict.fromkeys(address)))
    text = write_cards([given_])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    again = values(text)
    assert (again.name, again.company, again.emails) == (
        one_line(name, 120),
        one_line(company, 120),
        ("a@client.example",),
    )


def test_a_long_line_is_folded_between_letters() -> None:
    company = "Bäckerei " + "ü" * 100
    text = write_cards([Values(name="Anna", company=company)])
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) == 75
    assert sum(line.startswith(" ") for line in lines) == 2
    assert values(text).company == company


def test_a_company_without_a_person_is_an_organisation() -> None:
    text = write_cards([Values(company="Acme Ltd", phones=("+49 30 1234567",), aliases=("Acme", "A, B"))])
    assert "KIND:org\r\n" in text
    assert "NICKNAME:Acme,A\\, B\r\n" in text
    assert values(text).phones == ("+49 30 1234567",)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_reading_never_raises(content: bytes) -> None:
    read_cards(content)
    read_cards(b"BEGIN:VCARD\n" + content + b"\nEND:VCARD\n")


def test_ways_and_names_are_compared_by_what_they_mean() -> None:
    known = Values(emails=("Anna@Client.example",), phones=("030 1234567", "0000 0000"))
    assert [*ways(known)] == ["anna@client.example", "+49301234567"]
    assert name_form("Example, Änna") == name_form("anna EXAMPLE") == "anna example"
    assert name_form("Anna") == name_form("anna1@client1.example") == ""
    assert name_form("Studio 12 Berlin") != name_form("Studio 54 Berlin")
    assert one_line("a\u202e\nb  c", 4) == "a b"
    assert "<%" not in one_line("Acme <%* tR %> {{title}}", 120)
    assert (is_mail("a@b.example"), is_mail("a@b"), is_phone("+49 30 12345"), is_phone("x")) == (
        True,
        False,
        True,
        False,
    )
    assert Values(phones=("+49 30 1234567",)).title == "+49 30 1234567"
    assert Values().title == ""
