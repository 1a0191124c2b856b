"""Where a value comes from is looked up: no claim raises its trust, and a mail's value is never the owner's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.approval.proposals import Draft, render
from agents.approval.risk import FROM_MODEL, FROM_TEXT, Case, Facts, Tier, assess, policy_of
from agents.connectors.books import Unclear
from agents.connectors.contract import Money
from agents.connectors.email.actions import EmailSend
from agents.connectors.invoice_orders import InvoiceCreate, InvoiceCredit, InvoiceLine
from agents.reasoning.brain import AttachedFile
from agents.reasoning.known_values import outside_words, own_words, sources_of
from agents.reasoning.value_sources import COMPUTED, MODEL, OWNER, Known, Sources, Text, provenance_of, source_of
from agents.security.permission_manager import Conditions, Level, Role, Rule, Verb
from tests.reasoning.builders import TASK, answered, asked, dropped, facts, mail
from tests.reasoning.toolbox_room import BOOKED, RATE

if TYPE_CHECKING:
    from agents.connectors.contract import Action

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAIL = f"mail:{TASK}"


def own(text: str) -> Sources:
    return Sources(own=(Text(OWNER, text),))


def outside(text: str) -> Sources:
    return Sources(outside=(Text(MAIL, text),))


def both(mine: str, theirs: str) -> Sources:
    return Sources(own=(Text(OWNER, mine),), outside=(Text(MAIL, theirs),))


# ---- what counts as standing there ----


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("anna@muster.example", "Write to Anna@Muster.example, please."),
        ("anna@müster.example", "to anna@müster.example"),
        ("anna@xn--mster-kva.example", "to anna@müster.example"),
        ("DE89370400440532013000", "account DE89 3704 0044 0532 0130 00."),
        ("DE89 3704 0044 0532 0130 00", "account DE89370400440532013000"),
        ("INV-2026-0001", "credit inv-2026-0001 now"),
        ("Acme Ltd", "Bill  Acme\nLtd."),
        ("Café", "the Cafe\u0301 there"),
        (Decimal(10), "10 hours"),
        (Decimal(10), "10h of work"),
        (Decimal("1130.5"), "over 1.130,50 EUR"),
        (Decimal("1130.50"), "over 1,130.50 EUR"),
        (14, "within 14 days"),
    ],
)
def test_what_the_owner_wrote_is_theirs(value: object, text: str) -> None:
    assert source_of(value, "x", own(text)) == OWNER


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("bob@x.example", "evilbob@x.example"),
        ("bob@x.example", "evil.bob@x.example"),
        ("bob@x.example", "bob@x.example.evil.example"),
        ("bob@x.example", "bob@x.example-evil.example"),
        ("Acme", "Acme-Werke"),
        ("Acme", "acmeology"),
        ("Acme", "info@acme"),
        ("Acme", "Аcme"),  # a Cyrillic letter
        ("Ac\u200bme", "Acme"),
        ("ACME Ltd", "Acme"),
        ("DE89370400440532013000", "XDE89370400440532013000"),
        ("DE89370400440532013000", "DE893704004405320130001"),
        (Decimal(950), "1.950 EUR"),
        (Decimal(950), "in 2026-950"),
        (Decimal(26), "on 23.11.26"),
        (Decimal(30), "at 14:30"),
        (Decimal(1), "INV-2026-0001"),
        (Decimal(3), "3Dprinter"),
        (Decimal(-10), "minus 10"),
        (True, "True 1"),
        ("Pay at once", "pay at oncest"),
    ],
)
def test_what_does_not_stand_there_whole_is_not_theirs(value: object, text: str) -> None:
    assert source_of(value, "x", own(text)) == MODEL


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Acme", "Аcme"),
        ("Acme", "A c m e"),
        ("bob@x.example", "write to BOB＠X.EXAMPLE"),
        (Decimal(1234), "1.234"),
        (Decimal("1.234"), "1.234"),
        (Decimal(1234), "1 234"),
        (Decimal(50), "1.234,50"),
        (Decimal(-10), "minus 10"),
        (Decimal(7), "x7y"),
    ],
)
def test_however_a_text_from_outside_writes_it_the_value_is_that_texts(value: object, text: str) -> None:
    assert source_of(value, "x", outside(text)) == MAIL


def test_what_is_not_said_is_nobodys_and_what_stands_nowhere_is_the_models() -> None:
    assert source_of("", "x", outside("anything")) == COMPUTED
    assert source_of(None, "x", outside("anything")) == COMPUTED
    assert source_of("Elsewhere", "x", both("mine", "theirs")) == MODEL
    yes: object = True
    assert source_of(yes, "x", outside("True")) == MODEL
    assert source_of(1.5, "x", outside("1.5")) == MODEL


def test_words_within_a_longer_text_are_the_models_unless_all_of_it_stands_elsewhere() -> None:
    text = "Please pay to DE89 3704 0044 0532 0130 00."
    assert source_of(text, "body", outside("my account is DE89 3704 0044 0532 0130 00")) == MODEL
    assert source_of(text, "body", outside(f"Write: {text}")) == MAIL


def test_the_owner_goes_before_their_files_and_those_before_a_mail() -> None:
    known = (Known("rates:3", "Acme Ltd"),)
    everything = Sources((Text(OWNER, "Acme Ltd"),), known, (Text(MAIL, "Acme Ltd"),))
    assert source_of("Acme Ltd", "x", everything) == OWNER
    assert source_of("Acme Ltd", "x", replace(everything, own=())) == "rates:3"
    assert source_of("Acme Ltd", "x", Sources(outside=everything.outside)) == MAIL


def test_a_number_of_a_file_counts_for_what_it_is_about() -> None:
    known = Sources(known=(Known("rates:3", Decimal(95), frozenset({"price"})),))
    assert source_of(Decimal("95.00"), "price", known) == "rates:3"
    assert source_of(Decimal("95.00"), "quantity", known) == MODEL
    assert source_of("95", "price", known) == MODEL
    yes: object = True
    assert source_of(yes, "price", Sources(known=(Known("x", Decimal(1), frozenset({"price"})),))) == MODEL


def test_numbers_in_a_contact_are_none_of_the_owners_amounts() -> None:
    contact = Sources(own=(Text("contacts", "customer 950", numbers=False),))
    assert source_of(Decimal(950), "price", contact) == MODEL
    assert source_of("customer 950", "name", contact) == "contacts"


# ---- a whole action ----


def test_an_argument_comes_from_the_least_trusted_of_its_parts() -> None:
    line = InvoiceLine(text="consulting", quantity=Decimal(10), unit="h", price=Decimal(95), tax=Decimal(19))
    order = InvoiceCreate(customer="Acme Ltd", lines=(line,), currency="EUR", due_days=14)
    found = provenance_of(order, sources_of(mail(), (), facts(RATE)))
    assert (found["price"], found["quantity"], found["lines"]) == ("rates:12", MAIL, MAIL)
    made_up = order.model_copy(update={"lines": (line, line.model_copy(update={"text": "a surprise"}))})
    assert provenance_of(made_up, sources_of(mail(), (), facts(RATE)))["lines"] == MODEL


def test_an_unknown_source_is_trusted_least() -> None:
    line = InvoiceLine(text="odd", quantity=Decimal(10), price=Decimal(95), tax=Decimal(19))
    order = InvoiceCreate(customer="Acme Ltd", lines=(line,), currency="EUR", due_days=14)
    found = sources_of(mail(), (), facts(RATE), read=(Text("odd-source", "odd"),))
    assert provenance_of(order, found)["lines"] == "odd-source"


def test_books_and_receipts_are_sources_too() -> None:
    booked = {number: (each.customer, each.standing) for number, each in BOOKED.items()}
    booked["INV-2026-0003"] = ("Cee", Unclear("INV-2026-0003", "odd"))
    order = InvoiceCredit(number="INV-2026-0001", customer="Acme Ltd", total=Decimal("1130.50"), currency="EUR")
    found = provenance_of(order, sources_of(dropped("x"), (), facts(), booked=booked))
    assert found == {
        "number": "books",
        "customer": "books",
        "total": "books",
        "currency": "handbook",
        "reason": COMPUTED,
        "lines": COMPUTED,  # none: the whole invoice
        "left": COMPUTED,
    }


def test_a_tax_that_no_line_of_the_handbook_names_is_the_handbooks_without_a_line() -> None:
    given = facts()
    plain = replace(given, handbook=replace(given.handbook, tax_line=0))
    assert source_of(Decimal(19), "tax", sources_of(mail(), (), plain)) == "handbook"
    assert source_of(Decimal(19), "tax", sources_of(mail(), (), given)) == "handbook:44"


def test_the_owners_own_words_are_what_they_asked_answered_and_said_against_it() -> None:
    said = answered("q", "typed")
    known = (
        said,
        replace(said, value="ticked", offered=True),
        replace(said, kind="failed", value="", reason="server"),
        replace(said, kind="rejected", value="", reason="too dear"),
    )
    assert own_words(asked("please"), known) == ("please", "typed", "too dear")
    assert own_words(mail("their words"), ()) == ()


def test_everything_that_came_with_a_mail_or_a_file_is_from_outside() -> None:
    file = AttachedFile("sha-0123456789abcdef.txt", "name.txt", "text/plain", 5, "inside")
    words = outside_words(mail("their words", attachments=(file,)))
    assert words == (
        "Acme Ltd",
        "billing@client.example",
        "Invoice please",
        "<walk-1@client.example>",
        "their words",
        "name.txt",
        "inside",
    )
    assert outside_words(asked("mine")) == ()
    assert outside_words(replace(asked("mine"), attachments=(file,))) == ("name.txt", "inside")


# ---- promises, for any text ----

TEXTS = st.text(max_size=80)
VALUES = st.one_of(st.text(min_size=1, max_size=20), st.decimals(0, 10_000, places=2), st.integers(0, 10_000))


@given(value=VALUES, mine=TEXTS, theirs=TEXTS)
def test_what_stands_in_the_mail_is_the_owners_only_if_their_words_hold_it_too(
    value: object, mine: str, theirs: str
) -> None:
    found = source_of(value, "x", both(mine, f"{theirs} {value} {theirs}"))
    assert (found == OWNER) == (source_of(value, "x", own(mine)) == OWNER)


@given(value=VALUES, mine=TEXTS, theirs=TEXTS, more=TEXTS)
def test_nothing_from_outside_ever_gives_trust(value: object, mine: str, theirs: str, more: str) -> None:
    assume(value)
    before = source_of(value, "x", Sources(own=(Text(OWNER, mine),)))
    after = source_of(value, "x", Sources((Text(OWNER, mine),), (), (Text(MAIL, theirs), Text("note:x", more))))
    assert after == before or (before == MODEL and after in {MAIL, "note:x"})


@given(word=st.from_regex(r"[a-z]{4,12}", fullmatch=True), mine=TEXTS)
def test_a_value_the_owner_wrote_as_a_word_is_found(word: str, mine: str) -> None:
    assert source_of(word, "x", own(f"{mine} {word} .")) == OWNER


# ---- how it is tiered ----

SOURCES = st.sampled_from(
    ["owner", "contacts", "books", "computed", "handbook:3", "rates:3", "receipt:x", MAIL, "agent"]
)
LIMIT = Money(Decimal(500), "EUR")
LETTER = EmailSend(to="new@partner.example", subject="Hello", body="Words")
ORDERS: tuple[Action, ...] = (
    LETTER,
    InvoiceCredit(number="INV-2026-0001", customer="Acme Ltd", total=Decimal("30.00"), currency="EUR"),
    InvoiceCreate(
        customer="Acme Ltd",
        lines=(InvoiceLine(text="x", quantity=Decimal(1), price=Decimal(5), tax=Decimal(0)),),
        currency="EUR",
        due_days=14,
    ),
)


def row(level: Level, sources: frozenset[str], *, demands: bool) -> Rule:
    when = Conditions(sources=sources)
    owner = frozenset({Role.OWNER, Role.VAULT})
    return Rule("line 9 of your handbook (a row)", owner, frozenset({Verb.APPROVE}), level, when=when, demands=demands)


RULES = st.lists(
    st.one_of(
        st.builds(
            row,
            st.sampled_from([Level.ALLOW, Level.ASK, Level.PROVE, Level.TWO]),
            st.sets(st.sampled_from(["owner", "mail", "sender", "contacts", "receipt"])).map(frozenset),
            demands=st.just(value=False),
        ),
        st.builds(
            row,
            st.sampled_from(list(Level)[1:]),
            st.sets(st.sampled_from(["owner", "mail", "sender", "contacts", "receipt"])).map(frozenset),
            demands=st.just(value=True),
        ),
    ),
    max_size=3,
).map(tuple)


@given(order=st.sampled_from(ORDERS), rules=RULES, source=st.sampled_from(["model", "note:x"]))
def test_the_models_word_and_a_notes_are_tiered_like_a_mails(
    order: Action, rules: tuple[Rule, ...], source: str
) -> None:
    policy = policy_of(LIMIT, rules)
    by_mail = assess(Case(order, {order.recipient_argument: MAIL}), Facts(AT), policy)
    by_model = assess(Case(order, {order.recipient_argument: source}), Facts(AT), policy)
    assert by_model.tier == by_mail.tier
    assert by_model.is_allowed <= by_mail.is_allowed


@given(order=st.sampled_from(ORDERS), source=SOURCES)
def test_a_word_of_the_model_never_makes_anything_easier(order: Action, source: str) -> None:
    ranks = list(Tier)
    argument = order.recipient_argument
    before = assess(Case(order, {argument: source}), Facts(AT), policy_of(LIMIT))
    after = assess(Case(order, {argument: "model"}), Facts(AT), policy_of(LIMIT))
    assert ranks.index(after.tier) >= ranks.index(before.tier)


@pytest.mark.parametrize(("source", "why"), [("model", FROM_MODEL), (MAIL, FROM_TEXT), ("note:x", FROM_TEXT)])
def test_a_recipient_that_the_owner_did_not_name_needs_a_proof_and_the_note_says_why(source: str, why: str) -> None:
    provenance = {"to": source, "subject": "model", "body": "model", "in_reply_to": COMPUTED}
    risk = assess(Case(LETTER, provenance), Facts(AT), policy_of(LIMIT))
    assert (risk.tier, risk.why) == (Tier.HIGH, why)
    note = render(Draft(TASK, "k", LETTER, provenance, "", "the model", "claude"), "p", AT, AT, risk)
    shown = {"model": "⚠ the model's own word", MAIL: "⚠ the mail", "note:x": "⚠ [[x]]"}[source]
    assert f"| to | `new@partner.example` | {shown} |" in note
    assert f"| risk | high: {why} |" in note


@pytest.mark.parametrize(
    ("source", "shown"),
    [("books", "your books"), ("handbook", "your handbook"), ("note:Not A Name", "⚠ a note"), ("note", "⚠ a note")],
)
def test_the_table_names_books_and_notes(source: str, shown: str) -> None:
    risk = assess(Case(LETTER, {"to": source}), Facts(AT), policy_of(LIMIT))
    note = render(Draft(TASK, "k", LETTER, {"to": source}, "", "the model", "claude"), "p", AT, AT, risk)
    assert f" | {shown} |" in note


def test_what_a_model_wrote_is_never_done_without_somebodys_yes() -> None:
    allowed = (row(Level.ALLOW, frozenset(), demands=False),)
    for body, is_allowed in (("computed", True), (MAIL, True), ("model", False), ("agent", False), ("first", False)):
        provenance = {"to": "contacts", "subject": "computed", "body": body}
        assert assess(Case(LETTER, provenance), Facts(AT), policy_of(LIMIT, allowed)).is_allowed == is_allowed


def test_an_answer_to_the_one_who_wrote_stays_one() -> None:
    case = Case(LETTER, {"to": MAIL, "body": "model"}, sender="New@partner.example")
    assert assess(case, Facts(AT), policy_of(LIMIT)).tier is Tier.MEDIUM
