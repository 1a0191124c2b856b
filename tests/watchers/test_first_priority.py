"""Who may say that something is urgent: the owner; and how far a mail can push itself."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON
from watchers.contract import Event
from watchers.first_priority import FirstPriority, first_priority, priority_rules

if TYPE_CHECKING:
    from pathlib import Path

    from watchers.contract import Kind

HANDBOOK = """## Rules
| when | then | limit |
| --- | --- | --- |
| from: Billing@Client.example | urgent | |
| from: @bank.example or from: @tax.example | Urgent | |
| from: printer | high | |
| "trade fair" or exhibition | urgent | |
| raffle | low | |
| deadline | urgent | 500 EUR |
| newsletter | file it | |

| when | other |
| --- | --- |
| x | urgent |
"""
RULES = priority_rules(HANDBOOK)


def event(sender: str, subject: str = "Hello", text: str = "", *, marked: bool = False, kind: Kind = "email") -> Event:
    return Event(
        "email",
        "<1@x>",
        NOON,
        "ab",
        kind,
        "Inbox/1.eml",
        sender_address=sender,
        subject=subject,
        text=text,
        marked_urgent=marked,
    )


@pytest.mark.parametrize(
    ("sender", "subject", "text", "expected"),
    [
        ("billing@client.example", "Hello", "", "urgent"),
        ("BILLING@client.example", "Hello", "", "urgent"),
        ("anna@tax.example", "Hello", "", "urgent"),
        ("anna@nottax.example", "Hello", "", "normal"),
        ("xbilling@client.example", "Hello", "", "normal"),
        ("billing@client.example.evil.example", "Hello", "", "normal"),
        ("news@printer.example", "Hello", "", "high"),
        ("anna@else.example", "Hello", "see you at the Trade  Fair!", "high"),
        ("anna@else.example", "Exhibition", "", "high"),
        ("anna@else.example", "exhibitions", "", "normal"),
        ("anna@else.example", "a raffle", "", "low"),
        ("anna@else.example", "deadline", "", "normal"),
        ("", "Hello", "", "normal"),
    ],
)
def test_the_owners_rules_decide_and_words_make_high_at_most(
    sender: str, subject: str, text: str, expected: str
) -> None:
    assert first_priority(event(sender, subject, text), (), RULES, sender_known=True) == expected


@pytest.mark.parametrize(("flags", "known"), [((), False), (("the sender's name looks like an address",), True)])
def test_an_address_nobody_knows_or_that_is_warned_about_is_not_urgent_by_a_rule(
    flags: tuple[str, ...], *, known: bool
) -> None:
    assert first_priority(event("billing@client.example"), flags, RULES, sender_known=known) == "high"


@pytest.mark.parametrize(
    ("subject", "marked", "known", "flags", "expected"),
    [
        ("URGENT: the blue is violet", False, True, (), "high"),
        ("Dringend!", False, True, (), "high"),
        ("Hello", True, True, (), "high"),
        ("urgent", True, False, (), "normal"),
        ("urgent", True, True, ("two From headers",), "normal"),
        ("insurgents", False, True, (), "normal"),
    ],
)
def test_what_a_mail_claims_counts_for_known_senders_only_and_makes_high(
    subject: str, flags: tuple[str, ...], expected: str, *, marked: bool, known: bool
) -> None:
    claims = event("anna@else.example", subject, marked=marked)
    assert first_priority(claims, flags, (), sender_known=known) == expected


@given(st.text(max_size=200), st.text(max_size=80))
def test_nothing_a_mail_says_makes_it_urgent(text: str, subject: str) -> None:
    said = f"from: @bank.example {text}"
    claims = event("anna@else.example", f"{subject} exhibition urgent", said, marked=True)
    assert first_priority(claims, (), RULES, sender_known=True) in {"high", "low"}


@pytest.mark.parametrize(("word", "expected"), [("urgent", "urgent"), ("", "normal"), ("blue", "normal")])
def test_what_the_owner_asks_is_as_urgent_as_they_say(word: str, expected: str) -> None:
    asked = Event("command", "1 x", NOON, "ab", "ask", "", text="exhibition urgent", owner_priority=word)
    assert first_priority(asked, (), RULES, sender_known=False) == expected


def test_the_handbook_is_read_again_when_it_has_changed_and_may_be_missing(tmp_path: Path) -> None:
    first = FirstPriority(tmp_path)
    billing = event("billing@client.example")
    assert first.of(billing, (), sender_known=True) == "normal"
    handbook = tmp_path / "Company_Handbook.md"
    handbook.write_text(HANDBOOK, encoding="utf-8")
    assert first.of(billing, (), sender_known=True) == "urgent"
    handbook.write_text(HANDBOOK.replace("| urgent |", "| normal |"), encoding="utf-8")
    os.utime(handbook, ns=(1, 1))
    assert first.of(billing, (), sender_known=True) == "normal"
    handbook.unlink()
    handbook.mkdir()
    assert first.of(billing, (), sender_known=True) == "normal"


def test_a_deadline_raises_what_a_known_sender_writes_and_nobody_else(tmp_path: Path) -> None:
    deciding = FirstPriority(tmp_path)
    soon = event("anna@client.example", text="Please send it by tomorrow.")
    assert deciding.of(soon, (), sender_known=True) == "high"
    assert deciding.of(soon, (), sender_known=False) == "normal"
    assert deciding.of(soon, ("two From headers",), sender_known=True) == "normal"
    assert deciding.of(replace(soon, text="Please send it by 1 February."), (), sender_known=True) == "normal"
    assert deciding.of(replace(soon, text="Nothing to do."), (), sender_known=True) == "normal"


def test_the_handbook_says_how_near_a_deadline_is(tmp_path: Path) -> None:
    table = "## Urgency\n| what | priority |\n| --- | --- |\n| due within 9 days | high |\n"
    (tmp_path / "Company_Handbook.md").write_text(table, encoding="utf-8")
    later = event("anna@client.example", text="Please send it within 9 days.")
    deciding = FirstPriority(tmp_path)
    assert deciding.of(later, (), sender_known=True) == "high"
    (tmp_path / "Company_Handbook.md").unlink()
    assert deciding.of(later, (), sender_known=True) == "normal"


def test_a_rule_of_the_owner_counts_before_a_deadline(tmp_path: Path) -> None:
    rule = "## Rules\n| when | then |\n| --- | --- |\n| from: anna@client.example | low |\n"
    (tmp_path / "Company_Handbook.md").write_text(rule, encoding="utf-8")
    soon = event("anna@client.example", text="Please send it by tomorrow.")
    assert FirstPriority(tmp_path).of(soon, (), sender_known=True) == "low"
