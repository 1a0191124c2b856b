#!/usr/bin/env python3
"""Asks whose expense a receipt is and files it: JSON in, JSON out, nothing else. Standard library only."""

from __future__ import annotations

import json
import sys
from typing import Any

USUAL = ("business: office supplies", "personal", "business: something else")
MAX_CHOICES = 5


def choices(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of expense whose words occur, with their share, then the usual ones."""
    likely = [{"text": text, "weight": weight} for text, weight in given["expenses"]]
    named = {each["text"] for each in likely}
    return [*likely[: MAX_CHOICES - 2], *({"text": text} for text in USUAL if text not in named)][:MAX_CHOICES]


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Ask once, then file with the answer."""
    answers = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == "expense"]
    offered = choices(given)
    known = [each["text"] for each in offered if answers and each["text"] == answers[-1]]
    question = "A receipt. Is this an expense of yours or of the business?"
    ask = {"kind": "ask", "key": "expense", "question": question, "choices": offered}
    finish = {"kind": "finish", "summary": f"receipt filed: {known[0] if known else 'as you said'}"}
    return {
        "objective": "File a receipt",
        "steps": [
            {"text": "Ask whose expense it is", "done": bool(answers), "move": "expense"},
            {"text": "File it", "done": bool(answers)},
        ],
        "done_when": "the receipt is filed under the kind of expense you named",
        "moves": [finish if answers else ask],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
