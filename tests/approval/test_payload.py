"""The block the owner may edit: what is written is read back, and what it hides or breaks out of is nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.payload import INFO, MAX_PAYLOAD_BYTES, dump_action, read_action
from agents.approval.proposals import render
from agents.connectors.contract import Action
from agents.connectors.email.actions import EmailSend
from agents.vault.neutralize import visible
from agents.vault.note import Problem
from agents.vault.note_edit import fenced_blocks
from tests.approval.examples import ACTIONS, INVOICE, MAIL, MEDIUM, MODELS, NASTY, draft, tried
from tests.clock import NOON


def noted(action: Action) -> str:
    """The proposal's note."""
    return render(draft(action), "2026-11-23-x-0000000000", NOON, NOON, MEDIUM)


def block(content: str) -> str:
    return f"# Note\n\n```{INFO}\n{content}\n```\n"


@given(ACTIONS)
def test_every_action_is_read_back_from_its_note_as_it_was_sealed(action: Action) -> None:
    assert read_action(noted(action), MODELS) == action


@pytest.mark.parametrize("word", NASTY)
def test_a_body_is_read_back_whatever_it_says(word: str) -> None:
    for body in (word, f"Hello\n{word}\n\nBest", f"{word}\n{word}"):
        mail = tried(EmailSend, {"to": "a@b.example", "subject": "x", "body": body})
        if mail is not None:
            assert read_action(noted(mail), MODELS) == mail


@given(ACTIONS)
def test_the_block_is_the_only_one_and_nothing_leaves_its_fence(action: Action) -> None:
    note = noted(action)
    (found,) = fenced_blocks(note, INFO)
    assert found.content == dump_action(action)
    assert note.endswith(f"\n{dump_action(action)}\n{note.rstrip().splitlines()[-1]}\n")


@given(ACTIONS)
def test_nothing_in_the_block_is_hidden_and_no_template_runs(action: Action) -> None:
    content = dump_action(action)
    shown = visible(content)
    assert "⟨U+" not in shown.replace("⟨U+", "", content.count("⟨U+"))
    assert not {mark for mark in ("<%", "{{", "%%", "`" * 9) if mark in content}


def test_a_block_reads_as_a_person_would_write_it() -> None:
    assert dump_action(INVOICE) == (
        "action: invoice.create\n"
        "customer: Acme Ltd\n"
        "email: billing@client.example\n"
        'lines: [{text: consulting, quantity: "10", unit: h, price: "95.00", tax: "19"}]\n'
        "currency: EUR\n"
        "due_days: 14"
    )
    assert "body: |-\n  Hello,\n\n  here it is.\n" in dump_action(MAIL)


def test_a_value_that_is_not_there_has_no_line() -> None:
    class Optional(EmailSend):
        note: str | None = None

    action = Optional(to="a@b.example", subject="x", body="y")
    assert "note" not in dump_action(action)
    assert read_action(block(dump_action(action)), {"email.send": Optional}) == action


@pytest.mark.parametrize("text", ["\n", "\n\n", "a\n", "a\nb", "a\nb\n", "a\n\n", "\na", "a"])
def test_line_ends_survive_also_in_the_last_line_of_the_block(text: str) -> None:
    class Last(EmailSend):
        words: str = ""

    action = Last(to="a@b.example", subject="x", body=text, words=text)
    assert read_action(block(dump_action(action)), {"email.send": Last}) == action


def test_the_owners_edit_is_read_as_they_meant_it() -> None:
    text = (
        noted(INVOICE).replace('"95.00"', "120").replace("Acme Ltd\n", "'NO'\n").replace("due_days: 14", "due_days: 7")
    )
    read = read_action(text, MODELS)
    assert isinstance(read, type(INVOICE))
    assert (read.customer, read.lines[0].price, read.due_days) == ("NO", Decimal("120.00"), 7)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("action: invoice.create\ncustomer: [a", 6, "did not find expected"),
        ("action: &a invoice.create", 4, "anchors, aliases and tags"),
        ("action: x\nb: *a", 5, "anchors, aliases and tags"),
        ("action: !!python/object:os.system x", 4, "anchors, aliases and tags"),
        ("action: invoice.create\nlines: " + "[" * 9, 5, "nested too deeply"),
        ("a: " + "[" * 60_000, 4, "nested too deeply"),
        ("a: " + "{a: " * 60_000, 4, "nested too deeply"),
        ("- " * 60_000, 4, "nested too deeply"),
        ("action: invoice.create\ncurrency: EUR\ncurrency: CHF", 6, "'currency' stands here twice"),
        ("action: invoice.create\n[a, b]: c", 5, "is no name"),
        ("action: invoice.create\n---\naction: x", 5, "another document"),
        ("- a list", 4, "not a list of `name: value` lines"),
        ("", 4, "not a list of `name: value` lines"),
        ("action: \x00", 4, "not readable as YAML"),
        ("action: \ud800", 4, "not readable as YAML"),
        ("action: pay.everything", 3, "this action is not known"),
        ("customer: Acme", 3, "this action is not known"),
        ("action: invoice.create\ncustomer: Acme Ltd", 3, "lines: Field required"),
        ('action: email.send\nto: "a@b.example\\nBcc: c@d.example"\nsubject: x\nbody: y', 3, "to: "),
        ("action: invoice.create\nsurprise: 1", 3, ": "),
        ("a: " + "x" * MAX_PAYLOAD_BYTES, 3, "too long"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(content: str, line: int, message: str) -> None:
    read = read_action(block(content), MODELS)
    assert isinstance(read, Problem)
    assert message in read.message
    assert read.line == line


@pytest.mark.parametrize("text", ["# no block\n", block("action: x") * 2, f"```{INFO}\nnever closed"])
def test_there_must_be_exactly_one_block(text: str) -> None:
    read = read_action(text, MODELS)
    assert isinstance(read, Problem)
    assert "exactly one block" in read.message


@given(st.text())
def test_reading_never_raises(content: str) -> None:
    assert isinstance(read_action(block(content), MODELS), Action | Problem)
