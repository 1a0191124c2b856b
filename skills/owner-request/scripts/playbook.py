#!/usr/bin/env python3
"""Does what the owner asked in Ask.md, as far as it can: JSON in, JSON out, nothing else. Standard library only.

It knows one kind of request: 'invoice CUSTOMER for 3 hours of SERVICE [at 95 EUR]'. Anything else is a question.
"""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from typing import Any

Given = dict[str, Any]
UNIT_WORDS = {"h": "hour"}

INVOICE = re.compile(r"(?i)\b(?:invoices?|bill|rechnung(?:en)?|abrechnen)\b")
NAME = r"(?P<name>[A-ZÄÖÜ][\w&.'’-]*(?: (?:&|and|und|of|de|[A-ZÄÖÜ0-9][\w&.'’-]*)){0,5})"
CUSTOMER = re.compile(rf"\b(?:(?:[Tt]o|[Ff]or|[Aa]n|[Ff]ür|[Ii]nvoice|[Bb]ill)) {NAME}")
OPENING = re.compile(r"(?i)^(?:please|bitte)\b[ ,]*")


def answers(given: Given, key: str) -> list[Given]:
    """The owner's answers to one question, oldest first."""
    return [each for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == key]


def ask(key: str, question: str, *choices: str) -> Given:
    """A question to the owner."""
    return {"kind": "ask", "key": key, "question": question, "choices": [{"text": each} for each in choices]}


def customer(given: Given) -> str:
    """The customer the request names: an answer, one with a rate of their own, else the words behind 'to' or 'for'."""
    if said := answers(given, "customer"):
        return " ".join(said[-1]["value"].split())[:120]
    for rate in given["rates"]:
        if rate["names_customer"]:
            return rate["customer"]
    found = CUSTOMER.search(OPENING.sub("", given["task"]["text"]))
    return found["name"].rstrip(".") if found else ""


def quantity(given: Given) -> Given | None:
    """The one quantity the request or the answer names."""
    for said in [*(each["said"] for each in reversed(answers(given, "hours"))), given["said"]]:
        if len(said["quantities"]) == 1 and not said["unsure"]:
            return said["quantities"][0]
        if said["number"] and Decimal(said["number"]) > 0:
            return {"value": said["number"], "unit": "h"}
    return None


def price(given: Given, unit: str) -> tuple[str, str, str, str] | None:
    """Price, currency, tax and source: the owner's words in the request, else their rate."""
    book = given["handbook"]
    for said in [*(each["said"] for each in reversed(answers(given, "price"))), given["said"]]:
        plain = [each for each in said["prices"] if not each["gross"] and each["of"] != "total"]
        if len(plain) == 1:
            return plain[0]["amount"], plain[0]["currency"] or book["currency"], book["tax"], "owner"
        if said["number"] and said is not given["said"]:
            return said["number"], book["currency"], book["tax"], "owner"
    fits = [
        each
        for each in given["rates"]
        if each["unit"] == unit
        and (each["names_service"] or not each["service"])
        and (each["names_customer"] or not each["customer"])
    ]
    best = min(fits, key=lambda each: (not each["customer"], not each["service"], each["line"]), default=None)
    return None if best is None else (best["price"], best["currency"], best["tax"], f"rates:{best['line']}")


def next_move(given: Given) -> Given:
    """The question that is still open, or the proposal."""
    name, amount = customer(given), quantity(given)
    if not name:
        return ask("customer", "Who is the customer? Write the name as it shall stand on the invoice.")
    if amount is None:
        return ask("hours", "How many hours (or days, pieces ...) shall be invoiced?")
    money = price(given, amount["unit"])
    if money is None:
        return ask("price", f"What is the price for one {UNIT_WORDS.get(amount['unit'], amount['unit'])}, without tax?")
    book = given["handbook"]
    line = {
        "text": given["service"],
        "quantity": amount["value"],
        "unit": amount["unit"],
        "price": money[0],
        "tax": money[2],
    }
    action = {
        "action": "invoice.create",
        "customer": name,
        "lines": [line],
        "currency": money[1],
        "due_days": book["payment_days"],
    }
    tax = money[3] if money[3] != "owner" else f"handbook:{book['tax_line']}" if book["tax_line"] else "computed"
    sources = {"customer": "owner", "lines": money[3], "tax": tax, "currency": money[3], "due_days": "owner"}
    changes = ["write a new line into Ask.md"]
    return {"kind": "propose", "key": "invoice", "action": action, "provenance": sources, "changes": changes}


def decide(given: Given) -> Given:
    """An invoice as asked, or the question what is meant."""
    done = [each for each in given["outcomes"] if each["kind"] == "done" and each["key"] == "invoice"]
    if done:
        summary = f"invoice {done[-1]['number']} posted; nobody was written to, the PDF lies in Accounting/Invoices"
        move: Given = {"kind": "finish", "summary": summary}
    elif INVOICE.search(given["task"]["text"]):
        move = next_move(given)
    else:
        move = ask(
            "request",
            "I do not know yet how to do what you asked. What shall become of it?",
            "I do it myself",
            "file it, nothing is to be done",
        )
    key = move.get("key", "")
    return {
        "objective": "Do what you asked",
        "steps": [
            {"text": "Read your request", "done": True},
            {"text": "Do it once you approved", "done": bool(done), "move": key},
        ],
        "done_when": "what you asked is done",
        "moves": [move],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
