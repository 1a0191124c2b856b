#!/usr/bin/env python3
"""Sorts a notice that something failed by cause, severity and next step, and asks. Standard library only.

JSON in, JSON out, nothing else. The first row of `assets/causes.json` with a sign that occurs counts:
the most certain come first.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Given = dict[str, Any]
CAUSES = Path(__file__).parent.parent / "assets" / "causes.json"
RECIPIENT = re.compile(r"(?i)(?:final-recipient:\s*rfc822;\s*|recipient:\s*|<)([^\s<>;,]{1,64}@[^\s<>;,]{3,80})>?")
CODE = re.compile(r"\b[45]\.\d\.\d{1,3}\b")
UNKNOWN = ("something failed, and I cannot tell what", "medium", "read the mail")
TOMORROW = "remind me tomorrow"
SOLVED = "it is solved: close it"
MAX_CHARS, MAX_LINE = 20_000, 160


def sorted_out(given: Given) -> tuple[str, str, str]:
    """Cause, how bad, next step."""
    task = given["task"]
    text = "\n".join((task["subject"], task["text"], *given["attached"]))[:MAX_CHARS]
    for row in json.loads(CAUSES.read_text(encoding="utf-8")):
        if any(re.search(f"(?is){sign}", text) for sign in row["signs"]):
            return row["cause"], row["severity"], row["step"]
    return UNKNOWN


def details(given: Given) -> list[str]:
    """What the notice names: whose mailbox, and the server's code."""
    text = "\n".join((given["task"]["text"], *given["attached"]))[:MAX_CHARS]
    who, code = RECIPIENT.search(text), CODE.search(text)
    named = [f"it was for {who[1][:MAX_LINE]}"] if who and "came back" in sorted_out(given)[0] else []
    return named + ([f"the server's code is {code[0]}"] if code else [])


def waits(given: Given) -> tuple[int, bool]:
    """How often the owner put it off, and whether the last of these days has not come yet."""
    put_off = sum(each["kind"] == "answered" and each["value"] == TOMORROW for each in given["outcomes"])
    came = sum(each["kind"] in {"waited", "skipped"} and each["key"].startswith("again") for each in given["outcomes"])
    return put_off, put_off > came


def last_day(given: Given) -> date:
    """The day of the last answer."""
    days = [each["day"] for each in given["outcomes"] if each["kind"] == "answered" and each["day"]]
    return date.fromisoformat(days[-1] if days else given["today"])


def decide(given: Given) -> Given:
    """Sort it and ask; a day later ask whether it is solved."""
    cause, severity, step = sorted_out(given)
    put_off, waiting = waits(given)
    answers = [each for each in given["outcomes"] if each["kind"] == "answered" and each["key"].startswith("error")]
    settled = bool(answers) and answers[-1]["value"] != TOMORROW
    head = f"{cause[0].upper()}{cause[1:]} ({severity})"
    question = (
        f"{head}. Next step: {step}. What shall I do?" if not put_off else f"Is it solved? {head}. Next step: {step}."
    )
    first = "I do it myself" if not put_off else SOLVED
    choices = [{"text": first}, {"text": TOMORROW}, {"text": "file it, nothing is to be done"}]
    move: Given = {
        "kind": "ask",
        "key": f"error-{put_off + 1}",
        "question": question[:400],
        "choices": choices,
        "quote": given["quote"],
    }
    if settled:
        move = {"kind": "finish", "summary": f"{cause}: settled as you said"}
    elif waiting:
        until = (last_day(given) + timedelta(days=1)).isoformat()
        move = {"kind": "wait", "key": f"again-{put_off}", "why": "you wanted to be reminded", "until": until}
    return {
        "objective": "Sort out a notice that something failed",
        "steps": [
            {"text": f"Cause: {cause}", "done": True},
            {"text": f"How bad: {severity}", "done": True},
            *({"text": each[0].upper() + each[1:], "done": True} for each in details(given)),
            {"text": f"Next step (yours): {step}", "done": settled, "move": move.get("key", "")},
        ],
        "done_when": "you have said what becomes of it",
        "moves": [move],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
