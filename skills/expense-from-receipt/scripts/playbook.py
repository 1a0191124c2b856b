#!/usr/bin/env python3
"""Reads a receipt, asks whose expense it is, and files it: JSON in, JSON out, nothing else. Standard library only."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from receipt_reading import Receipt, read_receipt

USUAL = ("business: office supplies", "personal", "business: something else")
MAX_CHOICES = 5


def read(given: dict[str, Any]) -> Receipt:
    """What the mail and its files say; who sent a mail is the vendor."""
    task = given["task"]
    text = "\n".join((task["text"], *given["attached"]))
    return read_receipt(
        text, task["sender_name"] if task["kind"] == "email" else "", date.fromisoformat(given["today"])
    )


def described(receipt: Receipt) -> str:
    """The receipt in one line; what could not be read is said."""
    amount = (
        f"{receipt.amount:.2f} {receipt.currency or '(no currency found)'}"
        if receipt.amount is not None
        else "no amount found"
    )
    day = receipt.day.isoformat() if receipt.day else "no day found"
    tax = f"of it {receipt.tax:.2f} tax" if receipt.tax is not None else "no tax found"
    return f"{amount}, {day}, {receipt.vendor[:80] or 'no vendor found'}, {tax}"


def choices(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The kinds of expense whose words occur, with their share, then the usual ones."""
    likely = [{"text": text, "weight": weight} for text, weight in given["expenses"]]
    named = {each["text"] for each in likely}
    return [*likely[: MAX_CHOICES - 2], *({"text": text} for text in USUAL if text not in named)][:MAX_CHOICES]


def decide(given: dict[str, Any]) -> dict[str, Any]:
    """Ask once, then file with the answer."""
    answers = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == "expense"]
    offered, facts = choices(given), described(read(given))
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
