"""The metrics over the command line: a table for people, all of it with rows for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.flows.test_books import own_entry, today

if TYPE_CHECKING:
    from tests.flows.employee import Employee


def test_metrics_are_told_with_what_is_behind_them_and_what_is_not_known(employee: Employee) -> None:
    said = employee.said("metrics")
    assert "Not known: Nothing is booked yet.\n  Revenue; " in said
    own_entry(
        employee,
        f'\n{today()} * "Café [[Evil]]" "paper"\n  bank_id: "b1"\n'
        "  Assets:Bank:Checking  -50.00 EUR\n  Expenses:Office\n",
    )
    lines = employee.said("metrics").splitlines()
    assert [line.split() for line in lines if line.startswith("Cash ")] == [["Cash", "-50.00", "EUR"]]
    assert [line.split()[-2] for line in lines if line.startswith("Costs without a receipt")] == ["100.0"]
    (low,) = json.loads(employee.said("metrics", "cash.low_point", "--json"))
    assert [each["amount"] for each in low["values"]] == [low["rows"][0]["amount"]]  # nothing else is known to come
    assert low["rows"][0]["amount"] == "-50.00"
    detailed = employee.said("metrics", "cash")
    assert f"{today()}          -50.00 EUR  Café [[Evil]] · paper  [Accounting/manual.beancount:" in detailed
    (cash,) = json.loads(employee.said("metrics", "cash", "--json"))
    assert cash["values"][0] == {"label": "", "amount": "-50.00", "currency": "EUR"}
    assert (cash["unit"], cash["as_of"], [each["amount"] for each in cash["rows"]]) == (
        "money",
        str(today()),
        ["-50.00"],
    )
    (before,) = json.loads(employee.said("metrics", "cash", "--json", "--on", "2026-01-31"))
    assert (before["values"], before["missing"]) == ([], "Nothing is booked yet.")
    refused = employee.call("metrics", "profits")
    assert refused.exit_code == 2
    assert "no metric is called 'profits'" in refused.stderr
    goals = employee.vault / "Business_Goals.md"
    goals.write_text(goals.read_text(encoding="utf-8").replace("2026-12-18", "soon"), encoding="utf-8")
    assert "a project is due on a day such as 2026-12-18" in employee.call("metrics", "cash").stderr
