"""Who may do what, case by case: grants, demands, what nobody knows, and what no rule can change."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agents.security.permission_manager import (
    HUMAN,
    NO_GRANT,
    NOT_APPROVED,
    NOT_ITS_PART,
    OWN_PROPOSAL,
    Begun,
    Conditions,
    Level,
    Policy,
    Role,
    Rule,
    Ruling,
    Verb,
)
from tests.security.permissions import MONDAY, ask, rule

EVERYTHING = Rule("all", frozenset(Role), frozenset(Verb), Level.ALLOW)
UP_TO_500 = Conditions(up_to=Decimal(500), currency="EUR")
ABOVE_500 = Conditions(above=Decimal(500), currency="EUR")
A_DAY = Conditions(day_sum_up_to=Decimal(500), currency="EUR")
ABOVE_A_DAY = Conditions(day_sum_above=Decimal(500), currency="EUR")
MAY = {
    Role.OWNER: {Verb.READ, Verb.VERIFY, Verb.FILE, Verb.PROPOSE, Verb.APPROVE, Verb.CHANGE_POLICY},
    Role.VAULT: {Verb.READ, Verb.VERIFY, Verb.FILE, Verb.PROPOSE, Verb.APPROVE, Verb.CHANGE_POLICY},
    Role.APPROVER: {Verb.READ, Verb.VERIFY, Verb.FILE, Verb.PROPOSE, Verb.APPROVE},
    Role.ACCOUNTANT: {Verb.READ, Verb.VERIFY, Verb.FILE, Verb.PROPOSE, Verb.APPROVE},
    Role.AUDITOR: {Verb.READ, Verb.VERIFY},
    Role.AGENT: {Verb.READ, Verb.PROPOSE},
    Role.WATCHER: {Verb.FILE},
    Role.EXECUTOR: {Verb.EXECUTE},
}


def granted(when: Conditions, **facts: Any) -> bool:  # noqa: ANN401 (parts of a Request)
    """Whether a grant with these conditions holds."""
    return Policy([rule(Level.ASK, when)]).decide(ask(**facts)).level is Level.ASK


def demanded(when: Conditions, **facts: Any) -> Level:  # noqa: ANN401 (parts of a Request)
    """What is asked when everything is allowed and a no demanded under these conditions."""
    no = rule(Level.DENY, when, name="no", demands=True)
    return Policy([rule(Level.ALLOW), no]).decide(ask(**facts)).level


def test_without_a_rule_the_answer_is_no() -> None:
    assert Policy([]).decide(ask()) == NO_GRANT == Ruling(Level.DENY, "nothing allows it")


def test_the_easiest_grant_counts_and_the_strictest_demand_raises_it() -> None:
    grants = [rule(Level.PROVE, name="hard"), rule(Level.ASK, name="easy"), rule(Level.ASK, name="second")]
    assert Policy(grants).decide(ask()) == Ruling(Level.ASK, "easy")
    demands = [rule(Level.PROVE, name="proof", demands=True), rule(Level.TWO, name="two", demands=True)]
    assert Policy([*grants, *demands]).decide(ask()) == Ruling(Level.TWO, "two")


def test_a_demand_that_asks_no_more_does_not_name_itself() -> None:
    policy = Policy([rule(Level.PROVE, name="grant"), rule(Level.ASK, name="demand", demands=True)])
    assert policy.decide(ask()) == Ruling(Level.PROVE, "grant")


def test_a_no_wins_whatever_is_allowed() -> None:
    assert Policy([EVERYTHING, rule(Level.DENY, name="no", demands=True)]).decide(ask()) == Ruling(Level.DENY, "no")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", Verb)
def test_no_rule_gives_a_role_what_is_not_its_part(role: Role, verb: Verb) -> None:
    ruling = Policy([EVERYTHING]).decide(ask(role=role, verb=verb, approved=Level.TWO))
    assert ruling == (Ruling(Level.ALLOW, "all") if verb in MAY[role] else NOT_ITS_PART)


def test_only_people_approve() -> None:
    assert {role for role in Role if Verb.APPROVE in MAY[role]} == HUMAN


@pytest.mark.parametrize("by", ["robin", "Robin", " ROBIN "])
def test_nobody_approves_what_they_proposed(by: str) -> None:
    assert Policy([EVERYTHING]).decide(ask(proposer="robin", by=by)) == OWN_PROPOSAL
    assert Policy([EVERYTHING]).decide(ask(proposer="robin", by=by, verb=Verb.READ)).level is Level.ALLOW


def test_another_one_approves_it_and_so_does_somebody_without_a_name() -> None:
    assert Policy([EVERYTHING]).decide(ask(proposer="robin", by="kim")).level is Level.ALLOW
    assert Policy([EVERYTHING]).decide(ask(proposer="", by="")).level is Level.ALLOW


def test_only_what_is_approved_is_carried_out() -> None:
    executes = {"role": Role.EXECUTOR, "verb": Verb.EXECUTE}
    assert Policy([EVERYTHING]).decide(ask(**executes)) == NOT_APPROVED
    assert Policy([EVERYTHING]).decide(ask(**executes, approved=Level.ASK)).level is Level.ALLOW


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [("*", True), ("payment.*", True), ("payment.make", True), ("email.*", False), ("payment", False)],
)
def test_a_rule_is_about_the_actions_of_its_pattern(pattern: str, *, holds: bool) -> None:
    policy = Policy([rule(Level.ASK, action=pattern)])
    assert (policy.decide(ask(action="payment.make")) != NO_GRANT) is holds


def test_a_rule_is_about_its_roles_and_verbs_alone() -> None:
    policy = Policy([rule(Level.ASK)])
    assert policy.decide(ask(role=Role.OWNER)) == NO_GRANT
    assert policy.decide(ask(verb=Verb.READ)) == NO_GRANT


@pytest.mark.parametrize(
    ("amount", "currency", "holds"),
    [
        ("500", "EUR", True),
        ("500.01", "EUR", False),
        ("1", "USD", False),
        ("NaN", "EUR", False),
        ("Infinity", "EUR", False),
        ("-Infinity", "EUR", False),
    ],
)
def test_amounts_bound_grants_from_above_and_demands_from_below(amount: str, currency: str, *, holds: bool) -> None:
    facts = {"amount": Decimal(amount), "currency": currency}
    assert granted(UP_TO_500, **facts) is holds
    assert demanded(ABOVE_500, **facts) is (Level.ALLOW if holds else Level.DENY)


@pytest.mark.parametrize(
    ("stakes", "level"),
    [("money_leaves", Level.PROVE), ("", Level.PROVE), ("message", Level.ALLOW), ("deletion", Level.ALLOW)],
)
def test_an_amount_nobody_knows_asks_for_a_proof_where_money_may_move(stakes: str, level: Level) -> None:
    for bound in (ABOVE_500, ABOVE_A_DAY):
        assert demanded(bound, stakes=stakes, today=()) is level
    for bound in (UP_TO_500, A_DAY):
        assert not granted(bound, stakes=stakes, today=())


def spent(amount: str | None = "300", currency: str = "EUR", action: str = "payment.make", stakes: str = "") -> Begun:
    return Begun(action, stakes, 2, None if amount is None else Decimal(amount), currency)


@pytest.mark.parametrize(
    ("today", "amount", "holds"),
    [
        ((), "500", True),
        ((), "500.01", False),
        ((spent(),), "200", True),
        ((spent(),), "200.01", False),
        ((spent("200"), spent("200", action="payment.refund")), "100", True),
        ((spent("200"), spent("200", action="payment.refund")), "100.01", False),
        ((spent("400", action="invoice.create"),), "500", True),
        ((spent(None),), "500", True),
        ((spent(currency="USD"),), "1", False),
        ((spent("Infinity"),), "1", False),
        ((spent(stakes="deletion"),), "200.01", False),
    ],
)
def test_a_day_counts_all_that_the_rule_is_about(today: tuple[Begun, ...], amount: str, *, holds: bool) -> None:
    facts = {"action": "payment.make", "amount": Decimal(amount), "currency": "EUR", "today": today}
    grant = rule(Level.ASK, A_DAY, action="payment.*")
    demand = rule(Level.DENY, ABOVE_A_DAY, action="payment.*", demands=True)
    assert (Policy([grant]).decide(ask(**facts)).level is Level.ASK) is holds
    assert Policy([rule(Level.ALLOW), demand]).decide(ask(**facts)).level is (Level.ALLOW if holds else Level.DENY)


def test_a_rule_about_stakes_counts_those_and_what_has_none() -> None:
    when = Conditions(day_sum_up_to=Decimal(500), currency="EUR", stakes=frozenset({"money_leaves"}))
    facts = {"amount": Decimal(300), "currency": "EUR", "stakes": "money_leaves"}
    assert granted(when, **facts, today=(spent(stakes="money_asked"),))
    assert not granted(when, **facts, today=(spent(stakes="money_leaves"),))
    assert not granted(when, **facts, today=(spent(),))


def test_what_was_begun_today_may_be_unknown() -> None:
    facts = {"amount": Decimal(1), "currency": "EUR"}
    assert not granted(A_DAY, **facts)
    assert demanded(ABOVE_A_DAY, **facts) is Level.PROVE
    assert not granted(Conditions(count_up_to=9))
    assert demanded(Conditions(count_above=9)) is Level.PROVE


@pytest.mark.parametrize(("begun", "holds"), [(0, True), (2, True), (3, False)])
def test_a_count_includes_this_one(begun: int, *, holds: bool) -> None:
    today = (Begun("a.b", "", begun),)
    assert granted(Conditions(count_up_to=3), action="a.b", today=today) is holds
    assert demanded(Conditions(count_above=3), action="a.b", today=today) is (Level.ALLOW if holds else Level.DENY)


@pytest.mark.parametrize(("days", "old", "new"), [(29, False, True), (30, True, False), (31, True, False)])
def test_known_for_thirty_days_is_exact(days: int, *, old: bool, new: bool) -> None:
    assert granted(Conditions(known_days=30), known_days=days) is old
    assert granted(Conditions(newer_than_days=30), known_days=days) is new


@pytest.mark.parametrize(
    ("when", "holds", "does_not"),
    [
        (Conditions(counterparties=frozenset({" Acme Ltd "})), {"counterparty": "ACME ltd"}, {"counterparty": "Eve"}),
        (Conditions(sources=frozenset({"owner"})), {"source": "owner"}, {"source": "mail"}),
        (Conditions(stakes=frozenset({"message"})), {"stakes": "message"}, {"stakes": "public"}),
        (Conditions(countries=frozenset({"kp"})), {"country": "kp"}, {"country": "DE"}),
        (Conditions(known_days=30), {"known_days": 30}, {"known_days": 0}),
    ],
)
def test_names_count_as_they_are_and_what_nobody_knows_grants_nothing(
    when: Conditions, holds: dict[str, Any], does_not: dict[str, Any]
) -> None:
    assert granted(when, **holds)
    assert not granted(when, **does_not)
    assert not granted(when)
    assert demanded(when, **holds) is Level.DENY
    assert demanded(when, **does_not) is Level.ALLOW
    assert demanded(when) is Level.PROVE


def test_a_demand_nobody_can_rule_out_asks_no_more_than_itself() -> None:
    plain = rule(Level.ASK, Conditions(known_days=30), name="plain", demands=True)
    assert Policy([rule(Level.ALLOW), plain]).decide(ask()) == Ruling(Level.ASK, "plain")
    assert Policy([rule(Level.TWO, name="two"), plain]).decide(ask()) == Ruling(Level.TWO, "two")


def test_weekdays_are_local_days() -> None:
    weekend = Conditions(weekdays=frozenset({5, 6}))
    assert not granted(weekend)
    assert granted(weekend, at=MONDAY + timedelta(days=5))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (time(8), time(18), range(8, 18)),
        (time(18), time(8), (*range(8), *range(18, 24))),
        (time(8), None, range(8, 24)),
        (None, time(8), range(8)),
        (time(8), time(8), range(24)),
    ],
)
def test_times_are_half_open_and_may_pass_midnight(start: time | None, end: time | None, hours: range) -> None:
    when = Conditions(from_time=start, to_time=end)
    held = {hour for hour in range(24) if granted(when, at=MONDAY.replace(hour=hour))}
    assert held == set(hours)


@pytest.mark.parametrize(
    ("when", "demands", "says"),
    [
        (ABOVE_500, False, "more would be easier"),
        (ABOVE_A_DAY, False, "more would be easier"),
        (Conditions(count_above=1), False, "more would be easier"),
        (UP_TO_500, True, "more would be easier"),
        (A_DAY, True, "more would be easier"),
        (Conditions(count_up_to=1), True, "more would be easier"),
        (Conditions(up_to=Decimal(1)), False, "an amount needs its currency"),
        (Conditions(up_to=Decimal("NaN"), currency="EUR"), False, "an amount needs its currency"),
    ],
)
def test_a_rule_that_would_make_more_easier_is_refused(when: Conditions, says: str, *, demands: bool) -> None:
    with pytest.raises(ValueError, match=says):
        rule(Level.ASK, when, demands=demands)


def test_a_grant_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a no is a demand"):
        rule(Level.DENY)
