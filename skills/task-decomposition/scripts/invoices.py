"""One ask for an invoice: the question that is still open, or the proposal. Standard library only."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

Given = dict[str, Any]
UNIT_WORDS = {"h": "hour"}
INVOICE = re.compile(r"(?i)\b(?:invoices?|bill|rechnung(?:en)?|abrechnen)\b")
NAME = r"(?P<name>[A-ZÄÖÜ][\w&.'’-]*(?: (?:&|and|und|of|de|[A-ZÄÖÜ0-9][\w&.'’-]*)){0,5})"
CUSTOMER = re.compile(rf"\b(?:(?:[Tt]o|[Ff]or|[Aa]n|[Ff]ür|[Ii]nvoice|[Bb]ill)) {NAME}")
OPENING = re.compile(r"(?i)^(?:please|bitte)\b[ ,]*")


def answers(given: Given, key: str) -> list[Given]:
    """The owner's answers to one question of this ask, oldest first."""
    key = f"{key}{given['suffix']}"
    return [each for each in given["outcomes"] if each["kind"] == "answered" and each["key"] == key]


def ask(given: Given, key: str, question: str) -> Given:
    """A question to the owner; of several asks it says about which."""
    about = f'For "{given["text"][:150]}": ' if given["suffix"] else ""
    return {"kind": "ask", "key": f"{key}{given['suffix']}", "question": f"{about}{question}", "choices": []}


def customer(given: Given) -> str:
    """The customer the ask names: an answer, one with a rate of their own, else the words behind 'to' or 'for'."""
    if said := answers(given, "customer"):
        return " ".join(said[-1]["value"].split())[:120]
    for rate in given["rates"]:
        if rate["names_customer"]:
            return str(rate["customer"])
    found = CUSTOMER.search(OPENING.sub("", given["text"]))
    return found["name"].rstrip(".") if found else ""


def quantity(given: Given) -> Given | None:
    """The one quantity the ask or the answer names."""
    for said in [*(each["said"] for each in reversed(answers(given, "hours"))), given["said"]]:
        if len(said["quantities"]) == 1 and not said["unsure"]:
            return dict(said["quantities"][0])
        if said["number"] and Decimal(said["number"]) > 0:
            return {"value": said["number"], "unit": "h"}
    return None


def price(given: Given, unit: str) -> tuple[str, str, str, str] | None:
    """Price, currency, tax and source: the owner's words in the ask, else their rate."""
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
        return ask(given, "customer", "Who is the customer? Write the name as it shall stand on the invoice.")
    if amount is None:
        return ask(given, "hours", "How many hours (or days, pieces ...) shall be invoiced?")
    money = price(given, amount["unit"])
    if money is None:
        unit = UNIT_WORDS.get(amount["unit"], amount["unit"])
        return ask(given, "price", f"What is the price for one {unit}, without tax?")
    return proposal(given, name, amount, money)


def proposal(given: Given, name: str, amount: Given, money: tuple[str, str, str, str]) -> Given:
    """The invoice as asked for."""
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
    move = {"kind": "propose", "key": f"invoice{given['suffix']}", "action": action, "provenance": sources}
    return {**move, "changes": ["write a new line into Ask.md"]}
