#!/usr/bin/env python3
"""Asks whose statement this is and files it: JSON in, JSON out, nothing else. Standard library only."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

CHOICES = (
    {"text": "the business account: file it", "weight": 70},
    {"text": "a private account: file it", "weight": 20},
    {"text": "no bank statement at all: file it", "weight": 5},
)


def described(statement: dict[str, str] | None) -> str:
    """The statement in numbers; nothing of its texts."""
    if statement is None:
        return "This looks like a bank statement that I cannot read as a table."
    paid_in, paid_out = Decimal(statement["paid_in"]), Decimal(statement["paid_out"])
    return (
        f"A bank statement: {statement['rows']} bookings from {statement['first']} to {statement['last']}, "
        f"{paid_in:,.2f} in, {paid_out:,.2f} out."
    )


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Ask once, then file with the answer."""
    answers = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == "account"]
    known = [choice["text"] for choice in CHOICES if answers and choice["text"] == answers[-1]]
    question = f"{described(given['statement'])} Which account is it?"
    ask = {"kind": "ask", "key": "account", "question": question, "choices": list(CHOICES)}
    finish = {"kind": "finish", "summary": f"bank statement filed: {known[0] if known else 'as you said'}"}
    return {
        "objective": "File a bank statement",
        "steps": [
            {"text": "Ask which account it is", "done": bool(answers), "move": "account"},
            {"text": "File it", "done": bool(answers)},
        ],
        "done_when": "the statement is filed under the account you named",
        "moves": [finish if answers else ask],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
