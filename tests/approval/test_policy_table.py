"""The table of permissions as rules: rows mean what they say, and one that cannot be read makes nothing easier."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.policy_table import read_permissions
from agents.approval.policy_words import FROM_US, THEN
from agents.approval.risk import policy_of
from agents.connectors.contract import Money, Stakes
from agents.security.permission_manager import HUMAN, Begun, Conditions, Level, Policy, Role, Rule, Ruling, Verb
from tests.security.permissions import ask

HEAD = "# Handbook\n\n## Permissions\n\n| who | may | what | when | then |\n| --- | --- | --- | --- | --- |\n"
LINE = 7  # of the first row
OWNERS, APPROVE = frozenset({Role.OWNER, Role.VAULT}), frozenset({Verb.APPROVE})
LIMIT = Money(Decimal(500), "EUR")


def rules(*rows: str) -> tuple[Rule, ...]:
    found, problems = read_permissions(HEAD + "\n".join(rows) + "\n")
    assert problems == ()
    return found


def held(row: str) -> tuple[Rule, str]:
    """What a row that cannot be read asks for, and what is said."""
    (rule,), (problem,) = read_permissions(f"{HEAD}{row}\n")
    assert problem.line == LINE
    assert rule.demands
    return rule, problem.message


def decided(*rows: str, **facts: object) -> Ruling:
    """What the policy with these rows says about a payment to somebody the owner named."""
    case = {"action": "payment.make", "stakes": "money_leaves", "source": "owner", "currency": "EUR", **facts}
    found, _ = read_permissions(HEAD + "\n".join(rows) + "\n")
    return policy_of(LIMIT, found).decide(ask(**case))


def test_a_row_bounded_from_above_grants() -> None:
    when = Conditions(up_to=Decimal(100), currency="EUR", sources=FROM_US, stakes=frozenset({"money_leaves"}))
    name = "line 7 of your handbook (payments up to 100 EUR: ask)"
    assert rules("| owner | approve | payments | up to 100 EUR | ask |") == (
        Rule(name, OWNERS, APPROVE, Level.ASK, when=when),
    )


def test_a_row_bounded_from_below_asks() -> None:
    when = Conditions(above=Decimal(100), currency="EUR")
    name = "line 7 of your handbook (payment.* above 100 EUR: ask two)"
    assert rules("| owner | approve | payment.* | above 100 EUR | ask two |") == (
        Rule(name, OWNERS, APPROVE, Level.TWO, "payment.*", when, demands=True),
    )


def test_a_row_without_bounds_does_both() -> None:
    grant, demand = rules("| owner | approve | invoices | | ask with proof |")
    assert (grant.demands, demand.demands) == (False, True)
    assert grant.when == demand.when == Conditions(stakes=frozenset({"money_asked"}))


def test_what_is_allowed_is_a_grant_alone_and_covers_no_recipient_from_outside_text() -> None:
    (rule,) = rules("| owner | approve | mails | up to 3 a day | allow |")
    assert (rule.level, rule.demands, rule.when.sources) == (Level.ALLOW, False, FROM_US)


def test_never_is_asked_of_everybody_where_nobody_is_named() -> None:
    (rule,) = rules("| | | anything | to KP, IR | never |")
    assert (rule.roles, rule.level, rule.action, rule.demands) == (HUMAN, Level.DENY, "*", True)
    assert rule.when == Conditions(countries=frozenset({"KP", "IR"}))


def test_what_nobody_is_named_for_is_granted_to_the_owner_alone() -> None:
    grant, demand = rules("| | | invoices | | ask |")
    assert (grant.roles, demand.roles) == (OWNERS, HUMAN)


def test_columns_may_be_left_out_and_come_in_any_order() -> None:
    text = "## permissions\n\n| Then | What |\n| --- | --- |\n| never | payments |\n"
    (rule,), problems = read_permissions(text)
    assert (rule.name, rule.level, problems) == ("line 5 of your handbook (payments: never)", Level.DENY, ())


@pytest.mark.parametrize(
    ("what", "sources"),
    [
        ("payments", FROM_US),
        ("mails", FROM_US),
        ("email.send", FROM_US),
        ("payment.*", FROM_US),
        ("anything", FROM_US),
        ("future.thing", FROM_US),
        ("invoices", frozenset()),
        ("invoice.*", frozenset()),
        ("posts", frozenset()),
    ],
)
def test_a_grant_silent_about_the_source_covers_no_recipient_from_outside_text(
    what: str, sources: frozenset[str]
) -> None:
    grant = rules(f"| | | {what} | up to 10 EUR | ask |")[0]
    assert grant.when.sources == sources
    assert rules(f"| | | {what} | from a mail | ask |")[0].when.sources == {"mail"}
    assert rules(f"| | | {what} | | ask with proof |")[0].when.sources == frozenset()


def test_the_owner_may_loosen_and_tighten_what_we_would_ask() -> None:
    assert decided(amount=Decimal(50)) == Ruling(Level.PROVE, "money leaves")
    rows = "| | | payments | up to 100 EUR | ask |", "| | | payments | above 2,000 EUR | ask two |"
    assert decided(*rows, amount=Decimal(100)).level is Level.ASK
    assert decided(*rows, amount=Decimal("100.01")) == Ruling(Level.PROVE, "money leaves")
    assert decided(*rows, amount=Decimal(2001)).rule == "line 8 of your handbook (payments above 2,000 EUR: ask two)"
    assert decided(*rows, amount=Decimal(50), source="mail").level is Level.PROVE


def test_of_several_rows_that_hold_the_strictest_counts() -> None:
    rows = "| | | payments | | ask |", "| | | payment.* | | ask with proof |", "| | | anything | | never |"
    assert decided(*rows[:1], amount=Decimal(1)).level is Level.ASK
    assert decided(*rows[:2], amount=Decimal(1)).level is Level.PROVE
    assert decided(*rows, amount=Decimal(1)).level is Level.DENY


def test_a_day_adds_up_what_the_row_is_about() -> None:
    row = "| | | payment.* | more than 1000 EUR a day | never |"
    today = (Begun("payment.refund", "money_forgiven", 1, Decimal(600), "EUR"),)
    assert decided(row, amount=Decimal(400), today=today).level is Level.PROVE
    assert decided(row, amount=Decimal("400.01"), today=today).level is Level.DENY


def test_an_agent_may_be_kept_from_proposing() -> None:
    row = "| agent | propose | payments | from a mail | never |"
    proposes = {"role": Role.AGENT, "verb": Verb.PROPOSE}
    assert decided(row, **proposes, source="mail").level is Level.DENY
    assert decided(row, **proposes, source="owner").level is Level.ALLOW


def test_others_approve_only_where_a_row_lets_them() -> None:
    row = "| accountant | approve | invoices | up to 1000 EUR | ask |"
    case = {"role": Role.ACCOUNTANT, "action": "invoice.create", "stakes": "money_asked", "source": "mail"}
    assert decided(amount=Decimal(900), **case).level is Level.DENY
    assert decided(row, amount=Decimal(900), **case).level is Level.ASK
    assert decided(row, amount=Decimal(1001), **case).level is Level.DENY


@pytest.mark.parametrize(
    ("row", "level", "stakes", "says"),
    [
        ("| | | payments | abov 10 EUR | ask two |", Level.TWO, "money_leaves", "counts as payments: ask two"),
        ("| | | payments | above 10 EUR | nevr |", Level.DENY, "money_leaves", "counts as payments: never"),
        ("| | | payments | up to 10 EURO | ask |", Level.ASK, "money_leaves", "counts as payments: ask"),
        ("| | | invoices | to kp | never |", Level.DENY, "money_asked", "counts as invoices: never"),
        ("| somebody | | mails | | ask |", Level.ASK, "message", "'somebody' is nobody here"),
        ("| | | payments | up to 10 EUR | never |", Level.DENY, "money_leaves", "forbid the small"),
        ("| | | payments | up to 9 EUR and above 5 EUR | ask |", Level.ASK, "money_leaves", "make two rows"),
    ],
)
def test_a_row_that_cannot_be_read_counts_at_its_widest(row: str, level: Level, stakes: str, says: str) -> None:
    rule, message = held(row)
    assert (rule.level, rule.when) == (level, Conditions(stakes=frozenset({stakes})))
    assert rule.name == "line 7 of your handbook (it cannot be read)"
    assert says in message


def test_a_row_about_nothing_we_know_counts_for_everything() -> None:
    rule, message = held("| | | paymint.. | above 10 EUR | ask with proof |")
    assert (rule.action, rule.when, rule.level) == ("*", Conditions(), Level.PROVE)
    assert message.endswith("until it is right it counts as anything: ask with proof")


def test_a_row_with_an_unknown_verb_counts_for_proposing_and_approving() -> None:
    rule, _ = held("| agent | propse | payments | | never |")
    assert rule.roles == {Role.AGENT}
    assert rule.verbs == {Verb.PROPOSE, Verb.APPROVE}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("| anybody | | invoices | up to 10 EUR | allow |", "which you could say yes to yourself; write owner"),
        ("| agent | approve | invoices | | allow |", "agent may never approve; no row changes that"),
        ("| | | mails | up to 10 EURO | allow |", "is not understood"),
        ("| agent | propose | payments | above 10 EUR | allow |", "let the large pass and ask about the small"),
    ],
)
def test_a_row_that_would_only_allow_and_is_wrong_does_not_count(row: str, says: str) -> None:
    found, (problem,) = read_permissions(f"{HEAD}{row}\n")
    assert found == ()
    assert says in problem.message
    assert problem.message.endswith("; it does not count")


def test_what_a_role_is_not_for_can_only_be_forbidden() -> None:
    assert "watcher may never propose" in held("| watcher | propose | mails | | ask |")[1]
    assert rules("| watcher | propose | mails | | never |")[0].level is Level.DENY
    assert "only a yes can ask for more" in held("| agent | propose | mails | | ask |")[1]
    assert [each.level for each in rules("| | change policy | | | ask two |")] == [Level.TWO] * 2


@pytest.mark.parametrize(
    ("row", "level", "pattern", "stakes"),
    [
        ("| owner | approve | payment.* | never |", Level.DENY, "payment.*", ""),
        ("| owner | approve | payments | above 5 EUR | ask two | x |", Level.TWO, "*", "money_leaves"),
        ("| payments |", Level.DENY, "*", "money_leaves"),
        ("| payments | mails | ask |", Level.ASK, "*", ""),
        ("| a | b |", Level.DENY, "*", ""),
    ],
)
def test_a_row_of_the_wrong_width_keeps_what_it_says(row: str, level: Level, pattern: str, stakes: str) -> None:
    (rule,), problems = read_permissions(f"{HEAD}{row}\n")
    assert problems == ()  # who reads the handbook as a whole names it
    assert (rule.level, rule.action, rule.demands) == (level, pattern, True)
    assert rule.when.stakes == ({stakes} if stakes else frozenset())


def test_a_table_with_a_broken_head_lets_nothing_be_approved() -> None:
    for head in ("| what | then | then |\n| --- | --- | --- |", "| what | then |\n| --- |"):
        (rule,), _ = read_permissions(f"## Permissions\n\n{head}\n| payments | ask |\n")
        assert (rule.level, rule.action, rule.when) == (Level.DENY, "*", Conditions())


@pytest.mark.parametrize(
    ("head", "says"),
    [("| what | when |\n| --- | --- |", "the column then"), ("| what | then | if |\n| --- | --- | --- |", "column if")],
)
def test_a_table_without_a_column_or_with_an_unknown_one_lets_nothing_be_approved(head: str, says: str) -> None:
    (rule,), (problem,) = read_permissions(f"## Permissions\n\n{head}\n")
    assert (rule.level, rule.action) == (Level.DENY, "*")
    assert says in problem.message
    assert "nothing can be approved until it is right" in problem.message


def test_a_table_about_something_else_is_named_and_holds_nothing() -> None:
    found, (problem,) = read_permissions("## Permissions\n\n| person | folder |\n| --- | --- |\n| Kim | Done |\n")
    assert found == ()
    assert problem.line == 3


def test_other_headings_and_no_table_are_no_rules() -> None:
    other = HEAD.replace("Permissions", "Rules") + "| | | payments | | never |\n| x |\n"
    assert read_permissions(other) == ((), ())
    assert read_permissions("") == ((), ())


CELLS = st.sampled_from(
    (
        "",
        "owner",
        "x",
        "payments",
        "anything",
        "payment.*",
        "above 9 EUR",
        "up to 9 EUR",
        "from a mail",
        "weekends",
        *THEN,
    )
)


@given(
    st.lists(st.lists(CELLS, min_size=4, max_size=6), max_size=4), st.sampled_from(Stakes), st.decimals(0, 20, places=2)
)
def test_no_table_at_all_makes_an_amount_easier_for_being_higher(
    rows: list[list[str]], stakes: Stakes, amount: Decimal
) -> None:
    found, _ = read_permissions(HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows))
    policy = policy_of(LIMIT, found)
    less, more = (
        ask(stakes=stakes.value, source="owner", amount=each, currency="EUR") for each in (amount, amount + 1)
    )
    assert policy.decide(more).level >= policy.decide(less).level


@given(st.lists(CELLS, min_size=5, max_size=5), st.sampled_from(Stakes), st.sampled_from(("owner", "mail", "")))
def test_breaking_a_row_never_makes_anything_easier(row: list[str], stakes: Stakes, source: str) -> None:
    """Whatever the row said of this, one whose condition nobody can read says it always."""
    whole, broken = (f"{HEAD}| {' | '.join(cells)} |\n" for cells in (row, [*row[:3], "blurred", row[4]]))
    case = ask(action="payment.make", stakes=stakes.value, source=source, amount=Decimal(10), currency="EUR")
    one, two = (Policy(policy_of(LIMIT, read_permissions(each)[0]).rules).decide(case) for each in (whole, broken))
    assert two.level >= one.level
