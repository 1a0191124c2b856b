#!/usr/bin/env python3
"""Asks the owner what to answer and writes it as a letter: JSON in, JSON out, nothing else. Standard library only."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

Given = dict[str, Any]
ANOTHER = "another text: I write it anew"
MAX_ASKED = 4
MAX_LINE = 200
SENTENCE = re.compile(r"[^.!?\n]{3,400}\?")
DEADLINE = re.compile(
    r"(?i)\b(?:by|until|before|no later than|bis|spätestens|avant|antes de|voor)\s+[^.!?\n]{3,60}"
    r"|\basap\b|\burgent\w*|\bdringend\w*"
)


def asked(given: Given) -> list[str]:
    """The questions of the mail in its own words, quoted mails left out."""
    own = "\n".join(line for line in given["task"]["text"].splitlines() if not line.lstrip().startswith(">"))
    found = (" ".join(each.split())[:MAX_LINE] for each in SENTENCE.findall(own))
    return list(dict.fromkeys(found))[:MAX_ASKED]


def answer(given: Given) -> str:
    """The owner's newest words for the letter; empty = they have not said them, or want to write anew."""
    words = ""
    for each in given["outcomes"]:
        if each["kind"] == "answered" and each["key"] in {"answer", "reply-rejected"}:
            words = "" if each["value"] == ANOTHER else each["value"]
    return words


def next_move(given: Given, words: str) -> Given:
    """The question, or the letter in the owner's words."""
    if words:
        letter = {"kind": "letter", "key": "reply", "template": "reply", "values": {"answer": words}}
        return {**letter, "quote": given["quote"], "changes": [ANOTHER, "I answer it myself"]}
    name = given["customer"]["name"] or "Somebody"
    question = f"{name[:80]} waits for an answer. What shall I write? A greeting and your name are added to your words."
    choices = [{"text": "I answer it myself"}, {"text": "file it, nothing is to be done"}]
    return {"kind": "ask", "key": "answer", "question": question, "choices": choices, "quote": given["quote"]}


def decide(given: Given) -> Given:
    """Ask once, then answer in the owner's words."""
    sent = any(each["key"] == "reply" and each["kind"] == "done" for each in given["outcomes"])
    words = answer(given)
    finish = {"kind": "finish", "summary": "answered in your words"}
    known = "known to you" if given["task"]["sender_known"] else "new: their first mail"
    deadline = DEADLINE.search(given["task"]["text"])
    steps = [
        {"text": f"Read the mail of {given['customer']['name'][:80]} ({known})", "done": True},
        *({"text": f"They ask: {each}", "done": bool(words)} for each in asked(given)),
        *([{"text": f"Mind the time: {' '.join(deadline[0].split())}", "done": sent}] if deadline else []),
        {"text": "Wait for your words", "done": bool(words), "move": "answer"},
        {"text": "Send them, once you approved the letter", "done": sent, "move": "reply"},
    ]
    return {
        "objective": "Answer a mail",
        "steps": steps,
        "done_when": "your answer is sent",
        "moves": [finish if sent else next_move(given, words)],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
