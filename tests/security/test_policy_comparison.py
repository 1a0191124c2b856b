"""Promises about comparing policies: nothing becomes easier unnoticed, and what only asks for more is no loosening."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given, settings

from agents.security.permission_manager import ALWAYS, Conditions, Level, Policy, Role, Rule, Verb
from agents.security.policy_comparison import loosens, tightens
from agents.security.policy_wire import digest_of, key_of, rules_from_json, rules_to_json
from agents.security.rule_words import all_in_words, in_words
from tests.security.rule_samples import changes, requests, rules

ME, YES = frozenset({Role.VAULT}), frozenset({Verb.APPROVE})
INVOICES = Rule("row 1", ME, YES, Level.ASK, "invoice.*", Conditions(up_to=Decimal(500), currency="EUR"))
MANY = requests(1_500)
PROOF = Rule("row 2", ME, YES, Level.PROVE, "invoice.*", Conditions(above=Decimal(100), currency="EUR"), demands=True)


def when(rule: Rule, **values: object) -> Rule:
    return replace(rule, when=replace(rule.when, **values))  # type: ignore[arg-type] # names of conditions


@settings(max_examples=500)
@given(changes())
def test_whatever_becomes_easier_for_any_request_is_named(change: tuple[Policy, Policy]) -> None:
    old, new = change
    decided = [(old.decide(each).level, new.decide(each).level) for each in MANY]
    if any(after < before for before, after in decided):
        assert loosens(old, new)
    if any(after > before for before, after in decided):
        assert tightens(old, new)


@given(changes())
def test_the_same_rules_in_any_order_make_nothing_easier(change: tuple[Policy, Policy]) -> None:
    _, policy = change
    assert loosens(policy, Policy(reversed(policy.rules))) == ()
    assert loosens(policy, Policy((*policy.rules, *policy.rules))) == ()


@given(changes())
def test_fewer_grants_and_more_demands_make_nothing_easier(change: tuple[Policy, Policy]) -> None:
    old, _new = change
    grants = [each for each in old.rules if not each.demands][1:]
    demands = [each for policy in change for each in policy.rules if each.demands]
    assert loosens(old, Policy((*grants, *demands))) == ()


@pytest.mark.parametrize(
    "stricter",
    [
        when(INVOICES, up_to=Decimal(499)),
        when(INVOICES, count_up_to=3),
        when(INVOICES, day_sum_up_to=Decimal(900)),
        when(INVOICES, counterparties=frozenset({"acme"})),
        when(INVOICES, weekdays=frozenset(range(5))),
        when(INVOICES, from_time=time(8), to_time=time(18)),
        when(INVOICES, known_days=30),
        replace(INVOICES, level=Level.PROVE),
        replace(INVOICES, action="invoice.create"),
    ],
)
def test_a_narrowed_or_dearer_grant_is_stricter_and_its_way_back_is_a_loosening(stricter: Rule) -> None:
    assert loosens(Policy([INVOICES]), Policy([stricter])) == ()
    assert loosens(Policy([stricter]), Policy([INVOICES])) == (f"allowed from now on: {in_words(INVOICES)}",)
    assert tightens(Policy([INVOICES]), Policy([stricter])) == (f"allowed no longer: {in_words(INVOICES)}",)


@pytest.mark.parametrize(
    "stricter",
    [
        when(PROOF, above=Decimal(50)),
        replace(PROOF, level=Level.TWO),
        replace(PROOF, action="*"),
        replace(PROOF, when=ALWAYS),
    ],
)
def test_a_wider_or_higher_demand_is_stricter_and_its_way_back_is_a_loosening(stricter: Rule) -> None:
    before, after = Policy([INVOICES, PROOF]), Policy([INVOICES, stricter])
    assert loosens(before, after) == ()
    assert any(each.startswith("asked no longer: ") for each in loosens(after, before))


def test_a_grant_below_a_demand_that_holds_wherever_it_does_changes_nothing() -> None:
    lock = Rule("row 3", ME, YES, Level.PROVE, "*", demands=True)
    before = Policy([replace(INVOICES, level=Level.PROVE), lock])
    assert loosens(before, Policy([replace(INVOICES, level=Level.ALLOW), lock])) == ()
    assert loosens(before, Policy([replace(INVOICES, level=Level.ALLOW)])) != ()


def test_a_demand_that_every_grant_makes_anyway_may_go() -> None:
    dear = replace(INVOICES, level=Level.PROVE)
    assert loosens(Policy([dear, PROOF]), Policy([dear])) == ()
    assert loosens(Policy([INVOICES, PROOF]), Policy([INVOICES])) != ()


def test_what_counts_other_things_a_day_is_another_bound() -> None:
    three = when(replace(INVOICES, action="*"), count_up_to=3)
    assert loosens(Policy([three]), Policy([replace(three, action="invoice.*")])) != ()
    nightly = when(INVOICES, from_time=time(22), to_time=time(6))
    assert loosens(Policy([nightly]), Policy([when(INVOICES, from_time=time(23), to_time=time(2))])) == ()
    assert loosens(Policy([nightly]), Policy([when(INVOICES, from_time=time(21), to_time=time(23))])) != ()


def test_a_sign_that_is_no_star_is_compared_with_its_like_alone() -> None:
    one, many = replace(INVOICES, action="invoice.?redit"), replace(INVOICES, action="invoice.*redit")
    assert loosens(Policy([one]), Policy([many])) != ()
    assert loosens(Policy([many]), Policy([many, one])) != ()  # not compared, so taken for easier
    assert loosens(Policy([one]), Policy([one])) == ()
    assert loosens(Policy([replace(one, action="*")]), Policy([one])) == ()


def test_what_holds_for_one_of_two_people_or_one_of_two_grants_is_not_enough() -> None:
    both = replace(INVOICES, roles=frozenset({Role.OWNER, Role.VAULT}))
    for mine in (Role.OWNER, Role.VAULT):
        assert loosens(Policy([replace(both, roles=frozenset({mine}))]), Policy([both])) != ()
    dear, cheap = replace(INVOICES, level=Level.PROVE), replace(INVOICES, action="email.*")
    asked = replace(PROOF, action="*")
    assert loosens(Policy([dear, cheap, asked]), Policy([dear, cheap])) != ()


@given(rules())
def test_rules_come_back_from_json_as_they_were(rule: Rule) -> None:
    assert rules_from_json(rules_to_json([rule, rule])) == (rule, rule)
    assert in_words(rule).endswith(f"({rule.name})")


def test_the_digest_knows_what_decides_and_no_names_and_no_order() -> None:
    renamed = replace(INVOICES, name="row 7", when=replace(INVOICES.when, up_to=Decimal("500.00")))
    assert digest_of([INVOICES, PROOF]) == digest_of([PROOF, renamed, renamed])
    assert digest_of([INVOICES]) != digest_of([when(INVOICES, up_to=Decimal(501))])
    assert key_of(INVOICES) == key_of(renamed)


def test_a_row_that_grants_and_demands_one_thing_is_told_once() -> None:
    granted = replace(PROOF, demands=False, when=Conditions())
    assert all_in_words([granted, replace(granted, demands=True)]) == (in_words(replace(granted, demands=True)),)
    assert len(all_in_words([granted, PROOF])) == 2


def test_every_condition_of_a_rule_is_told() -> None:
    full = Conditions(
        up_to=Decimal(1500),
        day_sum_up_to=Decimal(2000),
        currency="EUR",
        count_up_to=3,
        known_days=30,
        newer_than_days=90,
        counterparties=frozenset({"acme"}),
        sources=frozenset({"contacts"}),
        stakes=frozenset({"message"}),
        countries=frozenset({"DE"}),
        weekdays=frozenset({0, 4}),
        from_time=time(8),
    )
    told = in_words(replace(INVOICES, when=full)).split(", ")
    assert "invoice.* where it is about mails" in told[0]
    assert told[1:] == [
        "up to 1,500 EUR",
        "up to 2,000 EUR a day together",
        "at most 3 a day",
        "for somebody known for 30 days",
        "for somebody known for less than 90 days",
        "for acme",
        "with a recipient from your contacts",
        "in DE",
        "on Monday",
        "Friday",
        "from 08:00 to 00:00 (row 1)",
    ]
    asked = Conditions(above=Decimal(5), day_sum_above=Decimal(9), currency="EUR", count_above=2)
    never = Rule("row 2", ME, YES, Level.DENY, when=asked, demands=True)
    bounds = "above 5 EUR, above 9 EUR a day together, when it is more than 2 a day"
    assert in_words(never) == f"vault may never approve anything, {bounds} (row 2)"
    about = replace(never, when=Conditions(stakes=frozenset({"money_leaves"})))
    assert in_words(about) == "vault may never approve payments (row 2)"
    assert in_words(PROOF) == "vault may approve invoice.* only after a yes with a proof, above 100 EUR (row 2)"


def test_comparing_and_keeping_know_every_part_of_a_rule() -> None:
    assert [each.name for each in fields(Rule)] == ["name", "roles", "verbs", "level", "action", "when", "demands"]
