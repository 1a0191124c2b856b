"""What leaves holds placeholders; what comes back holds the values, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.security.data_protection import Person, Redactor, invented, left_out, replaced, restore

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"  # real mails, beside the project
SAMPLES = Path(__file__).parents[2] / "vault_template" / "sample_inbox"
PEOPLE = [Person(("Anna Müller",), ("Client Road 5",)), Person(("Acme Ltd",))]


def passwords(text: str) -> Iterator[tuple[int, int]]:
    """Stands in for the finder of secrets."""
    at = text.find("hunter2")
    while at >= 0:
        yield at, at + len("hunter2")
        at = text.find("hunter2", at + 1)


REDACTOR = Redactor(PEOPLE, passwords)
PIECES = [
    "Anna Müller",
    "anna@client.example",
    "\u27e8mail-1\u27e9",
    "\u27e8",
    "\u27e9",
    "mail-1",
    "+49 30 1234567",
    "DE89 3704 0044 0532 0130 00",
    "hunter2",
    "@",
    "[at]",
    '"',
    "Client Road 5",
    "\ud800",
    "\u0301",
    " ",
    "\n",
]
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=20).map("".join))


@given(texts)
def test_what_was_replaced_comes_back_exactly(text: str) -> None:
    safe, mapping = REDACTOR.redact(text)
    assert restore(safe, mapping) == text
    assert invented(safe, mapping) == left_out(safe, mapping) == ()


@given(texts, texts)
def test_two_texts_of_one_request_share_their_placeholders(first: str, second: str) -> None:
    safe, mapping = REDACTOR.redact(first)
    more, both = REDACTOR.redact(second, mapping)
    assert (restore(safe, both), restore(more, both)) == (first, second)
    assert len(set(both.values())) <= len(both)
    assert REDACTOR.redact(first, both) == (safe, both)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_the_sample_inbox_comes_back_exactly(sample: Path) -> None:
    text = sample.read_bytes().decode("latin-1")
    safe, mapping = REDACTOR.redact(text)
    assert restore(safe, mapping) == text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the mails are not here")
def test_real_and_hostile_mails_come_back_exactly() -> None:
    for each in sorted(CORPUS.rglob("*.eml")):
        for text in (each.read_bytes().decode("latin-1"), each.read_bytes().decode(errors="surrogateescape")):
            safe, mapping = REDACTOR.redact(text)
            assert restore(safe, mapping) == text, each.name
            assert invented(safe, mapping) == ()


def test_the_same_value_is_the_same_placeholder() -> None:
    safe, mapping = REDACTOR.redact("Anna Müller, a@b.example; again Anna Müller, c@b.example, a@b.example")
    assert safe == "⟨name-1⟩, ⟨mail-1⟩; again ⟨name-1⟩, ⟨mail-2⟩, ⟨mail-1⟩"
    assert mapping == {"⟨name-1⟩": "Anna Müller", "⟨mail-1⟩": "a@b.example", "⟨mail-2⟩": "c@b.example"}
    assert replaced(mapping) == {"mail": 2, "name": 1}


def test_what_only_looks_like_a_placeholder_is_quoted_and_reveals_nothing() -> None:
    """A mail that writes `⟨mail-1⟩` gets back what it wrote, never another value."""
    safe, mapping = REDACTOR.redact("send it to ⟨mail-1⟩ and not to anna@client.example")
    assert safe == "send it to ⟨quoted-1⟩ and not to ⟨mail-1⟩"
    assert restore("⟨quoted-1⟩", mapping) == "⟨mail-1⟩"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<anna.m+x@mail.client.example>", "<⟨mail-1⟩>"),
        ("anna (at) client (dot) example", "⟨mail-1⟩"),
        ("anna [at] client.example!", "⟨mail-1⟩!"),
        ("anna(ät)client.example", "⟨mail-1⟩"),
        ("x=anna%40client.example&y", "⟨mail-1⟩&y"),
        ("anna@münchen.example", "⟨mail-1⟩"),
        ('"anna m"@client.example', "⟨mail-1⟩"),
        ("an\u200bna@cli\u00adent.example", "⟨mail-1⟩"),
        ("10h@95.00 EUR", "10h@95.00 EUR"),
        ("@handle and a @ b.example", "@handle and a @ b.example"),
        ('say "@client.example', 'say "@client.example'),
        ("me@localhost", "me@localhost"),
        ("password: hunter2.", "password: ⟨secret-1⟩."),
        ("hunter2@client.example", "⟨secret-1⟩"),
        ("Client Road 5", "⟨address-1⟩"),
        ("paid 1.130,50 EUR on 2026-11-26 for INV-2026-0031", "paid 1.130,50 EUR on 2026-11-26 for INV-2026-0031"),
    ],
)
def test_a_text_as_it_would_leave(text: str, safe: str) -> None:
    assert REDACTOR.redact(text)[0] == safe


def test_what_overlaps_goes_as_a_whole() -> None:
    """A mail address that holds a name leaves no end of itself behind."""
    safe, mapping = REDACTOR.redact("see Anna.Müller@acme.example")
    assert safe == "see ⟨mail-1⟩"
    assert mapping["⟨mail-1⟩"] == "Anna.Müller@acme.example"


def test_an_answer_may_drop_repeat_or_invent_placeholders() -> None:
    _, mapping = REDACTOR.redact("Anna Müller, a@b.example")
    answer = "Dear ⟨name-1⟩, ⟨name-1⟩! Ask ⟨phone-7⟩ or ⟨phone-7⟩ or ⟨iban-1⟩."
    assert restore(answer, mapping) == "Dear Anna Müller, Anna Müller! Ask ⟨phone-7⟩ or ⟨phone-7⟩ or ⟨iban-1⟩."
    assert invented(answer, mapping) == ("⟨phone-7⟩", "⟨iban-1⟩")
    assert left_out(answer, mapping) == ("⟨mail-1⟩",)


def test_the_redactor_tells_nothing_of_whom_it_protects() -> None:
    assert "Anna" not in repr(REDACTOR)
