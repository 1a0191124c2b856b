"""The first hour: the sample inbox, one run, and everything is where the owner expects it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.flows.employee import Employee

if TYPE_CHECKING:
    from pathlib import Path


def test_every_sample_ends_where_the_owner_expects_it(tmp_path: Path) -> None:
    employee = Employee(tmp_path).init("--sample")
    assert "without `--sample`" in (employee.vault / "Samples.md").read_text(encoding="utf-8")
    assert float(json.loads(employee.said("books", "--json"))["cash"]["Assets:Bank:Business"]["EUR"]) > 1000
    screen = employee.once()
    assert "What to do next" in screen
    assert not [each for each in (employee.vault / "Inbox").iterdir() if not each.name.startswith(".")]
    assert len(employee.pending("invoice.create")) >= 1
    assert len(employee.pending("email.send")) == 1  # the draft answer to the complaint
    texts = [each.read_text(encoding="utf-8") for each in employee.questions()]
    questions = "\n".join(texts).casefold()
    assert "business" in questions  # the receipt
    assert "account" in questions or "statement" in questions  # the bank file
    (kept,) = [each for each in (employee.vault / "Quarantine").iterdir() if not each.name.startswith(".")]
    alerts = [each.read_text(encoding="utf-8") for each in employee.notes("Needs_Action") if "-alert-" in each.name]
    assert any("line " in text and kept.name in text for text in alerts)
    plans = "\n".join(each.read_text(encoding="utf-8") for each in employee.notes("Plans") + employee.notes("Done"))
    assert "newsletter" in plans
    assert "suspicious" in plans
    assert not employee.outbox()
    ask = (employee.vault / "Ask.md").read_text(encoding="utf-8")
    assert "- [x]" in ask
    assert "All holds" in employee.said("verify")
