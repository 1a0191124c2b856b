#!/usr/bin/env python3
"""Says what was read of a receipt, asks whose expense it is, files it: JSON in, JSON out. Standard library only."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

USUAL = ("business: office supplies", "personal", "business: something else")
MAX_CHOICES, OLDEST_YEARS = 5, 10


def vendor(given: dict[str, Any]) -> str:
    """Who sent the mail; of a file who stands on it."""
    task = given["task"]
    return (task["sender_name"] if task["kind"] == "email" else "") or given["paper"]["vendor"]


def day(given: dict[str, Any]) -> str:
    """The one day on it that can be the day of a receipt: it has come, and is not long past; else empty."""
    today = date.fromisoformat(given["today"])
    known = (date.fromisoformat(each) for each in given["paper"]["days"])
    found = [each for each in known if each <= today and today.year - each.year <= OLDEST_YEARS]
    return found[0].isoformat() if len(found) == 1 else ""


def described(given: dict[str, Any]) -> str:
    """The receipt in one line; what could not be read is said."""
    paper = given["paper"]
    amount = f"{paper['total']} {paper['currency'] or '(no currency found)'}" if paper["total"] else "no amount found"
    tax = f"of it {paper['tax']} tax" if paper["tax"] else "no tax found"
    return f"{amount}, {day(given) or 'no day found'}, {vendor(given)[:80] or 'no vendor found'}, {tax}"


def choices(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of expense whose words occur, with their share, then the usual ones."""
    likely = [{"text": text, "weight": weight} for text, weight in given["expenses"]]
    named = {each["text"] for each in likely}
    return [*likely[: MAX_CHOICES - 2], *({"text": text} for text in USUAL if text not in named)][:MAX_CHOICES]


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Ask once, then file with the answer."""
    answers = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == "expense"]
    offered, facts = choices(given), described(given)
    known = [each["text"] for each in offered if answers and each["text"] == answers[-1]]
    question = f"A receipt: {facts}. Is this an expense of yours or of the business?"
    ask = {"kind": "ask", "key": "expense", "question": question[:400], "choices": offered}
    finish = {"kind": "finish", "summary": f"receipt filed: {known[0] if known else 'as you said'}: {facts}"[:400]}
    return {
        "objective": "File a receipt",
        "steps": [
            {"text": f"Read the receipt: {facts}"[:400], "done": True},
            {"text": "Ask whose expense it is", "done": bool(answers), "move": "expense"},
            {"text": "File it", "done": bool(answers)},
        ],
        "done_when": "the receipt is filed under the kind of expense you named",
        "moves": [finish if answers else ask],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
