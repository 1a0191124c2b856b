"""The owner's own examples: each is a case with the answer they expect, and one that fails is named with its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agents.approval.policy_examples import A_WEDNESDAY, failing_examples, read_examples
from agents.approval.policy_table import read_permissions
from agents.approval.risk import policy_of
from agents.connectors.contract import Money
from agents.security.permission_manager import Begun, Level, Request, Role, Verb

LIMIT = Money(Decimal(500), "EUR")
OURS = policy_of(LIMIT)
TEMPLATE = Path(__file__).parents[2] / "vault_template" / "vault" / "Company_Handbook.md"
HEAD = "## Examples\n\n| {} | then |\n| {} | --- |\n| {} | {} |\n"


def table(then: str, **cells: str) -> str:
    """One example."""
    return HEAD.format(" | ".join(cells), " | ".join("---" for _ in cells), " | ".join(cells.values()), then)


def request(**cells: str) -> Request:
    """The case of one example; `from` is written `from_`."""
    text = table("ask", **{name.rstrip("_"): cell for name, cell in cells.items()})
    ((example,), problems) = read_examples(text)
    assert problems == ()
    return example.request


@pytest.mark.parametrize(
    ("cells", "facts"),
    [
        ({"what": "payment"}, {"action": "payment.make", "stakes": "money_leaves"}),
        ({"what": "Invoices"}, {"action": "invoice.create", "stakes": "money_asked"}),
        ({"what": "invoice.credit"}, {"action": "invoice.credit", "stakes": "money_forgiven"}),
        ({"what": "email.forward"}, {"action": "email.forward", "stakes": "message"}),
        ({"what": "mail", "who": "accountant"}, {"role": Role.ACCOUNTANT}),
        ({"what": "mail", "who": "owner"}, {"role": Role.VAULT}),
        ({"what": "payment", "amount": "1,600.50 EUR"}, {"amount": Decimal("1600.50"), "currency": "EUR"}),
        ({"what": "payment", "to": "Acme Ltd"}, {"counterparty": "Acme Ltd", "country": ""}),
        ({"what": "payment", "to": "KP"}, {"counterparty": "", "country": "KP"}),
        ({"what": "mail", "from_": "a mail"}, {"source": "mail"}),
        ({"what": "mail", "from_": "to the sender"}, {"source": "sender"}),
        ({"what": "mail", "from_": "Me"}, {"source": "owner"}),
        ({"what": "mail", "known": "new"}, {"known_days": 0}),
        ({"what": "mail", "known": "31 days"}, {"known_days": 31}),
        ({"what": "mail"}, {"known_days": None, "source": "", "amount": None, "at": A_WEDNESDAY, "today": ()}),
        ({"what": "mail", "at": "Saturday"}, {"at": A_WEDNESDAY.replace(day=28)}),
        ({"what": "mail", "at": "Mondays 20:30"}, {"at": A_WEDNESDAY.replace(day=23, hour=20, minute=30)}),
        ({"what": "mail", "at": "7:05"}, {"at": A_WEDNESDAY.replace(hour=7, minute=5)}),
        ({"what": "mail", "today": "10"}, {"today": (Begun("email.send", "message", 10),)}),
        (
            {"what": "payment", "today": "900 EUR and 2"},
            {
                "today": (
                    Begun("payment.make", "money_leaves", 0, Decimal(900), "EUR"),
                    Begun("payment.make", "money_leaves", 2),
                )
            },
        ),
    ],
)
def test_a_row_is_a_case(cells: dict[str, str], facts: dict[str, Any]) -> None:
    found = request(**cells)
    assert found.verb is Verb.APPROVE
    assert {name: getattr(found, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"what": "payment.*"}, "'payment.*' is no kind of action; write payment, refund"),
        ({"what": "anything"}, "is no kind of action"),
        ({"what": "teleport.make"}, "is no kind of action"),
        ({"what": "payment", "amount": "much"}, "'much' is no amount such as 500 EUR"),
        ({"what": "payment", "who": "x"}, "'x' is nobody here"),
        ({"what": "mail", "from": "the moon"}, "'the moon' is no source; write me, my contacts, the sender"),
        ({"what": "mail", "known": "long"}, "'long' is not for how long you know them"),
        ({"what": "mail", "at": "Caturday"}, "'caturday' is no time such as Saturday 20:00"),
        ({"what": "mail", "at": "25:00"}, "'25:00' is no time of a day"),
        ({"what": "mail", "at": "soon!"}, "is no time such as"),
        ({"what": "payment", "today": "some"}, "'some' is no amount"),
    ],
)
def test_an_example_nobody_can_read_is_named(cells: dict[str, str], says: str) -> None:
    (problem,) = failing_examples(table("ask", **cells), OURS)
    assert problem.line == 5
    assert says in problem.message


def test_an_example_with_an_unknown_answer_is_named() -> None:
    (problem,) = failing_examples(table("perhaps", what="mail"), OURS)
    assert "'perhaps' is no answer" in problem.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("## Examples\n\n| then |\n| --- |\n| ask |\n", "does not know the column what"),
        (table("ask", what="mail", colour="red"), "does not know the column colour"),
    ],
)
def test_a_table_of_examples_with_other_columns_is_named(text: str, says: str) -> None:
    (problem,) = failing_examples(text, OURS)
    assert problem.line == 3
    assert says in problem.message


def test_examples_that_hold_say_nothing_and_those_that_fail_say_what_was_answered() -> None:
    text = table("ask", what="payment", amount="600 EUR")
    assert read_examples(text)[0][0].then is Level.ASK
    (problem,) = failing_examples(text, OURS)
    assert problem.line == 5
    assert problem.message == "your example says ask, but the answer is ask with proof, by money leaves"
    assert failing_examples(table("ask with proof", what="payment", amount="600 EUR"), OURS) == ()


def test_other_headings_are_no_examples() -> None:
    text = table("ask", what="payment").replace("Examples", "Rules") + "| x |\n"
    assert read_examples(text) == ((), ())


def test_the_answer_of_an_example_comes_from_the_rows_of_the_same_handbook() -> None:
    rows = "## Permissions\n\n| what | when | then |\n| --- | --- | --- |\n| payments | above 1000 EUR | never |\n\n"
    text = rows + table("never", what="payment", amount="1001 EUR")
    assert failing_examples(text, policy_of(LIMIT, read_permissions(text)[0])) == ()
    (problem,) = failing_examples(text, OURS)
    assert "your example says never" in problem.message


def test_the_handbook_we_ship_is_read_whole_and_its_examples_hold() -> None:
    text = TEMPLATE.read_text(encoding="utf-8")
    rules, problems = read_permissions(text)
    assert problems == ()
    assert rules
    examples, _ = read_examples(text)
    assert {each.then for each in examples} >= {Level.ASK, Level.PROVE}
    assert failing_examples(text, policy_of(LIMIT, rules)) == ()
