"""Another assistant may ask what the owner's policy says, and by which rule; asking decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.approval.policy_table import read_permissions
from agents.security.permission_manager import Level
from agents.servers.policy_view import MEANS, rules_in_words
from tests.flows.employee import Employee
from tests.servers.conversation import AUTONOMY, conversation

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.autonomy.house import House
    from tests.servers.conversation import Conversation

TABLE = (
    "## Permissions\n\n| who | what | when | then |\n| --- | --- | --- | --- |\n"
    "| | payments | above 2,000 EUR | ask two |\n| | payments | up to 100 EUR and known for 30 days | ask |\n"
    "| | anything | to KP | never |\n| | mails | weekends | ask with proof |\n"
)


def served(house: House) -> AbstractContextManager[Conversation]:
    """The autonomy server of a vault whose owner wrote a table."""
    house.start()
    (house.vault / "Company_Handbook.md").write_text(TABLE, encoding="utf-8")
    return conversation(Employee(house.room, kept="state"), AUTONOMY)


def test_the_answer_names_the_rule_that_decided(house: House) -> None:
    with served(house) as assistant:
        asked = [
            assistant.call("explain_policy", what="payment", amount="2001 EUR", recipient_from="me", recipient="DE"),
            assistant.call(
                "explain_policy", what="payment", amount="99 EUR", recipient="DE", recipient_from="me", known="30 days"
            ),
            assistant.call("explain_policy", what="email.send", recipient="KP"),
            assistant.call("explain_policy", what="invoice", amount="5 EUR", recipient="DE"),
        ]
    assert [each["answer"] for each in asked] == ["ask two", "ask", "never", "ask"]
    assert asked[0]["rule"] == "line 5 of your handbook (payments above 2,000 EUR: ask two)"
    assert asked[0]["means"] == MEANS[Level.TWO]
    assert asked[3]["rule"] == "an invoice we issue; it can be undone by a credit note"


def test_what_is_left_out_counts_as_unknown(house: House) -> None:
    with served(house) as assistant:
        told = assistant.call("explain_policy", what="invoice", amount="5 EUR")
    assert (told["answer"], told["rule"]) == ("ask with proof", "line 7 of your handbook (anything to KP: never)")


def test_words_that_mean_nothing_are_told_with_what_would(house: House) -> None:
    with served(house) as assistant:
        told = assistant.refused("explain_policy", what="teleport")
    assert "'teleport' is no kind of action; write payment, refund" in told


def test_all_rules_are_listed_the_owners_first(house: House) -> None:
    with served(house) as assistant:
        rules = assistant.call("list_rules")["rules"]
    told = "may approve payments only after the yes of two people, above 2,000 EUR"
    assert told in rules[0]
    assert rules[0].endswith("(line 5 of your handbook (payments above 2,000 EUR: ask two))")
    assert any(each.endswith("may approve payments after a yes with a proof (money leaves)") for each in rules)
    assert rules.index(next(each for each in rules if "money leaves" in each)) > 4


def test_a_rule_in_words_says_who_it_is_about_and_shows_no_markup() -> None:
    rules, _ = read_permissions(TABLE.replace("anything | to KP", "anything | to [[Kim]]"))
    words = rules_in_words(rules)
    assert words[2].startswith("accountant or approver or owner or vault may never approve anything, ")
    assert "line 7 of your handbook" in words[2]
    assert "[[" not in "".join(words)
