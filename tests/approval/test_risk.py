"""The risk table: what is at stake and where it comes from; more money or a worse source never lowers the tier.

Our rules give what the table gave before there was a policy; the owner's rules may ask for more, or for less.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.approval.risk import POLICY, Case, Facts, Risk, Tier, assess, default_rules, policy_of, request_about
from agents.connectors.contract import Action, Money, Row, Stakes
from agents.security.permission_manager import Begun, Conditions, Level, Policy, Role, Rule, Verb
from tests.approval.examples import CREDIT, INVOICE, MAIL
from tests.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = Money(Decimal(500), "EUR")
FACTS = Facts(NOON)
ALL, APPROVE = frozenset(Role), frozenset({Verb.APPROVE})
ORDER = (Tier.LOW, Tier.MEDIUM, Tier.HIGH)
SOURCES = ("owner", "contacts", "computed", "mail:x", "unknown", "")


def risk(action: Action, provenance: Mapping[str, str], sender: str = "", *rules: Rule) -> Risk:
    """What our rules say, with these of the owner's."""
    return assess(Case(action, provenance, sender), FACTS, policy_of(LIMIT, rules))


class Something(Action):
    """An action with these stakes."""

    action: Literal["some.thing"] = "some.thing"
    what: Stakes
    amount: Decimal | None = None
    currency: str = "EUR"

    @property
    def stakes(self) -> Stakes:
        return self.what

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)

    def title(self) -> str:
        return "Do something?"

    def rows(self) -> tuple[Row, ...]:
        return ()

    def recipient(self) -> str:
        return "anna@client.example"

    def undo(self) -> str:
        return "no"


@pytest.mark.parametrize(
    ("stakes", "tier"),
    [
        (Stakes.FILING, Tier.LOW),
        (Stakes.MONEY_ASKED, Tier.MEDIUM),
        (Stakes.MONEY_LEAVES, Tier.HIGH),
        (Stakes.DELETION, Tier.HIGH),
        (Stakes.PUBLIC, Tier.HIGH),
    ],
)
def test_what_is_at_stake_gives_the_tier(stakes: Stakes, tier: Tier) -> None:
    assert risk(Something(what=stakes), {}).tier is tier


def test_an_invoice_is_medium_also_to_a_new_customer() -> None:
    assert risk(INVOICE, {"customer": "mail:x"}).tier is Tier.MEDIUM


@pytest.mark.parametrize(
    ("source", "sender", "tier"),
    [
        ("mail:x", "Anna@Client.example", Tier.MEDIUM),
        ("owner", "", Tier.MEDIUM),
        ("contacts", "eve@other.example", Tier.MEDIUM),
        ("mail:x", "eve@other.example", Tier.HIGH),
        ("mail:x", "", Tier.HIGH),
        ("receipt:x", "", Tier.HIGH),
    ],
)
def test_a_mail_is_as_safe_as_the_origin_of_its_recipient(source: str, sender: str, tier: Tier) -> None:
    assert risk(MAIL, {"to": source}, sender).tier is tier


def test_a_recipient_of_unknown_origin_is_high() -> None:
    assert risk(MAIL, {}).tier is Tier.HIGH


@pytest.mark.parametrize(
    ("amount", "currency", "tier"),
    [
        (Decimal("500.00"), "EUR", Tier.MEDIUM),
        (Decimal("500.01"), "EUR", Tier.HIGH),
        (Decimal("1.00"), "USD", Tier.HIGH),
        (None, "EUR", Tier.HIGH),
    ],
)
def test_money_is_forgiven_up_to_the_limit_in_its_currency(amount: Decimal | None, currency: str, tier: Tier) -> None:
    action = Something(what=Stakes.MONEY_FORGIVEN, amount=amount, currency=currency)
    assert risk(action, {}).tier is tier


def test_the_reason_names_the_limit() -> None:
    assert "500 EUR" in risk(CREDIT, {}).why


@given(
    st.sampled_from(Stakes),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**6, places=2),
    st.sampled_from(SOURCES),
)
def test_a_higher_amount_never_lowers_the_tier(stakes: Stakes, low: Decimal, more: Decimal, source: str) -> None:
    one, two = (risk(Something(what=stakes, amount=amount), {"recipient": source}) for amount in (low, low + more))
    assert ORDER.index(two.tier) >= ORDER.index(one.tier)


@given(st.sampled_from(Stakes), st.sampled_from(SOURCES), st.sampled_from(("mail:x", "unknown", "")))
def test_a_tainted_argument_never_lowers_the_tier(stakes: Stakes, source: str, tainted: str) -> None:
    action = Something(what=stakes, amount=Decimal(1))
    one, two = (risk(action, {"recipient": each}) for each in (source, tainted))
    assert ORDER.index(two.tier) >= ORDER.index(one.tier) or source in {"mail:x", "unknown", "", "computed"}


def the_old_table(action: Something, source: str, sender: str) -> Tier:
    """The risk table as it was before there was a policy."""
    if action.what is Stakes.MESSAGE:
        named = source.split(":", maxsplit=1)[0] in {"owner", "contacts"}
        answers = sender and action.recipient().casefold() == sender.casefold()
        return Tier.MEDIUM if answers or named else Tier.HIGH
    if action.what is Stakes.MONEY_FORGIVEN:
        small = action.amount is not None and action.currency == "EUR" and action.amount <= LIMIT.amount
        return Tier.MEDIUM if small else Tier.HIGH
    return {Stakes.FILING: Tier.LOW, Stakes.MONEY_ASKED: Tier.MEDIUM}.get(action.what, Tier.HIGH)


@given(
    st.sampled_from(Stakes),
    st.none() | st.decimals(0, 1000, places=2),
    st.sampled_from(("EUR", "USD")),
    st.sampled_from((*SOURCES, "agent", "receipt:x", "rates:7")),
    st.sampled_from(("", "Anna@Client.example", "eve@other.example")),
)
def test_where_the_handbook_says_nothing_all_is_as_it_was(
    stakes: Stakes, amount: Decimal | None, currency: str, source: str, sender: str
) -> None:
    action = Something(what=stakes, amount=amount, currency=currency)
    assert risk(action, {"recipient": source}, sender).tier is the_old_table(action, source, sender)


@pytest.mark.parametrize(
    ("level", "tier"),
    [(Level.ASK, Tier.MEDIUM), (Level.PROVE, Tier.HIGH), (Level.TWO, Tier.TWO), (Level.DENY, Tier.NEVER)],
)
def test_the_owners_rule_raises_the_tier_and_is_named_with_its_line(level: Level, tier: Tier) -> None:
    row = Rule("line 71 of your handbook (invoices above 9 EUR: x)", ALL, APPROVE, level, demands=True)
    found = risk(INVOICE, {"customer": "mail:x"}, "", row)
    assert found.tier is tier
    if level > Level.ASK:
        assert found == Risk(tier, "invoices above 9 EUR: x", 71)
        assert found.rule == row.name


def test_the_owners_rule_lowers_the_tier_where_it_says_so() -> None:
    row = Rule("line 7 of your handbook (x)", ALL, APPROVE, Level.ASK, when=Conditions(sources=frozenset({"mail"})))
    assert risk(MAIL, {"to": "mail:x"}, "", row) == Risk(Tier.MEDIUM, "x", 7)
    assert risk(MAIL, {"to": "agent"}, "", row).tier is Tier.HIGH


@pytest.mark.parametrize(
    ("name", "provenance", "allowed"),
    [
        ("line 7 of your handbook (mails: allow)", {"to": "owner"}, True),
        ("line 7 of your handbook (mails: allow)", {"to": "owner", "body": "agent"}, False),
        ("a rule that is nobody's", {"to": "owner"}, False),
    ],
)
def test_nothing_is_done_without_a_yes_but_by_a_row_of_the_owner(
    name: str, provenance: dict[str, str], *, allowed: bool
) -> None:
    found = risk(MAIL, provenance, "", Rule(name, ALL, APPROVE, Level.ALLOW))
    assert (found.is_allowed, found.tier) == (allowed, Tier.MEDIUM)


def test_a_rule_of_ours_has_no_line_and_is_named_by_its_words() -> None:
    found = risk(MAIL, {"to": "mail:x"})
    assert (found.line, found.rule) == (0, "the recipient was taken from the text of a mail")
    assert POLICY


@pytest.mark.parametrize(
    ("rule", "by", "approved", "tier"),
    [
        (
            Rule("no", frozenset({Role.AGENT}), frozenset({Verb.PROPOSE}), Level.DENY, demands=True),
            Role.AGENT,
            False,
            4,
        ),
        (
            Rule("no", frozenset({Role.AGENT}), frozenset({Verb.PROPOSE}), Level.DENY, demands=True),
            Role.VAULT,
            False,
            1,
        ),
        (
            Rule("no", frozenset({Role.EXECUTOR}), frozenset({Verb.EXECUTE}), Level.DENY, demands=True),
            Role.AGENT,
            True,
            4,
        ),
        (
            Rule("no", frozenset({Role.EXECUTOR}), frozenset({Verb.EXECUTE}), Level.DENY, demands=True),
            Role.AGENT,
            False,
            1,
        ),
    ],
)
def test_what_may_not_be_proposed_or_carried_out_is_never(rule: Rule, by: Role, tier: int, *, approved: bool) -> None:
    case = Case(INVOICE, {}, "", by, is_approved=approved)
    assert assess(case, FACTS, policy_of(LIMIT, (rule,))).tier is (Tier.NEVER if tier == Level.DENY else Tier.MEDIUM)


def test_the_policy_is_told_all_that_is_known() -> None:
    today = (Begun("email.send", "message", 2),)
    asked = request_about(
        Case(CREDIT, {"customer": "receipt:x"}), Facts(NOON, 3, "DE", today), Role.VAULT, Verb.APPROVE
    )
    assert (asked.action, asked.stakes, asked.amount, asked.currency) == (
        *("invoice.credit", "money_forgiven"),
        *(Decimal("1130.50"), "EUR"),
    )
    assert (asked.counterparty, asked.known_days, asked.country, asked.today) == ("Acme Ltd", 3, "DE", today)
    assert (asked.role, asked.verb, asked.at, asked.approved) == (Role.VAULT, Verb.APPROVE, NOON, None)


@pytest.mark.parametrize(
    ("provenance", "source"),
    [({"to": "mail:x"}, "mail"), ({"to": "unknown"}, ""), ({}, ""), ({"to": "owner"}, "owner")],
)
def test_the_source_is_that_of_the_recipient(provenance: dict[str, str], source: str) -> None:
    assert request_about(Case(MAIL, provenance), FACTS, Role.VAULT, Verb.APPROVE).source == source


def test_an_action_without_a_recipient_of_its_own_has_one_that_nobody_outside_named() -> None:
    asked = request_about(Case(Something(what=Stakes.DELETION), {}), FACTS, Role.VAULT, Verb.APPROVE)
    assert asked.source == "computed"


def test_our_rules_are_grants_so_that_the_owner_may_say_otherwise() -> None:
    assert not any(each.demands for each in default_rules(LIMIT))


@pytest.mark.parametrize(
    ("role", "verb", "level"),
    [
        (Role.AGENT, Verb.PROPOSE, Level.ALLOW),
        (Role.AGENT, Verb.APPROVE, Level.DENY),
        (Role.WATCHER, Verb.FILE, Level.ALLOW),
        (Role.AUDITOR, Verb.VERIFY, Level.ALLOW),
        (Role.APPROVER, Verb.READ, Level.ALLOW),
        (Role.APPROVER, Verb.APPROVE, Level.DENY),
        (Role.OWNER, Verb.CHANGE_POLICY, Level.PROVE),
        (Role.VAULT, Verb.CHANGE_POLICY, Level.PROVE),
        (Role.APPROVER, Verb.CHANGE_POLICY, Level.DENY),
    ],
)
def test_each_part_has_its_work(role: Role, verb: Verb, level: Level) -> None:
    assert Policy(default_rules(LIMIT)).decide(request_about(Case(INVOICE, {}), FACTS, role, verb)).level is level
