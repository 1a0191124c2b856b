"""The words of the handbook's tables: each reads as one thing, or is named as not understood."""

from __future__ import annotations

from contextlib import suppress
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.policy_words import (
    FROM_US,
    KINDS,
    THEN,
    NotUnderstood,
    What,
    answer,
    read_may,
    read_then,
    read_what,
    read_when,
    read_who,
)
from agents.connectors.contract import Stakes
from agents.security.permission_checks import MOVES_MONEY
from agents.security.permission_manager import HUMAN, Conditions, Level, Role, Verb

OWNER = {Role.OWNER, Role.VAULT}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("", OWNER),
        ("owner", OWNER),
        ("Me", OWNER),
        ("vault", {Role.VAULT}),
        ("anybody", HUMAN),
        ("approver, Accountant", {Role.APPROVER, Role.ACCOUNTANT}),
        ("approver or accountant", {Role.APPROVER, Role.ACCOUNTANT}),
        ("agent", {Role.AGENT}),
    ],
)
def test_who_is_a_role_or_several(text: str, roles: set[Role]) -> None:
    assert read_who(text) == roles


@pytest.mark.parametrize(
    ("text", "verb"), [("", Verb.APPROVE), ("Approve", Verb.APPROVE), ("change policy", Verb.CHANGE_POLICY)]
)
def test_may_is_one_thing_somebody_does(text: str, verb: Verb) -> None:
    assert read_may(text) == {verb}


def test_then_is_one_of_five_answers_and_back() -> None:
    assert [read_then(word.upper()) for word in THEN] == list(Level)
    assert [answer(level) for level in Level] == list(THEN)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", What("*")),
        ("*", What("*")),
        ("anything", What("*")),
        ("payments", What("*", frozenset({"money_leaves"}), "payments")),
        ("Credit  note", What("*", frozenset({"money_forgiven"}), "credit note")),
        ("`payment.*`", What("payment.*", words="payment.*")),
        ("Email.Send", What("email.send", words="email.send")),
    ],
)
def test_what_is_a_kind_or_a_pattern(text: str, what: What) -> None:
    assert read_what(text) == what


def test_every_stake_an_owner_decides_about_has_a_word_and_money_is_known_as_money() -> None:
    assert {stakes for _, stakes in KINDS.values()} == {*Stakes} - {Stakes.FILING}
    assert {each.value for each in Stakes if each.value.startswith("money")} == MOVES_MONEY


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("", {}),
        ("always", {}),
        ("up to 500 EUR", {"up_to": Decimal(500), "currency": "EUR"}),
        ("at most 2,000.50 EUR", {"up_to": Decimal("2000.50"), "currency": "EUR"}),
        ("Above 1,234,567CHF", {"above": Decimal(1234567), "currency": "CHF"}),
        ("over 500 EUR", {"above": Decimal(500), "currency": "EUR"}),
        ("up to 2000 EUR a day", {"day_sum_up_to": Decimal(2000), "currency": "EUR"}),
        ("more than 2000 EUR per day", {"day_sum_above": Decimal(2000), "currency": "EUR"}),
        ("more than 10 a day", {"count_above": 10}),
        ("up to 10 per day", {"count_up_to": 10}),
        ("known for 30 days", {"known_days": 30}),
        ("known for 1 day", {"known_days": 1}),
        ("known for less than 30 days", {"newer_than_days": 30}),
        ("new", {"newer_than_days": 1}),
        ("from a mail", {"sources": frozenset({"mail"})}),
        ("from my contacts", {"sources": frozenset({"contacts"})}),
        ("to the sender", {"sources": frozenset({"sender"})}),
        ("from anywhere", {"sources": FROM_US | {"mail", "agent"}}),
        ("weekends", {"weekdays": frozenset({5, 6})}),
        ("working days", {"weekdays": frozenset(range(5))}),
        ("on Mondays, Fridays or Sunday", {"weekdays": frozenset({0, 4, 6})}),
        ("18:00 to 08:00", {"from_time": time(18), "to_time": time(8)}),
        ("from 8:30 to 18:00", {"from_time": time(8, 30), "to_time": time(18)}),
        ("between 18:00 and 08:00", {"from_time": time(18), "to_time": time(8)}),
        ("to KP, IR", {"countries": frozenset({"KP", "IR"})}),
        ("to DE or AT", {"countries": frozenset({"DE", "AT"})}),
        ("to Anna@Client.example", {"counterparties": frozenset({"anna@client.example"})}),
        ("to Acme Ltd or Harbour Bakery", {"counterparties": frozenset({"acme ltd", "harbour bakery"})}),
    ],
)
def test_a_condition_reads_as_one_thing(text: str, when: dict[str, Any]) -> None:
    assert read_when(text) == Conditions(**when)


def test_several_conditions_are_joined_by_and() -> None:
    text = "above 500 EUR and more than 2000 EUR a day  and between 18:00 and 08:00 AND weekends and to KP"
    assert read_when(text) == Conditions(
        above=Decimal(500),
        day_sum_above=Decimal(2000),
        currency="EUR",
        from_time=time(18),
        to_time=time(8),
        weekdays=frozenset({5, 6}),
        countries=frozenset({"KP"}),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("up to 50o EUR", "'up to 50o EUR' is not understood; write for example: above 500 EUR"),
        ("up to 500 eur", "'up to 500 eur' names no currency such as EUR, in capitals"),
        ("up to 2.000 EUR", "is not understood"),
        ("up to 2,50 EUR", "is not understood"),
        ("above -5 EUR", "is not understood"),
        ("above 500 EUR and above 600 EUR", "'above 600 EUR' speaks of the same as another part (above)"),
        ("above 500 EUR and above 600 USD a day", "must be in one currency"),
        ("to kp", "'kp' is no country such as DE or GB, in capitals"),
        ("to UK", "'UK' is no country"),
        ("to KP, Acme", "'Acme' is no country"),
        ("25:00 to 08:00", "are no times of a day"),
        ("on Caturday", "is not understood"),
        ("above 500 EUR or weekends", "is not understood"),
        ("and", "is not understood"),
    ],
)
def test_what_is_not_understood_is_named(text: str, says: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_when(text)
    assert says in str(refused.value)


@pytest.mark.parametrize("read", [read_who, read_may, read_then, read_what])
@pytest.mark.parametrize("text", ["nobody", "ask sometimes", "payment.", "pay ment.*", "pay;ment.x", "or"])
def test_words_that_mean_nothing_are_named_with_what_could_stand_there(read: Any, text: str) -> None:  # noqa: ANN401
    with pytest.raises(NotUnderstood, match="write "):
        read(text)


def test_an_empty_answer_is_none() -> None:
    with pytest.raises(NotUnderstood, match="is no answer; write allow, ask, ask with proof, ask two or never"):
        read_then("")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_who, read_may, read_then, read_what, read_when):
        with suppress(NotUnderstood):
            read(text)
