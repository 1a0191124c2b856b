#!/usr/bin/env python3
"""Lists what a mail says is new about somebody, and asks until it is put right. Standard library only.

JSON in, JSON out, nothing else. Only what has a shape of its own is listed: addresses, numbers, accounts; the rest is
quoted, never guessed.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date, timedelta
from typing import Any

Given = dict[str, Any]
MAX_CHARS, MAX_SHOWN, MAX_LISTED = 20_000, 80, 6
DONE = "I put it right"
TOMORROW = "remind me tomorrow"
CHOICES = ({"text": DONE}, {"text": TOMORROW}, {"text": "file it, nothing is to be changed"})
WORD = r"[A-Z\u00c0-\u00de][\w'-]{2,30}"
SHAPES = (
    ("mail address", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")),
    ("phone", re.compile(r"(?<![\w/])(?:\+|00)[1-9][0-9 ()/-]{6,18}[0-9]\b")),
    (
        "postal code and town",
        re.compile(rf"\b[0-9]{{4,5}} {WORD}(?: {WORD})?\b"),
    ),
)
CALL = "It names a bank account: call them on a number you had before. Nothing is paid to an account a mail names."
STRANGER = "It comes from an address you do not know."


def whats_new(given: Given) -> list[str]:
    """What of the mail has a shape of its own, each as 'mail address: new@client.example'."""
    task = given["task"]
    text = "\n".join((task["subject"], task["text"], *given["attached"]))[:MAX_CHARS]
    found = [f"{what}: {match[0].strip()[:MAX_SHOWN]}" for what, shape in SHAPES for match in shape.finditer(text)]
    return list(dict.fromkeys([*found, *(f"VAT number: {each}" for each in given["paper"]["vat_ids"])]))[:MAX_LISTED]


def decide(given: Given) -> Given:
    """Ask what is put right; a day later again, if that was wanted."""
    asked = [each for each in given["outcomes"] if each["key"].startswith("change")]
    answers = [each for each in asked if each["kind"] == "answered"]
    put_off = sum(each["value"] == TOMORROW for each in answers)
    came = sum(each["kind"] in {"waited", "skipped"} and each["key"].startswith("again") for each in given["outcomes"])
    settled = bool(answers) and answers[-1]["value"] != TOMORROW
    new, account = whats_new(given), bool(given["paper"]["ibans"])
    listed = "; ".join(new) or "I cannot list it; read the mail"
    strange = not given["task"]["sender_known"] and given["task"]["kind"] == "email"
    head = "".join(f"{words} " for words, holds in ((CALL, account), (STRANGER, strange)) if holds)
    move: Given = {
        "kind": "ask",
        "key": f"change-{put_off + 1}",
        "question": f"{head}What is new: {listed}. Is it put right where their data are kept?"[:400],
        "choices": list(CHOICES),
        "quote": given["quote"],
    }
    if settled:
        move = {"kind": "finish", "summary": f"what is new ({listed[:200]}): {answers[-1]['value'][:80]}"}
    elif put_off > came:
        last = date.fromisoformat(answers[-1]["day"] or given["today"])
        until = (last + timedelta(days=1)).isoformat()
        move = {"kind": "wait", "key": f"again-{put_off}", "why": "you wanted to be reminded", "until": until}
    return {
        "objective": "Put right what changed at a customer or vendor",
        "steps": [
            *({"text": f"New: {each}", "done": True} for each in new),
            *([{"text": "Call them about the bank account (yours)", "done": settled}] if account else []),
            {"text": "Put it right where it is kept (yours)", "done": settled, "move": move.get("key", "")},
        ],
        "done_when": "you have said that it is put right",
        "moves": [move],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
