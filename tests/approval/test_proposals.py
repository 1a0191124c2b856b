"""Proposals: what is sealed, and a note whose markdown does not depend on what outside text says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from agents.approval.proposals import Seal, digest_of, seal
from agents.approval.risk import POLICY, Risk, Tier
from agents.connectors.contract import Action, sha256_hex
from agents.connectors.email.actions import EmailSend
from agents.vault.layout import is_note_name
from agents.vault.neutralize import visible
from agents.vault.note import Note, read_note
from agents.vault.outline import outline
from tests.approval.examples import (
    ACTIONS,
    HIGH,
    INVOICE,
    MAIL,
    MEDIUM,
    NASTY,
    TASK,
    WORDS,
    attached,
    draft,
    sealed,
)
from tests.clock import NOON

if TYPE_CHECKING:
    from agents.approval.proposals import Draft

DIGEST = sha256_hex(b"%PDF")


def test_the_seal_holds_action_id_task_expiry_and_files() -> None:
    row = sealed(attached(DIGEST))
    action = attached(DIGEST)
    assert row.action == action.canonical().decode()
    assert row.digest == digest_of(action, row.id, TASK, row.expires)
    assert row.key == sha256_hex(f"{row.id}\0{row.digest}".encode())
    assert row.expires == NOON + timedelta(days=7)
    assert (row.state, row.risk, row.policy, row.epoch) == ("waiting", "medium", POLICY, 1)
    others = [
        digest_of(MAIL, row.id, TASK, row.expires),
        digest_of(attached("1" * 64), row.id, TASK, row.expires),
        digest_of(action, "other", TASK, row.expires),
        digest_of(action, row.id, "other", row.expires),
        digest_of(action, row.id, TASK, NOON),
    ]
    assert len({row.digest, *others}) == 6


def test_the_same_draft_is_the_same_proposal_and_another_is_another() -> None:
    mine = draft()
    drafts: list[Draft] = [mine, replace(mine, move_key="other"), replace(mine, sibling=1), draft(MAIL)]
    ids = [sealed(each).id for each in drafts]
    ids.append(seal(mine, Seal(NOON, 7, MEDIUM, 2, "j1")).id)
    ids.append(seal(mine, Seal(NOON, 7, MEDIUM, 1, "j2")).id)  # another machine, which knows nothing of this one
    assert sealed(mine).id == ids[0]
    assert len(set(ids)) == 6
    assert all(is_note_name(f"{each}.md") for each in ids)


def test_the_note_says_what_will_happen_and_where_it_comes_from() -> None:
    note = read_note(sealed(replace(draft(), warnings=("Your rate differs: *99.00*",))).note)
    assert isinstance(note, Note)
    assert note.properties["amount"] == "1130.50"
    assert note.properties["recipient"] == "Acme Ltd"
    assert note.properties["expires"] == "2026-11-30T12:00:00"
    for line in (
        "# Create an invoice over 1,130.50 EUR (950.00 net) for Acme Ltd?",
        r"> [!warning] Your rate differs: \*99.00\*",
        "| customer | `Acme Ltd` | ⚠ the mail |",
        "| customer's mail | `billing@client.example` | ⚠ unknown |",
        "| line 1 | 10 h consulting x 95.00 EUR = 950.00 EUR | your rate in [[Rates]], line 7 |",
        "| VAT | 19 % = 180.50 EUR | [[Company_Handbook]], line 31 |",
        "| total | 1,130.50 EUR | computed |",
        "| to be paid within | 14 days | you |",
        "| can be undone | yes, by a credit note | |",
        "| risk | medium: an invoice we issue | risk-table-1 |",
        f"**Why:** `please invoice us` - [[{TASK}]]; rule *invoice-request* of the playbook.",
    ):
        assert line in note.body.splitlines()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("contacts", "your contacts"),
        ("computed", "computed"),
        ("receipt:2026-11-23-invoice-create-a81c04be77", "[[2026-11-23-invoice-create-a81c04be77]]"),
        ("receipt:]] evil [[x", "⚠ unknown"),
        ("rates:7 [[evil]]", "⚠ unknown"),
        ("handbook:", "⚠ unknown"),
        ("mail:<1@evil.example>", "⚠ the mail"),
        ("a model", "⚠ unknown"),
    ],
)
def test_a_source_is_shown_as_what_it_is_or_as_unknown(source: str, shown: str) -> None:
    row = sealed(replace(draft(), provenance={"customer": source}))
    assert re.search(rf"^\| customer \| .* \| {re.escape(shown)} \|$", row.note, re.MULTILINE)


def test_what_needs_a_proof_says_so() -> None:
    assert "needs a proof that it is you" in sealed(INVOICE, HIGH).note
    assert "needs a proof" not in sealed(INVOICE).note


def test_what_two_people_must_approve_says_so_and_has_a_place_for_a_code() -> None:
    row = sealed(INVOICE, Risk(Tier.TWO, "payments above 2,000 EUR: ask two", 71))
    assert row.risk == "two"
    assert "Two people must say yes, each with a proof of their own" in row.note
    assert "\ncode:" in row.note
    assert "| risk | two: payments above 2,000 EUR: ask two | [[Company_Handbook]], line 71 |" in row.note


def test_an_order_without_money_has_no_amount_and_without_a_quote_no_quote() -> None:
    note = sealed(replace(draft(MAIL), quote="", read_as=True)).note
    assert "amount" not in note
    assert f"**Why:** [[{TASK}]]" in note
    assert "# Read as: Send a mail to anna@client.example: Invoice?" in note


def test_the_text_of_a_mail_stands_in_a_fence_of_its_own() -> None:
    assert "**text** (⚠ unknown):\n\n```text\nHello,\n\nhere it is.\n\nBest\n```\n" in sealed(MAIL).note


ACTS = re.compile(r"\[\[|\]\]|!\[|%%|==|<%|\{\{|://|(?<!\S)#\w|\$\$?|~~|\^")


Skeleton = tuple[list[str], list[tuple[str, str, str]], list[str]]


def skeleton(note: str) -> Skeleton:
    """Properties, what markdown sees without words, and what Obsidian and its plugins act on outside code."""
    parsed = read_note(note)
    assert isinstance(parsed, Note)
    tokens = MarkdownIt("commonmark").enable("table").parse(parsed.body)
    inline = [child for token in tokens for child in token.children or [] if child.type != "text"]
    shape = [(each.type, each.tag, each.info) for each in [*tokens, *inline]]
    live = [line.text for line in outline(note).lines if line.fence is None]
    words = "\n".join(re.sub(r"(`+)[^`].*?\1", "", re.sub(r"\\.", "", line)) for line in live)
    return list(parsed.properties), shape, ACTS.findall(words)


@pytest.mark.parametrize("word", NASTY)
def test_the_skeleton_of_the_note_does_not_depend_on_outside_text(word: str) -> None:
    def mail(text: str) -> Action:
        line = " ".join(visible(text).split()) or "x"
        body = text.replace("\x85", "x").replace("\u2028", "x")
        return EmailSend(to="anna@client.example", subject=line[:200], body=f"Hello\n{body}")

    def skeleton_with(text: str) -> Skeleton:
        return skeleton(sealed(replace(draft(mail(text)), quote=f"x{text}", rule=f"x{text}", brain=f"x{text}")).note)

    assert skeleton_with(word) == skeleton_with("harmless")


@given(WORDS, WORDS)
def test_no_words_of_a_brain_change_the_skeleton(word: str, other: str) -> None:
    def skeleton_with(one: str, two: str) -> Skeleton:
        mine = replace(draft(), quote=f"x{one}", rule=f"x{two}", brain=f"x{one}", warnings=(f"x{two}", f"x{one}"))
        return skeleton(sealed(mine).note)

    assert skeleton_with(word, other) == skeleton_with("harmless", "words")


@given(ACTIONS)
def test_any_order_makes_a_note_that_can_be_read_and_hides_nothing(action: Action) -> None:
    row = sealed(action)
    note = read_note(row.note)
    assert isinstance(note, Note)
    assert note.properties["id"] == row.id
    shown = {char for char in row.note if ord(char) > 127 and visible(char).startswith("⟨U+")}
    assert shown == set()
    assert json.loads(row.action) == json.loads(action.canonical())


def test_what_a_model_decided_is_not_called_a_rule() -> None:
    text = sealed(replace(draft(), rule="the model, with the skill x", brain="claude")).note
    assert "; decided by *the model, with the skill x*." in text
