#!/usr/bin/env python3
"""Decides the next move for a request for an invoice: JSON in, JSON out, nothing else. Standard library only.

A state function: mail, the owner's rates and answers give the terms; the outcomes so far give the stage. What comes
after sending is in `reminders.py`. The table of states is in references/states.md.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

from reminders import after_sending

Given = dict[str, Any]
Found = tuple[Any, str]  # a value and where it comes from

DONE_WHEN = "the invoice is posted and sent; later: the payment is matched"
CHANGES = ("another price", "other hours", "another customer")
FLAT = "a flat fee of "
UNIT_WORDS = {"h": "hour"}


def two_places(amount: str) -> str:
    """The amount as it is shown: at least two decimals."""
    number = Decimal(amount)
    return f"{number:.2f}" if number == number.quantize(Decimal("0.01")) else f"{number:f}"


def ask(key: str, question: str, choices: list[str], quote: str) -> Given:
    """A question to the owner."""
    return {
        "kind": "ask",
        "key": key,
        "question": question,
        "choices": [{"text": each} for each in choices],
        "quote": quote,
    }


class Terms:
    """What is to be invoiced, each part with its source: 'mail:<id>', 'owner', 'rates:<line>', 'handbook:<line>'."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.mail = f"mail:{given['task']['id']}"
        said = given["said"]
        self.quantities = said["quantities"]
        self.prices = said["prices"]
        self.customer: Found = (given["customer"]["name"], self.mail)
        self.quantity: Found | None = None
        self.unit = self.quantities[0]["unit"] if self.quantities else "h"
        if len(self.quantities) == 1 and not said["unsure"]:
            self.quantity = (self.quantities[0]["value"], self.mail)
        self.owner_price: Given | None = None
        self.no_price = False
        for outcome in given["outcomes"]:
            if outcome["kind"] == "answered":
                self.answered(outcome)

    def answered(self, outcome: Given) -> None:
        """Let the owner's answer change the terms."""
        key, value, said = outcome["key"], outcome["value"], outcome["said"]
        if key == "hours":
            self.hear_hours(value, said)
        elif key == "price":
            self.hear_price(said)
        elif key == "customer":
            self.customer = (" ".join(value.split())[:120], "owner")
        elif key == "invoice-rejected":
            self.hear_change(value, said)

    def hear_hours(self, value: str, said: Given) -> None:
        """'10', '10 hours', or a flat fee."""
        if value.startswith(FLAT) and said["prices"]:
            self.quantity, self.unit = ("1", "owner"), ""
            self.owner_price = said["prices"][0]
        elif len(said["quantities"]) == 1:
            self.quantity, self.unit = (said["quantities"][0]["value"], "owner"), said["quantities"][0]["unit"]
        elif said["number"] and Decimal(said["number"]) > 0:
            self.quantity = (said["number"], "owner")

    def hear_price(self, said: Given) -> None:
        """'95', '95 EUR', '95 EUR/h'; always net, for one unit."""
        if len(said["prices"]) == 1:
            self.owner_price, self.no_price = said["prices"][0], False
        elif said["number"]:
            self.owner_price, self.no_price = {"amount": said["number"], "currency": ""}, False

    def hear_change(self, value: str, said: Given) -> None:
        """What the owner wants different after a no."""
        if value == "another price":
            self.owner_price, self.no_price = None, True
        elif value == "other hours":
            self.quantity = None
        elif value == "another customer":
            self.customer = ("", "owner")
        else:
            if len(said["quantities"]) == 1:
                self.hear_hours("", said)
            if len(said["prices"]) == 1:
                self.hear_price(said)

    def rate(self) -> Given | None:
        """The owner's rate for this customer, else for everybody; service and unit must fit."""
        fits = [
            each
            for each in self.given["rates"]
            if each["unit"] == self.unit
            and (each["names_service"] or not each["service"])
            and (each["names_customer"] or not each["customer"])
        ]
        return min(fits, key=lambda each: (not each["customer"], not each["service"], each["line"]), default=None)

    def mail_prices(self) -> list[Given]:
        """The mail's prices for one unit of the work."""
        return [each for each in self.prices if each["of"] in {self.unit, "each"} and Decimal(each["amount"]) > 0]

    def mail_price(self) -> Given | None:
        """The mail's price when it is plain: one, net, for one unit."""
        found = self.mail_prices()
        return (
            found[0] if len(found) == 1 and not found[0]["gross"] and not self.given["said"]["unsure_price"] else None
        )


def with_currency(price: Given, given: Given) -> tuple[str, str]:
    """Amount and currency of a price; without a sign the handbook's currency."""
    return price["amount"], price["currency"] or given["handbook"]["currency"]


def priced(terms: Terms) -> tuple[Given, list[str]] | None:
    """The line's price, currency, tax and service with their sources, and what to warn about; None = ask."""
    given, book = terms.given, terms.given["handbook"]
    line = {
        "service": given["service"],
        "tax": (book["tax"], f"handbook:{book['tax_line']}" if book["tax_line"] else "computed"),
    }
    rate, said = terms.rate(), terms.mail_price()
    if terms.owner_price is not None:
        amount, currency = with_currency(terms.owner_price, given)
        return {**line, "price": (amount, "owner"), "currency": currency}, []
    if terms.no_price:
        return None
    if rate is not None:
        source = f"rates:{rate['line']}"
        line |= {"price": (rate["price"], source), "currency": rate["currency"], "tax": (rate["tax"], source)}
        line["service"] = rate["service"] or given["service"]
        return line, differing(terms, rate)
    if said is not None:
        amount, currency = with_currency(said, given)
        warning = f"⚠ no rate of yours fits: the price of {two_places(amount)} {currency} is the mail's own"
        return {**line, "price": (amount, terms.mail), "currency": currency}, [warning]
    return None


def differing(terms: Terms, rate: Given) -> list[str]:
    """Warnings for prices in the mail that are not the owner's rate."""
    ours = f"{two_places(rate['price'])} {rate['currency']}"
    warnings = []
    for each in terms.prices:
        amount, currency = with_currency(each, terms.given)
        same = Decimal(amount) == Decimal(rate["price"]) and currency == rate["currency"] and not each["gross"]
        if each["of"] != "total" and not same:
            with_tax = " with tax" if each["gross"] else ""
            warnings.append(f"⚠ the mail says {two_places(amount)} {currency}{with_tax}; your rate is {ours}")
    return warnings


def missing(terms: Terms) -> Given | None:
    """The first question whose answer the invoice cannot do without."""
    quote = terms.given["quote"]
    if not terms.customer[0]:
        return ask("customer", "Who is the customer? Write the name as it shall stand on the invoice.", [], quote)
    if terms.quantity is None:
        return ask("hours", "How many hours (or days, pieces ...) shall be invoiced?", hours_choices(terms), quote)
    if priced(terms) is None:
        unit = f" for one {UNIT_WORDS.get(terms.unit, terms.unit)}" if terms.unit else ""
        return ask("price", f"What is the price{unit}, without tax?", price_choices(terms), quote)
    return None


def hours_choices(terms: Terms) -> list[str]:
    """What the mail may have meant."""
    found = [f"{each['value']} {each['unit']}" for each in terms.quantities]
    flat = [each for each in terms.prices if each["of"] in {"", "total"} and not each["gross"]]
    if not terms.quantities and len(flat) == 1:
        amount, currency = with_currency(flat[0], terms.given)
        found.append(f"{FLAT}{two_places(amount)} {currency}")
    return found[:5]


def price_choices(terms: Terms) -> list[str]:
    """The prices the mail names; a total is divided when that is exact to the cent."""
    found = []
    for each in terms.prices:
        amount, currency = with_currency(each, terms.given)
        if each["of"] == "total" and terms.quantity is not None:
            amount = divided(amount, terms.quantity[0])
        if amount and not each["gross"]:
            found.append(f"{two_places(amount)} {currency}")
    return list(dict.fromkeys(found))[:5]


def divided(total: str, quantity: str) -> str:
    """The price of one, or empty when it is not exact."""
    price = (Decimal(total) / Decimal(quantity)).quantize(Decimal("0.01"))
    return str(price) if price * Decimal(quantity) == Decimal(total) else ""


def proposal(terms: Terms) -> tuple[Given, list[Given]]:
    """The proposal of the invoice, and the steps of the plan."""
    found = priced(terms)
    if found is None or terms.quantity is None:
        raise ValueError("only complete terms can be proposed")
    line, warnings = found
    given, book = terms.given, terms.given["handbook"]
    (quantity, _), (price, price_from) = terms.quantity, line["price"]
    if given["customer"]["source"] != "sender" and terms.customer[1] == terms.mail:
        warnings = [*warnings, f"⚠ the customer's name was taken from the {given['customer']['source']} of the mail"]
    action = {
        "action": "invoice.create",
        "customer": terms.customer[0],
        "email": given["task"]["sender_address"],
        "lines": [
            {"text": line["service"], "quantity": quantity, "unit": terms.unit, "price": price, "tax": line["tax"][0]}
        ],
        "currency": line["currency"],
        "due_days": book["payment_days"],
    }
    provenance = {
        "customer": terms.customer[1],
        "email": terms.mail,
        "lines": price_from,
        "tax": line["tax"][1],
        "currency": price_from,
        "due_days": "owner",
    }
    move = {
        "kind": "propose",
        "key": "invoice",
        "action": action,
        "provenance": provenance,
        "quote": given["quote"],
        "warnings": warnings,
        "changes": list(CHANGES),
    }
    net = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))
    currency, tax = line["currency"], line["tax"][0]
    what = f"{quantity} {terms.unit} x {two_places(price)} {currency} = {net} {currency} + {tax} % tax"
    return move, steps(terms, f"Propose the invoice: {what}")


def steps(terms: Terms, invoice: str, *, invoiced: bool = False, sent: bool = False) -> list[Given]:
    """The plan as it stands."""
    known = "known" if terms.given["task"]["sender_known"] else "new, from this mail"
    return [
        {"text": f"Find the customer: {terms.customer[0]} ({known})", "done": bool(terms.customer[0])},
        {"text": invoice, "done": invoiced, "move": "invoice"},
        {
            "text": f"Send it to {terms.given['task']['sender_address'] or 'the one who asked'}",
            "done": sent,
            "move": "send",
        },
    ]


def decide(given: Given) -> Given:
    """The next move."""
    terms = Terms(given)
    done = {each["key"]: each for each in given["outcomes"] if each["kind"] == "done"}
    if "invoice" not in done:
        question = missing(terms)
        if question is not None:
            plan = steps(terms, "Propose the invoice, once your answer is here")
            plan.insert(1, {"text": "Wait for your answer", "move": question["key"]})
            return result([question], plan)
        move, plan = proposal(terms)
        return result([move], plan)
    invoice = done["invoice"]
    posted = f"Invoice {invoice['number']} is posted"
    if "send" in done:
        moves, more = after_sending(given, invoice)
        return result(moves, steps(terms, posted, invoiced=True, sent=True) + more)
    return result([letter(given, invoice)], steps(terms, posted, invoiced=True))


def letter(given: Given, invoice: Given) -> Given:
    """The mail with the invoice; the brain addresses it to the sender."""
    money = invoice["money"]
    values = {
        "number": invoice["number"],
        "amount": money["amount"],
        "currency": money["currency"],
        "due_days": str(given["handbook"]["payment_days"]),
    }
    return {
        "kind": "letter",
        "key": "send",
        "template": "invoice",
        "values": values,
        "documents": invoice["documents"],
        "quote": given["quote"],
        "changes": ["I send it myself"],
    }


def result(moves: list[Given], plan: list[Given]) -> Given:
    """A script's answer."""
    return {"objective": "Invoice the work and send the invoice", "steps": plan, "done_when": DONE_WHEN, "moves": moves}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(decide(json.load(sys.stdin))))
