#!/usr/bin/env python3
"""Does what the owner asked, ask by ask: JSON in, JSON out, nothing else. Standard library only.

A request of several asks becomes a plan with a step for each, and a move for each that is not settled. Known are
'invoice CUSTOMER for 3 hours of SERVICE [at 95 EUR]' (`invoices.py`) and 'remind me of SOMETHING on DAY'
(`reminders.py`). Anything else is a question about that ask alone.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from invoices import INVOICE, next_move
from reminders import remind, reminded

Given = dict[str, Any]
MYSELF, LEAVE_OUT = "I do this part myself", "leave this part out"
ENDS = ("I do it myself", "file it, nothing is to be done")
MAX_LINE = 200


def part(given: Given, number: int) -> Given:
    """What one ask knows: its own words, amounts and rates; keys of its own when there are several."""
    own = given["asks"][number - 1]
    suffix = f"-{number}" if len(given["asks"]) > 1 else ""
    return {**given, **own, "suffix": suffix}


def done(each: Given) -> str:
    """What became of an ask, or empty while it is not settled."""
    return next(filter(None, (became(each, outcome) for outcome in reversed(each["outcomes"]))), "")


def became(each: Given, outcome: Given) -> str:
    """What one outcome makes of an ask; empty = nothing, or it is about another."""
    suffix, value = each["suffix"], outcome["value"]
    name = outcome["key"].removesuffix(suffix) if outcome["key"].endswith(suffix) else ""
    if outcome["kind"] == "done" and name == "invoice":
        return f"invoice {outcome['number']} posted; nobody was written to, the PDF lies in Accounting/Invoices"
    if outcome["kind"] == "skipped" and name:
        return "left out"
    if outcome["kind"] != "answered" or not name:
        return ""
    settles = name in {"request", "remind-now"} or (suffix and value in {MYSELF, LEAVE_OUT})
    return f"as you said: {value[:MAX_LINE]}" if settles else ""


def move(each: Given) -> Given:
    """The next move of one ask."""
    if INVOICE.search(each["text"]):
        return next_move(each)
    reminder = remind(each)
    if reminder is not None:
        return reminded(each, reminder)
    what = f' "{each["text"][:MAX_LINE]}"' if each["suffix"] else " what you asked"
    choices = (MYSELF, LEAVE_OUT) if each["suffix"] else ENDS
    question = f"I do not know yet how to do{what}. What shall become of it?"
    key = f"request{each['suffix']}"
    return {"kind": "ask", "key": key, "question": question, "choices": [{"text": text} for text in choices]}


def decide(given: Given) -> Given:
    """A move for each ask that is not settled; the end when all are."""
    parts = [part(given, number) for number in range(1, len(given["asks"]) + 1)]
    ended = [done(each) for each in parts]
    moves = [move(each) for each, end in zip(parts, ended, strict=True) if not end]
    keys = iter([each["key"] for each in moves])
    steps = [
        {
            "text": each["text"][:MAX_LINE] + (f" - {end}" if end else ""),
            "done": bool(end),
            "move": "" if end else next(keys),
        }
        for each, end in zip(parts, ended, strict=True)
    ]
    summary = ended[0] if len(ended) == 1 else f"all {len(ended)} parts of your request are settled"
    several = len(parts) > 1
    return {
        "objective": f"Do what you asked, in {len(parts)} parts" if several else "Do what you asked",
        "steps": steps
        if several
        else [{"text": "Read your request", "done": True}, {**steps[0], "text": "Do it once you approved"}],
        "done_when": "every part of what you asked is settled" if several else "what you asked is done",
        "moves": moves or [{"kind": "finish", "summary": summary[:400]}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
