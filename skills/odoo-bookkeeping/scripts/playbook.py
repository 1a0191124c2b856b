#!/usr/bin/env python3
"""Sorts news from Odoo: what is only told is filed, what is late or not as it was is asked. Standard library only.

JSON in, JSON out, nothing else. The sentences are the employee's own (watchers/odoo_news.py); a name from outside in
one of them can at most make it a question.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date, timedelta
from typing import Any

Given = dict[str, Any]
MAX_CHARS, MAX_LISTED, MAX_LINE, MAX_CHECKS = 20_000, 2, 110, 2  # so that a question holds them
AGAIN_DAYS = {"late": 14, "changed": 1}
REMINDED = "I remind them in Odoo"
NO_MORE = "nothing more is to be done"
RIGHT, PUT_RIGHT = "it is right as it is", "I put it right in Odoo"
LATER = "ask me again later"
CHOICES = {"late": (REMINDED, LATER, NO_MORE), "changed": (PUT_RIGHT, RIGHT, LATER)}
STEPS = {"changed": "Put right what is not as it was (yours)", "late": "Remind of what is late (yours)"}
NUMBER = re.compile(r"[A-Z0-9][A-Za-z0-9./_-]{1,39}")
LATE = re.compile(
    r"^The invoice (?P<number>\S+)(?: to .+)? is late: [0-9,.]+ [A-Z]{3} is open since \d{4}(?:-\d\d){2}\.$"
)
NOT_AS_IT_WAS = (
    (
        re.compile(r" was changed in Odoo after we posted it: "),
        "Whoever has the old paper needs a credit note and a new one.",
    ),
    (
        re.compile(r": somebody took it back in Odoo\.$"),
        "Its number and its VAT are out of the books until it is posted again.",
    ),
    (re.compile(r"^A payment of .+ was taken back in Odoo: "), "See whether your bank returned the money."),
)


def lines_of(given: Given) -> list[str]:
    """The news, one a line: of a note that tells of many, those of its list."""
    text = "\n".join((given["task"]["text"], *given["attached"]))[:MAX_CHARS]
    return [line.removeprefix("- ").strip() for line in text.splitlines() if line.strip()]


def sorted_news(lines: list[str]) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """The late invoices (number, and the news), what is not as it was, and what to look at because of it."""
    late = [(found["number"], line) for line in lines if (found := LATE.match(line))]
    changed = [(line, check) for line in lines for shape, check in NOT_AS_IT_WAS if shape.search(line)]
    return late, [line for line, _ in changed], list(dict.fromkeys(check for _, check in changed))


def shortened(news: list[str]) -> str:
    """The first news, and how many there are besides."""
    shown = [each if len(each) <= MAX_LINE else f"{each[:MAX_LINE]}..." for each in news[:MAX_LISTED]]
    more = f" and {len(news) - MAX_LISTED} more" if len(news) > MAX_LISTED else ""
    return " ".join(shown) + more


def next_move(given: Given, kind: str, question: str, numbers: list[str]) -> Given:
    """Ask about the news of one kind; wait where the owner wants to, and then ask again; empty when it is settled."""
    of_kind = [each for each in given["outcomes"] if each["key"].startswith(f"{kind}-")]
    answers = [each for each in of_kind if each["kind"] == "answered"]
    waits = {each["key"]: each["value"] for each in of_kind if each["key"].startswith(f"{kind}-wait")}
    if "paid" in waits.values() or (answers and answers[-1]["value"] not in {REMINDED, LATER}):
        return {}
    if len(answers) > len(waits):
        last = date.fromisoformat(answers[-1]["day"] or given["today"])
        paid = [{"kind": "paid", "about": each} for each in numbers[:1]] if len(numbers) == 1 else []
        return {
            "kind": "wait",
            "key": f"{kind}-wait-{len(answers)}",
            "why": f"the payment of {numbers[0]}" if paid else "you wanted to be asked again",
            "until": (last + timedelta(days=AGAIN_DAYS[kind])).isoformat(),
            "conditions": paid,
        }
    return {
        "kind": "ask",
        "key": f"{kind}-{len(answers) + 1}",
        "question": f"{'Still: ' if waits else ''}{question}"[:400],
        "choices": [{"text": each} for each in CHOICES[kind]],
    }


def ended(given: Given, lines: list[str]) -> Given:
    """The end: what it was about, and what the owner said."""
    if given["task"]["kind"] == "ask":
        told = "`books` says how your books in Odoo stand, `books reconcile` compares them with the ledger of before"
    else:
        told = shortened(lines)[:200]
    said = [each["value"] for each in given["outcomes"] if each["kind"] == "answered" and each["value"] != LATER]
    return {"kind": "finish", "summary": "; ".join((told, *said))[:300]}


def decide(given: Given) -> Given:
    """First what is not as it was, then what is late; all else is only told."""
    lines = lines_of(given)
    late, changed, checks = sorted_news(lines)
    numbers = [number for number, _ in late if NUMBER.fullmatch(number)]
    questions = {
        "changed": " ".join((shortened(changed), *checks[:MAX_CHECKS], "Was that meant?")) if changed else "",
        "late": f"{shortened([line for _, line in late])} Who reminds them?" if late else "",
    }
    about = {"changed": [], "late": numbers}
    moves = {kind: next_move(given, kind, words, about[kind]) for kind, words in questions.items() if words}
    steps = [{"text": STEPS[kind], "done": not move, "move": move.get("key", "")} for kind, move in moves.items()]
    left = [each for each in moves.values() if each]
    return {
        "objective": "Follow up on what happened in Odoo",
        "steps": steps or [{"text": "Nothing is left to do", "done": True}],
        "done_when": "you have said what becomes of it",
        "moves": left[:1] or [ended(given, lines)],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
