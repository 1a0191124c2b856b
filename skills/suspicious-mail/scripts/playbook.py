#!/usr/bin/env python3
"""Asks what to do with a suspicious mail; never proposes anything. JSON in, JSON out. Standard library only."""

from __future__ import annotations

import json
import sys
from typing import Any

LABELS = {"invoice_request": "an invoice request", "complaint": "a complaint", "newsletter": "a newsletter"}
FILE_IT = "file it, nothing is to be done"
MAX_MARKS = 4


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """One question with the reasons; harmless kinds are offered last."""
    reasons = "; ".join(given["marks"][:MAX_MARKS]) or "your word"
    harmless = [
        {"text": f"harmless: {LABELS[kind]}", "weight": round(weight / 10)}
        for kind, weight in given["likely"]
        if kind in LABELS
    ]
    ask = {
        "kind": "ask",
        "key": "suspicious",
        "question": f"This looks like an attempt to make me do something ({reasons}). Nothing was done. What is it?",
        "choices": [{"text": FILE_IT, "weight": 90}, {"text": "I look at it myself"}, *harmless],
        "quote": " ".join(given["task"]["text"].split())[:600],
    }
    return {
        "objective": "Keep a suspicious message away from the vault",
        "steps": [{"text": "Ask the owner", "move": "suspicious"}],
        "done_when": "you have said what it is",
        "moves": [ask],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
