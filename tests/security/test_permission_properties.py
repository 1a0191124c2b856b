"""What holds for any rules and any request: more is never easier, a no wins, what nobody knows never helps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.security.permission_manager import HUMAN, Begun, Level, Policy, Request, Role, Rule, Verb
from tests.security.permissions import BUSY_REQUESTS, BUSY_RULES, DEMANDS, GRANTS, REQUESTS, RULES

MORE = st.decimals(0, 3000, places=2)


def _without(request: Request, fact: str, nothing: Any) -> Request:  # noqa: ANN401 (what nobody knows, by type)
    return replace(request, **{fact: nothing})


@given(BUSY_RULES, BUSY_REQUESTS, MORE)
def test_raising_the_amount_never_makes_it_easier(rules: list[Rule], request: Request, more: Decimal) -> None:
    raised = replace(request, amount=(request.amount or Decimal(0)) + more)
    policy = Policy(rules)
    if request.amount is not None:
        assert policy.decide(raised).level >= policy.decide(request).level


@given(BUSY_RULES, BUSY_REQUESTS, st.data())
def test_raising_what_was_begun_today_never_makes_it_easier(
    rules: list[Rule], request: Request, data: st.DataObject
) -> None:
    today = request.today or ()
    add = st.builds(Begun, st.just("payment.make"), st.just("money_leaves"), st.integers(0, 9), MORE, st.just("EUR"))
    raised = replace(request, today=(*today, data.draw(add)))
    policy = Policy(rules)
    assert policy.decide(raised).level >= policy.decide(replace(request, today=today)).level


@given(RULES, REQUESTS, DEMANDS)
def test_one_more_demand_never_makes_anything_easier(rules: list[Rule], request: Request, more: Rule) -> None:
    assert Policy([*rules, more]).decide(request).level >= Policy(rules).decide(request).level


@given(RULES, REQUESTS, GRANTS)
def test_one_more_grant_never_makes_anything_harder(rules: list[Rule], request: Request, more: Rule) -> None:
    assert Policy([*rules, more]).decide(request).level <= Policy(rules).decide(request).level


@given(RULES, REQUESTS)
def test_a_no_without_conditions_wins(rules: list[Rule], request: Request) -> None:
    no = Rule("no", frozenset(Role), frozenset(Verb), Level.DENY, demands=True)
    assert Policy([*rules, no]).decide(request).level is Level.DENY


@given(RULES, REQUESTS)
def test_without_a_grant_the_answer_is_no(rules: list[Rule], request: Request) -> None:
    assert Policy([each for each in rules if each.demands]).decide(request).level is Level.DENY


@given(RULES, REQUESTS)
def test_no_rules_let_a_part_of_us_approve_or_anybody_execute_what_is_not_approved(
    rules: list[Rule], request: Request
) -> None:
    ruling = Policy(rules).decide(request)
    if ruling.level is not Level.DENY:
        assert request.verb is not Verb.APPROVE or request.role in HUMAN
        assert request.verb is not Verb.EXECUTE or (request.role is Role.EXECUTOR and request.approved is not None)
        own = request.by and request.by.strip().casefold() == request.proposer
        assert not (request.verb is Verb.APPROVE and own)


@given(st.lists(GRANTS, max_size=8), REQUESTS, st.sampled_from(("known_days", "today", "amount")))
def test_a_fact_nobody_knows_grants_nothing_that_the_fact_would_not(
    rules: list[Rule], request: Request, fact: str
) -> None:
    policy = Policy(rules)
    assert policy.decide(_without(request, fact, None)).level >= policy.decide(request).level


@given(st.lists(GRANTS, max_size=8), REQUESTS, st.sampled_from(("counterparty", "source", "country", "stakes")))
def test_a_name_nobody_knows_grants_nothing_that_a_name_would_not(
    rules: list[Rule], request: Request, fact: str
) -> None:
    policy = Policy(rules)
    assert policy.decide(_without(request, fact, "")).level >= policy.decide(request).level


@given(BUSY_REQUESTS, DEMANDS)
def test_a_demand_about_what_nobody_knows_is_never_passed_over(request: Request, demand: Rule) -> None:
    """Where it would hold under the facts, the same request with fewer facts asks for a proof at least, or as much."""
    demand = replace(demand, roles=frozenset({Role.VAULT}), verbs=frozenset({Verb.APPROVE}))
    everything = Rule("all", demand.roles, demand.verbs, Level.ALLOW)
    policy = Policy([everything, demand])
    if policy.decide(request).level is demand.level:
        fewer = replace(request, counterparty="", source="", country="", known_days=None, today=None, stakes="")
        assert policy.decide(fewer).level >= min(demand.level, Level.PROVE)


@given(BUSY_RULES, BUSY_REQUESTS)
def test_the_order_of_rules_changes_no_answer(rules: list[Rule], request: Request) -> None:
    assert Policy(reversed(rules)).decide(request).level == Policy(rules).decide(request).level


@given(RULES, REQUESTS, REQUESTS)
def test_an_answer_does_not_depend_on_what_was_asked_before(rules: list[Rule], first: Request, second: Request) -> None:
    policy = Policy(rules)
    policy.decide(first)
    assert policy.decide(second) == Policy(rules).decide(second)
