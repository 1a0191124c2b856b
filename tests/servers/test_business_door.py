"""The door to how the business goes: metrics with their rows, what is likely, what was found; nothing is changed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agents.errors import NeedsOwner, NotAllowed
from agents.insight.financial_analyzer import METRICS
from agents.servers.books_mcp_server import HIDDEN
from agents.servers.business_mcp_server import BusinessDoor
from tests.flows.test_books import today
from tests.servers.conversation import BUSINESS, conversation, without_quotes
from tests.servers.replies import recorded
from tests.servers.test_books_door import handbook, own_entry
from tests.watchers.samples import snapshot

if TYPE_CHECKING:
    from tests.flows.employee import Employee

READS = {"list_metrics", "explain_metric", "forecast", "list_findings"}
MARK = "MARK-OF-A-STRANGER"


@pytest.fixture
def business(employee: Employee, monkeypatch: pytest.MonkeyPatch) -> BusinessDoor:
    """The door of a vault whose bank paid a stranger twice."""
    for days in (3, 5):
        own_entry(
            employee,
            f'\n{today() - timedelta(days=days)} * "{MARK} [[STOP]]" "paper"\n  bank_id: "b{days}"\n'
            "  Assets:Bank:Checking  -420.00 EUR\n  Expenses:Office\n",
        )
    employee.said("audit")
    employee.once()
    monkeypatch.setenv("AI_EMPLOYEE_STATE", str(employee.state))
    return BusinessDoor.open(employee.vault)


def test_an_assistant_sees_what_the_owner_sees_and_changes_nothing(employee: Employee, business: BusinessDoor) -> None:
    del business
    before = snapshot(employee.vault)
    with conversation(employee, BUSINESS) as assistant:
        assert set(assistant.tools()) == READS
        metrics = assistant.call("list_metrics")["metrics"]
        rows = assistant.call("explain_metric", key="cash")
        found = assistant.call("list_findings")
        likely = assistant.call("forecast", weeks=4)
        assert "No metric has this key" in assistant.refused("explain_metric", key="profits")
        assert "from 1 to 52" in assistant.refused("forecast", weeks=53)
    assert (snapshot(employee.vault), recorded(employee)) == (before, 0)
    assert [each["key"] for each in metrics] == [each.key for each in METRICS]
    told = {each["key"]: each for each in json.loads(employee.said("metrics", "--json"))}
    assert [[value["amount"] for value in each["values"]] for each in metrics] == [
        [value["amount"] for value in told[each["key"]]["values"]] for each in metrics
    ]
    assert [each["amount"] for each in rows["rows"]] == ["-420.00", "-420.00"]
    assert (likely["cash_today"], len(likely["weeks"])) == ("-840.00", 4)
    twice = found["findings"][0]
    assert (twice["rank"], MARK in twice["from_outside"]["words"]) == (3, True)
    assert MARK not in json.dumps(without_quotes([metrics, rows, found, likely]))


def test_books_that_are_private_or_broken_are_told_of_in_no_words_of_theirs(
    employee: Employee, business: BusinessDoor
) -> None:
    own_entry(employee, f'\n2026-01-01 * "{MARK}"\n  Nowhere  1.00 EUR\n')
    missing = {each.missing for each in business.list_metrics().metrics if each.key == "cash"}
    assert missing == {
        (
            "The books have an error, so no figure can be trusted. Ask the owner to run `employee books`, "
            "which names file and line."
        )
    }
    with pytest.raises(NeedsOwner):
        business.forecast()
    handbook(employee, "## Privacy\n\n| folder | leaves |\n| --- | --- |\n| Accounting | never |")
    for call in (business.list_metrics, business.forecast, business.list_findings):
        with pytest.raises(NotAllowed, match="private"):
            call()


def test_names_that_the_owner_keeps_apart_are_hidden(employee: Employee, business: BusinessDoor) -> None:
    handbook(
        employee,
        f"## Domains\n\n| by | what | domain |\n| --- | --- | --- |\n| words | {MARK} | personal |\n\n"
        "| domain | shown |\n| --- | --- |\n| personal | kept apart |",
    )
    told = business.explain_metric("cash")
    assert {each.from_outside.words for each in told.rows} == {HIDDEN}
    assert business.list_findings(skip=1).left_out == 0
